"""Speech to text by Vosk, while the reply is spoken.

`VoskRecognizer` decodes in the caller's thread. `BackgroundRecognizer` wraps any recogniser with a thread and a
queue, so that a slow model never delays whoever listens for the end of the reply: feeding costs nothing, and only
what has not been decoded yet is left to do at the end.
"""

from __future__ import annotations

import importlib
import json
import queue
import threading
import weakref
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from voicedrill.core.errors import ModelError, SpeechError
from voicedrill.core.model import RATE, Samples, Transcript, Word
from voicedrill.ports import Recognition, Recognizer
from voicedrill.speech.models import ModelInfo, check_model, describe_model

if TYPE_CHECKING:
    import vosk

_UNKNOWN = frozenset(("", "[unk]", "<unk>", "<UNK>"))
"""What Vosk writes for sound that is no word it knows."""

_CHUNK = RATE // 2
"""Samples handed over at a time when recognition lags behind: half a second keeps the partial text moving."""


# ---------------------------------------------------------------- Vosk

_PIECE = 2 * 2048
"""Bytes Vosk is given at a time (128 ms): smaller costs more calls, larger delays the transcript on the screen."""


class VoskRecognizer:
    """A loaded Vosk model: a `ports.Recognizer`. Several replies may be recognised at once."""

    def __init__(self, model: ModelInfo, loaded: vosk.Model) -> None:
        self._info = model
        self._model = loaded

    @classmethod
    def load(cls, model: ModelInfo | str | Path, verified: Path | None = None) -> VoskRecognizer:
        """Check and load a model.

        Args:
            model: a described model, or its folder.
            verified: folder that remembers which models passed `check_model`.

        Raises:
            ModelError: the model is missing, damaged or not Mandarin.
            SpeechError: Vosk is not installed.
        """
        info = model if isinstance(model, ModelInfo) else describe_model(model)
        check_model(info, verified)
        vosk = _import_vosk()
        vosk.SetLogLevel(-1)
        try:
            # Always by path: by language or name Vosk may download, and may exit the program.
            loaded = vosk.Model(model_path=str(info.path.resolve()))
        except Exception as error:  # Vosk raises nothing more precise
            raise ModelError(
                f"模型 {info.path} 无法加载；请重新安装：voicedrill model install",
                f"model {info.path} cannot be loaded; install it again: voicedrill model install") from error
        return cls(info, loaded)

    @property
    def name(self) -> str:
        """Name and digest of the model."""
        return self._info.label

    @property
    def model(self) -> ModelInfo:
        """The model behind it."""
        return self._info

    def start(self) -> VoskRecognition:
        """Begin a reply."""
        return VoskRecognition(self._model)


class VoskRecognition:
    """The recognition of one reply. Vosk ends an utterance at every longer pause: all of them are collected."""

    def __init__(self, model: vosk.Model) -> None:
        self._recognizer = _import_vosk().KaldiRecognizer(model, RATE)
        self._recognizer.SetWords(True)
        self._words: list[Word] = []
        self._rest = b""

    def feed(self, samples: Samples) -> None:
        """Take more audio: int16 at 16 kHz, any length.

        Vosk looks for the end of an utterance once a call, so the size of the pieces it is given changes what it
        hears. It gets pieces of one size, whatever the caller's: the same audio always gives the same words.

        Raises:
            SpeechError: Vosk failed.
        """
        self._rest += samples.astype("<i2", copy=False).tobytes()
        while len(self._rest) >= _PIECE:
            piece, self._rest = self._rest[:_PIECE], self._rest[_PIECE:]
            self._accept(piece)

    def partial(self) -> str:
        """What has been understood so far, without blanks."""
        words = [w.text for w in self._words]
        words += json.loads(self._recognizer.PartialResult()).get("partial", "").split()
        return "".join(w for w in words if w not in _UNKNOWN)

    def finish(self) -> Transcript:
        """Decode the rest. Words carry start and end in seconds, and Vosk's confidence.

        Raises:
            SpeechError: Vosk failed.
        """
        if self._rest:
            self._accept(self._rest)
        self._collect(self._recognizer.FinalResult())
        return Transcript(tuple(self._words))

    def _accept(self, piece: bytes) -> None:
        try:
            if self._recognizer.AcceptWaveform(piece):
                self._collect(self._recognizer.Result())
        except Exception as error:  # Vosk raises nothing more precise
            raise SpeechError("语音识别中断；录音已保存，请稍后重新评分",
                              "recognition failed; the recording is safe, score it again later") from error

    def _collect(self, result: str) -> None:
        for word in json.loads(result).get("result", []):
            if word["word"] not in _UNKNOWN:
                self._words.append(Word(word["word"], float(word["start"]), float(word["end"]), word.get("conf")))


