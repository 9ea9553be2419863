"""The tree of commands. Everything heavy is imported inside the commands: `--help` must answer at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, cast

import typer

from voicedrill import __version__
from voicedrill.cli import check_voice, content, demo, devices, doctor, explain, history, models, practice, score
from voicedrill.cli import eval as eval_
from voicedrill.cli.help import Command, Group
from voicedrill.cli.language import t

app = typer.Typer(
    cls=Group,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=t("voicedrill：离线、全程语音的销售话术通关练习。", "Offline drill for oral sales exams in Mandarin."),
    epilog=t("任何命令都可以加 --lang en 显示英文。", "Any command takes --lang zh|en."),
)

for _function, _help in (
    (demo.demo, t("看一次完整演示：三道异议，由虚拟学员作答。", "Watch a drill with a virtual trainee.")),
    (practice.practice, t("练习：播放异议，收听回答，当场评分。", "Hear an objection, answer it, see the score.")),
    (score.score, t("给一段已有的录音评分。", "Score an existing recording.")),
    (check_voice.check_voice, t("念十句话，看识别听不听得懂您。", "Read ten sentences: are you understood?")),
    (devices.devices, t("列出麦克风和扬声器。", "List microphones and speakers.")),
    (doctor.doctor, t("检查声卡、语音、模型、磁盘，告诉您怎么修。", "Look at everything a drill needs.")),
    (explain.explain, t("逐项说明一次作答为什么得这些分。", "The reason for every point of an attempt.")),
    (history.history, t("列出以往的作答。", "List past attempts.")),
):
    app.command(_function.__name__.replace("_", "-"), cls=Command, help=_help)(cast("Callable[..., None]", _function))

app.command("eval", cls=Command, help=t("用标注好的回答检验评分有多准。", "Measure the scorer on labelled replies."))(
    eval_.evaluate_set)
app.add_typer(content.app, name="content", help=t("题库：查看与检查。", "Question packs: show and check."))
app.add_typer(models.app, name="model",
              help=t("识别模型：安装、选用、核对、删除。", "Recognition models: install, use, verify, remove."))


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"voicedrill {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=t("显示版本。", "Show the version."))
    ] = False,
) -> None:
    """Without a command: a short menu in a terminal, the help page elsewhere."""
    if context.invoked_subcommand is not None:
        return
    if sys.stdin.isatty() and sys.stdout.isatty():
        from voicedrill.cli.menu import run_menu

        run_menu()
    else:
        typer.echo(context.get_help())
