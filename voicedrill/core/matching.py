"""Finds the phrases of criteria in a transcript, with evidence: nothing else.

Similarity of a phrase to a reply, 0-100:

    .5  * mean of partial_ratio on characters, syllables, folded syllables * min(1, len(reply) / len(phrase))
  + .25 * weighted n-gram coverage of the phrase's characters
  + .25 * the same of its folded syllables
  - 8   * what the matched characters say less than 4 full characters

The alignment part finds the phrase in one place, homophones and near-homophones included; the coverage part
forgives changed word order. Characters weigh by how much they say (`COMMON_WEIGHT`), from a fixed table, so that a
verdict can be reproduced from the question alone, whatever else is in the library. The last term makes matches that
any sentence may give (您要是 ... 的话) worth little, and lets a phrase of many telling characters survive recognition
errors.

A phrase is hit when its similarity reaches the cut-off for a reply of that length (a long reply contains more by
chance) and, where the phrase resembles the customer's own sentence, clearly beats what repeating that sentence would
give (echo guard). A few points below the cut-off, or where the recogniser doubted its words, it is unsure. Where the
reply negates what the phrase affirms, or the other way round, it is negated: listen again, never a silent fail.

Matching goes by wording: it does not understand idiom, metaphor or implication.

Speed. Most phrases have too few characters in common with a reply to come near. An upper bound on the similarity,
from shared characters alone, spares them the alignment without changing any verdict.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import add

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from voicedrill.core.model import Criterion, Evidence, Finding, Transcript, Verdict, Word
from voicedrill.core.negation import denials
from voicedrill.core.text import Text, normalise

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Where a similarity becomes a verdict; part of the rubric, so that an instructor may edit it."""

    hit: float = 38.0
    """Similarity that counts as said in a reply of up to `usual_length` characters."""
    usual_length: int = 30
    """字. A longer reply contains more by chance, so the cut-off rises by"""
    per_doubling: float = 5.0
    """points each time the reply is twice as long."""
    unsure_margin: float = 8.0
    """Points below the cut-off within which a phrase is unsure instead of missed."""
    echo_floor: float = 40.0
    """A phrase this similar to the question's own prompt must beat what repeating the prompt would give"""
    echo_guard: float = 8.0
    """by so many points."""
    confidence: float = 0.5
    """0-1. Mean word confidence over the evidence below which a hit is unsure."""
    verbatim: float = 90.0
    """Percent of a sentence to be said word for word from which it counts as said,"""
    verbatim_part: float = 50.0
    """and from which the part that was said earns its share."""


DEFAULT_CUT_OFFS = CutOffs()

_COMMON = "的了吗呢吧着过得地么呀是有在就都也还很这那哪个一些点我你他它们给把和要会能可以来去说上下到用买东西不没别"
COMMON_WEIGHT = 0.35
"""Weight of a character that any sentence may hold, against 1 for others. Inverse document frequency does no better
(first phrases of the development set, errors of 10 %: key point F1 .827 and false accepts .009 with this table, .822
and .010 over the whole library, where verdicts would change with any other pack, .830 and .016 over the question's
own phrases). Negators are among them: what they deny is judged apart, and 我不会 is little of 我不会放弃."""
PROMPT_WEIGHT = 0.6
"""Factor for a character that the customer has just said: repeating it says little."""
_WEIGHTS = dict.fromkeys(_COMMON, COMMON_WEIGHT)

TELLING = 4.0
"""Weight of matched characters from which a match says enough to be judged by its similarity alone."""
PER_WEIGHT = 8.0
"""Points off for each unit of weight below that. At 0 the false hits are matches like 没关系 and 您要是 ... 的话;
beyond 8 short key points (很划算) begin to be lost."""

_WIDEN = 3
"""字 on each side of the best window in which the alignment may find more of the phrase. More would join it with
chance characters further off."""
_AFTER = 2
"""字 beyond the place of a phrase's unheard end in which a negator still counts: 预算是|(不)可以 for 预算是工具."""
_SLACK = 0.01
"""Points by which rounding may blur the upper bound."""