def _import_vosk() -> ModuleType:
    try:
        return importlib.import_module("vosk")  # late: 160 ms
    except (ImportError, OSError) as error:
        raise SpeechError("没有安装 vosk，或本机缺少其运行库；请运行 pip install vosk",
                          "vosk is not installed, or a library it needs is missing; run: pip install vosk") from error


# ---------------------------------------------------------------- in the background


class BackgroundRecognizer:
    """A recogniser whose recognitions run in threads of their own."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer

    @property
    def name(self) -> str:
        """Name and digest of the model."""
        return self._recognizer.name

    def start(self) -> BackgroundRecognition:
        """Begin a reply."""
        return BackgroundRecognition(self._recognizer.start())


class BackgroundRecognition:
    """Runs a recognition in a thread: `feed` and `partial` return at once, `finish` waits for what is left.

    An error of the recognition is raised by `finish`. One that is dropped unfinished stops its thread.
    """

    def __init__(self, recognition: Recognition) -> None:
        self._line = _Line()
        # The thread holds the line, not this object, so that dropping this object can end the thread.
        self._thread = threading.Thread(target=_work, args=(recognition, self._line), name="recognition", daemon=True)
        self._thread.start()
        self._drop = weakref.finalize(self, self._line.queue.put, _DROPPED)
        self._finished = False

    def feed(self, samples: Samples) -> None:
        """Queue more audio; never blocks."""
        if self._finished:
            raise RuntimeError("fed after finish")
        if self._line.error is None:
            self._line.queue.put(samples.copy())

    def partial(self) -> str:
        """What had been understood when the thread last looked."""
        return self._line.partial

    def finish(self) -> Transcript:
        """Wait for the thread.

        Raises:
            SpeechError: recognition failed while the reply was running.
        """
        self._finished = True
        self._line.queue.put(_END)
        self._thread.join()
        self._drop.detach()
        if self._line.error is not None:
            raise self._line.error
        return self._line.transcript


_END = "end"
_DROPPED = "dropped"


class _Line:
    """What the two threads share."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[Samples | str] = queue.SimpleQueue()
        self.partial = ""
        self.transcript = Transcript()
        self.error: BaseException | None = None


def _work(recognition: Recognition, line: _Line) -> None:
    try:
        while True:
            samples, message = _take(line.queue)
            if message == _DROPPED:
                return
            if len(samples):
                recognition.feed(samples)
                line.partial = recognition.partial()
            if message == _END:
                line.transcript = recognition.finish()
                return
    except BaseException as error:  # noqa: BLE001 - raised again by `finish`
        line.error = error


def _take(pieces: queue.SimpleQueue[Samples | str]) -> tuple[Samples, str | None]:
    """What is waiting, up to a chunk, and the message that ends it if there is one. Waits for at least one piece."""
    taken: list[Samples] = []
    piece = pieces.get()
    while not isinstance(piece, str):
        taken.append(piece)
        if sum(map(len, taken)) >= _CHUNK or pieces.empty():
            return np.concatenate(taken), None
        piece = pieces.get()
    return (np.concatenate(taken) if taken else np.zeros(0, np.int16)), piece
