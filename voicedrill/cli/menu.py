"""The menu of `voicedrill` without a command, in a terminal."""

from __future__ import annotations

from collections.abc import Callable

import typer

from voicedrill.cli.language import t


def run_menu() -> None:
    """Offer the commonest things to do, and do the one chosen; ask again where the choice is none of them."""
    from voicedrill.cli import content, demo, history, models, practice
    from voicedrill.cli.screen import result_console

    console = result_console()
    console.print(t("[bold]voicedrill 话术通关[/]", "[bold]voicedrill[/]"))
    entries: tuple[tuple[str, Callable[[], None]], ...] = (
        (t("看一次演示", "Watch the demo"), demo.demo),
        (t("戴上耳麦练习", "Practise with a headset"), practice.practice),
        (t("看以往成绩", "See past attempts"), history.history),
        (t("看题库", "See the questions"), content.list_questions),
        (t("看识别模型", "See the recognition models"), models.list_models),
    )
    for key, (label, _) in enumerate(entries, 1):
        console.print(f"  [bold cyan]{key}[/]  {label}")
    console.print(f"  [bold cyan]0[/]  {t('退出', 'Quit')}")
    console.print(t("[dim]全部命令：voicedrill --help[/]", "[dim]All commands: voicedrill --help[/]"))
    while (answer := typer.prompt(t("请选择", "Your choice"), default="1").strip()) != "0":
        if answer in map(str, range(1, len(entries) + 1)):
            entries[int(answer) - 1][1]()
            return
        console.print(t(f"请输入 0 到 {len(entries)} 的数字。", f"Type a number from 0 to {len(entries)}."))
