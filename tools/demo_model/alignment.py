"""When each phone was said: espeak-ng's phoneme events matched with its phoneme trace.

The labels cost nothing and are exact, which is what makes a model from synthetic speech cheap to train.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.demo_model import features, phones
from tools.demo_model.espeak import Speech
from tools.demo_model.readings import EspeakReader, parse_mnemonics


class Segment(NamedTuple):
    """One HMM state of a phone, in seconds."""

    start: float
    end: float
    phone: str
    state: int


class _Syllable(NamedTuple):
    sounds: list[tuple[float, str]]
    end: float
    after_pause: bool


def align(speech: Speech, reader: EspeakReader) -> list[Segment] | None:
    """Segments of a Mandarin utterance, or None when events and trace disagree.

    An initial starts where the syllable before it ends, so its closure belongs to it; the two states of a final share
    its time evenly.
    """
    pinyin = reader.parse(speech.trace)
    sounds = [sound for sound, _ in parse_mnemonics(speech.trace)]
    syllables = _syllables(speech.events)
    if pinyin is None or syllables is None or len(syllables) != len(pinyin):
        return None
    segments: list[Segment] = []
    for syllable, name, sound in zip(syllables, pinyin, sounds, strict=True):
        if "".join(event for _, event in syllable.sounds) != sound or not phones.is_known(name):
            return None
        parts = phones.split_syllable(name)
        start = syllable.sounds[0][0]
        if len(parts) == 2:
            if len(syllable.sounds) < 2:
                return None
            if segments and not syllable.after_pause:
                start = segments[-1].end
            segments.append(Segment(start, syllable.sounds[1][0], parts[0], 0))
            start = syllable.sounds[1][0]
        elif segments and not syllable.after_pause:
            segments[-1] = segments[-1]._replace(end=start)
        middle = (start + syllable.end) / 2
        segments += [Segment(start, middle, parts[-1], 0), Segment(middle, syllable.end, parts[-1], 1)]
    return segments


def _syllables(events: list[tuple[float, str]]) -> list[_Syllable] | None:
    """Phoneme events by syllable; names that begin with _ are ends of syllables (_|) or pauses."""
    syllables: list[_Syllable] = []
    sounds: list[tuple[float, str]] = []
    pause = True
    for time, name in events:
        if name.startswith("_"):
            if sounds:
                syllables.append(_Syllable(sounds, time, pause))
                sounds, pause = [], False
            if name != "_|":
                pause = True
        elif name:
            sounds.append((time, name))
    return None if sounds else syllables


def frame_labels(segments: list[Segment], frames: int, offset: float, stretch: float) -> NDArray[np.int16]:
    """The pdf of every 10 ms frame; what no segment covers is silence.

    Args:
        segments: in the time of the speech as it was synthesized.
        frames: how many there are.
        offset: seconds of silence put before the speech.
        stretch: factor by which the speech was slowed down.
    """
    pdfs = phones.pdf_table()
    labels = np.full(frames, pdfs[phones.SIL][0], np.int16)
    centres = np.arange(frames) * features.FRAME_SHIFT + features.FRAME_CENTRE
    for segment in segments:
        first, last = np.searchsorted(centres, (segment.start * stretch + offset, segment.end * stretch + offset))
        labels[first:last] = pdfs[segment.phone][segment.state]
    return labels
