"""Played for real, through PortAudio and ALSA, into a file: no sound card and no root needed."""

import os
import subprocess
import sys

import numpy as np
import pytest

HAS_PORTAUDIO = subprocess.run([sys.executable, "-c", "import ctypes; ctypes.CDLL('libportaudio.so.2')"],
                               capture_output=True, check=False).returncode == 0
needs_alsa = pytest.mark.skipif(not sys.platform.startswith("linux") or not HAS_PORTAUDIO,
                                reason="needs Linux with PortAudio (apt install libportaudio2)")

INTO_A_FILE = """
pcm.!default {{ type file slave.pcm "nowhere" file "{file}" format "raw" }}
pcm.nowhere {{ type null }}
"""


def run(script, tmp_path, asound):
    """The script in a process of its own, with that ALSA configuration."""
    (tmp_path / "asound.conf").write_text(asound, encoding="utf-8")
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf"),
                               "PULSE_SERVER": "unix:/nowhere"})


OPEN = """
import numpy as np
from voicedrill.audio.speaker import open_speaker, Speaker
from voicedrill.core.errors import AudioError
from voicedrill.core.model import Recording
ramp = Recording(np.arange(1, 16001, dtype=np.int16))
speaker = open_speaker()
"""


@needs_alsa
def test_everything_is_played_and_silence_after_it(tmp_path):
    file = tmp_path / "heard.raw"
    done = run(OPEN + "speaker.play(ramp)", tmp_path, INTO_A_FILE.format(file=file))
    assert (done.returncode, done.stderr) == (0, "")
    heard = np.fromfile(file, "<i2")
    assert np.array_equal(heard[:16000], np.arange(1, 16001, dtype=np.int16))
    assert len(heard) >= 16000 + 8000
    assert not heard[16000:].any()


@needs_alsa
def test_in_the_background(tmp_path):
    file = tmp_path / "heard.raw"
    done = run(OPEN + "speaker.play_async(ramp).wait()", tmp_path, INTO_A_FILE.format(file=file))
    assert (done.returncode, done.stderr) == (0, "")
    assert np.fromfile(file, "<i2").max() == 16000


@needs_alsa
def test_leaving_the_block_stops_the_sound(tmp_path):
    file = tmp_path / "heard.raw"
    done = run(OPEN + """
with speaker.play_async(Recording(np.ones(600 * 16000, np.int16))):
    pass
""", tmp_path, INTO_A_FILE.format(file=file))
    assert (done.returncode, done.stderr) == (0, "")
    assert not file.exists() or file.stat().st_size < 600 * 16000  # half of it


@needs_alsa
def test_a_device_that_wants_another_rate(tmp_path):
    file = tmp_path / "heard.raw"
    done = run(OPEN + "Speaker(48000).play(ramp)", tmp_path, INTO_A_FILE.format(file=file))
    assert (done.returncode, done.stderr) == (0, "")
    assert np.count_nonzero(np.fromfile(file, "<i2")) == pytest.approx(48000, abs=50)


@needs_alsa
def test_a_device_that_fails_is_told_in_one_line(tmp_path):
    script = OPEN + """
try:
    Speaker(16000).play(ramp)
except AudioError as error:
    print(error.to("en"))
"""
    done = run(script, tmp_path, 'pcm.!default { type hw card 77 }')
    assert (done.returncode, done.stderr) == (0, "")
    assert "the speaker failed" in done.stdout or "PortAudio does not start" in done.stdout
    assert done.stdout.count("\n") == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ALSA is Linux's")
@pytest.mark.parametrize("asound", ["", "pcm.!default { type", "pcm.!default { type hw card 77 }", "\0\1\2"])
def test_without_a_usable_device_there_is_no_speaker(tmp_path, asound):
    done = run(OPEN + "print(speaker)", tmp_path, asound)
    assert (done.stdout, done.stderr, done.returncode) == ("None\n", "", 0)
