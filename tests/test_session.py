"""A turn on file devices: real recogniser, voice activity, matcher and store."""

from dataclasses import replace

import numpy as np
import pytest
from repository import DEMO_MODEL, DEMO_REPLIES, ROOT

from voicedrill.audio.file_device import FileInput, SilentOutput
from voicedrill.audio.files import read_audio
from voicedrill.audio.vad import SileroDetector
from voicedrill.content.demo import read_demo_replies
from voicedrill.content.library import read_library
from voicedrill.content.rubrics import read_rubric
from voicedrill.core.errors import AudioError, StoreError
from voicedrill.core.model import RATE, CardStatus, EndReason, Recording, RecordingRef, Timing
from voicedrill.core.turn import Phase
from voicedrill.evaluate import listen, split_blocks
from voicedrill.session import Devices, Ears, Session
from voicedrill.speech.recognition import BackgroundRecognizer, VoskRecognizer
from voicedrill.store.attempts import AttemptStore
from voicedrill.store.recordings import Condition

NO_PROMPT = Recording(np.zeros(0, np.int16))
REPLIES = read_demo_replies(DEMO_REPLIES)
LIBRARY = read_library([ROOT / "content"], ROOT / "content/profiles/default.yaml")


@pytest.fixture(scope="module")
def recognizer():
    return VoskRecognizer.load(DEMO_MODEL)


@pytest.fixture
def store(tmp_path):
    with AttemptStore(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def session(store, recognizer):
    rubric = read_rubric(ROOT / "content/rubrics/standard.yaml")
    return Session(store, Ears(BackgroundRecognizer(recognizer), SileroDetector()), rubric, trainee="甲")


def ask(session, recording, question="太贵了", watch=lambda progress: None):
    devices = Devices(FileInput(recording), SilentOutput())
    return session.ask(LIBRARY.find_question(question), NO_PROMPT, devices, watch=watch)


@pytest.mark.parametrize("reply", REPLIES, ids=lambda r: r.question_id)
def test_the_stored_recording_gives_the_same_facts_as_the_live_turn(session, store, recognizer, reply):
    attempt = ask(session, read_audio(reply.path), reply.question_id)
    again = listen(read_audio(store.recordings.locate(attempt.recording)), recognizer, SileroDetector(),
                   Timing.EXACT, attempt.facts.end_reason)
    assert again == attempt.facts


def test_facts_do_not_depend_on_the_pace(session, recognizer):
    recording = read_audio(REPLIES[0].path)
    devices = Devices(FileInput(recording, pace=20.0), SilentOutput())
    question = LIBRARY.find_question(REPLIES[0].question_id)
    assert session.ask(question, NO_PROMPT, devices).facts == ask(session, recording, question.id).facts


def test_the_reply_ends_after_the_hang_over_not_with_the_file(session):
    recording = read_audio(REPLIES[0].path)
    attempt = ask(session, recording)
    assert attempt.facts.end_reason is EndReason.REPLY_ENDED
    last = attempt.facts.segments[-1].end
    assert last + 1.4 < attempt.facts.seconds < last + 1.8


def test_what_is_stored_is_what_was_returned(session, store):
    attempt = ask(session, read_audio(REPLIES[0].path))
    kept = store.get(attempt.id)
    assert kept == attempt
    assert store.recordings.condition(kept.recording) is Condition.INTACT


def test_silence_is_scored_as_silence(session):
    attempt = ask(session, Recording(np.zeros(3 * RATE, np.int16)))
    assert attempt.facts.end_reason is EndReason.NO_SPEECH
    assert attempt.score_card.status is CardStatus.SILENT
    assert attempt.score_card.total == 0


def test_a_disk_fault_in_mid_reply_keeps_the_attempt_for_later(session, store):
    """The onlooker makes the recording impossible to go on with; what was captured stays."""
    left = interrupted(session, store)
    assert store.unscored() == (left,)
    assert store.recordings.condition(left.recording) is Condition.INTACT
    assert left.recording.seconds > 3
    scored = session.resume(left, LIBRARY.find_question("太贵了"))
    assert scored.facts.end_reason is EndReason.INTERRUPTED
    assert scored.facts.transcript.words
    assert store.unscored() == ()
    assert store.get(left.id).score_card == scored.score_card


def interrupted(session, store):
    """What is left of a reply that broke off after three seconds."""
    def pull_the_plug(progress):
        if progress.phase is Phase.ANSWERING and progress.seconds > 3:
            raise AudioError("拔掉了", "unplugged")

    with pytest.raises(AudioError, match="unplugged"):
        ask(session, read_audio(REPLIES[0].path), watch=pull_the_plug)
    return store.unscored()[0]


def test_a_recording_that_was_changed_is_not_scored_later(session, store):
    left = interrupted(session, store)
    with store.recordings.locate(left.recording).open("r+b") as file:
        file.seek(20_000)
        file.write(b"\x11" * 100)
    with pytest.raises(StoreError, match="changed"):
        session.resume(left, LIBRARY.find_question("太贵了"))
    assert store.unscored() == (left,)


def test_a_take_without_a_hash_gets_one_when_it_is_scored(session, store):
    """After kill -9 the recording lies there, but nothing was noted of it."""
    left = interrupted(session, store)
    store.record_recording(left.id, RecordingRef(left.recording.path, "", 0.0))
    session.resume(store.unscored()[0], LIBRARY.find_question("太贵了"))
    assert store.get(left.id).recording == left.recording


def test_latency_counts_for_an_interrupted_turn_and_not_for_a_file_from_elsewhere(session, store, tmp_path):
    assert session.resume(interrupted(session, store), LIBRARY.find_question("太贵了")).facts.timing is Timing.EXACT
    marked = session.mark(LIBRARY.find_question("太贵了"), REPLIES[0].path)
    again = session.resume(replace(marked, facts=None), LIBRARY.find_question("太贵了"))
    assert marked.facts.timing is again.facts.timing is Timing.UNKNOWN
    assert again.facts == marked.facts


def test_what_was_wrong_with_the_sound_is_told_and_kept(session, store):
    recording = read_audio(REPLIES[0].path)
    quiet = Recording((recording.samples / 30).astype(np.int16))
    attempt = ask(session, quiet)
    assert "too_quiet" in attempt.notes
    assert store.get(attempt.id).notes == attempt.notes


def test_the_onlooker_sees_phases_in_order_and_the_transcript_grow(session):
    seen = []
    attempt = ask(session, read_audio(REPLIES[0].path), watch=seen.append)
    assert list(dict.fromkeys(p.phase for p in seen)) == list(Phase)
    # the background thread may lag behind a file read at full speed, but never invents
    assert all(set(p.partial) <= set("".join(q.partial for q in seen)) for p in seen)
    assert seen[-1].seconds == pytest.approx(attempt.facts.seconds)


def test_blocks_cover_the_recording_and_fill_the_last_with_silence():
    samples = np.arange(1, 1300, dtype=np.int16)
    blocks = list(split_blocks(samples))
    assert [len(b) for b in blocks] == [512, 512, 512]
    assert np.array_equal(np.concatenate(blocks)[: len(samples)], samples)
    assert not blocks[-1][len(samples) - 1024 :].any()
