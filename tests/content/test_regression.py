"""Regression replies: read with their places, scored by the real scorer, failures told by line."""

from __future__ import annotations

import json

import pytest

from voicedrill import places
from voicedrill.content.lint import lint_pack
from voicedrill.content.packs import read_pack
from voicedrill.content.regression import run_regressions
from voicedrill.content.rubrics import read_rubric
from voicedrill.core.errors import ContentError

CONTENT = places.built_in("content")
PROFILE = CONTENT / "profiles" / "default.yaml"
RUBRIC = read_rubric(CONTENT / "rubrics" / "standard.yaml")
PACK = """schema: 1
id: shop
version: 1
name: 门店
questions:
  - id: s1
    kind: rebuttal
    name: 没时间
    prompt: 我现在没时间看。
    tactics:
      - id: s11
        name: 两分钟法
        rating: 绿
        model_answer: 理解，您忙。给我两分钟就够，讲完您觉得没用，我马上走。
        key_points:
          - {id: a, name: 只要很短时间, phrases: [给我两分钟, 耽误您一小会儿, 就说一句话, 很快就讲完]}
          - {id: b, name: 没用就走, phrases: [没用我马上走, 不合适您就走, 不满意我立刻停, 听完您再决定]}
      - id: s12
        name: 改天法
        rating: 绿
        model_answer: 那您看明天下午方便还是后天上午方便？
        key_points:
          - {id: a, name: 约时间, phrases: [明天下午方便, 后天上午方便, 您哪天有空, 约个时间]}
"""


def write(tmp_path, *replies):
    path = tmp_path / "shop.yaml"
    path.write_text(PACK + "    replies:\n" + "".join(f"      - {r}\n" for r in replies), encoding="utf-8")
    return path


def run_on(tmp_path, *replies):
    outcomes = run_regressions(read_pack(write(tmp_path, *replies), PROFILE), RUBRIC)
    return [" ".join(reason.zh for reason in o.reasons) for o in outcomes]


def test_replies_that_do_what_they_should_pass(tmp_path):
    assert run_on(
        tmp_path,
        "{text: 您就给我两分钟吧，要是没用我马上就走, tactic: s11, hits: [a, b], min: 80}",
        "{text: 您就给我两分钟吧，要是没用我马上就走, tactic: 两分钟法, hits: [s11.a]}",
        "{text: 那您哪天有空，约个时间吧, tactic: s12, min: 80}",
        "{text: 今天天气真不错，中午一起吃火锅吧, tactic: none, max: 20}",
        "{text: 您就给我两分钟吧, tactic: s11, min: 40, max: 80}",
    ) == [""] * 5


@pytest.mark.parametrize(("reply", "reason"), [
    ("{text: 那您哪天有空，约个时间吧, tactic: s11}", "招法应是 s11 两分钟法，认成了 s12 改天法"),
    ("{text: 今天天气真不错, tactic: s11}", "招法应是 s11 两分钟法，认成了 无"),
    ("{text: 您就给我两分钟吧, tactic: none}", "招法应是 无，认成了 s11 两分钟法"),
    ("{text: 您就给我两分钟吧, hits: [s11.b]}", "要点 s11.b「没用就走」未命中"),
    ("{text: 您就给我两分钟吧, min: 80}", "得 50 分，应至少 80 分"),
    ("{text: 您就给我两分钟吧, max: 50}", "得 50 分，应低于 50 分"),
    ("{text: '……', min: 1}", "得 0 分，应至少 1 分"),
])
def test_a_failure_says_why(tmp_path, reply, reason):
    assert reason in run_on(tmp_path, reply)[0]


def test_delivery_is_left_out_of_the_total(tmp_path):
    outcome, = run_regressions(read_pack(write(tmp_path, "{text: 就给我两分钟，没用我马上就走, min: 80}"), PROFILE),
                               RUBRIC)
    assert outcome.result.card.total == 100
    assert {p.possible for p in outcome.result.card.points if p.part != "content"} == {0.0}


