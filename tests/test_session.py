"""A turn on file devices: real recogniser, voice activity, matcher and store."""

import numpy as np
import pytest
from repository import DEMO_MODEL, DEMO_REPLIES, ROOT

from voicedrill.audio.file_device import FileInput, SilentOutput
from voicedrill.audio.files import read_audio
from voicedrill.audio.vad import SileroDetector
from voicedrill.content.demo import read_demo_replies
from voicedrill.content.library import read_library
from voicedrill.content.rubrics import read_rubric
from voicedrill.core.errors import AudioError
from voicedrill.core.model import RATE, CardStatus, EndReason, Recording, Timing
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
    def pull_the_plug(progress):
        if progress.phase is Phase.ANSWERING and progress.seconds > 3:
            raise AudioError("拔掉了", "unplugged")

    with pytest.raises(AudioError, match="unplugged"):
        ask(session, read_audio(REPLIES[0].path), watch=pull_the_plug)
    (left,) = store.unscored()
    assert store.recordings.condition(left.recording) is Condition.INTACT
    assert left.recording.seconds > 3
    scored = session.resume(left, LIBRARY.find_question("太贵了"))
    assert scored.facts.end_reason is EndReason.INTERRUPTED
    assert scored.facts.transcript.words
    assert store.unscored() == ()
    assert store.get(left.id).score_card == scored.score_card


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
