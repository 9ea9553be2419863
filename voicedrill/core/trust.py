"""Can the recognition of a reply be trusted as a whole?

Word confidence alone does not tell: a recogniser can be sure of nonsense, and doubtful of a good transcript in a
noisy room. So a reply is unreliable only when at least two signs agree. A silent reply shows none of them: silence is
an answer, worth nothing, not a fault of recognition. A take that was cut off before its first word is no answer at
all, and can't be judged.
"""

from __future__ import annotations

from voicedrill.core.matching import mean_confidence
from voicedrill.core.model import EndReason, Facts, Reliability
from voicedrill.core.text import spell

# Chosen on the demo model, which knows synthetic voices only: of 27 clips of people, where it understands nothing, 22
# come out unreliable; of 58 synthetic replies, clean and with noise at 15 dB, none (at 5 dB, with a third of the
# characters wrong, 13 of 29).
LOW_CONFIDENCE = 0.8
"""0-1, mean over the words weighted by duration. Synthetic replies have .88 (tenth percentile .79), people .73."""
UNCOVERED = 0.1
"""Share of detected speech without a word. Synthetic replies have .04 (ninetieth percentile .08), people .16."""
FEWEST_CHARACTERS = 1.5
"""字 per second of detected speech: a third of a slow speaker's."""
NOISY = 10.0
"""dB of speech over background."""
SPEECH_NEEDED = 1.0
"""Seconds of detected speech below which its length says nothing."""
_AGREEING = 2
"""Signs that must agree."""


def judge(facts: Facts) -> Reliability:
    """Weigh the signs against a reply's recognition; a missing measure is no sign."""
    words = facts.transcript.words
    if not words and facts.end_reason is EndReason.INTERRUPTED:
        return Reliability(False, None, ("interrupted",))
    confidence = mean_confidence(words)
    speech = sum(s.end - s.start for s in facts.segments)
    signs = []
    if confidence is not None and confidence < LOW_CONFIDENCE:
        signs.append("low_confidence")
    if speech >= SPEECH_NEEDED:
        if sum(len(spell(w.text)) for w in words) < FEWEST_CHARACTERS * speech:
            signs.append("too_few_words")
        if speech - _covered(facts) > UNCOVERED * speech:
            signs.append("uncovered_speech")
    if speech and facts.signal.snr_db is not None and facts.signal.snr_db < NOISY:
        signs.append("noisy")
    return Reliability(len(signs) < _AGREEING, confidence, tuple(signs))


def _covered(facts: Facts) -> float:
    """Seconds of detected speech under recognised words."""
    return sum(max(0.0, min(word.end, segment.end) - max(word.start, segment.start))
               for segment in facts.segments for word in facts.transcript.words)
