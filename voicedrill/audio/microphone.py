"""A microphone alone: for captures that follow no prompt, where no clock has to agree with a loudspeaker's."""

from __future__ import annotations

from collections.abc import Generator

from voicedrill.audio.capture import Microphone
from voicedrill.audio.conversion import BlockConverter
from voicedrill.audio.devices import DeviceInfo
from voicedrill.core.model import RATE, Samples, Timing


class MicrophoneInput:
    """A `ports.AudioInput` that hears from the moment it is asked, and opens the device for that time only."""

    timing = Timing.UNKNOWN

    def __init__(self, device: DeviceInfo) -> None:
        """Nothing is opened yet."""
        self.device = device

    def blocks(self) -> Generator[Samples, None, None]:
        """Audio from now on.

        Raises:
            AudioError: the device cannot be opened, is gone, or sends nothing but zeros.
        """
        microphone = Microphone(self.device, RATE)
        try:
            converter = BlockConverter(microphone.rate, microphone.channels)
            for samples in microphone.listen(None):
                yield from converter.convert(samples)
        finally:
            microphone.close()
