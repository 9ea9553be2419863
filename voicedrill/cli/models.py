"""`voicedrill model`: recognition models."""

from __future__ import annotations

from typing import Annotated

import typer

from voicedrill.cli.help import Command, Group
from voicedrill.cli.language import t

app = typer.Typer(cls=Group, no_args_is_help=True)


@app.command("list", cls=Command, help=t("列出找到的模型。", "List the models found."))
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))] = False,
) -> None:
    """Models in the order in which they would be chosen."""
    from voicedrill.cli import wiring
    from voicedrill.cli.screen import print_json, result_console
    from voicedrill.speech.models import list_models as find_all

    found = find_all(wiring.model_folders())
    if as_json:
        print_json([{"name": m.name, "path": str(m.path), "digest": m.digest, "demo": m.is_demo,
                     "size_bytes": m.size_bytes} for m in found])
        return
    console = result_console()
    for model in found:
        note = t("演示模型，只认合成语音", "demo model, synthetic voices only") if model.is_demo else ""
        console.print(f"[bold]{model.name}[/]  {model.size_bytes / 1e6:.1f} MB  {model.path}  [yellow]{note}[/]",
                      soft_wrap=True)
    if not found:
        console.print(t("没有找到模型。", "No model found."))
