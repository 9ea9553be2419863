import os
import signal
import stat
import struct
import subprocess
import sys
import wave
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voicedrill.audio.files import WavWriter, read_audio, sha256_of, write_wav
from voicedrill.core.errors import AudioError
from voicedrill.core.model import RATE, Recording

SHARED = Path(__file__).parents[3] / "shared" / "audio-samples"


def tone(seconds=0.5, rate=RATE, hertz=440.0, level=0.5):
    return (level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def pitch(recording):
    spectrum = np.abs(np.fft.rfft(recording.samples.astype(float)))
    return np.argmax(spectrum) * recording.rate / len(recording.samples)


def rms(recording):
    return float(np.sqrt(np.mean((recording.samples / 32768.0) ** 2)))


def fault(path):
    """The one line a user would see."""
    with pytest.raises(AudioError) as caught:
        read_audio(path)
    for language in ("zh", "en"):
        line = caught.value.to(language)
        assert "\n" not in line
        assert "Error" not in line
        assert str(path) in line
    return caught.value.to("en")


# ------------------------------------------------------------ what can be read


@pytest.mark.parametrize(("rate", "subtype"), [
    (8_000, "PCM_16"), (16_000, "PCM_U8"), (22_050, "PCM_24"), (44_100, "PCM_16"), (48_000, "FLOAT"),
    (11_025, "DOUBLE"), (96_000, "PCM_32"), (8_000, "ULAW"), (16_000, "MS_ADPCM"), (8_000, "GSM610"),
])
def test_any_rate_and_width_becomes_16_khz(tmp_path, rate, subtype):
    soundfile.write(tmp_path / "a.wav", tone(rate=rate), rate, subtype=subtype)
    recording = read_audio(tmp_path / "a.wav")
    assert recording.rate == RATE
    assert recording.samples.dtype == np.int16
    # ADPCM and GSM round the length up to whole blocks.
    assert recording.seconds == pytest.approx(0.5, abs=0.07)
    assert pitch(recording) == pytest.approx(440, abs=6)
    assert rms(recording) == pytest.approx(0.354, abs=0.04)


@pytest.mark.parametrize(("name", "codec"), [
    ("a.mp3", "libmp3lame"), ("a.m4a", "aac"), ("a.opus", "libopus"), ("a.flac", "flac"), ("a.mka", "ac3"),
])
def test_compressed_formats(tmp_path, name, codec):
    import av
    with av.open(str(tmp_path / name), "w") as container:
        stream = container.add_stream(codec, rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone(1.0, 48_000)[None, :], format="fltp", layout="mono")
        frame.sample_rate = 48_000
        for part in av.AudioResampler(format=stream.format, layout="mono", rate=48_000,
                                      frame_size=stream.frame_size or 1024).resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    recording = read_audio(tmp_path / name)
    assert recording.seconds == pytest.approx(1.0, abs=0.1)
    assert pitch(recording) == pytest.approx(440, abs=4)


def test_16_bit_at_16_khz_comes_out_bit_for_bit(tmp_path):
    samples = np.random.default_rng(1).integers(-32768, 32768, 5000).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="PCM_16")
    assert np.array_equal(read_audio(tmp_path / "a.wav").samples, samples)


def test_channels_are_averaged(tmp_path):
    left = tone(level=0.8)
    soundfile.write(tmp_path / "a.wav", np.stack([left, np.zeros_like(left)], axis=1), RATE)
    assert rms(read_audio(tmp_path / "a.wav")) == pytest.approx(0.4 / 2**0.5, rel=0.01)


def test_float_beyond_full_scale_is_clipped_and_nan_is_silence(tmp_path):
    samples = tone(level=4.0)
    samples[100] = np.nan
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    read = read_audio(tmp_path / "a.wav").samples
    assert read.max() == 32767
    assert read.min() == -32768
    assert read[100] == 0


def test_resampling_keeps_time(tmp_path):
    """A click stays where it was: latency is measured in these samples."""
    samples = np.zeros(44_100, np.float32)
    samples[22_050] = 0.9
    soundfile.write(tmp_path / "a.wav", samples, 44_100)
    recording = read_audio(tmp_path / "a.wav")
    assert np.argmax(np.abs(recording.samples)) == pytest.approx(8000, abs=1)
    assert len(recording.samples) == 16_000


def test_a_truncated_wav_gives_what_is_there(tmp_path):
    soundfile.write(tmp_path / "whole.wav", tone(1.0), RATE, subtype="PCM_16")
    (tmp_path / "cut.wav").write_bytes((tmp_path / "whole.wav").read_bytes()[:44 + 16_000])
    assert read_audio(tmp_path / "cut.wav").seconds == pytest.approx(0.5)


def test_names_that_look_like_addresses(tmp_path):
    path = tmp_path / "http:太贵了 #1%.wav"
    soundfile.write(str(path), tone(), RATE, format="WAV")
    assert read_audio(path).seconds == pytest.approx(0.5)


# ------------------------------------------------------------ what can't


def test_missing(tmp_path):
    assert "does not exist" in fault(tmp_path / "no.wav")


