"""Finds the phrases of criteria in a transcript, with evidence: nothing else.

Similarity of a phrase to a reply, 0-100:

    .5  * mean of partial_ratio on characters, syllables, folded syllables * min(1, len(reply) / len(phrase))
    .25 * weighted n-gram coverage of the phrase's characters
    .25 * the same of its folded syllables

The alignment part finds the phrase in one place, homophones and near-homophones included; the coverage part
forgives changed word order. In the coverage part characters weigh by how much they say, from a fixed table, so that a
verdict can be reproduced from the question alone, whatever else is in the library.

A phrase is hit when its similarity reaches the cut-off for a reply of that length (a long reply contains more by
chance) and, where the phrase resembles the customer's own sentence, clearly beats what repeating that sentence would
give (echo guard). A few points below the cut-off, or where the recogniser doubted its words, it is unsure. Where the
reply negates what the phrase affirms, or the other way round, it is negated: listen again, never a silent fail.

Matching goes by wording: it does not understand idiom, metaphor or implication.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from voicedrill.core.model import Criterion, Evidence, Finding, Transcript, Verdict, Word
from voicedrill.core.negation import NEGATORS, Denials, denials
from voicedrill.core.text import Text, normalise

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Where a similarity becomes a verdict; part of the rubric, so that an instructor may edit it."""

    hit: float = 52.0
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


DEFAULT_CUT_OFFS = CutOffs()

_COMMON = "的了吗呢吧着过得地么呀是有在就都也还很这那哪个一些点我你他它们给把和要会能可以来去说上下到用买东西"
COMMON_WEIGHT = 0.35
"""Weight of a character that any sentence may hold, against 1 for others. Inverse document frequency over the whole
library does no better, and verdicts would change whenever any other pack changes."""
PROMPT_WEIGHT = 0.6
"""Factor for a character that the customer has just said: repeating it says little."""
_WEIGHTS = dict.fromkeys(_COMMON, COMMON_WEIGHT) | dict.fromkeys(NEGATORS, 1.0)

_WIDEN = 3
"""字 on each side of the best window in which the alignment may find more of the phrase. More would join it with
chance characters further off."""


_AFTER = 2
"""字 beyond the place of a phrase's unheard end in which a negator still counts: 预算是|(不)可以 for 预算是工具."""


@dataclass(frozen=True, slots=True)
class Match:
    """A finding, and how far above (or below) its cut-off the best phrase was."""

    finding: Finding
    margin: float
    """Points; negative when missed or unsure by similarity."""


class Matcher:
    """The phrases of one question, compiled. Never changes after construction."""

    def __init__(self, criteria: Sequence[Criterion], prompt: str, cut_offs: CutOffs) -> None:
        self._cut_offs = cut_offs
        self._criteria = [c.id for c in criteria]
        phrases = [(i, phrase, text) for i, criterion in enumerate(criteria)
                   for phrase in dict.fromkeys(criterion.phrases) if len(text := normalise([phrase]))]
        self._owners = [i for i, _, _ in phrases]
        self._phrases = [phrase for _, phrase, _ in phrases]
        self._texts = [text for _, _, text in phrases]
        self._lengths = np.array([len(t) for t in self._texts], dtype=np.float32)
        self._denials = [denials(t.characters) for t in self._texts]
        asked = normalise([prompt])
        weights = [[_weight(c, asked.characters) for c in t.characters] for t in self._texts]
        self._characters = _Coverage([t.characters for t in self._texts], weights)
        self._folded = _Coverage([t.folded for t in self._texts], weights)
        echo = self._similarities(asked)
        self._floor = np.where(echo >= cut_offs.echo_floor, echo + cut_offs.echo_guard, 0)

    def find(self, transcript: Transcript) -> tuple[Match, ...]:
        """One match per criterion, in order; never raises, whatever the words are."""
        text = normalise([word.text for word in transcript.words])
        scores = self._similarities(text)
        hit, unsure = self._required(len(text))
        matches = self._nearest(scores, hit)
        denied = denials(text.characters)
        candidates = np.flatnonzero(scores >= unsure)
        for j in candidates[np.argsort(hit[candidates] - scores[candidates], kind="stable")].tolist():
            known = matches[self._owners[j]]
            if known.finding.verdict is Verdict.HIT:
                continue
            margin = float(scores[j] - hit[j])
            verdict, evidence = self._judge(j, margin, text, denied, transcript.words)
            if _RANK[verdict] > _RANK[known.finding.verdict]:
                found = Finding(known.finding.criterion_id, verdict, _rounded(scores[j]), evidence)
                matches[self._owners[j]] = Match(found, margin)
        return tuple(matches)

    def _similarities(self, text: Text) -> Scores:
        """Similarity of every phrase to the text: shape (phrases,), 0-100."""
        if not len(text) or not self._texts:
            return np.zeros(len(self._texts), dtype=np.float32)
        aligned = (
            _partial_ratios([t.characters for t in self._texts], text.characters)
            + _partial_ratios([t.syllables for t in self._texts], text.syllables)
            + _partial_ratios([t.folded for t in self._texts], text.folded)
        ) / 3
        # partial_ratio takes the shorter side as needle: 好 alone would be 100 in every phrase that contains it.
        aligned *= np.minimum(1, len(text) / self._lengths)
        covered: Scores = self._characters.of(text.characters) + self._folded.of(text.folded)
        return 0.5 * aligned + 0.25 * covered

    def _required(self, length: int) -> tuple[Scores, Scores]:
        """Similarities needed for hit and for unsure in a reply of `length` characters: each of shape (phrases,)."""
        cut = self._cut_offs
        hit = cut.hit + cut.per_doubling * max(0.0, math.log2(max(1, length) / cut.usual_length))
        return (np.maximum(hit, self._floor).astype(np.float32),
                np.maximum(hit - cut.unsure_margin, self._floor - cut.echo_guard / 2).astype(np.float32))

    def _nearest(self, scores: Scores, hit: Scores) -> list[Match]:
        """Every criterion as missed, with the score of its best phrase."""
        best = [(0.0, -100.0)] * len(self._criteria)
        for i, score, margin in zip(self._owners, scores.tolist(), (scores - hit).tolist(), strict=True):
            best[i] = max(best[i], (score, margin))
        return [Match(Finding(criterion, Verdict.MISSED, _rounded(score)), margin)
                for criterion, (score, margin) in zip(self._criteria, best, strict=True)]

    def _judge(
        self, j: int, margin: float, text: Text, denied: Denials, words: Sequence[Word],
    ) -> tuple[Verdict, Evidence]:
        """Verdict and evidence for phrase j, whose similarity is `margin` above its cut-off."""
        start, end, rest = _locate(self._texts[j].folded, text.folded)
        first, last = text.word_of[start], text.word_of[end - 1]
        heard = words[first:last + 1]
        said = "".join(w.text for w in heard)
        evidence = Evidence(self._phrases[j], said, heard[0].start, heard[-1].end, first, last)
        if denied.contradict(self._denials[j], start, end + rest):
            # Near the cut-off it is not certain enough that this is what was denied.
            return (Verdict.MISSED if margin < 0 else Verdict.NEGATED), evidence
        confidence = mean_confidence(heard)
        doubtful = confidence is not None and confidence < self._cut_offs.confidence
        return (Verdict.UNSURE if margin < 0 or doubtful else Verdict.HIT), evidence


