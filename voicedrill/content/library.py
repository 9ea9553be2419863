"""All packs at hand: the built-in ones and the user's own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from voicedrill.content.names import Entry, find
from voicedrill.content.packs import Pack, Profile, read_pack, read_profile
from voicedrill.content.red_lines import RedLineList, find_red_line_lists
from voicedrill.core.errors import ContentError, UsageError
from voicedrill.core.model import Question, Tactic

DEFAULT_PROFILE = "default"


@dataclass(frozen=True, slots=True)
class Library:
    """Packs with unique ids, their questions with unique ids, in the order they were read."""

    packs: tuple[Pack, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question of every pack."""
        return tuple(q for p in self.packs for q in p.questions)

    def find_pack(self, asked: str) -> Pack:
        """The pack with that id or name.

        Raises:
            UsageError: none or several fit.
        """
        return find(asked, [Entry(p.id, p.name, p) for p in self.packs], ("题库", "pack"))

    def find_question(self, asked: str) -> Question:
        """The question with that id, name or prompt, however it is written.

        Raises:
            UsageError: none or several fit; near ones are named.
        """
        return find(asked, [Entry(q.id, q.name, q, q.prompt) for q in self.questions], ("题目", "question"))

    def find_tactic(self, asked: str) -> tuple[Question, Tactic]:
        """The tactic with that id or name, and its question; 太贵了/比较法 names both.

        Raises:
            UsageError: none or several fit; near ones are named.
        """
        question, slash, tactic = asked.replace("／", "/").partition("/")
        questions = (self.find_question(question),) if slash else self.questions
        entries = [Entry(t.id, t.name, (q, t)) for q in questions for t in q.tactics]
        return find(tactic if slash else asked, entries, ("招法", "tactic"))


def find_profile(folders: Iterable[Path], asked: str = DEFAULT_PROFILE) -> Profile:
    """The product profile with that id or name, from the `profiles` folders inside the content folders.

    A profile in a later folder hides one of the same file name in an earlier folder: the user's copy wins.

    Raises:
        ContentError: a profile cannot be read.
        UsageError: there is no such profile.
    """
    files = {path.stem: path for folder in folders for path in _yaml_files(folder / "profiles")}
    if asked in files:  # the usual case: one file is read, not all
        return read_profile(files[asked])
    profiles = [read_profile(path) for path in files.values()]
    if not profiles:
        raise UsageError(f"没有产品档案「{asked}」：profiles 文件夹是空的。",
                         f"There is no profile “{asked}”: the profiles folder is empty.")
    return find(asked, [Entry(p.id, p.name, p) for p in profiles], ("产品档案", "profile"))


def read_library(folders: Sequence[Path], profile: Path | str = DEFAULT_PROFILE) -> Library:
    """Read every pack that lies directly in the folders; folders that don't exist are passed over.

    Args:
        folders: the built-in folder first, then the user's.
        profile: the product profile that fills the slots: its file, or its id or name.

    Raises:
        ContentError: a pack is not valid, ids clash, or there is no pack at all.
        UsageError: there is no such profile.
    """
    files = [path for folder in folders for path in _yaml_files(folder)]
    if not files:
        places = "、".join(str(f) for f in folders)
        raise ContentError(f"{places} 里没有题库（.yaml 文件）。", f"There is no pack (.yaml file) in {places}.")
    slots = read_profile(profile) if isinstance(profile, Path) else find_profile(folders, profile)
    lists = find_red_line_lists(folders)
    packs = tuple(add_red_lines(read_pack(path, slots), lists) for path in files)
    _refuse_clashes(packs)
    return Library(packs)


def add_red_lines(pack: Pack, lists: Sequence[RedLineList]) -> Pack:
    """The pack with the red lines that hold everywhere; they are part of what its hash stands for."""
    if not lists:
        return pack
    digests = [pack.ref.sha256, *(each.sha256 for each in lists)]
    ref = replace(pack.ref, sha256=hashlib.sha256("".join(digests).encode()).hexdigest())
    lines = tuple(line for each in lists for line in each.lines)
    questions = tuple(replace(q, pack=ref, red_lines=(*q.red_lines, *lines)) for q in pack.questions)
    return replace(pack, ref=ref, questions=questions)


def _yaml_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = [p for p in folder.iterdir() if p.suffix in (".yaml", ".yml") and not p.name.startswith((".", "_"))]
    return sorted(found)


def _refuse_clashes(packs: Sequence[Pack]) -> None:
    owners: dict[tuple[str, str], Pack] = {}
    for pack in packs:
        ids = [("pack", pack.id)] + [("question", q.id) for q in pack.questions]
        ids += [("tactic", t.id) for q in pack.questions for t in q.tactics]
        for key in ids:
            if (other := owners.setdefault(key, pack)) is not pack:
                zh = {"pack": "题库", "question": "题目", "tactic": "招法"}[key[0]]
                raise ContentError(
                    f"{zh}编号 {key[1]} 重复：{other.path} 和 {pack.path} 都用了，请改其中一个。",
                    f"The {key[0]} id {key[1]} stands in {other.path} and in {pack.path}; change one.")
