"""A microphone alone: for captures that follow no prompt, where no clock has to agree with a loudspeaker's."""

from __future__ import annotations

from collections.abc import Generator
from types import TracebackType

from voicedrill.audio.capture import Microphone
from voicedrill.audio.conversion import BlockConverter
from voicedrill.audio.devices import DeviceInfo
from voicedrill.core.model import RATE, Samples, Timing


class MicrophoneInput:
    """A `ports.AudioInput` that hears from the moment it is asked. Use it as a context manager.

    The device is opened when it is first listened to, and stays open, so that it is known from then on whether it was
    ever heard: a headset with a noise gate sends zeros between two sentences.
    """

    timing = Timing.UNKNOWN

    def __init__(self, device: DeviceInfo) -> None:
        """Nothing is opened yet."""
        self._device = device
        self._microphone: Microphone | None = None

    def __enter__(self) -> MicrophoneInput:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self._microphone is not None:
            self._microphone.close()

    def blocks(self) -> Generator[Samples, None, None]:
        """Audio from now on.

        Raises:
            AudioError: the device cannot be opened, is gone, or sends nothing but zeros.
        """
        if self._microphone is None:
            self._microphone = Microphone(self._device, RATE)
        microphone = self._microphone
        microphone.forget()
        converter = BlockConverter(microphone.rate, microphone.channels)
        for samples in microphone.listen(None):
            yield from converter.convert(samples)
