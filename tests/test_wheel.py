"""The wheel, installed outside the repository, carries all it needs."""

import os
import subprocess
import sys
import zipfile

import pytest
from repository import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
               "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_packs_model_and_replies_and_nothing_private(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for needed in ("_data/content/sales-objections.yaml", "_data/content/rubrics/standard.yaml",
                   "_data/content/demo/replies.yaml", "_data/models/voicedrill-demo-cn/am/final.mdl"):
        assert f"voicedrill/{needed}" in names
    assert sum(n.startswith("voicedrill/_data/content/demo/") and n.endswith(".wav") for n in names) == 3
    assert any(n.startswith("voicedrill/store/migrations/versions/") for n in names)
    assert not [n for n in names if n.startswith(("recordings", "tests", "tools", "benchmarks"))]


def test_the_installed_wheel_runs_the_demo(wheel, tmp_path, run):
    target = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    environment = {**run.environment, "PYTHONPATH": str(target)}
    del environment["VOICEDRILL_HOME"]
    where = subprocess.run([sys.executable, "-c", "import voicedrill; print(voicedrill.__file__)"], cwd=tmp_path,
                           env=environment, capture_output=True, text=True, check=True)
    assert where.stdout.startswith(str(target))
    shown = subprocess.run([sys.executable, "-m", "voicedrill", "demo", "--fast"], cwd=tmp_path, env=environment,
                           capture_output=True, text=True, encoding="utf-8", check=False)
    assert shown.returncode == 0, shown.stderr
    assert "平均法" in shown.stdout
    kept = tmp_path / "data" / "voicedrill"
    if sys.platform == "linux":
        assert (kept / "voicedrill.db").is_file()
        assert len(list(kept.rglob("*.wav"))) == 3
    assert os.sep + "recordings" + os.sep not in shown.stdout