@pytest.mark.parametrize(("reply", "said"), [
    ("{text: 您好}", "没有写期望"),
    ("{text: 您好, tactic: s99}", "没有招法「s99」"),
    ("{text: 您好, tactic: s11, hits: [c]}", "没有要点「c」"),
    ("{text: 您好, hits: [a]}", "没有要点「a」"),
    ("{text: 您好, min: 90, max: 20}", "min 90 要小于 max 20"),
    ("{text: 您好, max: 101}", "不能大于 100"),
    ("{text: 您好, most: 20}", "没有这个字段"),
])
def test_a_reply_that_cannot_be_meant_is_refused_with_its_line(tmp_path, reply, said):
    with pytest.raises(ContentError) as caught:
        read_pack(write(tmp_path, "{text: 您好, max: 20}", reply), PROFILE)
    assert "第 26 行" in caught.value.message.zh
    assert said in caught.value.message.zh


def test_a_positive_reply_may_not_copy_a_wording(tmp_path):
    path = write(tmp_path, "{text: 好的，没用我马上走！, hits: [s11.b]}", "{text: 给我两分钟, hits: [s11.a]}",
                 "{text: 没用我马上走, max: 90}")
    problems = [(p.severity, p.where, p.message.zh) for p in lint_pack(read_pack(path, PROFILE))]
    copies = [p for p in problems if "照抄" in p[2]]
    assert len(copies) == 1
    assert copies[0][:2] == ("error", "s1")
    assert "第 25 行" in copies[0][2]
    assert "没用我马上走" in copies[0][2]


def test_replies_do_not_change_the_identity_of_a_pack(tmp_path):
    one = read_pack(write(tmp_path, "{text: 您好, max: 20}"), PROFILE)
    other = read_pack(write(tmp_path, "{text: 您好, max: 20}", "{text: 再见, max: 20}"), PROFILE)
    assert one.ref == other.ref
    assert len(other.replies) == 2


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*.yaml")), ids=lambda p: p.stem)
@pytest.mark.parametrize("profile", ["default"])
def test_shipped_packs_hold_what_they_promise(path, profile):
    pack = read_pack(path, CONTENT / "profiles" / f"{profile}.yaml")
    failed = [(o.reply.line, o.reply.text, *(r.zh for r in o.reasons))
              for o in run_regressions(pack, RUBRIC) if not o.passed]
    assert failed == []


def test_the_command_names_file_and_line_and_fails(run, tmp_path):
    path = write(tmp_path, "{text: 您就给我两分钟吧, hits: [s11.a]}", "{text: 您就给我两分钟吧, tactic: s12}")
    finished = run("content", "test", path)
    assert finished.returncode == 1, finished.stderr
    assert "shop.yaml:26: s1: 「您就给我两分钟吧」招法应是 s12 改天法" in finished.stdout
    assert "2 句检验回答，1 句不符" in finished.stdout
    report, = json.loads(run("content", "test", path, "--json").stdout)
    assert (report["n"], report["failed"]) == (2, 1)
    assert [r["passed"] for r in report["replies"]] == [True, False]
    assert report["replies"][0]["hits"] == ["s11.a"]


def test_the_red_lines_that_hold_everywhere_hold_in_any_file(run, tmp_path):
    said = "给我两分钟，没用我马上就走，我跟您保证有效"
    assert run_on(tmp_path, f"{{text: '{said}', max: 80}}") != [""]  # the file alone has no red lines
    assert run("content", "test", write(tmp_path, f"{{text: '{said}', max: 80}}")).returncode == 0


def test_the_command_finds_shipped_packs_by_name(run, failure):
    assert "销售异议八问" in run("content", "test", "sales-objections").stdout
    assert "没有这个题库" in failure(run("content", "test", "没有这个题库"), 2)
    assert "missing.yaml" in failure(run("content", "test", "missing.yaml"), 1)
