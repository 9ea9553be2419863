"""From domain text to the `graph/` folder of a Vosk model.

The lookahead layout (HCLr.fst and Gr.fst apart, composed while decoding), so that grammars given at run time work.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tools.demo_model import fst_files, lexicon, pack_text, readings, vocabulary
from tools.demo_model.espeak import Espeak
from tools.demo_model.language_model import Trigram, Weights
from tools.demo_model.topology import Topology

UNKNOWN = "[unk]"

# How often each kind of text counts in the language model. Packs are what is said in a drill; the templates are
# thousands of near-copies, so each counts little.
PACK_WEIGHT, COMMAND_WEIGHT, SENTENCE_WEIGHT, TEMPLATE_WEIGHT = 6.0, 8.0, 4.0, 0.3
TEMPLATE_EXPANSIONS, TEMPLATE_SEED = 6000, 1


@dataclass(frozen=True)
class Texts:
    """What the language model is made from; sentences are segmented."""

    packs: list[str]
    """Chinese runs of the packs, as `pack_text.read_packs` gives them."""
    weighted: list[tuple[list[str], float]] = field(default_factory=list)
    """Sentences with their weights, packs included."""

    def pack_words(self) -> list[str]:
        """The distinct words of the packs, sorted."""
        return sorted({word for run in self.packs for word in vocabulary.segment(run)})


def read_texts(content: Path) -> Texts:
    """Packs under a folder, commands, sentences and templates; not the sentences that are kept for measuring."""
    packs = pack_text.read_packs(content)
    templates = vocabulary.expand_templates(TEMPLATE_EXPANSIONS, TEMPLATE_SEED)
    sources = (
        (packs, PACK_WEIGHT),
        (vocabulary.read_lines("commands.txt"), COMMAND_WEIGHT),
        (vocabulary.learnt_sentences(), SENTENCE_WEIGHT),
        (templates, TEMPLATE_WEIGHT),
    )
    weighted = [(vocabulary.segment(line), weight) for lines, weight in sources for line in lines]
    return Texts(packs, weighted)


def build(texts: Texts, model: Path, weights: Weights) -> dict[str, int]:
    """Replace the graph of a model folder, and its vocabulary.json.

    Returns:
        Counts of words, pronunciations, lexicon and language model arcs.

    Raises:
        ValueError: a word of the packs has no reading.
    """
    topology = Topology()
    common = vocabulary.common_words()
    sentences = [words for words, _ in texts.weighted]
    words = vocabulary.all_words(sentences, common)
    said = readings.word_readings(words, sentences, readings.EspeakReader(Espeak()))
    unreadable = [word for word in texts.pack_words() if word not in said]
    if unreadable:
        raise ValueError(f"nobody can read {', '.join(unreadable)}: reword the pack, or add it to readings.HUMMED")
    words = [word for word in words if word in said]
    number = {word: index for index, word in enumerate([*words, UNKNOWN], start=1)}

    folder = model / "graph"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "phones").mkdir(parents=True)
    lexicon_fst = lexicon.build(topology, said, number, UNKNOWN)
    relabel = fst_files.write_olabel_lookahead(folder / "HCLr.fst", lexicon_fst)
    number = {word: relabel[index] for word, index in number.items()}
    grammar = Trigram(texts.weighted, words, common, weights).acceptor(number)
    fst_files.write_const(folder / "Gr.fst", grammar)

    # Vosk wants the list of disambiguation symbols; a prefix tree has none, so one id that never occurs is named.
    _write_lines(folder / "disambig_tid.int", [str(topology.transition_count + 1)])
    by_number = sorted(number.items(), key=lambda item: item[1])
    _write_lines(folder / "words.txt", ["<eps> 0", *(f"{word} {index}" for word, index in by_number)])
    _write_lines(folder / "phones.txt", [f"{name} {index}" for index, name in enumerate(topology.names)])
    boundary = sorted(topology.boundary.items())
    _write_lines(folder / "phones" / "word_boundary.int", [f"{phone} {kind}" for phone, kind in boundary])
    _write_vocabulary(model / "vocabulary.json", texts)
    return {
        "words": len(words),
        "pronunciations": sum(map(len, said.values())),
        "lexicon_arcs": len(lexicon_fst.arcs),
        "language_model_arcs": len(grammar.arcs),
    }


def _write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _write_vocabulary(path: Path, texts: Texts) -> None:
    """What the graph was built from: the tests compare it with the packs of today."""
    record = {"packs_sha256": pack_text.digest(texts.packs), "pack_words": texts.pack_words()}
    path.write_text(json.dumps(record, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
