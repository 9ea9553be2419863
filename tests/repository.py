"""Where the tests find what ships with the program."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
DEMO_MODEL = ROOT / "models" / "voicedrill-demo-cn"
DEMO_REPLIES = ROOT / "content" / "demo"
