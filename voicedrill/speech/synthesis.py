"""Text to speech by pyttsx3, through a worker process per utterance and a cache on disk.

Speech is rendered to a file and played through our own device, never by pyttsx3 itself: so the end of the prompt is
known to the sample, the output device can be chosen, and a prompt heard once comes from the cache in a millisecond.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import wave
from functools import cached_property
from pathlib import Path

import numpy as np

from voicedrill.core.errors import SpeechError
from voicedrill.core.model import RATE, Recording, Samples
from voicedrill.speech import espeak
from voicedrill.speech.workers import run_worker

RATE_WPM = 220
"""Speaking rate as pyttsx3 counts it. On espeak-ng 200-240 gives 4.5-5.5 字 per second, an unhurried customer."""

VOLUME = 0.8
"""Loudest without clipping: espeak-ng clips at 1.0."""

TIMEOUT = 30.0
"""Seconds for one utterance, which takes 0.2 s. Windows loads its voices on first use, and machines are busy."""

_ATTEMPTS = 2
"""Now and then an engine gives an empty file; asked again, it gives a whole one."""

_SHORTEST = 0.05
"""Seconds per character. No voice speaks faster than 20 字 per second: a shorter file is a broken one."""

_FORMAT = 2
"""Part of the cache key: raise it when rendering changes in a way that makes old entries wrong."""


class Pyttsx3Synthesizer:
    """A `ports.Synthesizer` with the platform's Mandarin voice: espeak-ng on Linux, the system's own elsewhere."""

    def __init__(self, cache_dir: Path | None, voice: str | None = None, rate: int = RATE_WPM,
                 volume: float = VOLUME, timeout: float = TIMEOUT) -> None:
        """Nothing is started or looked for yet.

        Args:
            cache_dir: where rendered prompts are kept; None keeps none.
            voice: name or id of a voice, on espeak-ng with variant (`cmn-latn-pinyin+f2`); None for the best
                Mandarin one.
            rate: words per minute, as pyttsx3 understands it.
            volume: 0-1.
            timeout: seconds for one utterance.
        """
        self._cache_dir = cache_dir
        self._voice = voice
        self._rate = rate
        self._volume = volume
        self._timeout = timeout

    def synthesize(self, text: str) -> Recording:
        """Speak the text: 16 kHz, silence at the end cut off, so that the last sample is the end of the prompt.

        Raises:
            SpeechError: no engine or no Mandarin voice (the message names what to install), or the engine failed.
        """
        cached = self._cache_dir / f"{self._key(text)}.wav" if self._cache_dir else None
        if cached and (kept := _read_cached(cached)) is not None:
            return Recording(kept)
        samples = self._render(text)
        if cached:
            _write_cached(cached, samples)
        return Recording(samples)

    @cached_property
    def engine(self) -> str:
        """Name and version of what speaks, e.g. `espeak-ng 1.51`."""
        if not sys.platform.startswith("linux"):
            return f"{platform.system()} {platform.release()}"
        library = espeak.load_library()
        if library is None:
            raise _fault("no_library", "")
        return f"espeak-ng {library.version}"

    def _key(self, text: str) -> str:
        parts = (_FORMAT, text, self._voice, self._rate, self._volume, self.engine)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def _render(self, text: str) -> Samples:
        fault = SpeechError("", "")
        for _ in range(_ATTEMPTS):
            try:
                return self._render_once(text)
            except _Retry as error:
                fault = _fault("engine", str(error))
        raise fault

    def _render_once(self, text: str) -> Samples:
        with tempfile.TemporaryDirectory(prefix="voicedrill-", ignore_cleanup_errors=True) as folder:
            out = Path(folder) / ("speech.aiff" if sys.platform == "darwin" else "speech.wav")  # macOS: always AIFF
            request = {"text": text, "out": str(out), "voice": self._voice, "rate": self._rate,
                       "volume": self._volume}
            try:
                done = run_worker("voicedrill.speech.synthesis_worker", [], json.dumps(request), self._timeout)
                answer = json.loads(done.stdout)
            except subprocess.TimeoutExpired as error:
                raise _Retry(f"no speech within {self._timeout:g} s") from error
            except ValueError as error:
                raise _Retry(f"the worker ended with code {done.returncode}") from error
            if answer["fault"] == "engine":
                raise _Retry(str(answer.get("detail", "")))
            if answer["fault"]:
                raise _fault(answer["fault"], str(answer.get("detail", "")))
            samples = _trim(_read_rendered(out))
        if len(samples) < _SHORTEST * RATE * sum(map(_is_hanzi, text)) or not len(samples):
            raise _Retry("the speech is empty or cut short")
        return samples


class _Retry(Exception):  # noqa: N818 - never leaves this module
    """The engine failed in a way that may pass."""


def _read_rendered(path: Path) -> Samples:
    import soundfile
    import soxr

    try:
        samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise _Retry("the engine wrote no audio file") from error
    mono = soxr.resample(samples.mean(axis=1), rate, RATE)
    rendered: Samples = np.clip(np.rint(mono * 32768), -32768, 32767).astype(np.int16)
    return rendered


_QUIET = 33
"""|x| up to here, -60 dBFS, is silence at the end of a prompt."""

_TAIL = int(0.03 * RATE)
"""Samples kept after the last loud one, so that no vowel breaks off."""


def _trim(samples: Samples) -> Samples:
    """Without the silence at the end: espeak-ng adds up to 0.4 s, which would count as the trainee's speed."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _QUIET)
    return samples[:loud[-1] + _TAIL] if len(loud) else samples[:0]


