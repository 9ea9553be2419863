from contextlib import ExitStack

import numpy as np
import pytest
import virtual_card

from voicedrill import places
from voicedrill.audio.files import read_audio, write_wav
from voicedrill.core.model import RATE, Recording


@pytest.fixture(scope="session")
def card_is_possible():
    if reason := virtual_card.missing():
        pytest.skip(reason)


@pytest.fixture
def card(card_is_possible):
    with ExitStack() as stack:
        try:
            card = stack.enter_context(virtual_card.VirtualCard())
        except RuntimeError as error:
            pytest.skip(str(error))
        yield card


@pytest.fixture(scope="session")
def prompt(tmp_path_factory):
    """1.2 s at 220 Hz and a tail of 0.2 s at 1 kHz, loud to its last sample: what is cut off shows."""
    time = np.arange(int(1.4 * RATE)) / RATE
    tone = np.where(time < 1.2, np.sign(np.sin(2 * np.pi * 220 * time)), np.sign(np.sin(2 * np.pi * 1000 * time)))
    path = tmp_path_factory.mktemp("prompt") / "prompt.wav"
    write_wav(path, Recording((8000 * tone).astype(np.int16)))
    return path


@pytest.fixture(scope="session")
def reply(tmp_path_factory):
    """The first 1.3 s of a spoken reply, from its first loud sample on."""
    samples = read_audio(places.built_in("content") / "demo" / "reply-1.wav").samples
    start = np.flatnonzero(np.abs(samples.astype(int)) > 600)[0]
    path = tmp_path_factory.mktemp("reply") / "reply.wav"
    write_wav(path, Recording(samples[start:start + int(1.3 * RATE)]))
    return path
