"""`voicedrill model`: recognition models: install, choose, verify, remove."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicedrill.cli.help import Command, Group
from voicedrill.cli.language import t, tr
from voicedrill.core.errors import UsageError

if TYPE_CHECKING:
    from voicedrill.core.bilingual import Bilingual
    from voicedrill.speech.download import Watcher
    from voicedrill.speech.installation import Installed
    from voicedrill.speech.models import ModelInfo
    from voicedrill.speech.shelf import Shelf

app = typer.Typer(cls=Group, no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help=t("模型名称，见 model list。", "Name of a model, see model list."))]


@app.command("list", cls=Command, help=t("列出找到的模型。", "List the models found."))
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))] = False,
) -> None:
    """Models in the order in which they would be chosen; the one in use is marked."""
    from voicedrill.cli import wiring
    from voicedrill.cli.screen import print_json, result_console
    from voicedrill.core.errors import ModelError
    from voicedrill.speech.models import list_models as find_all

    found = find_all(wiring.model_folders())
    try:
        used = wiring.choose_model(None).path.resolve()
    except ModelError:
        used = None  # the one chosen is gone: those that are here are listed all the same
    if as_json:
        print_json([{"name": m.name, "path": str(m.path), "digest": m.digest, "demo": m.is_demo,
                     "size_bytes": m.size_bytes, "in_use": m.path.resolve() == used} for m in found])
        return
    console = result_console()
    for model in found:
        mark = "[green]*[/]" if model.path.resolve() == used else " "
        note = t("演示模型，只认合成语音", "demo model, synthetic voices only") if model.is_demo else ""
        console.print(f"{mark} {_line(model)}  [yellow]{note}[/]", soft_wrap=True)
    if not found:
        console.print(t("没有找到模型。安装官方模型：voicedrill model install",
                        "No model found. To install the official one: voicedrill model install"))


def _line(model: ModelInfo) -> str:
    """Name, size and place of a model, as markup."""
    from rich.markup import escape

    return f"[bold]{escape(model.name)}[/]  {model.size_bytes / 1e6:.1f} MB  {escape(str(model.path))}"


@app.command("install", cls=Command, help=t("安装识别模型：官方的、镜像上的、本机的 zip 或文件夹。",
                                            "Install a model: official, from a mirror, or a local zip or folder."))
def install(
    source: Annotated[str | None, typer.Argument(
        help=t("模型名称、zip 文件或文件夹；省略则为官方小模型。",
               "Name, zip or folder; the small official model if omitted.")
    )] = None,
    mirror: Annotated[str | None, typer.Option(
        help=t("镜像网址，其下有 <名称>.zip。", "Address of a mirror that has <name>.zip.")
    )] = None,
    url: Annotated[str | None, typer.Option(help=t("zip 文件的网址。", "Address of the zip itself."))] = None,
    sha256: Annotated[str | None, typer.Option(help=t("zip 应有的校验和。", "Check sum the zip must have."))] = None,
    tries: Annotated[int, typer.Option(
        min=1, help=t("连续几次没有进展就放弃。", "Give up after so many attempts without progress.")
    )] = 4,
) -> None:
    """Install and use from now on."""
    from voicedrill.cli.screen import result_console
    from voicedrill.settings import change_settings, read_settings, settings_path

    if mirror and url:
        raise UsageError("--mirror 和 --url 只能用一个。", "Use either --mirror or --url.")
    settings = settings_path()
    read_settings(settings)  # a damaged file is told before anything is fetched
    try:
        with _watcher() as watcher:
            installed = _install(source, watcher, _Options(mirror, url, sha256, tries))
    except KeyboardInterrupt:
        typer.echo(t("安装已中断：下载的部分已保留，重新运行会接着下；原有的模型没有动。",
                     "Interrupted: what was fetched is kept for the next run; the models in place are untouched."),
                   err=True)
        raise
    info = installed.info
    change_settings(settings, model=info.name)
    done = t("已安装", "Installed") if installed.fresh else t("早已装好，文件完好：", "Already installed and whole:")
    console = result_console()
    console.print(f"{done} {_line(info)}", soft_wrap=True)
    if not installed.checked:
        console.print(t("没有可比对的校验和：只核对了文件自身的 CRC，并试加载通过。",
                        "No check sum was known beforehand: only the file's own CRCs and a trial load vouch for it."))
    console.print(t("从现在起默认使用它。试试：voicedrill practice",
                    "It is used from now on. Try: voicedrill practice"))
    _warn_of_environment()


@dataclass(frozen=True, slots=True)
class _Options:
    """Where to install from, as the command line says."""

    mirror: str | None
    url: str | None
    sha256: str | None
    tries: int


def _install(source: str | None, watcher: Watcher, options: _Options) -> Installed:
    from voicedrill.speech.catalogue import OFFICIAL_SITE, Release, parse_sha256, read_catalogue
    from voicedrill.speech.download import Patience
    from voicedrill.speech.installation import install_folder, install_release, install_zip, name_from_url

    catalogue = read_catalogue(_catalogue_path())
    shelf = _shelf()
    remote = bool(options.mirror or options.url)
    if source and not remote and source not in {r.name for r in catalogue}:
        path = _local(source, [r.name for r in catalogue])
        if options.sha256:
            raise UsageError("--sha256 只用于从网上下载。", "--sha256 is for downloads only.")
        return install_folder(path, shelf, watcher) if path.is_dir() else install_zip(path, catalogue, shelf, watcher)
    name = source or (name_from_url(options.url) if options.url else catalogue[0].name)
    release = next((r for r in catalogue if r.name == name), Release(name))
    if options.sha256:
        try:
            release = replace(release, sha256=parse_sha256(options.sha256))
        except ValueError as error:
            raise UsageError(f"--sha256 的值有误：{options.sha256!r}，应为 64 位十六进制数。",
                             f"Invalid value for --sha256: {options.sha256!r} is not 64 hexadecimal digits."
                             ) from error
    url = options.url or release.url(options.mirror or OFFICIAL_SITE)
    return install_release(release, url, shelf, watcher, Patience(fruitless=options.tries))


def _local(source: str, names: list[str]) -> Path:
    path = Path(source).expanduser()
    if path.exists():
        return path
    known = "、".join(names)
    raise UsageError(
        f"{source} 既不是这里的文件，也不是可按名称安装的模型（{known}）；其他模型请用 --url 写明网址。",
        f"{source} is neither a file here nor a model known by name ({', '.join(names)}); for any other, give its "
        "address with --url.")


@app.command("use", cls=Command, help=t("选定以后默认使用的模型。", "Choose the model to use from now on."))
def use(
    name: Annotated[str | None, typer.Argument(
        help=t("模型名称或文件夹。", "Name of a model, or its folder.")
    )] = None,
    auto: Annotated[bool, typer.Option(
        "--auto", help=t("不再指定，自动选择。", "Choose none: the best is taken.")
    )] = False,
) -> None:
    """Keep the choice in the settings."""
    from voicedrill.cli import wiring
    from voicedrill.cli.screen import result_console
    from voicedrill.settings import change_settings, settings_path
    from voicedrill.speech.models import check_model, find_model

    if auto == (name is not None):
        raise UsageError("请写明模型名称（见 voicedrill model list），或用 --auto 自动选择。",
                         "Name a model (see voicedrill model list), or let one be chosen with --auto.")
    folders = wiring.model_folders()
    if name is None:
        change_settings(settings_path(), model=None)
        model = find_model(None, None, folders)
    else:
        model = _find(name)
        check_model(model)
        within = model.path.parent.resolve() in {folder.resolve() for folder in folders}
        change_settings(settings_path(), model=model.path.name if within else str(model.path.resolve()))
    result_console().print(t("从现在起使用 ", "Used from now on: ") + _line(model), soft_wrap=True)
    _warn_of_environment()


@app.command("verify", cls=Command, help=t("核对模型文件与安装时一致，并能加载。",
                                           "Check that a model is as installed, and loads."))
def verify(name: _Name) -> None:
    """Compare every file with the list made at the installation, then load the model."""
    from voicedrill.cli.screen import result_console
    from voicedrill.speech.installation import verify_model

    model = _find(name)
    listed = verify_model(model)
    result = t("文件与安装时一致，加载正常。", "as it was installed; it loads.") if listed else t(
        "没有安装清单（不是用 model install 装的），只试了加载：正常。",
        "no list of files (it was not installed with model install); it loads.")
    result_console().print(f"{model.name}  {result}", markup=False, soft_wrap=True)


@app.command("remove", cls=Command, help=t("删除一个已安装的模型。", "Remove an installed model."))
def remove(
    name: _Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=t("不再询问。", "Do not ask."))] = False,
) -> None:
    """Only from the user's own folder; a choice of it in the settings is taken back."""
    import sys

    from voicedrill.cli.screen import result_console
    from voicedrill.settings import change_settings, read_settings, settings_path
    from voicedrill.speech.installation import check_removable, remove_model

    shelf = _shelf()
    path = check_removable(name, shelf)
    chosen = read_settings(settings_path()).model
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("删除前需要确认：请加 --yes。", "Removal must be confirmed: add --yes.")
        if not typer.confirm(t(f"删除 {path}？", f"Remove {path}?")):
            return
    remove_model(name, shelf)
    if chosen in (name, str(path), str(path.resolve())):
        change_settings(settings_path(), model=None)
    result_console().print(t(f"已删除 {name}。", f"Removed {name}."), markup=False)