@dataclass(frozen=True, slots=True)
class Match:
    """A finding, and how far above (or below) its cut-off the best phrase was."""

    finding: Finding
    margin: float
    """Points; negative when missed or unsure by similarity."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a phrase was found in a reply."""

    start: int
    end: int
    """Characters, end exclusive."""
    beyond: int
    """Characters further that the phrase's unheard end would reach."""
    weight: float
    """Of the matched characters."""


class Matcher:
    """The phrases of one question, compiled. Never changes after construction."""

    def __init__(self, criteria: Sequence[Criterion], prompt: str, cut_offs: CutOffs) -> None:
        self._cut_offs = cut_offs
        self._criteria = [c.id for c in criteria]
        phrases = [(i, phrase, text) for i, criterion in enumerate(criteria)
                   for phrase in (dict.fromkeys(criterion.phrases) if criterion.kind == "phrases" else ())
                   if len(text := normalise([phrase]))]
        self._owners = [i for i, _, _ in phrases]
        self._phrases = [phrase for _, phrase, _ in phrases]
        self._texts = [text for _, _, text in phrases]
        self._strings = ([t.folded for t in self._texts], [t.syllables for t in self._texts],
                         [t.characters for t in self._texts])
        self._lengths = np.array([len(t) for t in self._texts], dtype=np.float32)
        self._denials = [denials(t) for t in self._texts]
        asked = normalise([prompt])
        self._weights = [[_weight(c, asked.characters) for c in t.characters] for t in self._texts]
        self._grams = _Grams(self._texts, self._weights)
        echo = self._echo(asked)
        self._floor = np.where(echo >= cut_offs.echo_floor, echo + cut_offs.echo_guard, 0)

    def _echo(self, asked: Text) -> Scores:
        """Similarity of every phrase to the question's own prompt."""
        none = np.zeros(len(self._texts), dtype=np.float32)
        return self._similarities(asked, self._grams.of(asked), none) if len(asked) and self._texts else none

    def find(self, transcript: Transcript, text: Text | None = None) -> tuple[Match, ...]:
        """One match per criterion, in order; never raises, whatever the words are.

        Criteria that are not judged by similar wording are missed. `text` is the transcript as it is to be compared,
        where that is known already.
        """
        if text is None:
            text = normalise([word.text for word in transcript.words])
        found = [Match(Finding(criterion, Verdict.MISSED, 0.0), -100.0) for criterion in self._criteria]
        near = self._near(text)
        denied = denials(text) if near else None
        for margin, j, score, place in near:
            known = found[self._owners[j]]
            if known.finding.verdict is Verdict.HIT or denied is None:
                continue
            contradicted = denied.contradict(self._denials[j], place.start, place.end, place.beyond)
            start, end = place.start, place.end
            if contradicted:  # the clip must let people hear what denies it
                negators = denied.reaching(start, end + place.beyond)
                start, end = min([start, *negators]), max([end, *(n + 1 for n in negators)])
            evidence, heard = self._evidence(j, text, transcript.words, start, end)
            verdict = self._verdict(margin, contradicted, heard)
            if _RANK[verdict] > _RANK[known.finding.verdict] or known.finding.evidence is None:
                finding = Finding(known.finding.criterion_id, verdict, _rounded(score), evidence)
                found[self._owners[j]] = Match(finding, margin)
        return tuple(found)

    def _near(self, text: Text) -> list[tuple[float, int, float, _Place]]:
        """Phrases that are at least unsure: margin, index, similarity, place; the clearest first."""
        if not len(text) or not self._texts:
            return []
        hit, unsure = self._required(len(text))
        overlap = self._grams.of(text)
        # A phrase can't match with more weight than the characters that it shares with the reply.
        scores = self._similarities(text, overlap, unsure + PER_WEIGHT * np.maximum(0, TELLING - overlap.weight))
        near = []
        for j in np.flatnonzero(scores >= unsure).tolist():
            place = self._locate(j, text)
            score = float(scores[j]) - PER_WEIGHT * max(0.0, TELLING - place.weight)
            if score >= unsure[j]:
                near.append((score - float(hit[j]), j, score, place))
        return sorted(near, key=lambda n: (-n[0], n[1]))

    def _required(self, length: int) -> tuple[Scores, Scores]:
        """Similarities needed for hit and for unsure in a reply of `length` characters: each of shape (phrases,)."""
        cut = self._cut_offs
        hit = cut.hit + cut.per_doubling * max(0.0, math.log2(max(1, length) / cut.usual_length))
        return (np.maximum(hit, self._floor).astype(np.float32),
                np.maximum(hit - cut.unsure_margin, self._floor - cut.echo_guard / 2).astype(np.float32))

    def _similarities(self, text: Text, overlap: _Overlap, needed: Scores) -> Scores:
        """Similarity of every phrase to the text, 0 where it is certainly below `needed`: shape (phrases,), 0-100.

        The weight term is left out; it can only lower the result.
        """
        scores = np.zeros(len(self._texts), dtype=np.float32)
        # partial_ratio takes the shorter side as needle: 好 alone would be 100 in every phrase that contains it.
        guard = np.minimum(1, len(text) / self._lengths) / 6
        needle = np.minimum(self._lengths, len(text))
        shared = np.minimum(overlap.shared, needle)
        most = 200 * shared / (needle + shared)
        ratios = np.zeros_like(scores)
        chosen = np.flatnonzero(3 * most * guard + overlap.covered >= needed - _SLACK)
        replies = (text.folded, text.syllables, text.characters)
        for unknown, phrases, reply in zip((2, 1, 0), self._strings, replies, strict=True):
            if not len(chosen):
                return scores
            ratios[chosen] += _partial_ratios([phrases[j] for j in chosen.tolist()], reply)
            bound = (ratios[chosen] + unknown * most[chosen]) * guard[chosen] + overlap.covered[chosen]
            chosen = chosen[bound >= needed[chosen] - _SLACK]
        scores[chosen] = ratios[chosen] * guard[chosen] + overlap.covered[chosen]
        return scores

    def _locate(self, j: int, text: Text) -> _Place:
        """The stretch of the reply that resembles phrase j most."""
        phrase, reply = self._texts[j].folded, text.folded
        window = fuzz.partial_ratio_alignment(phrase, reply)
        start, end = (window.dest_start, window.dest_end) if window and len(reply) >= len(phrase) else (0, len(reply))
        start, end = max(0, start - _WIDEN), min(len(reply), end + _WIDEN)
        equal = [block for block in Indel.opcodes(phrase, reply[start:end]) if block.tag == "equal"]
        if not equal:
            return _Place(start, end, 0, 0.0)
        weights = self._weights[j]
        unheard = len(phrase) - equal[-1].src_end
        return _Place(start + equal[0].dest_start, start + equal[-1].dest_end, unheard and unheard + _AFTER,
                      sum(sum(weights[block.src_start:block.src_end]) for block in equal))

    def _evidence(
        self, j: int, text: Text, words: Sequence[Word], start: int, end: int,
    ) -> tuple[Evidence, Sequence[Word]]:
        """text[start:end] as evidence for phrase j, and its words."""
        first, last = text.word_of[start], text.word_of[end - 1]
        heard = words[first:last + 1]
        said = "".join(w.text for w in heard)
        # Words should be in order of time; where they are not, the clip still holds them all.
        begin, stop = min(w.start for w in heard), max(w.end for w in heard)
        return Evidence(self._phrases[j], said, begin, stop, first, last), heard

    def _verdict(self, margin: float, contradicted: bool, heard: Sequence[Word]) -> Verdict:
        """What a phrase found `margin` points above its cut-off comes to."""
        if contradicted:
            # Near the cut-off it is not certain enough that this is what was denied.
            return Verdict.NEGATED if margin >= 0 else Verdict.MISSED
        confidence = mean_confidence(heard)
        doubtful = confidence is not None and confidence < self._cut_offs.confidence
        return Verdict.UNSURE if margin < 0 or doubtful else Verdict.HIT