def test_a_folder(tmp_path):
    assert "is a folder" in fault(tmp_path)


def test_empty(tmp_path):
    (tmp_path / "a.wav").touch()
    assert "is empty" in fault(tmp_path / "a.wav")


def test_a_pipe_does_not_hang(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes on this system")
    os.mkfifo(tmp_path / "a.wav")
    assert "not a regular file" in fault(tmp_path / "a.wav")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_text_named_wav(tmp_path, encoding):
    (tmp_path / "a.wav").write_text("太贵了，我再考虑考虑。\n" * 500, encoding=encoding)
    assert "is a text file" in fault(tmp_path / "a.wav")


def test_a_playlist_opens_nothing(tmp_path):
    """FFmpeg would follow it to another file, or to the network."""
    soundfile.write(tmp_path / "secret.wav", tone(), RATE)
    (tmp_path / "a.wav").write_text(f"#EXTM3U\n#EXTINF:1,\n{tmp_path}/secret.wav\n#EXT-X-ENDLIST\n", encoding="utf-8")
    assert "is a text file" in fault(tmp_path / "a.wav")


def test_random_bytes(tmp_path):
    (tmp_path / "a.mp3").write_bytes(np.random.default_rng(2).bytes(100_000))
    assert "damaged" in fault(tmp_path / "a.mp3")


def test_a_header_without_data(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(0, np.float32), RATE)
    assert "no audio data" in fault(tmp_path / "a.wav")


def test_a_header_cut_short(tmp_path):
    soundfile.write(tmp_path / "whole.wav", tone(), RATE)
    (tmp_path / "a.wav").write_bytes((tmp_path / "whole.wav").read_bytes()[:30])
    assert "damaged" in fault(tmp_path / "a.wav")


@pytest.mark.parametrize("rate", [1, 100, 4_000_000])
def test_an_absurd_sample_rate(tmp_path, rate):
    soundfile.write(tmp_path / "a.wav", tone(), rate, subtype="PCM_16")
    assert f"{rate} Hz" in fault(tmp_path / "a.wav")


def test_too_long_is_told_before_anything_is_decoded(tmp_path):
    path = tmp_path / "a.wav"
    size = 3 * 3600 * RATE * 2
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, RATE,
                   2 * RATE, 2, 16) + b"data" + struct.pack("<I", size))
        file.truncate(44 + size)  # sparse: takes no room
    assert "longer than 2 h" in fault(path)


def test_too_long_without_a_word_in_the_header(tmp_path, monkeypatch):
    """Most compressed formats say nothing reliable: decoding stops at the limit."""
    soundfile.write(tmp_path / "a.mp3", tone(5.0), RATE, format="MP3")
    monkeypatch.setattr("voicedrill.audio.files.MAX_SECONDS", 3.6)
    assert "longer than 0.001 h" in fault(tmp_path / "a.mp3")


def test_decoding_has_a_deadline(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "a.wav", tone(), RATE)
    monkeypatch.setattr("voicedrill.audio.files._DEADLINE", -1.0)
    assert "took more than" in fault(tmp_path / "a.wav")