# ---------------------------------------------------------------- wiring and progress


def _shelf() -> Shelf:
    from voicedrill.cli import wiring
    from voicedrill.speech.shelf import Shelf

    return Shelf(wiring.model_folders()[0])


def _find(name: str) -> ModelInfo:
    """The model of that name in the folders of models; else the one in a folder so named here."""
    from voicedrill.cli import wiring
    from voicedrill.speech.models import describe_model, find_model

    folders = wiring.model_folders()
    if Path(name).name == name:
        for folder in folders:
            if (folder / name).is_dir():
                return describe_model(folder / name)
    return find_model(name, None, folders)


def _catalogue_path() -> Path | None:
    """A catalogue of an organisation's own models."""
    named = os.environ.get("VOICEDRILL_CATALOGUE")
    return Path(named).expanduser() if named else None


def _warn_of_environment() -> None:
    named = os.environ.get("VOICEDRILL_MODEL")
    if named:
        typer.echo(t(f"注意：环境变量 VOICEDRILL_MODEL（{named}）优先于这个选择。",
                     f"Note: VOICEDRILL_MODEL ({named}) takes precedence over this choice."), err=True)


@contextmanager
def _watcher() -> Iterator[Watcher]:
    """A progress bar on stderr in a terminal; elsewhere only remarks."""
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
    from rich.progress import TimeRemainingColumn as TimeLeftColumn

    from voicedrill.cli.screen import progress_console
    from voicedrill.speech.download import Watcher

    console = progress_console()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
               TimeLeftColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        def begin(step: Bilingual) -> None:
            for earlier in progress.task_ids:
                progress.remove_task(earlier)
            progress.add_task(escape(tr(step)), total=None)

        def advance(done: int, total: int | None) -> None:
            progress.update(progress.task_ids[-1], completed=done, total=total)

        def say(remark: Bilingual) -> None:
            console.print(escape(tr(remark)), soft_wrap=True)

        yield Watcher(begin, say, advance)
