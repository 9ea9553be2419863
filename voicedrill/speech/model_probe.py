"""`python -m voicedrill.speech.model_probe FOLDER`: loads a model and recognises a little noise with it.

Run as a process of its own, because a damaged model can crash the process that loads it (a truncated
`disambig_tid.int` does), and because Vosk writes its complaints on stderr. Prints one JSON object:
`{"loads": true, "mandarin": words of `COMMON` that it knows}` or `{"loads": false, "why": "..."}`.
"""

from __future__ import annotations

import json
import random
import sys
from array import array

COMMON = ("我们", "你们", "这个", "没有", "时间", "什么", "这", "们", "吗", "说")
"""Words no Mandarin vocabulary lacks, and characters, for models that know only those. In simplified script, so that
Japanese and traditional models don't pass."""


def main(folder: str) -> dict[str, object]:
    """Load, recognise, look words up."""
    import vosk  # late: 160 ms, and the parent imports COMMON

    vosk.SetLogLevel(-1)
    try:
        model = vosk.Model(model_path=folder)
        recognizer = vosk.KaldiRecognizer(model, 16_000)
        recognizer.SetWords(True)
        noise = random.Random(1)
        recognizer.AcceptWaveform(array("h", [noise.randint(-900, 900) for _ in range(4_000)]).tobytes())
        recognizer.FinalResult()
    except Exception as error:  # noqa: BLE001 - Vosk raises nothing more precise
        return {"loads": False, "why": str(error)}
    return {"loads": True, "mandarin": sum(model.vosk_model_find_word(word) >= 0 for word in COMMON)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])) + "\n")
