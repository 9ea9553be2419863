"""The start of the program: the command `voicedrill`, and `python -m voicedrill`."""

from __future__ import annotations

import os
import signal


def start() -> None:
    """Run the command line.

    An interrupt while its modules are still being read ends the program at once and without a word: nothing has
    begun. The command line then sets its own handlers.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` or a shell's `&` wants it
            signal.signal(number, lambda *_: os._exit(130))
    from voicedrill.cli.main import main

    main()


if __name__ == "__main__":
    start()
