"""What the training voices say: domain sentences, shuffled words, characters and bare syllables.

Half of it is no sensible text, so that the acoustic model learns sounds and not sentences; a new pack then needs a
new graph only.
"""

from __future__ import annotations

import random

from tools.demo_model import phones, vocabulary

TEMPLATE_EXPANSIONS, TEMPLATE_SEED = 6000, 1
PAUSE = "，"

# Shares of the kinds of utterance; the rest are bare syllables with any tone.
_TEMPLATES, _SENTENCES, _WORDS, _CHARACTERS = 0.30, 0.15, 0.25, 0.15
_NEUTRAL_TONE = 0.1
_WITH_PAUSE = 0.25


class TextSampler:
    """Endless random utterances, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._sentences = vocabulary.learnt_sentences()
        self._templates = vocabulary.expand_templates(TEMPLATE_EXPANSIONS, TEMPLATE_SEED)
        segmented = [vocabulary.segment(line) for line in (*self._sentences, *self._templates)]
        self._words = vocabulary.all_words(segmented, ())
        self._characters = [word for word in self._words if len(word) == 1]

    def sample(self) -> tuple[bool, list[str]]:
        """One utterance: whether it is pinyin, and its words (hanzi, with PAUSE) or syllables."""
        source = self._random
        kind = source.random()
        if kind < _TEMPLATES:
            words = vocabulary.segment(source.choice(self._templates))
        elif (kind := kind - _TEMPLATES) < _SENTENCES:
            words = vocabulary.segment(source.choice(self._sentences))
        elif (kind := kind - _SENTENCES) < _WORDS:
            words = source.choices(self._words, k=source.randint(1, 7))
        elif kind - _WORDS < _CHARACTERS:
            words = source.choices(self._characters, k=source.randint(2, 10))
        else:
            tones = "5" if source.random() < _NEUTRAL_TONE else "1234"
            syllables = source.choices(phones.all_syllables(), k=source.randint(3, 10))
            return True, [syllable + source.choice(tones) for syllable in syllables]
        if len(words) > 2 and source.random() < _WITH_PAUSE:
            words.insert(source.randint(1, len(words) - 1), PAUSE)
        return False, words
