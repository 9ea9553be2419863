"""The main job through the real program: demo, practice, score, history."""

import json
import os
import shutil
import subprocess
import sys
import time
import wave

import pytest
from repository import DEMO_MODEL, DEMO_REPLIES

from voicedrill.content.demo import read_demo_replies
from voicedrill.store.document import json_schema

REPLIES = read_demo_replies(DEMO_REPLIES)


def attempts_of(run, *arguments):
    return json.loads(run("history", "--json", *arguments).stdout)


def test_demo_runs_three_objections_and_history_lists_them(run, home):
    shown = run("demo", "--fast")
    assert shown.returncode == 0, shown.stderr
    assert shown.stderr == ""
    for verdict in ("命中", "未命中"):
        assert verdict in shown.stdout
    assert "voicedrill model install" in shown.stdout
    assert "voicedrill practice" in shown.stdout
    attempts = attempts_of(run)
    assert [a["question"]["id"] for a in reversed(attempts)] == [r.question_id for r in REPLIES]
    for attempt in attempts:
        assert attempt["source"] == "demo"
        with wave.open(str(home / "audio" / attempt["recording"]["path"])) as recording:
            assert recording.getframerate() == 16_000
            assert recording.getnframes() / 16_000 == pytest.approx(attempt["recording"]["seconds"], abs=0.001)
        assert attempt["facts"]["transcript"]["words"]


def test_the_demo_shows_a_strong_a_half_and_a_weak_reply(run):
    run("demo", "--fast")
    strong, half, weak = (a["score_card"]["total"] for a in reversed(attempts_of(run)))
    assert strong >= 80 > half > weak


def test_the_demo_is_reproducible(run, home):
    run("demo", "--fast")
    run("demo", "--fast")
    cards = [(a["facts"], a["evaluation"], a["score_card"]) for a in attempts_of(run)]
    assert cards[:3] == cards[3:]


def test_practice_on_a_folder_asks_by_file_name(run, tmp_path):
    folder = tmp_path / "replies"
    folder.mkdir()
    for reply in REPLIES:
        shutil.copy(reply.path, folder / f"{reply.question_id}.wav")
    (folder / "notes.txt").write_text("not a recording")
    finished = run("practice", "--input", folder, "--trainee", "王芳", "--json")
    assert finished.returncode == 0, finished.stderr
    attempts = json.loads(finished.stdout)
    assert {a["question"]["id"] for a in attempts} == {r.question_id for r in REPLIES}
    assert {a["trainee"] for a in attempts} == {"王芳"}
    assert "演示模型" in finished.stderr
    assert len(attempts_of(run, "--trainee", "王芳")) == 3
    assert attempts_of(run, "--trainee", "李雷") == []


def test_score_gives_what_the_live_turn_gave(run):
    reply = REPLIES[0]
    run("demo", "--fast")
    live = attempts_of(run)[-1]
    scored = json.loads(run("score", reply.path, "--objection", reply.question_id, "--json").stdout)
    assert scored["evaluation"]["findings"] == live["evaluation"]["findings"]
    assert scored["evaluation"]["fluency"]["response_latency"] is None
    assert live["evaluation"]["fluency"]["response_latency"] > 0.3


def test_score_by_chinese_name_in_other_formats(run, tmp_path):
    import soundfile

    reply = REPLIES[0]
    samples, rate = soundfile.read(reply.path)
    odd = tmp_path / "reply 44k.flac"
    import numpy as np
    import soxr

    soundfile.write(odd, np.stack([soxr.resample(samples, rate, 44_100)] * 2, axis=1), 44_100)
    name = json.loads(run("content", "list", "--json").stdout)
    prompt = next(q["name"] for q in name if q["id"] == reply.question_id)
    document = json.loads(run("score", odd, "--objection", f"「{prompt}」！", "--json").stdout)
    assert document["question"]["id"] == reply.question_id
    assert document["score_card"]["total"] > 50


def test_the_document_has_the_published_schema(run):
    reply = REPLIES[0]
    document = json.loads(run("score", reply.path, "--objection", reply.question_id, "--json").stdout)
    assert set(document) == set(json_schema()["properties"])