_RANK = {Verdict.MISSED: 0, Verdict.NEGATED: 1, Verdict.UNSURE: 2, Verdict.HIT: 3}


def mean_confidence(words: Iterable[Word]) -> float | None:
    """Mean word confidence weighted by duration; None when the recogniser gave none."""
    known = [(w.confidence, max(w.end - w.start, 0.01)) for w in words if w.confidence is not None]
    return sum(c * d for c, d in known) / sum(d for _, d in known) if known else None


def _weight(character: str, asked: str) -> float:
    weight = _WEIGHTS.get(character, 1.0)
    return weight * PROMPT_WEIGHT if character in asked else weight


def _rounded(score: float) -> float:
    return round(min(100.0, max(0.0, score)), 1)


def _partial_ratios(phrases: list[str], reply: str) -> Scores:
    ratios: Scores = process.cdist(phrases, [reply], scorer=fuzz.partial_ratio, dtype=np.float32)[:, 0]
    return ratios


@dataclass(frozen=True, slots=True)
class _Overlap:
    """What a reply has in common with each phrase, wherever it stands: arrays of shape (phrases,)."""

    covered: Scores
    """Points for weighted coverage, 0-50."""
    shared: Scores
    """Number of the phrase's characters that the reply holds, as written or by folded sound."""
    weight: Scores
    """Of those that it holds by folded sound."""


