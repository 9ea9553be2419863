"""A person at a microphone and a loudspeaker: the live counterpart of `file_device`.

Both streams run from opening to closing. The loudspeaker tells when the prompt's last sample was heard; the answer
begins at the sample the microphone took at that moment, even if nobody asked for it until later.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from types import TracebackType
from typing import TypeVar

from voicedrill.audio import portaudio
from voicedrill.audio.capture import Microphone
from voicedrill.audio.conversion import BlockConverter
from voicedrill.audio.devices import DeviceInfo
from voicedrill.audio.playback import Loudspeaker, PromptEnd
from voicedrill.core.model import RATE, Recording, Samples, Timing


class LiveDevice:
    """A `ports.AudioOutput` and a `ports.AudioInput` with one clock. Use it as a context manager."""

    def __init__(self, microphone: DeviceInfo, loudspeaker: DeviceInfo, rate: int = RATE) -> None:
        """`rate` is what the devices are asked for, Hz; one that refuses runs at its own. Nothing is opened yet."""
        self._infos = microphone, loudspeaker
        self._rate = rate
        self._hush = ExitStack()
        """While the devices are open, a stumbling driver must not write across the user's screen."""
        self._microphone: Microphone | None = None
        self._loudspeaker: Loudspeaker | None = None
        self._prompt_end: PromptEnd | None = None
        self._used = False
        """Whether a capture has begun at that end."""

    def __enter__(self) -> LiveDevice:
        microphone, loudspeaker = self._infos
        try:
            self._hush.enter_context(portaudio.quiet())
            self._microphone = Microphone(microphone, self._rate)
            self._loudspeaker = Loudspeaker(loudspeaker, self._rate)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the devices back; never hangs."""
        for stream in (self._loudspeaker, self._microphone):
            if stream is not None:
                stream.close()
        self._loudspeaker = self._microphone = None
        self._hush.close()

    @property
    def timing(self) -> Timing:
        """How far the first sample of the last capture can be trusted as the prompt's end.

        Unknown when no prompt was played before it.
        """
        if self._prompt_end is None:
            return Timing.UNKNOWN
        return Timing.UNRELIABLE if self.doubts else Timing.EXACT

    @property
    def doubts(self) -> tuple[str, ...]:
        """Codes of what went wrong around the last prompt's end and in the capture after it."""
        said = () if self._prompt_end is None else self._prompt_end.doubts
        return (*said, *sorted(_opened(self._microphone).doubts))

    def play(self, recording: Recording) -> None:
        """Play the recording; return when its last sample has been heard.

        Raises:
            AudioError: the loudspeaker failed.
        """
        self._prompt_end = None
        _opened(self._microphone).forget()
        self._prompt_end = _opened(self._loudspeaker).play(recording)
        self._used = False

    def blocks(self) -> Generator[Samples, None, None]:
        """Audio from the end of the last prompt on; from now on when no prompt came since the last capture.

        Raises:
            AudioError: the microphone failed.
        """
        microphone = _opened(self._microphone)
        if self._used:
            self._prompt_end = None
        self._used = True
        since = None if self._prompt_end is None else self._prompt_end.time
        converter = BlockConverter(microphone.rate, microphone.channels)
        for samples in microphone.listen(since):
            yield from converter.convert(samples)


_Stream = TypeVar("_Stream", Microphone, Loudspeaker)


def _opened(stream: _Stream | None) -> _Stream:
    if stream is None:
        raise ValueError("the device is not open: use it as a context manager")
    return stream
