"""`python -m voicedrill.diagnosis.sound_probe [MICROPHONE]`: lists the devices, then listens for a second.

A process of its own, because PortAudio aborts on a broken ALSA configuration and drivers may hang. Prints one JSON
object a line, so that what was found out before a crash is not lost: `{"devices": [...]}`, then `{"heard": {...}}` of
the microphone by that name (or the default one); or `{"error": [zh, en]}` in the place of either.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import sys
from contextlib import closing

from voicedrill.core.errors import AudioError, VoiceDrillError

SECONDS = 1.0
"""Long enough for the noise of a room, short enough to wait for."""


def main(remembered: str | None) -> None:
    """List, choose, listen."""
    from voicedrill.audio.devices import choose_device, list_devices

    try:
        devices = list_devices()
    except AudioError as error:
        _tell(error=_texts(error))
        return
    _tell(devices=[dataclasses.asdict(device) for device in devices])
    if not any(device.inputs for device in devices):
        return
    try:
        device = choose_device("input", None, remembered)
        _tell(heard={"device": device.name, **_listen(device.index)})
    except AudioError as error:
        _tell(error=_texts(error))


def _listen(index: int) -> dict[str, object]:
    """Level and highest sample of a second of sound."""
    import numpy as np

    from voicedrill.audio.devices import list_devices
    from voicedrill.audio.microphone import MicrophoneInput
    from voicedrill.core.model import RATE
    from voicedrill.ports import BLOCK

    with MicrophoneInput(list_devices()[index]) as microphone, closing(microphone.blocks()) as heard:
        blocks = list(itertools.islice(heard, int(SECONDS * RATE) // BLOCK))
    samples = np.concatenate(blocks).astype(np.float64) / 32768
    power = float(np.mean(samples**2))
    return {"seconds": len(samples) / RATE, "peak": float(np.max(np.abs(samples))),
            "dbfs": 10 * float(np.log10(power)) if power > 0 else None}


def _texts(error: VoiceDrillError) -> list[str]:
    return [error.to("zh"), error.to("en")]


def _tell(**what: object) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
