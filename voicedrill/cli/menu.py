"""The menu of `voicedrill` without a command, in a terminal."""

from __future__ import annotations

import typer

from voicedrill.cli.language import t


def run_menu() -> None:
    """Offer the commonest things to do, and do one of them."""
    from voicedrill.cli import content, demo, history, models
    from voicedrill.cli.screen import result_console

    console = result_console()
    console.print(t("[bold]voicedrill 话术通关[/]", "[bold]voicedrill[/]"))
    labels = (t("看一次演示", "Watch the demo"), t("看以往成绩", "See past attempts"),
              t("看题库", "See the questions"), t("看识别模型", "See the recognition models"))
    for key, label in enumerate(labels, 1):
        console.print(f"  [bold cyan]{key}[/]  {label}")
    console.print(f"  [bold cyan]0[/]  {t('退出', 'Quit')}")
    console.print(t("[dim]全部命令：voicedrill --help[/]", "[dim]All commands: voicedrill --help[/]"))
    answer = typer.prompt(t("请选择", "Your choice"), default="1").strip()
    if answer == "1":
        demo.demo()
    elif answer == "2":
        history.history()
    elif answer == "3":
        content.list_questions()
    elif answer == "4":
        models.list_models()
