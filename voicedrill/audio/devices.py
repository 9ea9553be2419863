"""Which microphones and loudspeakers there are, and which one is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from voicedrill.audio import portaudio
from voicedrill.core.errors import AudioError

Kind = Literal["input", "output"]


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """A device as PortAudio lists it."""

    index: int
    """Moves when devices come and go: remember the name."""
    name: str
    host_api: str
    inputs: int
    """Channels."""
    outputs: int
    """Channels."""
    default_rate: int
    """Hertz."""
    is_default_input: bool = False
    is_default_output: bool = False

    def serves(self, kind: Kind) -> bool:
        """Whether it has channels of that direction."""
        return (self.inputs if kind == "input" else self.outputs) > 0

    def is_default(self, kind: Kind) -> bool:
        """Whether it is the system's choice for that direction."""
        return self.is_default_input if kind == "input" else self.is_default_output


def list_devices() -> tuple[DeviceInfo, ...]:
    """Every device, in PortAudio's order, with its index as position.

    Raises:
        AudioError: PortAudio is missing or does not start.
    """
    sounddevice = portaudio.load()
    host_apis = sounddevice.query_hostapis()
    default_input, default_output = _defaults(sounddevice.default.device, host_apis)
    return tuple(
        DeviceInfo(index, str(d["name"]), str(host_apis[d["hostapi"]]["name"]), int(d["max_input_channels"]),
                   int(d["max_output_channels"]), round(d["default_samplerate"]),
                   index == default_input, index == default_output)
        for index, d in enumerate(sounddevice.query_devices())
    )


def choose_device(kind: Kind, wanted: str | int | None = None, remembered: str | None = None,
                  devices: Sequence[DeviceInfo] | None = None) -> DeviceInfo:
    """The device to use: the one wanted, else the one remembered if it is there, else the system's default.

    Args:
        kind: the direction it must serve.
        wanted: index, or part of the name in any case; a whole name goes before a part.
        remembered: name of the device used last; a device that is away is passed over in silence, so compare the
            name of what is returned.
        devices: those to choose from; None asks PortAudio.

    Raises:
        AudioError: nothing fits, several fit, or there is no device at all.
    """
    candidates = [d for d in (list_devices() if devices is None else devices) if d.serves(kind)]
    if not candidates:
        raise AudioError(f"没有找到{_ZH[kind]}；请接上设备，或用 --input 指定录音文件",
                         f"no {_EN[kind]} was found; connect one, or name a recording with --input FILE")
    if wanted is not None:
        return _find(kind, str(wanted), candidates)
    for device in _preferred(candidates, kind):
        if remembered is not None and device.name == remembered:
            return device
    return _preferred(candidates, kind)[0]


_ZH: dict[Kind, str] = {"input": "麦克风", "output": "扬声器"}
_EN: dict[Kind, str] = {"input": "microphone", "output": "loudspeaker"}


def _defaults(chosen: object, host_apis: tuple[dict[str, int], ...]) -> tuple[int, int]:
    """Indices of the default devices, -1 for none: what was set for the process, else the first host API's."""
    asked_input, asked_output = (d if isinstance(d, int) else -1 for d in tuple(chosen))  # type: ignore[arg-type,var-annotated]
    first = host_apis[0] if host_apis else {}
    return (asked_input if asked_input >= 0 else int(first.get("default_input_device", -1)),
            asked_output if asked_output >= 0 else int(first.get("default_output_device", -1)))


def _find(kind: Kind, wanted: str, candidates: list[DeviceInfo]) -> DeviceInfo:
    if wanted.strip().isdecimal():
        matches = [d for d in candidates if d.index == int(wanted)]
    else:
        part = wanted.strip().casefold()
        matches = [d for d in candidates if d.name.casefold() == part]
        matches = matches or [d for d in candidates if part in f"{d.name}, {d.host_api}".casefold()]
    if not matches:
        raise AudioError(f"没有名称或编号为“{wanted}”的{_ZH[kind]}；可选：{_listed(candidates)}",
                         f'no {_EN[kind]} is called or numbered "{wanted}"; choose from: {_listed(candidates)}')
    if len({d.name for d in matches}) > 1:
        raise AudioError(f"“{wanted}”对应多个{_ZH[kind]}；请写编号：{_listed(matches)}",
                         f'"{wanted}" fits several {_EN[kind]}s; give the number: {_listed(matches)}')
    return _preferred(matches, kind)[0]


def _preferred(devices: list[DeviceInfo], kind: Kind) -> list[DeviceInfo]:
    """The default first, then those of its host API: Windows lists each device once for every API."""
    api = next((d.host_api for d in devices if d.is_default(kind)), devices[0].host_api)
    return sorted(devices, key=lambda d: (not d.is_default(kind), d.host_api != api, d.index))


def _listed(devices: list[DeviceInfo]) -> str:
    return ", ".join(f"{d.index} {d.name}" for d in devices)
