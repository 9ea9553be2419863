"""`voicedrill explain`: a reason for every point, clips that hold what they should, recordings that are gone."""

import json
import shutil

import numpy as np
import pytest
from repository import DEMO_MODEL, DEMO_REPLIES

from voicedrill.audio.files import read_audio
from voicedrill.cli.explain import MARGIN, cut, speakable
from voicedrill.content.demo import read_demo_replies
from voicedrill.core.model import RATE, Recording
from voicedrill.speech.recognition import VoskRecognizer

REPLIES = read_demo_replies(DEMO_REPLIES)


@pytest.fixture
def practised(run, home):
    run("demo", "--fast")
    return json.loads(run("history", "--json").stdout)


def test_every_line_of_the_card_has_its_reason(run, practised):
    for attempt in practised:
        finished = run("explain", attempt["id"][:8], "--json")
        assert finished.returncode == 0, finished.stderr
        assert finished.stderr == ""
        page = json.loads(finished.stdout)
        lines = [r for r in page["reasons"] if r["part"] != "red_line"]
        points = attempt["score_card"]["points"]
        assert [(r["part"], r["criterion"], r["earned"]) for r in lines] == [
            (p["part"], p["criterion_id"], p["earned"]) for p in points]
        assert all(r["reason"].strip() for r in page["reasons"])
        assert page["total"] == attempt["score_card"]["total"]
        hit = [r for r in lines if r["verdict"] == "hit"]
        assert hit or not page["tactic"]
        assert all(r["clip"]["said"] in attempt["facts"]["transcript"]["text"] for r in hit)


def test_without_an_id_the_last_one_is_explained_with_seconds(run, practised):
    shown = run("explain").stdout
    assert shown == run("explain", practised[0]["id"]).stdout
    assert f"#{practised[0]['id'][:8]}" in shown
    evidence = next(f["evidence"] for f in practised[0]["evaluation"]["findings"] if f["verdict"] == "hit")
    assert f"{evidence['start']:.1f}–{evidence['end']:.1f} 秒「{evidence['said']}」" in shown
    assert "命中" in shown
    assert "→" in shown
    assert "points" in run("explain", "--lang", "en").stdout


def test_clips_are_named_after_their_criteria_and_hold_the_words(run, tmp_path, practised):
    folder = tmp_path / "clips"
    finished = run("explain", practised[-1]["id"], "--clips", folder)
    assert finished.returncode == 0, finished.stderr
    page = json.loads(run("explain", practised[-1]["id"], "--json").stdout)
    clips = {r["name"]: r["clip"] for r in page["reasons"] if r["clip"]}
    assert {p.stem for p in folder.iterdir()} == set(clips)
    assert clips
    recognizer = VoskRecognizer.load(DEMO_MODEL)
    for name, clip in clips.items():
        recording = read_audio(folder / f"{name}.wav")
        assert recording.seconds == pytest.approx(clip["end"] - clip["start"] + 2 * MARGIN, abs=0.1)
        recognition = recognizer.start()
        recognition.feed(np.concatenate([recording.samples, np.zeros(RATE // 2, np.int16)]))
        heard = recognition.finish().text
        assert len(set(heard) & set(clip["said"])) >= 0.6 * len(set(clip["said"]))


def test_clips_never_overwrite(run, failure, tmp_path, practised):
    assert run("explain", "--clips", tmp_path / "clips").returncode == 0
    assert "已存在" in failure(run("explain", "--clips", tmp_path / "clips"), 1).splitlines()[-1]


def test_without_a_loudspeaker_one_remark_and_the_text(run, practised):
    silent = {"PULSE_SERVER": "unix:/nowhere", "ALSA_CONFIG_PATH": "/nowhere", "PULSE_RUNTIME_PATH": "/nowhere"}
    finished = run("explain", "--aloud", **silent)
    assert finished.returncode == 0, finished.stderr
    assert [line for line in finished.stderr.splitlines() if line] == ["⚠ 没有可用的扬声器，只显示文字。"]
    assert finished.stdout == run("explain").stdout


def test_a_missing_recording_is_told_and_the_reasons_are_given(run, failure, home, practised):
    (home / "audio" / practised[0]["recording"]["path"]).unlink()
    finished = run("explain")
    assert finished.returncode == 0
    assert "不见了" in finished.stderr
    assert "命中" in finished.stdout
    refused = run("explain", "--clips", home / "clips")
    assert refused.returncode == 1
    assert "没有可用的录音" in refused.stderr
    assert not (home / "clips").exists()


def test_a_changed_recording_is_told_and_not_cut(run, home, tmp_path, practised):
    path = home / "audio" / practised[0]["recording"]["path"]
    shutil.copy(REPLIES[0].path, path)
    assert "被改动过" in run("explain").stderr
    assert run("explain", "--clips", tmp_path / "clips").returncode == 1
    assert not (tmp_path / "clips").exists()


def test_a_pack_that_changed_since_is_told(run, tmp_path):
    packs = tmp_path / "data" / "voicedrill" / "content"
    packs.mkdir(parents=True)
    pack = packs / "shop.yaml"
    text = """schema: 1
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
        model_answer: 给我两分钟就够。
        key_points:
          - {id: a, name: 时间很短, phrases: [给我两分钟]}
"""
    pack.write_text(text, encoding="utf-8")
    run("score", REPLIES[0].path, "--objection", "s1")
    assert run("explain").stderr == ""
    changed = text.replace("version: 1", "version: 2").replace("[给我两分钟]", "[给我三分钟]")
    pack.write_text(changed, encoding="utf-8")
    assert "题库在评分之后改过（当时 1，现在 2）" in run("explain").stderr
    pack.unlink()
    finished = run("explain")
    assert finished.returncode == 1
    assert "s1" in finished.stderr


def test_what_cannot_be_explained(run, failure, home, practised):
    assert "ffffffff" in failure(run("explain", "ffffffff"), 2)
    assert "voicedrill demo" in failure(run("explain", VOICEDRILL_HOME=str(home / "empty")), 2)


def test_a_clip_has_a_margin_and_stays_within_the_recording():
    recording = Recording(np.arange(RATE, dtype=np.int16))
    assert cut(recording, 0.5, 0.6).seconds == pytest.approx(0.1 + 2 * MARGIN)
    assert cut(recording, 0.0, 0.1).samples[0] == 0
    assert cut(recording, 0.9, 5.0).samples[-1] == recording.samples[-1]
    assert len(cut(recording, 7.0, 8.0).samples) == 0


def test_a_reason_can_be_read_aloud():
    assert speakable("1.2–3.4 秒「给我两分钟」，与「两分钟」相符。") == "1.2到3.4 秒，给我两分钟，与，两分钟，相符。"
