from pathlib import Path

import pytest

from voicedrill.content.rubrics import read_rubric
from voicedrill.core.errors import ContentError
from voicedrill.core.matching import DEFAULT_CUT_OFFS

STANDARD = Path(__file__).parents[2] / "content" / "rubrics" / "standard.yaml"


@pytest.fixture
def edited(tmp_path):
    """Writes the standard rubric with one text replaced, and reads it."""
    def edit(old, new):
        text = STANDARD.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "mine.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return read_rubric(path)

    return edit


def test_the_standard_rubric():
    rubric = read_rubric(STANDARD)
    assert (rubric.ref.id, rubric.pass_mark) == ("standard", 80)
    assert rubric.content + rubric.structure + rubric.latency + rubric.fluency + rubric.pace == 100
    assert rubric.red_line_cap < rubric.pass_mark
    assert rubric.cut_offs == DEFAULT_CUT_OFFS
    assert rubric.latency_band(1.0) == 100
    assert rubric.latency_band(4.0) == pytest.approx(65)
    assert rubric.latency_band(60.0) == 0
    assert set(rubric.fluency_bands) == {
        "phonation_ratio", "mid_clause_hesitations", "mean_length_of_run", "fillers", "repeats"}


def test_the_digest_follows_the_content_not_the_comments(edited):
    assert edited("# 前五项合计 100 分。", "# ").ref == read_rubric(STANDARD).ref
    assert edited("pass_mark: 80", "pass_mark: 75").ref.sha256 != read_rubric(STANDARD).ref.sha256


@pytest.mark.parametrize(("old", "new", "field"), [
    ("content: 60", "content: 70", "points"),
    ("pass_mark: 80", "pass_mark: 180", "pass_mark"),
    ("pass_mark: 80", "pass_mark: eighty", "pass_mark"),
    ("[[1.5, 100], [3, 80]", "[[3, 100], [1.5, 80]", "latency"),
    ("[[80, 0], [140, 60]", "[[80, 0], [140, 160]", "pace"),
    ("[[0.40, 0], ", "[[nan, 0], ", "fluency.phonation_ratio.band"),
    ("weight: 0.16", "weight: 0", "fluency.phonation_ratio.weight"),
    ("  fillers:", "  filers:", "filers"),
    ("confidence: 0.5", "confidence: 5", "matching.confidence"),
    ("without_tactic: 0.2", "", "without_tactic"),
])
def test_a_fault_is_told_with_file_and_field(edited, old, new, field):
    with pytest.raises(ContentError) as caught:
        edited(old, new)
    for language in ("zh", "en"):
        assert "mine.yaml" in caught.value.to(language)
        assert field in caught.value.to(language)


def test_measures_and_cut_offs_may_be_left_out(edited):
    assert "repeats" not in edited("""  repeats:                  # 每百字重复
    weight: 0.04
    band: [[1, 100], [3, 60], [8, 0]]
""", "").fluency_bands
    assert edited("  echo_guard: 8 ", "  # ").cut_offs == DEFAULT_CUT_OFFS