def test_silence_is_a_result(run, tmp_path):
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as silence:
        silence.setnchannels(1)
        silence.setsampwidth(2)
        silence.setframerate(16_000)
        silence.writeframes(bytes(2 * 16_000 * 3))
    document = json.loads(run("score", path, "--objection", "太贵了", "--json").stdout)
    assert document["score_card"]["status"] == "silent"
    assert document["score_card"]["total"] == 0


@pytest.mark.parametrize(("make", "code"), [
    (lambda p: None, 1),
    (lambda p: p.write_bytes(b""), 1),
    (lambda p: p.write_text("您好，这不是录音。" * 50, encoding="utf-8"), 1),
    (lambda p: p.write_bytes(b"RIFF\x24\x00\x00\x00WAVE"), 1),
    (lambda p: p.mkdir(), 1),
])
def test_bad_audio_is_one_line_and_leaves_no_attempt(run, failure, tmp_path, make, code):
    path = tmp_path / "reply.wav"
    make(path)
    finished = run("score", path, "--objection", "o2", VOICEDRILL_MODEL=str(DEMO_MODEL))
    lines = [x for x in finished.stderr.splitlines() if "演示模型" not in x]
    assert finished.returncode == code
    assert len(lines) == 1
    assert "reply.wav" in lines[0]
    assert attempts_of(run) == []


def test_unknown_model_folder_is_one_line(run, failure, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "empty" in failure(run("score", REPLIES[0].path, "--objection", "o2", "--model", tmp_path / "empty"), 1)


def test_a_killed_turn_is_safe_and_scored_later(run, home):
    """kill -9 in mid-reply: the audio captured so far is on disk and `score --unscored` makes up for it."""
    code = (
        "import os, sys, signal\n"
        "from voicedrill.cli import wiring\n"
        "from voicedrill import places\n"
        "from voicedrill.audio.file_device import FileInput, SilentOutput\n"
        "from voicedrill.audio.files import read_audio\n"
        "from voicedrill.session import Devices\n"
        "from pathlib import Path\n"
        "kit = wiring.open_kit(places.built_in('models') / wiring.DEMO_MODEL, '甲')\n"
        "reply = read_audio(Path(sys.argv[1]))\n"
        "def watch(p):\n"
        "    if p.seconds > 5: os.kill(os.getpid(), signal.SIGKILL)\n"
        "question, devices = kit.library.find_question(sys.argv[2]), Devices(FileInput(reply), SilentOutput())\n"
        "kit.session.ask(question, reply, devices, watch=watch)\n"
    )
    reply = REPLIES[0]
    killed = subprocess.run([sys.executable, "-c", code, str(reply.path), reply.question_id], env=run.environment,
                            capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr
    assert attempts_of(run)[0]["score_card"] is None
    (take,) = (home / "audio").rglob("*.wav")
    assert "score --unscored" in run("history").stdout
    assert "score --unscored" in run("practice", "--input", reply.path, "--objection", "o1").stdout
    os.utime(take, (time.time() + 3600,) * 2)
    assert json.loads(run("score", "--unscored", "--json").stdout) == []  # as if another program were writing to it
    os.utime(take, (0, 0))
    made_up = json.loads(run("score", "--unscored", "--json").stdout)
    assert len(made_up) == 1
    assert made_up[0]["recording"]["seconds"] > 4
    assert made_up[0]["score_card"]["total"] is not None
    assert json.loads(run("score", "--unscored", "--json").stdout) == []
    assert "（中断）" in run("history").stdout


def test_interrupting_keeps_the_take(run):
    """SIGINT in mid-reply: exit 130, one line, the take waits for its score."""
    import signal

    process = subprocess.Popen([sys.executable, "-m", "voicedrill", "demo"], env=run.environment,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stdout:
        if "客户" in line and "异议" not in line:
            break
    database = run.environment["VOICEDRILL_HOME"]
    from pathlib import Path

    while not list(Path(database).rglob("*.wav")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in errors, errors
    assert "已中断" in errors
    waiting = attempts_of(run)
    assert waiting[0]["score_card"] is None