_RANK = {Verdict.MISSED: 0, Verdict.NEGATED: 1, Verdict.UNSURE: 2, Verdict.HIT: 3}


def mean_confidence(words: Iterable[Word]) -> float | None:
    """Mean word confidence weighted by duration; None when the recogniser gave none."""
    known = [(w.confidence, max(w.end - w.start, 0.01)) for w in words if w.confidence is not None]
    return sum(c * d for c, d in known) / sum(d for _, d in known) if known else None


def _weight(character: str, asked: str) -> float:
    weight = _WEIGHTS.get(character, 1.0)
    return weight if character not in asked or character in NEGATORS else weight * PROMPT_WEIGHT


def _rounded(score: float) -> float:
    return round(min(100.0, max(0.0, float(score))), 1)


def _partial_ratios(phrases: list[str], reply: str) -> Scores:
    ratios: Scores = process.cdist(phrases, [reply], scorer=fuzz.partial_ratio, dtype=np.float32)[:, 0]
    return ratios


def _locate(phrase: str, reply: str) -> tuple[int, int, int]:
    """Where the phrase is in the reply: start, end, and how many characters further its unheard end would reach."""
    window = fuzz.partial_ratio_alignment(phrase, reply)
    start, end = (window.dest_start, window.dest_end) if window and len(reply) >= len(phrase) else (0, len(reply))
    start, end = max(0, start - _WIDEN), min(len(reply), end + _WIDEN)
    equal = [block for block in Indel.opcodes(phrase, reply[start:end]) if block.tag == "equal"]
    if not equal:
        return start, end, 0
    unheard = len(phrase) - equal[-1].src_end
    return start + equal[0].dest_start, start + equal[-1].dest_end, unheard and unheard + _AFTER


class _Coverage:
    """Weighted share of each phrase's single characters and pairs that occur anywhere in a reply."""

    def __init__(self, phrases: Sequence[str], weights: Sequence[Sequence[float]]) -> None:
        self._rows: dict[str, int] = {}
        columns: list[dict[str, float]] = []
        for phrase, weight in zip(phrases, weights, strict=True):
            grams: dict[str, float] = {}
            for i, character in enumerate(phrase):
                grams[character] = max(grams.get(character, 0.0), weight[i] / 2)
                if i:
                    pair = phrase[i - 1:i + 1]
                    grams[pair] = max(grams.get(pair, 0.0), (weight[i - 1] + weight[i]) / 2)
            columns.append(grams)
            for gram in grams:
                self._rows.setdefault(gram, len(self._rows))
        self._shares = np.zeros((len(self._rows), len(columns)), dtype=np.float32)
        for column, grams in enumerate(columns):
            total = sum(grams.values())
            for gram, weight_of_gram in grams.items():
                self._shares[self._rows[gram], column] = 100 * weight_of_gram / total

    def of(self, reply: str) -> Scores:
        """Shape (phrases,), 0-100."""
        present = {reply[i:i + 2] for i in range(len(reply) - 1)}
        present.update(reply)
        rows = sorted(self._rows[gram] for gram in present if gram in self._rows)
        covered: Scores = self._shares[rows].sum(axis=0, dtype=np.float32)
        return covered


@lru_cache(maxsize=128)
def matcher(criteria: tuple[Criterion, ...], prompt: str, cut_offs: CutOffs = DEFAULT_CUT_OFFS) -> Matcher:
    """The compiled matcher of a question; compiled once, as long as it is among the last hundred used."""
    return Matcher(criteria, prompt, cut_offs)
