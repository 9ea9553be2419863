"""Turns audio files of any common format into mono float blocks, one block after another.

libsndfile reads what announces itself as WAV, AIFF, AU or Ogg, RIFX and RF64 included; FFmpeg (PyAV) reads FLAC,
MPEG, M4A, AMR, CAF and whatever libsndfile refuses. MPEG and ALAC never go to libsndfile: its decoders for them
write remarks on stderr. Neither library sees anything but a regular file, and neither may open another file or the
network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Mono = NDArray[np.float32]
"""Shape (n,), finite, within full scale (-1 to 1)."""

_MAGIC = (b"RIFF", b"RIFX", b"RF64", b"riff", b"FORM", b".snd", b"dns.", b"OggS")

_BLOCK = 65_536
"""Frames decoded at a time: 1.5 s at 44.1 kHz, so that limits are looked at often and memory stays small."""

_LIMITS = {
    "protocol_whitelist": "file",
    "format_whitelist": "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,caf,flac,gsm,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
                        "mp3,mpeg,mpegts,ogg,opus,rm,tta,voc,w64,wav,wv",
}
"""Playlists (HLS, concat, DASH) are left out on purpose: they make FFmpeg open other files and addresses."""

_DAMAGED_SHARE = 0.05
"""Packets that may be undecodable before a file counts as damaged. A cut first or last packet is common in
recordings cut from a stream; with more than that, the timing of the reply would no longer be true."""


class Undecodable(Exception):  # noqa: N818 - not an error shown to anyone: the next decoder is asked
    """This decoder can't read the file to its end."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An opened file: its rate, what it says of its length, and its audio."""

    rate: int
    """Hertz, as the file says: may be absurd."""
    frames: int | None
    """Length according to the header; None when it says nothing."""
    blocks: Iterator[Mono]
    """Raises where the file is damaged: consume it inside the decoder's `with` block."""


def decoders(path: Path) -> tuple[Callable[[Path], AbstractContextManager[Stream]], ...]:
    """The decoders to try, best first. A fault inside their `with` block comes out as Undecodable."""
    with path.open("rb") as file:
        head = file.read(4)
    if head in _MAGIC:
        return (_libsndfile, _ffmpeg)
    # Where a FLAC header understates the length, libsndfile stops there and FFmpeg reads on.
    return (_ffmpeg, _libsndfile) if head == b"fLaC" else (_ffmpeg,)


@contextmanager
def _libsndfile(path: Path) -> Iterator[Stream]:
    import soundfile  # late: 40 ms

    try:
        with soundfile.SoundFile(str(path)) as file:
            # FLAC without a length reports 2^63 - 1 frames.
            frames = file.frames if 0 <= file.frames < 2**60 else None
            yield Stream(file.samplerate, frames, _sound_blocks(file))
    except (soundfile.SoundFileError, ValueError, RuntimeError, TypeError) as error:
        raise Undecodable(str(error)) from error


def _sound_blocks(file: object) -> Iterator[Mono]:
    read = file.read  # type: ignore[attr-defined]
    while len(block := read(_BLOCK, dtype="float32", always_2d=True)):
        yield _mix(block, axis=1)


@contextmanager
def _ffmpeg(path: Path) -> Iterator[Stream]:
    import av  # late: 60 ms
    import av.logging

    av.logging.set_level(None)  # nothing of FFmpeg's own log reaches stderr
    try:
        # With the protocol named, FFmpeg does not take `a:b.wav` for an address.
        with av.open(f"file:{path.absolute()}", options=_LIMITS, metadata_errors="ignore") as container:
            # A damaged header can announce a codec that does not exist.
            codec = container.streams.audio[0].codec_context if container.streams.audio else None
            if codec is None:
                raise Undecodable("no audio stream")
            rate = codec.sample_rate or 0
            yield Stream(rate, None, _packets(container, rate))
    except (av.FFmpegError, ValueError, RuntimeError, LookupError, OSError) as error:
        raise Undecodable(str(error)) from error


def _packets(container: object, rate: int) -> Iterator[Mono]:
    import av

    to_planes = av.AudioResampler(format="fltp")
    good = damaged = 0
    for packet in container.demux(audio=0):  # type: ignore[attr-defined]
        try:
            frames = packet.decode()
        except av.FFmpegError:
            damaged += 1
            continue
        good += 1
        for frame in frames:
            if frame.sample_rate != rate:
                raise Undecodable("the sample rate changes in mid-stream")
            for converted in to_planes.resample(frame):
                yield _mix(np.asarray(converted.to_ndarray(), np.float32), axis=0)
    if damaged > max(1.0, _DAMAGED_SHARE * good):
        raise Undecodable(f"{damaged} of {good + damaged} packets are damaged")


def _mix(channels: Mono, axis: int) -> Mono:
    """The average of the channels. Float files may hold anything; a NaN would spread through the resampler."""
    mixed: Mono = np.clip(np.nan_to_num(channels, nan=0.0), -1.0, 1.0).mean(axis=axis, dtype=np.float32)
    return mixed