def _is_hanzi(character: str) -> bool:
    return "一" <= character <= "鿿"


# ---------------------------------------------------------------- cache


def _read_cached(path: Path) -> Samples | None:
    """A cache entry, None when there is none or it is damaged."""
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
                return None
            data = file.readframes(file.getnframes())
            whole = 0 < file.getnframes() == len(data) // 2
    except (OSError, EOFError, wave.Error):
        return None
    return np.frombuffer(data, "<i2").astype(np.int16) if whole else None


def _write_cached(path: Path, samples: Samples) -> None:
    """Atomically, so that two programs may render the same prompt. Without a cache everything works, only slower."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as raw, wave.open(raw, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(samples.astype("<i2", copy=False).tobytes())
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


# ---------------------------------------------------------------- faults


def _fault(kind: str, detail: str) -> SpeechError:
    if kind == "no_library":
        return SpeechError(
            "没有语音合成引擎 espeak-ng；请运行 sudo apt install espeak-ng，或 pip install espeakng-loader",
            "no speech engine espeak-ng; run: sudo apt install espeak-ng, or: pip install espeakng-loader")
    if kind == "no_pyttsx3":
        return SpeechError(f"pyttsx3 无法使用（{detail}）；请运行 pip install pyttsx3",
                           f"pyttsx3 cannot be used ({detail}); run: pip install pyttsx3")
    if kind == "no_voice" and detail:
        return SpeechError(f"没有名为 {detail} 的语音；请换一个，或留空使用默认普通话语音",
                           f"there is no voice named {detail}; name another, or none for the default Mandarin voice")
    if kind == "no_voice":
        return SpeechError(*_INSTALL_VOICE.get(sys.platform, _INSTALL_VOICE["win32"]))
    return SpeechError(f"语音合成失败（{detail}）；请再试一次，或运行 pip install --upgrade pyttsx3",
                       f"speech synthesis failed ({detail}); try again, or run: pip install --upgrade pyttsx3")


_INSTALL_VOICE = {
    "darwin": ("没有普通话语音；请在 系统设置 › 辅助功能 › 朗读内容 › 系统嗓音 中下载 Tingting",
               "no Mandarin voice; download Tingting in System Settings > Accessibility > Spoken Content"),
    "win32": ("没有普通话语音；请在 设置 › 时间和语言 › 语音 中添加 中文(简体，中国)",
              "no Mandarin voice; add Chinese (Simplified, China) in Settings > Time & language > Speech"),
}