def test_no_permission(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    soundfile.write(tmp_path / "a.wav", tone(), RATE)
    (tmp_path / "a.wav").chmod(0)
    assert "permission" in fault(tmp_path / "a.wav")


def test_damaged_files_never_do_worse_than_one_line(tmp_path):
    """Cuts and flipped bytes of seven formats: read or refused, and never a word from a library."""
    good = {}
    for name, format_, subtype in [("a.wav", "WAV", "PCM_16"), ("b.wav", "WAVEX", "FLOAT"),
                                   ("c.flac", "FLAC", "PCM_16"), ("d.ogg", "OGG", "VORBIS"),
                                   ("e.mp3", "MP3", "MPEG_LAYER_III"), ("f.aiff", "AIFF", "PCM_24"),
                                   ("g.caf", "CAF", "ALAC_16")]:
        soundfile.write(tmp_path / name, tone(0.3, 44_100), 44_100, format=format_, subtype=subtype)
        good[name] = (tmp_path / name).read_bytes()
    script = """
import pathlib, sys
from voicedrill.audio.files import read_audio
from voicedrill.core.errors import AudioError
outcomes = {"read": 0, "refused": 0}
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        assert len(read_audio(path).samples)
        outcomes["read"] += 1
    except AudioError:
        outcomes["refused"] += 1
print(outcomes["read"], outcomes["refused"])
"""
    broken = tmp_path / "broken"
    broken.mkdir()
    random = np.random.default_rng(3)
    for name, data in good.items():
        for turn in range(25):
            bytes_ = bytearray(data)
            for place in random.integers(0, min(len(data), 400 if turn % 2 else len(data)), 4):
                bytes_[place] = random.integers(256)
            if turn % 3 == 0:
                del bytes_[int(random.integers(1, len(bytes_))):]
            (broken / f"{turn}{name}").write_bytes(bytes_)
    run = subprocess.run([sys.executable, "-c", script, str(broken)], capture_output=True, text=True, timeout=120,
                         check=False)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    read, refused = map(int, run.stdout.split())
    assert read > 20
    assert refused > 20


def test_the_odd_files(capfd):
    folder = SHARED / "odd-files"
    if not folder.is_dir():
        pytest.skip("no folder ../shared/audio-samples/odd-files beside the repository")
    outcomes = {}
    for path in sorted(folder.iterdir()):
        try:
            outcomes[path.name] = len(read_audio(path).samples)
        except AudioError as error:
            outcomes[path.name] = error.to("en")
    assert capfd.readouterr().err == ""
    assert outcomes["azure_whatstheweatherlike-mulaw.wav"] == 32480
    assert outcomes["flactest_faulty_05_-_wrong_total_number_of_samples.flac"] == 72991  # not the 39842 it says
    assert outcomes["tinytag_gsm_6_10.wav"] > 0
    assert "text file" in outcomes["manifest.csv"]
    assert "damaged" in outcomes["azure_missing_wav_header.wav"]
    assert sum(isinstance(o, int) for o in outcomes.values()) >= 30


# ------------------------------------------------------------ writing


def block(value, n=512):
    return np.full(n, value, np.int16)


def test_what_is_written_can_be_read_at_any_moment(tmp_path):
    writer = WavWriter(tmp_path / "new" / "a.wav")
    assert soundfile.info(tmp_path / "new" / "a.wav").frames == 0
    for n in range(1, 4):
        writer.write(block(n))
        with wave.open(str(tmp_path / "new" / "a.wav")) as file:
            assert file.getnframes() == 512 * n
    assert writer.seconds == pytest.approx(3 * 512 / RATE)
    writer.close()
    writer.close()
    assert writer.sha256 == sha256_of(writer.path)
    assert np.array_equal(read_audio(writer.path).samples, np.repeat(np.int16([1, 2, 3]), 512))


def test_kill_9_loses_nothing_that_was_written(tmp_path):
    script = """
import sys, numpy as np
from voicedrill.audio.files import WavWriter
writer = WavWriter(sys.argv[1])
n = 0
while True:
    n += 1
    writer.write(np.full(512, n % 30000, np.int16))
    print(n, flush=True)
"""
    path = tmp_path / "a.wav"
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as process:
        said = 0
        for line in process.stdout:
            said = int(line)
            if said == 300:
                process.send_signal(signal.SIGKILL)
                break
        said = max([said, *map(int, process.stdout.read().split())])
    assert process.returncode == -signal.SIGKILL
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert len(samples) >= 512 * said
    assert np.array_equal(samples, np.repeat(np.arange(1, len(samples) // 512 + 1, dtype=np.int16), 512))


def test_an_existing_recording_is_not_overwritten(tmp_path):
    write_wav(tmp_path / "a.wav", Recording(block(7)))
    with pytest.raises(AudioError, match="exists already"):
        write_wav(tmp_path / "a.wav", Recording(block(8)))
    assert read_audio(tmp_path / "a.wav").samples[0] == 7


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(AudioError, match="cannot write a recording in"):
        WavWriter(tmp_path / "file" / "a.wav")


@contextmanager
def mounted(folder, options):
    """A tmpfs of our own: it binds root too, unlike permissions."""
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True,
                      check=False).returncode:
        pytest.skip("may not mount a file system (needs root)")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_read_only_folder(tmp_path):
    if os.geteuid():
        tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
        with pytest.raises(AudioError, match="cannot write a recording in"):
            WavWriter(tmp_path / "a.wav")
    else:
        with mounted(tmp_path, "ro"), pytest.raises(AudioError, match="cannot write a recording in"):
            WavWriter(tmp_path / "a.wav")


FILL = """
import sys, numpy as np
from pathlib import Path
from voicedrill.audio.files import WavWriter, read_audio
from voicedrill.core.errors import AudioError
path = Path(sys.argv[1])
if sys.argv[2:]:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
writer = WavWriter(path)
samples = np.arange(16000, dtype=np.int16)
try:
    for _ in range(100):
        writer.write(samples)
    print("never full")
except AudioError as error:
    kept = writer.seconds
    writer.close()
    print(error.to("en"))
    print(kept, read_audio(path).seconds)
"""


def check_full(run):
    assert run.stderr == ""
    told, figures = run.stdout.splitlines()
    assert "cannot go on recording" in told
    assert "are safe in" in told
    kept, read = map(float, figures.split())
    assert kept >= 5
    # What was half written when the disk filled up may or may not count.
    assert kept <= read < kept + 1


def test_a_file_that_may_not_grow(tmp_path):
    pytest.importorskip("resource", reason="no file size limit on this system")
    check_full(subprocess.run([sys.executable, "-c", FILL, str(tmp_path / "a.wav"), "300000"], capture_output=True,
                              text=True, check=True))


def test_a_full_disk(tmp_path):
    with mounted(tmp_path, "size=256k"):
        check_full(subprocess.run([sys.executable, "-c", FILL, str(tmp_path / "a.wav")], capture_output=True,
                                  text=True, check=True))


def test_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256_of(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(AudioError, match="cannot read"):
        sha256_of(tmp_path / "none")
