"""A throw-away sound card: a private PulseAudio with a virtual loudspeaker and a virtual microphone.

Everything lies in one temporary folder. What a program plays on `speaker` can be heard on `speaker.monitor`; what is
played into `mic_in` is what its microphone hears. The programs must be started with `VirtualCard.environment`, as
PortAudio reads it once, when it starts.

norewinds=1: without it the null sinks rewrite what was already played, and times are wrong by up to a buffer.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).parent

_DAEMON = """\
.fail
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink sink_name=speaker norewinds=1 rate={rate} channels=1
load-module module-null-sink sink_name=mic_in norewinds=1 rate={rate} channels=1
set-default-sink speaker
set-default-source mic_in.monitor
"""

_ALSA = """\
pcm.!default {{ type pulse server "unix:{socket}" hint {{ show on description "virtual card" }} }}
ctl.!default {{ type pulse server "unix:{socket}" }}
pcm.card_speaker {{ type pulse server "unix:{socket}" device speaker }}
pcm.card_mic {{ type pulse server "unix:{socket}" device mic_in.monitor }}
pcm.trainee_mouth {{ type pulse server "unix:{socket}" device mic_in }}
pcm.trainee_ears {{ type pulse server "unix:{socket}" device speaker.monitor }}
"""


def missing() -> str | None:
    """Why there can be no virtual card on this machine, None when there can."""
    for program in ("pulseaudio", "pactl"):
        if shutil.which(program) is None:
            return f"{program} is not installed: apt-get install pulseaudio pulseaudio-utils"
    probe = subprocess.run([sys.executable, "-c", "import sounddevice"], capture_output=True, text=True, check=False)
    if probe.returncode:
        return "PortAudio does not start: apt-get install libportaudio2 libasound2-plugins"
    return None


class VirtualCard:
    """The card, as a context manager."""

    def __init__(self, rate=16_000):
        self.folder = Path(tempfile.mkdtemp(prefix="voicedrill-card-"))
        socket = self.folder / "native"
        (self.folder / "daemon.pa").write_text(_DAEMON.format(socket=socket, rate=rate))
        (self.folder / "asound.conf").write_text(_ALSA.format(socket=socket))
        self.addresses = {
            "PULSE_SERVER": f"unix:{socket}",
            "ALSA_CONFIG_PATH": str(self.folder / "asound.conf"),
            "PULSE_COOKIE": str(self.folder / "cookie"),
            "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_STATE_PATH": str(self.folder),
        }
        """What a program must find in its environment to meet this card and no other."""
        others = {"DISPLAY", "DBUS_SESSION_BUS_ADDRESS"}
        self.environment = {**{k: v for k, v in os.environ.items() if k not in others}, **self.addresses}
        self.daemon = None

    def __enter__(self):
        command = ["pulseaudio", "-n", "-F", str(self.folder / "daemon.pa"), "--daemonize=no", "--use-pid-file=no",
                   "--exit-idle-time=-1", "--disable-shm=yes", "--high-priority=no", "--realtime=no",
                   "--log-target=stderr", "--log-level=notice"]
        home = {"HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        with (self.folder / "daemon.log").open("w") as log:
            self.daemon = subprocess.Popen(command, env={**self.environment, **home}, stdout=log, stderr=log,
                                           start_new_session=True)
        deadline = time.monotonic() + 10
        while "mic_in.monitor" not in self.control("list", "short", "sources"):
            if self.daemon.poll() is not None or time.monotonic() > deadline:
                said = (self.folder / "daemon.log").read_text()[-300:]
                self.__exit__()
                raise RuntimeError(f"PulseAudio did not start: {said}")
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        if self.daemon is not None and self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGCONT)
            self.daemon.terminate()
            try:
                self.daemon.wait(3)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def control(self, *arguments):
        """Run pactl; what it says."""
        return subprocess.run(["pactl", *arguments], env=self.environment, capture_output=True, text=True,
                              check=False, timeout=10).stdout

    def unplug(self):
        """Take microphone and loudspeaker away together, as a headset that is pulled out.

        One alone would not be missed: the daemon moves its streams to the other.
        """
        for line in self.control("list", "short", "modules").splitlines():
            if "module-null-sink" in line:
                self.control("unload-module", line.split()[0])

    def kill(self):
        """End the daemon as a crash would."""
        self.daemon.kill()
        self.daemon.wait()

    def with_broken_alsa(self):
        """An environment in which PortAudio aborts the process that loads it."""
        (self.folder / "empty.conf").write_text("")
        return {**self.environment, "ALSA_CONFIG_PATH": str(self.folder / "empty.conf")}

    def without_portaudio(self):
        """An environment in which the PortAudio library cannot be loaded."""
        (self.folder / "libportaudio.so.2").write_text("not a library")
        return {**self.environment, "LD_LIBRARY_PATH": str(self.folder)}

    def freeze(self):
        """Stop the daemon as a hanging one would; it still holds its socket."""
        self.daemon.send_signal(signal.SIGSTOP)

    def start_trainee(self, *replies, delay=1.4, keep=None):
        """A virtual trainee that answers the prompts with these WAV files, in turn; it is ready when this returns."""
        command = [sys.executable, str(HERE / "virtual_trainee.py"), str(delay), *map(str, replies)]
        return Trainee(command + (["--keep", str(keep)] if keep else []), self.environment)


class Program:
    """A process whose lines of JSON are collected as they come."""

    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self.said = []
        self.complaints = ""
        self._news = threading.Condition()
        self._readers = [threading.Thread(target=self._read), threading.Thread(target=self._read_complaints)]
        for reader in self._readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.wait(5)
        self.process.stdout.close()
        self.process.stderr.close()

    def _read(self):
        for line in self.process.stdout:
            with self._news:
                self.said.append(json.loads(line))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def _read_complaints(self):
        self.complaints = self.process.stderr.read()

    def wait_for(self, event, timeout=20.0, count=1):
        """The `count`-th line with that event; fails when the process ends or the time is over before it."""
        def found():
            return [s for s in self.said if s.get("event") == event]

        with self._news:
            self._news.wait_for(lambda: len(found()) >= count or not self._readers[0].is_alive(), timeout)
            if len(found()) < count:
                raise AssertionError(f"no {event!r}: {self.said} {self.complaints}")
            return found()[count - 1]

    def wait(self, timeout=30.0):
        """Its exit code."""
        code = self.process.wait(timeout)
        for reader in self._readers:
            reader.join(timeout)
        return code


class Trainee(Program):
    """The virtual trainee's process; what it says is the truth."""

    def __init__(self, command, environment):
        super().__init__(command, environment)
        self.wait_for("ready")

    def stop(self):
        """Let it go home; it writes its recordings first."""
        self.process.terminate()
        self.wait(5)
        return [s for s in self.said if s["event"] == "replied"]
