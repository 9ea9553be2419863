"""Help pages in the program's language: Typer's own headings are English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from typer.core import TyperCommand, TyperGroup

from voicedrill.cli.language import LANGUAGE

if TYPE_CHECKING:
    from typer import Context

_HEADINGS = (
    (re.compile(r"^Usage:", re.MULTILINE), "用法："),
    (re.compile(r"^Options:$", re.MULTILINE), "选项："),
    (re.compile(r"^Arguments:$", re.MULTILINE), "参数："),
    (re.compile(r"^Commands:$", re.MULTILINE), "命令："),
    (re.compile(r"Show this message and exit\.$", re.MULTILINE), "显示本页。"),
    (re.compile(r"\[default: (.*?)\]"), r"[默认：\1]"),
    (re.compile(r"\[required\]"), "[必填]"),
)


def translate_headings(page: str) -> str:
    """Put the headings of a help page into Chinese where the program speaks Chinese."""
    if LANGUAGE == "en":
        return page
    for pattern, chinese in _HEADINGS:
        page = pattern.sub(chinese, page)
    return page


class Command(TyperCommand):
    """A command with a translated help page."""

    def get_help(self, ctx: Context) -> str:  # type: ignore[override]  # Typer's own copy of Click has no public name
        """The help page."""
        return translate_headings(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands with a translated help page."""

    def get_help(self, ctx: Context) -> str:  # type: ignore[override]  # Typer's own copy of Click has no public name
        """The help page."""
        return translate_headings(super().get_help(ctx))
