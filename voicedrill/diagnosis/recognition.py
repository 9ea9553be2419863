"""The recognition model: which one is used, does it load, does it know Mandarin?"""

from __future__ import annotations

from collections.abc import Callable

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.errors import VoiceDrillError
from voicedrill.diagnosis.check import Check, Grade, fault
from voicedrill.speech.models import ModelInfo, check_model

_INSTALL = Bilingual("运行 voicedrill model install 安装听得懂真人的官方模型",
                     "run: voicedrill model install, for the official model, which understands people")


def check_recognition(choose: Callable[[], ModelInfo]) -> Check:
    """Load the model that a drill would use, in a process of its own.

    Args:
        choose: finds it; raises a VoiceDrillError when there is none.
    """
    try:
        model = choose()
        check_model(model)
    except VoiceDrillError as error:
        return fault("model", error, remedy=_INSTALL)
    details = {"name": model.name, "path": str(model.path), "digest": model.digest, "demo": model.is_demo,
               "size_bytes": model.size_bytes}
    size = f"{model.size_bytes / 1e6:.0f} MB"
    if model.is_demo:
        return Check("model", Grade.WARN,
                     Bilingual(f"识别模型 {model.name}（{size}）可以加载，但它是演示模型，只认合成语音，听不懂真人",
                               f"model {model.name} ({size}) loads, but it is the demo model: it knows synthetic "
                               "voices only"), _INSTALL, details)
    return Check("model", Grade.OK,
                 Bilingual(f"识别模型 {model.name}（{size}）可以加载，是普通话模型",
                           f"model {model.name} ({size}) loads and knows Mandarin"), details=details)