class _Grams:
    """Which characters and pairs each phrase holds, as characters and as folded syllables."""

    def __init__(self, texts: Sequence[Text], weights: Sequence[Sequence[float]]) -> None:
        # One index for both: folded syllables have code points of their own.
        self._index: dict[str, int] = {}
        rows: list[NDArray[np.float32]] = []
        for column, (text, weight) in enumerate(zip(texts, weights, strict=True)):
            for kind, phrase in enumerate((text.characters, text.folded)):
                grams = _gram_weights(phrase, weight)
                total = sum(grams.values())
                for gram, gram_weight in grams.items():
                    if gram not in self._index:
                        self._index[gram] = len(rows)
                        rows.append(np.zeros((4, len(texts)), dtype=np.float32))
                    row = rows[self._index[gram]]
                    row[0, column] += 25 * gram_weight / total
                    row[1 + kind, column] += phrase.count(gram) if len(gram) == 1 else 0
                for character, character_weight in zip(phrase, weight, strict=True):
                    rows[self._index[character]][3, column] += character_weight * kind
        self._rows = np.array(rows, dtype=np.float32).reshape(len(rows), 4, len(texts))

    def of(self, text: Text) -> _Overlap:
        """The overlap of a reply with every phrase."""
        characters, folded = text.characters, text.folded
        grams = {*characters, *folded, *map(add, characters, characters[1:]), *map(add, folded, folded[1:])}
        # Sorted: sums of floats must not depend on the order of a set.
        rows = sorted(map(self._index.__getitem__, grams & self._index.keys()))
        covered, as_written, by_sound, weight = self._rows[rows].sum(axis=0)
        return _Overlap(covered, np.maximum(as_written, by_sound), weight)


def _gram_weights(phrase: str, weights: Sequence[float]) -> dict[str, float]:
    """Weight of each single character and pair of a phrase."""
    grams: dict[str, float] = {}
    for i, character in enumerate(phrase):
        grams[character] = max(grams.get(character, 0.0), weights[i])
        if i:
            pair = phrase[i - 1:i + 1]
            grams[pair] = max(grams.get(pair, 0.0), weights[i - 1] + weights[i])
    return grams


@lru_cache(maxsize=128)
def matcher(criteria: tuple[Criterion, ...], prompt: str, cut_offs: CutOffs = DEFAULT_CUT_OFFS) -> Matcher:
    """The compiled matcher of a question; compiled once, as long as it is among the last hundred used."""
    return Matcher(criteria, prompt, cut_offs)
