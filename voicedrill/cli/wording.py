"""The words people read for the codes the program keeps."""

from __future__ import annotations

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.model import CardStatus, EndReason, Rating, Verdict

VERDICT = {
    Verdict.HIT: Bilingual("命中", "hit"),
    Verdict.UNSURE: Bilingual("听不清", "unclear"),
    Verdict.MISSED: Bilingual("未命中", "missed"),
    Verdict.NEGATED: Bilingual("疑似否定", "negated?"),
    Verdict.PARTIAL: Bilingual("不完整", "in part"),
    Verdict.PENDING: Bilingual("待评", "to be marked"),
}

VERDICT_STYLE = {
    Verdict.HIT: ("✓", "green"),
    Verdict.UNSURE: ("?", "yellow"),
    Verdict.MISSED: ("✗", "red"),
    Verdict.NEGATED: ("!", "magenta"),
    Verdict.PARTIAL: ("~", "yellow"),
    Verdict.PENDING: ("·", "cyan"),
}

RATING = {
    Rating.GREEN: Bilingual("绿", "green"),
    Rating.YELLOW: Bilingual("黄", "yellow"),
    Rating.RED: Bilingual("红", "red"),
}

STATUS = {
    CardStatus.SCORED: Bilingual("已评分", "scored"),
    CardStatus.SILENT: Bilingual("没有作答", "no answer"),
    CardStatus.UNRELIABLE: Bilingual("识别不可靠", "recognition unreliable"),
}

PART = {
    "content": Bilingual("要点", "content"),
    "structure": Bilingual("结构礼貌", "structure"),
    "person": Bilingual("人评", "marked"),
    "latency": Bilingual("反应", "latency"),
    "pace": Bilingual("语速", "pace"),
    "fluency": Bilingual("流畅", "fluency"),
}

NOTE = {
    "too_quiet": Bilingual("声音太小：靠近麦克风，或调高输入音量", "too quiet: move closer or raise the input level"),
    "noisy": Bilingual("环境噪声大：换个安静的地方，或用耳麦", "noisy: find a quieter place or use a headset"),
    "clipped": Bilingual("声音过载：离麦克风远一点，或调低输入音量", "clipped: move away or lower the input level"),
    "demo_model": Bilingual("演示模型", "demo model"),
}

END_REASON = {
    EndReason.NO_SPEECH: Bilingual("没有听到回答", "no answer was heard"),
    EndReason.TOO_LONG: Bilingual("回答超过时限", "the answer ran over the limit"),
    EndReason.INTERRUPTED: Bilingual("回答被中断", "the answer was interrupted"),
}

DEMO_MODEL_WARNING = Bilingual(
    "当前用的是演示模型：它只认得合成语音，听不懂真人说话。真人练习请先安装官方模型：voicedrill model install",
    "This is the demo model: it knows synthetic voices only and does not understand people. "
    "To practise, install the official model first: voicedrill model install",
)

DEMO_MODEL_SPOKEN = Bilingual(
    "注意，现在用的是演示模型，听不懂真人说话，成绩不作数。",
    "注意，现在用的是演示模型，听不懂真人说话，成绩不作数。",  # the voice is Mandarin in either language
)
