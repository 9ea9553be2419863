"""Audio files: any common format in, 16 kHz mono WAV out.

Reading never trusts a header: length and rate are limited, decoding runs block by block against a deadline, and
every way to fail ends in one AudioError line. Writing goes through the `wave` module block by block, with the header
brought up to date after each, so that a kill at any moment leaves a file that every player can read.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import os
import time
import wave
from pathlib import Path
from types import TracebackType

import numpy as np

from voicedrill.audio.decoding import Mono, Stream, Undecodable, decoders
from voicedrill.core.errors import AudioError
from voicedrill.core.model import RATE, Recording, Samples

MAX_SECONDS = 2 * 3600.0
"""Longest file that is read: a reply lasts minutes. 2 h are 230 MB in memory."""

_RATES = (4_000, 768_000)
"""Hertz. Below 4 kHz no consonant survives; above 768 kHz no converter exists, so the header must be wrong."""

_DEADLINE = 300.0
"""Seconds that decoding may take. Two hours of mp3 take about 20 s on one slow core."""


# ---------------------------------------------------------------- reading


def read_audio(path: str | Path) -> Recording:
    """The audio of a file, channels averaged, resampled (soxr, high quality) and clipped to int16 at 16 kHz.

    Raises:
        AudioError: the file is missing, no file, empty, no audio, damaged, or beyond the limits.
    """
    path = Path(path)
    _require_file(path)
    faults: list[Undecodable] = []
    try:
        for decoder in decoders(path):
            try:
                with decoder(path) as stream:
                    return _decode(path, stream)
            except Undecodable as fault:
                faults.append(fault)
    except PermissionError as error:
        raise AudioError(f"没有读取 {path} 的权限；请修改文件权限",
                         f"no permission to read {path}; change its permissions") from error
    except OSError as error:
        raise AudioError(f"无法读取 {path}（{error.strerror}）；请检查磁盘，或把文件复制到本机再试",
                         f"cannot read {path} ({error.strerror}); check the disk, or copy the file here") from error
    raise _undecodable(path) from faults[0]


def _require_file(path: Path) -> None:
    try:
        if not path.exists():
            raise AudioError(f"找不到音频文件 {path}；请检查路径",
                             f"audio file {path} does not exist; check the path")
        if path.is_dir():
            raise AudioError(f"{path} 是文件夹，不是音频文件；请给出其中的一个文件",
                             f"{path} is a folder, not an audio file; name a file inside it")
        if not path.is_file():  # a FIFO or a device could block for ever
            raise AudioError(f"{path} 不是普通文件；请先把音频存成文件",
                             f"{path} is not a regular file; save the audio as a file first")
        if path.stat().st_size == 0:
            raise AudioError(f"{path} 是空文件（0 字节）；请重新录制或重新导出",
                             f"{path} is empty (0 bytes); record or export it again")
    except (OSError, ValueError) as error:  # e.g. a name that is too long or contains NUL
        raise AudioError(f"无法打开 {path}；请检查路径（{error}）",
                         f"cannot open {path}; check the path ({error})") from error


def _decode(path: Path, stream: Stream) -> Recording:
    _require_sane(path, stream)
    samples = _resample(path, stream)
    if not len(samples):
        raise AudioError(f"{path} 里没有声音数据；请重新录制或重新导出",
                         f"{path} contains no audio data; record or export it again")
    return Recording(samples)


def _require_sane(path: Path, stream: Stream) -> None:
    if not _RATES[0] <= stream.rate <= _RATES[1]:
        raise AudioError(f"{path} 的采样率 {stream.rate} Hz 不合理，文件头可能已损坏；请重新导出为 16 kHz WAV",
                         f"{path} says its sample rate is {stream.rate} Hz: the header must be damaged; "
                         "export it again as 16 kHz WAV")
    if stream.frames is not None and stream.frames / stream.rate > MAX_SECONDS:
        raise _too_long(path)


def _resample(path: Path, stream: Stream) -> Samples:
    """At most MAX_SECONDS of audio are ever held."""
    import soxr

    converter = soxr.ResampleStream(stream.rate, RATE, 1, dtype="float32") if stream.rate != RATE else None
    parts: list[Samples] = []
    deadline = time.monotonic() + _DEADLINE
    frames = 0
    for block in stream.blocks:
        frames += len(block)
        if frames / stream.rate > MAX_SECONDS:
            raise _too_long(path)
        if time.monotonic() > deadline:
            raise AudioError(f"{path} 解码超过 {_DEADLINE:.0f} 秒仍未完成；请先转换为 16 kHz WAV",
                             f"decoding {path} took more than {_DEADLINE:.0f} s; convert it to 16 kHz WAV first")
        parts.append(_to_int16(converter.resample_chunk(block) if converter else block))
    if converter and frames:
        parts.append(_to_int16(converter.resample_chunk(np.zeros(0, np.float32), last=True)))
    return np.concatenate(parts) if parts else np.zeros(0, np.int16)


def _to_int16(block: Mono) -> Samples:
    # 32768, as libsndfile divides: a 16-bit file comes out bit for bit.
    scaled: Samples = np.clip(np.rint(block * np.float32(32768)), -32768, 32767).astype(np.int16)
    return scaled


def _too_long(path: Path) -> AudioError:
    hours = MAX_SECONDS / 3600
    return AudioError(f"{path} 超过 {hours:g} 小时；请先剪成单段回答",
                      f"{path} is longer than {hours:g} h; cut it into single replies first")


def _undecodable(path: Path) -> AudioError:
    if _looks_like_text(path):
        return AudioError(f"{path} 是文本文件，不是音频；请给出 WAV、MP3、M4A 或 FLAC 文件",
                          f"{path} is a text file, not audio; name a WAV, MP3, M4A or FLAC file")
    return AudioError(f"{path} 已损坏，或不是可识别的音频格式；请重新录制，或重新导出为 WAV 或 MP3",
                      f"{path} is damaged, or of an unknown audio format; "
                      "record it again, or export it as WAV or MP3")


def _looks_like_text(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(4096)
    if any(byte < 9 or 13 < byte < 27 for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        with contextlib.suppress(UnicodeDecodeError):
            decoder.decode(head)  # incremental: a character may be cut at the end of what was read
            return True
    return False


# ---------------------------------------------------------------- writing


class WavWriter:
    """A 16 kHz mono 16-bit WAV that can be read at any moment while it grows.

    After every `write` the header says how much is there and everything has been handed to the operating system:
    a kill of the process loses nothing that `write` returned from.
    """

    def __init__(self, path: str | Path) -> None:
        """Create the file and the folders above it.

        Raises:
            AudioError: the file exists already (a recording is never overwritten), or the folder can't be written.
        """
        self.path = Path(path)
        self._frames = 0
        self._open = True
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._file = self.path.open("xb")
        except FileExistsError as error:
            raise AudioError(f"{self.path} 已存在，录音不会被覆盖；请换一个文件名",
                             f"{self.path} exists already and a recording is never overwritten; "
                             "choose another name") from error
        except OSError as error:
            raise self._unwritable(error) from error
        self._wave: wave.Wave_write = wave.open(self._file, "wb")  # noqa: SIM115 - open until `close`
        self._wave.setnchannels(1)
        self._wave.setsampwidth(2)
        self._wave.setframerate(RATE)
        self.write(np.zeros(0, np.int16))  # the header is there from the first moment

    @property
    def seconds(self) -> float:
        """What is safely in the file."""
        return self._frames / RATE

    @property
    def sha256(self) -> str:
        """Of the file as it lies on disk, hexadecimal; empty when it can no longer be read."""
        try:
            return sha256_of(self.path)
        except AudioError:
            return ""

    def write(self, samples: Samples) -> None:
        """Append int16 samples at 16 kHz.

        Raises:
            AudioError: the disk is full or gone. What was written before stays readable.
        """
        try:
            self._wave.writeframes(samples.astype("<i2", copy=False).tobytes())
            self._file.flush()
        except OSError as error:
            self._abandon()
            raise self._fault(error) from error
        self._frames += len(samples)

    def close(self) -> None:
        """Finish the file and wait until the disk has it. Closing twice does nothing.

        Raises:
            AudioError: the disk is full or gone. What was written before stays readable.
        """
        if not self._open:
            return
        try:
            self._wave.close()
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._fault(error) from error
        finally:
            self._abandon()

    def _abandon(self) -> None:
        """Close whatever is still open; a full disk makes each of the two complain once more."""
        self._open = False
        for closing in (self._wave.close, self._file.close):
            with contextlib.suppress(OSError):
                closing()

    def _unwritable(self, error: OSError) -> AudioError:
        folder = self.path.parent
        return AudioError(f"无法在 {folder} 写入录音（{error.strerror}）；请检查权限，或换一个文件夹",
                          f"cannot write a recording in {folder} ({error.strerror}); "
                          "check its permissions or choose another folder")

    def _fault(self, error: OSError) -> AudioError:
        kept = f"{self.seconds:.1f}"
        return AudioError(f"写入录音失败（{error.strerror}）；已录的 {kept} 秒保存在 {self.path}，请清理磁盘后重试",
                          f"cannot go on recording ({error.strerror}); the first {kept} s are safe in {self.path}; "
                          "free some disk space and try again")

    def __enter__(self) -> WavWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()


def write_wav(path: str | Path, recording: Recording) -> None:
    """Write a 16 kHz recording to a new file.

    Raises:
        AudioError: the file exists already or can't be written.
    """
    with WavWriter(path) as writer:
        writer.write(recording.samples)


def sha256_of(path: str | Path) -> str:
    """Hexadecimal SHA-256 of a finished file.

    Raises:
        AudioError: the file can't be read.
    """
    digest = hashlib.sha256()
    try:
        with Path(path).open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise AudioError(f"无法读取 {path}（{error.strerror}）；请检查文件",
                         f"cannot read {path} ({error.strerror}); check the file") from error
    return digest.hexdigest()
