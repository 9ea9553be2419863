"""`voicedrill devices`: microphones and speakers, listed as `python -m sounddevice` does."""

from __future__ import annotations

from typing import Annotated

import typer

from voicedrill.cli.language import t


def devices(as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))] = False) -> None:
    """One line per device; `>` and `<` mark the default input and output."""
    from dataclasses import asdict

    from voicedrill.audio.devices import list_devices
    from voicedrill.cli.screen import print_json, result_console

    found = list_devices()
    if as_json:
        print_json([asdict(device) for device in found])
        return
    console = result_console()
    for device in found:
        mark = (">" if device.is_default_input else " ") + ("<" if device.is_default_output else " ")
        console.print(f"{mark} {device.index:>2} {device.name}, {device.host_api} "
                      f"({device.inputs} in, {device.outputs} out)", markup=False, soft_wrap=True)
    if not found:
        console.print(t("没有找到音频设备。", "No audio device found."))
