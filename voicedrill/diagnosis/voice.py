"""The customer's voice: is there one, and does it speak Mandarin? What it says is recognised to find out."""

from __future__ import annotations

import platform

from rapidfuzz.distance import Levenshtein

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.errors import SpeechError
from voicedrill.core.model import Recording
from voicedrill.core.text import normalise
from voicedrill.diagnosis.check import Check, Grade, fault
from voicedrill.ports import Recognizer
from voicedrill.speech.synthesis import Pyttsx3Synthesizer

SENTENCE = "老客户都说我们的质量很放心"
"""Of the packs' words, so that the embedded model knows them; not in its language model."""

UNDERSTOOD = 0.3
"""Syllable error. The right voice has 0; Debian's broken `cmn`, which reads 这个 as English, over .7."""

_INSTALL = (Bilingual("运行 sudo apt install espeak-ng，或 pip install --upgrade espeakng-loader",
                      "run: sudo apt install espeak-ng, or: pip install --upgrade espeakng-loader")
            if platform.system() == "Linux" else
            Bilingual("在系统设置里安装普通话（中国大陆）语音",
                      "install a Mandarin (mainland China) voice in the system's settings"))


def check_voice(synthesizer: Pyttsx3Synthesizer, recognizer: Recognizer | None) -> Check:
    """Speak a sentence into memory, and recognise it.

    Args:
        synthesizer: without a cache, or yesterday's voice would be heard.
        recognizer: what understands the platform's voices; None when there is nothing of the kind.
    """
    try:
        recording = synthesizer.synthesize(SENTENCE)
        engine = f"{synthesizer.engine}{_origin()}"
    except SpeechError as error:
        return fault("voice", error, remedy=_INSTALL)
    details = {"engine": engine, "seconds": recording.seconds}
    if recognizer is None:
        return Check("voice", Grade.OK, Bilingual(f"语音 {engine} 能发声（没有模型可核对内容）",
                                                  f"the voice {engine} speaks (nothing is here to check what)"),
                     details=details)
    heard, error_rate = _understand(recording, recognizer)
    details |= {"sentence": SENTENCE, "heard": heard, "syllable_error": error_rate}
    if error_rate > UNDERSTOOD:
        return Check("voice", Grade.WARN,
                     Bilingual(f"语音 {engine} 说的不像普通话：让它说“{SENTENCE}”，听到“{heard}”",
                               f"the voice {engine} does not speak Mandarin: {SENTENCE} was heard as {heard}"),
                     _INSTALL, details)
    return Check("voice", Grade.OK, Bilingual(f"语音 {engine} 说的是普通话（合成后识别核对过）",
                                              f"the voice {engine} speaks Mandarin (rendered and decoded back)"),
                 details=details)


def _understand(recording: Recording, recognizer: Recognizer) -> tuple[str, float]:
    """What is heard, and its syllable error rate."""
    import numpy as np

    recognition = recognizer.start()
    pause = np.zeros(recording.rate // 2, np.int16)  # recognisers lose a first sound that comes at once
    recognition.feed(np.concatenate([pause, recording.samples, pause]))
    transcript = recognition.finish()
    expected, heard = normalise([SENTENCE]), normalise([w.text for w in transcript.words])
    return transcript.text, Levenshtein.distance(expected.syllables, heard.syllables) / len(expected.syllables)


def _origin() -> str:
    """Where espeak-ng comes from, on Linux."""
    if platform.system() != "Linux":
        return ""
    from voicedrill.speech.espeak import load_library

    library = load_library()
    return "" if library is None else " (pip)" if library.data else " (system)"
