"""libespeak-ng through ctypes: phoneme mnemonics of a text, and speech with the time of every phoneme.

The system's library comes first (Debian: libespeak-ng1); without it the one inside the PyPI package
`espeakng-loader`. The voice is always cmn-latn-pinyin: the plain cmn of espeak-ng 1.51 reads hanzi as English.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MANDARIN = "cmn-latn-pinyin"
RATE = 16000
_EVENT_END, _EVENT_PHONEME = 0, 7
_PARAMETERS = {"rate": 1, "volume": 2, "pitch": 3, "pitch_range": 4, "word_gap": 7}
_SYNCHRONOUS, _PHONEME_EVENTS, _UTF8 = 2, 1, 1


class EspeakError(RuntimeError):
    """No espeak-ng library, or one without the voice asked for."""


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True)
class Voice:
    """One way of speaking: an espeak voice variant (timbre) with its pace and pitch."""

    variant: str = ""
    """Name of a file under espeak-ng-data/voices/!v; empty is the plain voice."""
    rate: int = 175
    """Words per minute in espeak's sense; 175 gives about four syllables a second."""
    pitch: int = 50
    """0 to 99."""
    pitch_range: int = 50
    """0 to 99."""
    word_gap: int = 0
    """Silence between syllables, in units of 10 ms."""
    base: str = MANDARIN
    """Voice of the language; other than Mandarin only to make foreign speech."""


@dataclass(frozen=True)
class Speech:
    """What espeak said."""

    samples: NDArray[np.float32]
    """16 kHz, in the scale of int16, not clipped or rounded; shape (n,)."""
    events: list[tuple[float, str]]
    """Start in seconds and espeak's name of each phoneme."""
    trace: str
    """Mnemonics as spoken, after tone sandhi; the events carry no tone."""


class Espeak:
    """The library. Its state is global, so every call sets what it needs; not for use from several threads."""

    def __init__(self) -> None:
        self._library, data = _load()
        self._rate = self._library.espeak_Initialize(_SYNCHRONOUS, 200, data, _PHONEME_EVENTS)
        if self._rate <= 0:
            raise EspeakError("espeak-ng found no voice data: install the Debian package espeak-ng-data")
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._callback = _Callback(self._collect)
        self._blocks: list[NDArray[np.int16]] = []
        self._events: list[tuple[float, str]] = []
        self._open_trace()

    def _open_trace(self) -> None:
        """Let espeak write its phoneme trace into memory: the only place where spoken tones appear."""
        libc = ctypes.CDLL(None)
        libc.open_memstream.restype = ctypes.c_void_p
        libc.fseeko.argtypes = [ctypes.c_void_p, ctypes.c_long, ctypes.c_int]
        self._libc, self._trace, self._trace_size = libc, ctypes.c_char_p(), ctypes.c_size_t()
        stream = libc.open_memstream(ctypes.byref(self._trace), ctypes.byref(self._trace_size))
        self._stream = ctypes.c_void_p(stream)

    def _collect(self, wave: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if wave and count > 0:
            self._blocks.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while events[index].type != _EVENT_END:
            if events[index].type == _EVENT_PHONEME:
                name = bytes(events[index].id.string).decode("utf-8", "replace")
                self._events.append((events[index].sample / self._rate, name))
            index += 1
        return 0

    def _select(self, name: str) -> None:
        if self._library.espeak_SetVoiceByName(name.encode()) != 0:
            raise EspeakError(f"espeak-ng has no voice {name!r}: version 1.51 or newer is needed")

    def phonemes(self, text: str) -> str:
        """Mnemonics of Mandarin text with dictionary tones (before sandhi): quick, no audio is made."""
        self._select(MANDARIN)
        buffer = ctypes.create_string_buffer(text.encode("utf-8") + b"\0")
        rest = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses = []
        while rest.value:
            clause = self._library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, 0) or b""
            clauses.append(clause.decode("utf-8", "replace"))
        return " ".join(clauses)

    def say(self, text: str, voice: Voice) -> Speech:
        """Speak hanzi or numbered pinyin.

        Some variants render some texts as silence: check the samples. The library crashes now and then after
        hours in one process, so long runs are cut into shards.

        Raises:
            EspeakError: no such variant or base voice.
        """
        import soxr

        self._select(voice.base + (f"+{voice.variant}" if voice.variant else ""))
        values = {
            "rate": voice.rate,
            "volume": 100,
            "pitch": voice.pitch,
            "pitch_range": voice.pitch_range,
            "word_gap": voice.word_gap,
        }
        for name, value in values.items():
            self._library.espeak_SetParameter(_PARAMETERS[name], int(value), 0)
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_SetPhonemeTrace(1, self._stream)
        self._blocks, self._events = [], []
        self._libc.fseeko(self._stream, 0, 0)
        data = text.encode("utf-8") + b"\0"
        size = ctypes.c_size_t(len(data))
        self._library.espeak_Synth(ctypes.c_char_p(data), size, 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        pcm = np.concatenate(self._blocks) if self._blocks else np.zeros(0, np.int16)
        samples = soxr.resample(pcm.astype(np.float32), self._rate, RATE) if len(pcm) else pcm
        self._libc.fflush(self._stream)
        trace = ctypes.string_at(self._trace, self._trace_size.value).decode("utf-8", "replace")
        return Speech(np.asarray(samples, np.float32), list(self._events), trace.replace("\n", " "))


def _load() -> tuple[ctypes.CDLL, bytes | None]:
    """The library and the folder of its data (None: the one compiled in)."""
    try:
        return ctypes.CDLL(ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1"), None
    except OSError:
        pass
    try:
        import espeakng_loader
    except ImportError as error:
        raise EspeakError(
            "espeak-ng is missing: apt-get install espeak-ng, or pip install espeakng-loader"
        ) from error
    return ctypes.CDLL(espeakng_loader.get_library_path()), str(espeakng_loader.get_data_path()).encode()
