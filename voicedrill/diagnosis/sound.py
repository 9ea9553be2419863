"""PortAudio, devices, and whether the microphone hears anything."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterator
from typing import Any

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.errors import AudioError
from voicedrill.diagnosis.check import Check, Grade, fault
from voicedrill.speech.workers import run_worker

_TIMEOUT = 25.0
"""Seconds. It takes 2; a sound server that starts up, or a Bluetooth headset that wakes, may take ten more."""

LOUD_ROOM = -40.0
"""dBFS of a second in which nobody was asked to speak: speech at a headset has -25, so noise at this level leaves a
signal-to-noise ratio that recognition suffers under."""

_CONNECT = Bilingual("接上耳麦，或在系统声音设置里启用设备；没有声卡也可以用 --input 练录音",
                     "connect a headset, or enable the device in the system's sound settings; without one, practise "
                     "on recordings with --input")
_SILENT = Bilingual("取消麦克风静音，并在系统设置里允许使用麦克风，或换一个输入设备",
                    "unmute the microphone and allow its use in the system's settings, or choose another device")


def check_sound(remembered: str | None) -> Iterator[Check]:
    """PortAudio in a process of its own, inputs and outputs, the level of the microphone.

    Args:
        remembered: name of the microphone used last; None for the default one.
    """
    said, end = _probe(remembered)
    devices = said.get("devices")
    if devices is None:
        yield _portaudio_fault(said.get("error"), end)
        return
    yield Check("portaudio", Grade.OK, Bilingual(f"PortAudio 正常，{len(devices)} 个音频设备",
                                                 f"PortAudio works, {len(devices)} audio devices"))
    yield _direction("input", devices)
    yield _direction("output", devices)
    if any(device["inputs"] for device in devices):
        yield _microphone(said, end)


def _probe(remembered: str | None) -> tuple[dict[str, Any], str]:
    """What the probe said, and how it ended: "" when all was well."""
    try:
        done = run_worker("voicedrill.diagnosis.sound_probe", [remembered] if remembered else [], "", _TIMEOUT)
        lines, end = done.stdout.splitlines(), "" if done.returncode == 0 else f"exit code {done.returncode}"
    except subprocess.TimeoutExpired as error:
        lines = os.fsdecode(error.stdout or b"").splitlines()  # bytes, whatever was asked for
        end = f"no answer within {_TIMEOUT:.0f} s"
    said: dict[str, Any] = {}
    for line in lines:
        try:
            said |= json.loads(line)
        except ValueError:  # a driver that chatters on stdout
            continue
    return said, end


def _portaudio_fault(texts: list[str] | None, end: str) -> Check:
    if texts:
        return fault("portaudio", AudioError(*texts))
    remedy = (Bilingual("检查 ALSA 配置（~/.asoundrc、/etc/asound.conf），或运行 sudo apt install libasound2-plugins",
                        "check the ALSA configuration (~/.asoundrc, /etc/asound.conf), or run: sudo apt install "
                        "libasound2-plugins")
              if platform.system() == "Linux" else
              Bilingual("重启电脑或更新声卡驱动", "restart the computer, or update the sound driver"))
    return Check("portaudio", Grade.FAIL, Bilingual(f"PortAudio 一启动就崩溃（{end}）",
                                                    f"PortAudio crashes when it starts ({end})"), remedy)


_DIRECTIONS = {"input": ("麦克风", "microphone", "inputs"), "output": ("扬声器", "loudspeaker", "outputs")}


def _direction(kind: str, devices: list[dict[str, Any]]) -> Check:
    zh, en, channels = _DIRECTIONS[kind]
    fitting = [d for d in devices if d[channels]]
    if not fitting:
        return Check(f"{kind}_device", Grade.FAIL, Bilingual(f"没有找到{zh}", f"no {en} was found"), _CONNECT)
    default = next((d for d in fitting if d[f"is_default_{kind}"]), fitting[0])
    return Check(f"{kind}_device", Grade.OK,
                 Bilingual(f"{zh} {len(fitting)} 个，默认 {default['name']}",
                           f"{len(fitting)} {en}(s), default {default['name']}"),
                 details={"devices": [d["name"] for d in fitting], "default": default["name"],
                          "default_rate": default["default_rate"]})


def _microphone(said: dict[str, Any], end: str) -> Check:
    heard = said.get("heard")
    if heard is None and "error" in said:
        return fault("microphone", AudioError(*said["error"]))
    if heard is None:
        return Check("microphone", Grade.FAIL, Bilingual(f"麦克风录音时出错（{end}）",
                                                         f"listening to the microphone failed ({end})"),
                     Bilingual("换一个输入设备，或重新插拔后再试", "choose another device, or plug it in again"))
    name, level = heard["device"], heard["dbfs"]
    if level is None:
        return Check("microphone", Grade.WARN, Bilingual(f"麦克风 {name} 录到的全是零（完全静音）",
                                                         f"the microphone {name} sends nothing but zeros"),
                     _SILENT, heard)
    if level > LOUD_ROOM:
        return Check("microphone", Grade.WARN,
                     Bilingual(f"麦克风 {name} 有声音，但没人说话时也有 {level:.0f} dBFS",
                               f"the microphone {name} hears {level:.0f} dBFS though nobody was asked to speak"),
                     Bilingual("换个安静的地方或用耳麦；运行 voicedrill check-voice 看识别受不受影响",
                               "find a quieter place or use a headset; voicedrill check-voice tells whether it "
                               "matters"), heard)
    return Check("microphone", Grade.OK, Bilingual(f"麦克风 {name} 有声音，环境 {level:.0f} dBFS",
                                                   f"the microphone {name} hears the room at {level:.0f} dBFS"),
                 details=heard)
