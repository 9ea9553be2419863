"""Timing measures of a reply, from recognised words and speech segments together.

Definitions, with their sources:

- lexical word: a word that is no filler; N is their number of spoken characters (字), T the time from the start of
  the first to the end of the last.
- filler: 嗯 呃 额 唔 always (Yuan et al. 2016 on Mandarin); 啊 哦 诶 哎 unless attached to a neighbour, where they
  are particles; 那个 这个 就是 然后 only when repeated, drawn out or isolated by pauses, since they are ordinary
  words too. A transcribed filler where voice activity detection hears nothing is the recogniser's invention and left
  out.
- hesitation, between two lexical words: a silence of 250 ms or more (Goldman-Eisler 1968; de Jong & Bosker 2013), a
  transcribed filler, or a vocalised gap of 200 ms touching silence, which is a filler that the recogniser dropped. A
  vocalised gap without silence is more often a word that it dropped, and is left alone.
- mid-clause: not after a sentence-final particle and not before a conjunction or pronoun that begins a clause. Pauses
  inside clauses go with perceived fluency best (Kahng 2018). Transcripts have no punctuation, so this is an estimate.
- speech rate 60 N / T; articulation rate N / (T - hesitation); phonation ratio 1 - hesitation / T; mean length of run
  N / (hesitations + 1) (Kormos & Dénes 2004). Read Mandarin runs at 5.2 syllables a second (Pellegrino et al. 2011).
- repeats: immediate repetitions, except where Mandarin reduplicates (看看, 考虑考虑). They add little to perceived
  fluency (Bosker et al. 2013), as fillers do, so rubrics should weigh both lightly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from voicedrill.core.model import Facts, Fluency, SpeechSegment, Timing, Word
from voicedrill.core.text import spell

SILENT_PAUSE = 0.25
"""Seconds. Shorter silences are part of articulation (closures of stops)."""
LONG_PAUSE = 1.0
"""Seconds."""
_IGNORED_GAP = 0.12
"""Seconds between words within which nothing is looked for: word times are no better."""
_VOCALISED = 0.2
"""Seconds of sound between two words that make a probable filler"""
_TOUCHING = 0.12
"""when so many seconds of silence lie beside it."""
_DRAWN_OUT = 0.33
"""Seconds per 字 from which 那个 is a filler; in running speech it takes .15-.25."""
_APART = 0.2
"""Seconds of pause on both sides that make 那个 a filler."""
_SHORTEST = 0.3
"""Seconds; floor for divisions by time, for replies of one word."""

_FILLERS = frozenset({"嗯", "呃", "额", "唔", "嗯嗯", "呃呃", "嗯哼"})
_PARTICLES = frozenset({"啊", "哦", "诶", "哎", "欸", "噢"})
_HEDGES = frozenset({"那个", "这个", "就是", "就是说", "然后", "怎么说", "怎么说呢", "反正"})
_CLAUSE_FINAL = tuple("吧呢吗啊嘛呀啦了")
_CLAUSE_INITIAL = (
    "但", "所以", "因为", "而且", "如果", "要是", "假如", "不过", "其实", "那", "可是", "另外", "还有", "或者",
    "比如", "您", "你", "我", "咱", "只要", "虽然", "同时", "首先", "其次", "最后",
)
_REDUPLICATED = re.compile(
    r"[看试想说聊等谢刚慢常好天人个对是渐偏往仅多少早远轻问听用做走算一二三四五六七八九十百千]")
_REDUPLICATED_PAIRS = frozenset({"考虑", "了解", "研究", "商量", "比较", "对比", "体验", "讨论", "感受", "琢磨"})
_LONGEST_REPEAT = 4
_LATIN = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class _Hesitation:
    before: Word
    after: Word
    seconds: float
    silence: float
    vocalised: bool
    """A filler that the recogniser dropped."""

    @property
    def mid_clause(self) -> bool:
        return not (self.before.text.endswith(_CLAUSE_FINAL) or self.after.text.startswith(_CLAUSE_INITIAL))


def measure(facts: Facts) -> Fluency | None:
    """The measures of a reply; None when no lexical word was heard."""
    words = [w for w in facts.transcript.words if spoken_characters(w.text)]
    fillers = _fillers(words)
    if facts.segments:
        fillers = [w for w in fillers if _spoken(facts.segments, w.start, w.end) >= 0.5 * (w.end - w.start)]
    lexical = _lexical(words)
    if not lexical:
        return None
    hesitations = [h for a, b in pairwise(lexical)
                   if (h := _hesitation(a, b, fillers, facts.segments)) is not None]
    characters = sum(spoken_characters(w.text) for w in lexical)
    time = max(lexical[-1].end - lexical[0].start, 0.0)
    pause_time = max(0.0, min(sum(h.seconds for h in hesitations), time))
    per_hundred = 100 / characters
    return Fluency(
        response_latency=None if facts.timing is Timing.UNKNOWN else max(0.0, lexical[0].start),
        characters=characters,
        speaking_time=time,
        speech_rate=60 * characters / max(time, _SHORTEST),
        articulation_rate=characters / max(time - pause_time, _SHORTEST),
        phonation_ratio=1 - pause_time / max(time, _SHORTEST),
        silent_pauses=sum(h.silence >= SILENT_PAUSE for h in hesitations),
        long_pauses=sum(h.silence >= LONG_PAUSE for h in hesitations),
        pause_time=pause_time,
        mid_clause_hesitations=per_hundred * sum(h.mid_clause for h in hesitations),
        mean_length_of_run=characters / (len(hesitations) + 1),
        fillers=per_hundred * (len(fillers) + sum(h.vocalised for h in hesitations)),
        repeats=per_hundred * repetitions("".join(spell(w.text) for w in lexical)),
    )


def spoken_characters(text: str) -> int:
    """Number of 字 that are spoken for a word: numbers as they are read, a Latin word as one."""
    spelt = spell(text)
    return len(_LATIN.sub("a", spelt))


def repetitions(characters: str) -> int:
    """Number of immediate repetitions of 1-4 characters; reduplication (看看, 考虑考虑) and numbers excepted."""
    count = i = 0
    while i < len(characters):
        for size in range(_LONGEST_REPEAT, 0, -1):
            piece = characters[i:i + size]
            if len(piece) < size or characters[i + size:i + 2 * size] != piece:
                continue
            if piece in _REDUPLICATED_PAIRS or _REDUPLICATED.fullmatch(piece):
                i += size
            else:
                count += 1
                i += size - 1
            break
        i += 1
    return count


def _is_filler(words: Sequence[Word], i: int) -> bool:
    word = words[i]
    before = word.start - words[i - 1].end if i else float("inf")
    after = words[i + 1].start - word.end if i + 1 < len(words) else float("inf")
    if word.text in _FILLERS:
        return True
    if word.text in _PARTICLES:
        return i == 0 or (before >= _APART and after >= _APART)
    if word.text not in _HEDGES:
        return False
    repeated = word.text in {w.text for w in (*words[max(0, i - 1):i], *words[i + 1:i + 2])}
    drawn_out = (word.end - word.start) / len(word.text) >= _DRAWN_OUT
    return repeated or drawn_out or (before >= _APART and after >= _APART)


def _fillers(words: Sequence[Word]) -> list[Word]:
    return [w for i, w in enumerate(words) if _is_filler(words, i)]


def _lexical(words: Sequence[Word]) -> list[Word]:
    return [w for i, w in enumerate(words) if not _is_filler(words, i)]


def _spoken(segments: Sequence[SpeechSegment], start: float, end: float) -> float:
    """Seconds of detected speech between two times."""
    return sum(max(0.0, min(end, s.end) - max(start, s.start)) for s in segments)


def _hesitation(
    before: Word, after: Word, fillers: Sequence[Word], segments: Sequence[SpeechSegment],
) -> _Hesitation | None:
    """What lies between two neighbouring lexical words, if it is a hesitation."""
    gap = after.start - before.end
    if gap < _IGNORED_GAP:
        return None
    filled = sum(w.end - w.start for w in fillers if before.end - 0.02 <= w.start and w.end <= after.start + 0.02)
    sounding = _spoken(segments, before.end, after.start)
    silence = max(0.0, gap - max(sounding, filled))
    dropped = max(0.0, sounding - filled)
    vocalised = not filled and dropped >= _VOCALISED and silence >= _TOUCHING
    if not filled and silence < SILENT_PAUSE and not vocalised:
        return None
    return _Hesitation(before, after, silence + filled + (dropped if vocalised else 0.0), silence, vocalised)
