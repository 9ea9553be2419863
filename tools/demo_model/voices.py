"""Which espeak-ng voices train the acoustic model and which only ever measure it."""

from __future__ import annotations

_TRAINING = (
    "m1 m2 m3 m4 m5 m6 m7 f1 f2 f3 f4 klatt klatt2 klatt3 klatt5 adam Alex Alicia Andy Annie aunty belinda "
    "benjamin caleb david ed edward Gene Henrique Hugo Jacky john Lee linda marcelo Mario max michael Michel "
    "miguel Mike Nguyen paul pedro quincy rob robert sandro shelby steph steph2 travis victor zac anika grandpa "
    "iven iven3 norbert announcer boris croak Gene2 iven2 iven4 kaukovalta pablo edward2 AnxiousAndy whisper "
    "whisperf RicishayMax RicishayMax3 klatt6 anikaRobot robosoft robosoft3 robosoft5 robosoft8 Storm Tweaky "
    "UniRobot Demonic Diogo"
)
TRAINING = ("", *_TRAINING.split())
"""Variants of espeak-ng; the empty one is the plain voice."""

UNSEEN = ("m8", "f5", "Andrea", "Marco", "steph3", "klatt4", "antonio", "Denis")
"""Never in training, men and women, one of another synthesis method (klatt4)."""

_FOREIGN = "en-us de fr es it ru pl pt nl tr fi sv cs hu ro hi"
FOREIGN = tuple(_FOREIGN.split())
"""Base voices that make speech in other languages: the model learns to call it SPN."""
