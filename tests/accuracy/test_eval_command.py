"""`voicedrill eval` as a user meets it: figures, simulated errors, recordings, comparison."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from voicedrill import places
from voicedrill.content.demo import read_demo_replies

DATA = Path(__file__).parents[1] / "data"
CONTENT = places.built_in("content")
SET = """text,objection,tactic,points,kind
嗯先生我想问一下是不是我刚才哪里没有给您解释清楚，您主要是在考虑什么呢,o1,t11,t11.a t11.b,near
那我请教一下，您心里顾虑的到底是哪一点，是哪个细节我没说清楚吗,o1,t11,t11.a t11.b,mid
今天天气真不错，中午咱们一起去吃火锅吧,*,none,,offtopic
您主要是在考虑什么呢，是不是我没有给您解释清楚,o1,none,,mislabelled
"""


def evaluate(run, *arguments):
    finished = run("eval", *arguments, "--json")
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.csv"
    path.write_text(SET, encoding="utf-8")
    return path


def test_figures_are_those_of_the_rows(run, small):
    result = evaluate(run, small)
    rows, questions = result["rows"], 8
    assert (result["n"], result["n_tactic"], result["n_none"], result["n_points"]) == (
        3 + questions, 2, 1 + questions, 2)
    assert result["tactic_top1"] == 1.0
    assert result["false_accept_rate"] == pytest.approx(1 / 9, abs=1e-4)
    assert result["false_accepts_by_kind"] == {"offtopic": 0.0, "mislabelled": 1.0}
    assert result["confusion"] == {"none": {"none": 8, "t11": 1}, "t11": {"t11": 2}}
    hits = [set(r["hits"]) & {"t11.a", "t11.b", "t11.c"} for r in rows if r["label"] == "t11"]
    true = sum(len(h & {"t11.a", "t11.b"}) for h in hits)
    assert result["key_point_recall"] == true / 4
    assert result["key_point_precision"] == true / sum(map(len, hits))
    for name, (low, high) in result["intervals"].items():
        if result[name] is not None:
            assert 0 <= low <= high <= 1
    assert result["intervals"]["false_accept_rate"][1] > 0.5  # two replies, however many objections
    assert result["cer"] == 0.0
    assert result["replies_per_second"] > 0


def test_simulated_errors_are_reproducible_and_told(run, small):
    once, again = (evaluate(run, small, "--cer", "0.2", "--seed", "3") for _ in range(2))
    for result in (once, again):
        result.pop("replies_per_second")
    assert once == again
    assert once["cer"] == pytest.approx(0.2, abs=0.03)
    assert once["rows"][0]["heard"] != once["rows"][0]["text"]
    assert "字错误率 " in run("eval", small, "--cer", "0.2", "--seed", "3").stdout


def test_the_development_set_meets_its_floor(run):
    """A floor, not the target: a change that falls below has broken something."""
    replies = evaluate(run, DATA / "replies.csv")
    assert replies["n_tactic"] == replies["n"] == 144
    assert replies["tactic_top1"] >= 0.75
    assert replies["key_point_f1"] >= 0.85
    negatives = evaluate(run, DATA / "negatives.csv", "--cer", "0.1")
    assert negatives["n_none"] > 400
    assert negatives["tactic_top1"] is None
    assert negatives["false_accept_rate"] <= 0.01
    assert set(negatives["false_accepts_by_kind"]) == {"offtopic", "surrender", "generic", "empty", "echo"}
    traps = evaluate(run, DATA / "traps.csv")
    assert traps["n_tactic"] == 0
    assert traps["traps_caught"] >= 28 / 30
    assert traps["affirmed_kept"] >= 24 / 25


def test_the_screen_names_every_figure(run):
    chinese = run("eval", DATA / "replies.csv").stdout
    for said in ("招法首选正确", "宏平均", "要点 F1", "near", "认错的招法", "每秒"):
        assert said in chinese
    english = run("eval", DATA / "negatives.csv", "--lang", "en").stdout
    assert "false accepts" in english
    assert "echo" in english


def test_comparing_rubrics_lists_what_flipped(run, small, tmp_path):
    strict = tmp_path / "strict.yaml"
    text = (CONTENT / "rubrics" / "standard.yaml").read_text(encoding="utf-8")
    strict.write_text(re.sub(r"\n  hit: \d+", "\n  hit: 95", text), encoding="utf-8")
    result = evaluate(run, small, "--compare", strict)["compared"]
    assert result["worse"] >= 1
    flip = next(f for f in result["flipped"] if f["label"] == "t11")
    assert flip["before"]["tactic"] == "t11"
    assert flip["after"]["tactic"] != "t11" or set(flip["after"]["hits"]) < set(flip["before"]["hits"])
    better = [f for f in result["flipped"] if f["label"] == "none"]
    assert [f["change"] for f in better] in ([], ["better"])
    shown = run("eval", small, "--compare", strict).stdout
    assert "变坏" in shown
    assert "第 2 行 o1" in shown


def test_comparing_packs(run, small, tmp_path):
    pack = tmp_path / "other.yaml"
    text = (CONTENT / "sales-objections.yaml").read_text(encoding="utf-8")
    start = text.index("id: t11\n")
    end = text.index("id: t12\n")
    emptied = re.sub(r"phrases:\s*\[[^\]]*\]", "phrases: [完全别的一句话, 毫不相干的说法, 西红柿炒鸡蛋, 周末去爬山]",
                     text[start:end])
    assert emptied != text[start:end]
    pack.write_text(text[:start] + emptied + text[end:], encoding="utf-8")
    result = evaluate(run, small, "--compare", pack)["compared"]
    assert (result["worse"], result["better"]) == (2, 1)
    assert {f["after"]["tactic"] for f in result["flipped"]} == {"none"}


def test_comparing_with_a_saved_result(run, small, tmp_path):
    saved = tmp_path / "saved.json"
    result = evaluate(run, small)
    result["rows"][0]["tactic"], result["rows"][1]["hits"] = "none", []
    del result["rows"][2]
    saved.write_text(json.dumps(result), encoding="utf-8")
    compared = evaluate(run, small, "--compare", saved)["compared"]
    assert (compared["better"], compared["worse"], compared["unmatched"]) == (2, 0, 1)


@pytest.mark.parametrize(("other", "said"), [
    (("saved.json", "{}"), "voicedrill eval --json"),
    (("saved.json", "{"), "不是 JSON"),
    (("saved.json", '{"schema": "voicedrill.eval/1", "rows": [{}]}'), "voicedrill eval --json"),
    (("other.yaml", "schema: 1\n"), "既不是评分规则也不是题库"),
])
def test_what_cannot_be_compared_with_is_one_line(run, failure, small, other, said):
    path = small.with_name(other[0])
    path.write_text(other[1], encoding="utf-8")
    assert said in failure(run("eval", small, "--compare", path), 1)


def test_a_faulty_set_is_one_line(run, failure, tmp_path):
    path = tmp_path / "set.csv"
    path.write_text("text,objection,tactic\n您好,,none\n", encoding="utf-8")
    assert "set.csv 第 2 行：没有写异议" in failure(run("eval", path), 1)
    assert "line 2: no objection" in failure(run("eval", path, "--lang", "en"), 1)
    assert "nowhere.csv" in failure(run("eval", tmp_path / "nowhere.csv"), 1)


def test_a_folder_of_recordings_goes_through_the_recogniser(run, failure, tmp_path):
    lines = ["file,text,objection,tactic"]
    for reply in read_demo_replies(CONTENT / "demo"):
        (tmp_path / reply.path.name).write_bytes(reply.path.read_bytes())
        lines.append(f'{reply.path.name},"{reply.text}",{reply.question_id},none')
    (tmp_path / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    result = evaluate(run, tmp_path)
    assert result["n"] == len(lines) - 1
    assert 0 < result["cer"] < 0.4
    assert result["model"].startswith("voicedrill-demo-cn")
    assert all(row["heard"] and row["file"] for row in result["rows"])
    assert result["false_accept_rate"] > 0.5  # they do use tactics: the labels here deny it
    assert "--cer" in failure(run("eval", tmp_path, "--cer", "0.1"), 2)
