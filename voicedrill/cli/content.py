"""`voicedrill content`: what can be drilled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicedrill.cli.help import Command, Group
from voicedrill.cli.language import t, tr

if TYPE_CHECKING:
    from voicedrill.content.packs import Pack
    from voicedrill.content.regression import Outcome

app = typer.Typer(cls=Group, no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))]


@app.command("list", cls=Command, help=t("列出题库里的题目。", "List the questions of all packs."))
def list_questions(as_json: _Json = False) -> None:
    """One line per question."""
    from rich.markup import escape

    from voicedrill.cli import wiring
    from voicedrill.cli.screen import print_json, result_console

    questions = wiring.open_library().questions
    if as_json:
        print_json([{"id": q.id, "kind": q.kind, "name": q.name, "pack": q.pack.id, "version": q.pack.version,
                     "tactics": [{"id": x.id, "name": x.name} for x in q.tactics]} for q in questions])
        return
    console = result_console()
    for question in questions:
        tactics = " ".join(x.name for x in question.tactics)
        console.print(f"[bold]{question.id:<5}[/]{escape(question.name)}  [dim]{escape(tactics)}[/]", soft_wrap=True)


@app.command("show", cls=Command, help=t("查看一道题：对策、招法、要点、参考话术。", "Show a question or a tactic."))
def show(
    name: Annotated[str, typer.Argument(help=t("题目或招法的编号或名称。", "Id or name of a question or tactic."))],
    wordings: Annotated[bool, typer.Option("--all", help=t("列出全部说法。", "List every wording."))] = False,
) -> None:
    """A page to learn from."""
    from rich.markup import escape

    from voicedrill.cli import wiring
    from voicedrill.cli.screen import result_console
    from voicedrill.cli.wording import RATING
    from voicedrill.core.errors import UsageError

    library = wiring.open_library()
    try:
        question, only = library.find_question(name), None
    except UsageError:
        question, only = library.find_tactic(name)
    console = result_console()
    console.print(f"[bold]{question.id}  {escape(question.name)}[/]")
    console.print(f"{t('客户', 'Customer')}：{escape(question.prompt)}")
    if question.maxim:
        console.print(f"{t('对策', 'Maxim')}：{escape(question.maxim)}")
    for tactic in question.tactics:
        if only is not None and tactic is not only:
            continue
        rating = escape(f"[{tr(RATING[tactic.rating])}]")
        console.print(f"\n[bold cyan]{tactic.id}  {escape(tactic.name)}[/]  {rating} {escape(tactic.idea)}")
        if tactic.rating_reason:
            console.print(f"  [yellow]{escape(tactic.rating_reason)}[/]")
        console.print(f"  {t('参考', 'Model answer')}：{escape(tactic.model_answer)}")
        for criterion in tactic.criteria:
            phrases = criterion.phrases if wordings else criterion.phrases[:2]
            console.print(f"  · {escape(criterion.name)}  [dim]{escape(' / '.join(phrases))}[/]")


@app.command("lint", cls=Command, help=t("检查题库。", "Check the packs."))
def lint(
    path: Annotated[
        Path | None, typer.Argument(help=t("题库文件；省略则检查全部。", "A pack; all of them if omitted."))
    ] = None,
    profile: Annotated[Path | None, typer.Option(help=t("产品资料文件。", "Product profile."))] = None,
) -> None:
    """Print every problem; exit 1 if one of them is an error."""
    from voicedrill import places
    from voicedrill.cli import wiring
    from voicedrill.cli.screen import result_console
    from voicedrill.content.lint import lint_pack
    from voicedrill.content.packs import read_pack

    console = result_console()
    profile = profile or wiring.built_in_profile()
    files = [path] if path else sorted(places.built_in("content").glob("*.yaml"))
    errors = 0
    for file in files:
        pack = read_pack(file, profile)
        problems = lint_pack(pack)
        errors += sum(p.severity == "error" for p in problems)
        for problem in problems:
            console.print(f"{file.name}: {problem.where}: {tr(problem.message)}", markup=False, soft_wrap=True)
        counts = len(pack.questions), len(problems)
        summary = t("{} 题，{} 个问题", "{} questions, {} problems").format(*counts)
        console.print(f"{pack.name}  {pack.version}  {summary}", markup=False)
    if errors:
        raise typer.Exit(1)


@app.command("test", cls=Command, help=t("用题库自带的检验回答检验评分。", "Score the regression replies of a pack."))
def test(
    name: Annotated[
        str | None, typer.Argument(metavar="PACK", help=t("题库文件、编号或名称；省略则检验全部。",
                                                           "A pack's file, id or name; all if omitted."))
    ] = None,
    profile: Annotated[Path | None, typer.Option(help=t("产品资料文件。", "Product profile."))] = None,
    rubric: Annotated[Path | None, typer.Option(help=t("评分规则文件。", "Rubric file."))] = None,
    as_json: _Json = False,
) -> None:
    """Print every reply that is not scored as it should be, by line; exit 1 if there is one."""
    from voicedrill.cli import wiring
    from voicedrill.cli.screen import print_json, result_console
    from voicedrill.content.regression import run_regressions
    from voicedrill.content.rubrics import read_rubric

    slots = profile or wiring.built_in_profile()
    if name is not None and (Path(name).is_file() or Path(name).suffix in (".yaml", ".yml")):
        packs = [wiring.open_pack(Path(name), slots)]
    else:
        library = wiring.open_library(slots)
        packs = list(library.packs) if name is None else [library.find_pack(name)]
    rules = read_rubric(rubric) if rubric else wiring.open_rubric()
    tested = [(pack, run_regressions(pack, rules)) for pack in packs]
    if as_json:
        print_json([_as_json(pack, outcomes) for pack, outcomes in tested])
    else:
        console = result_console()
        for pack, outcomes in tested:
            for outcome in outcomes:
                for reason in outcome.reasons:
                    console.print(f"{pack.path.name}:{outcome.reply.line}: {outcome.reply.question_id}: "
                                  f"「{outcome.reply.text}」{tr(reason)}", markup=False, soft_wrap=True)
            counts = len(outcomes), sum(not o.passed for o in outcomes)
            summary = t("{} 句检验回答，{} 句不符", "{} regression replies, {} failed").format(*counts)
            console.print(f"{pack.name}  {pack.version}  {summary}", markup=False, soft_wrap=True)
    if any(not o.passed for _, outcomes in tested for o in outcomes):
        raise typer.Exit(1)


@app.command("mine", cls=Command,
             help=t("从通过的作答里挖掘题库没有的说法。", "Propose wordings from passed attempts."))
def mine(
    objection: Annotated[
        str | None, typer.Option(help=t("只看这条异议（编号或名称）。", "Only this objection, by id or name."))
    ] = None,
    write: Annotated[Path | None, typer.Option(metavar="FILE.yaml", help=t(
        "把候选说法和检验回答写成可抄进题库的片段。", "Write them, with regression replies, to copy from."))] = None,
    as_json: _Json = False,
) -> None:
    """What people said in replies that a person found good, where the matcher missed a key point."""
    from voicedrill.cli import wiring
    from voicedrill.cli.screen import print_json, progress_console, result_console
    from voicedrill.content.mining import passed_by_person, propose, to_snippet
    from voicedrill.core.errors import ContentError
    from voicedrill.store.attempts import AttemptFilter

    library = wiring.open_library()
    asked = library.find_question(objection).id if objection else None
    questions = {q.id: q for q in library.questions}
    with wiring.open_store() as store:
        scored = [a for a in store.list(AttemptFilter(question_id=asked))
                  if a.evaluation and a.question.id in questions]
        replies = [passed_by_person(a, questions[a.question.id], [(e.kind, e.body) for e in store.events(a.id)])
                   for a in scored]
    passed = [reply for reply in replies if reply is not None]
    proposals = propose(passed)
    if write is not None:
        try:
            with write.open("x", encoding="utf-8") as file:
                file.write(to_snippet(proposals))
        except OSError as error:
            raise ContentError(f"无法写入 {write}（{error.strerror}），请换一个文件名。",
                               f"Cannot write {write} ({error.strerror}); choose another name.") from error
    if as_json:
        print_json([{"question": p.question_id, "criterion": p.criterion.id, "name": p.criterion.name,
                     "wording": p.wording, "times": p.times, "score": round(p.score, 1), "reply": p.reply}
                    for p in proposals])
        return
    console = result_console()
    for p in proposals:
        console.print(f"{p.criterion.id:<7}{p.criterion.name}  「{p.wording}」 × {p.times}  {p.reply}",
                      markup=False, soft_wrap=True)
    counts = len(proposals), len(passed), len(scored)
    progress_console().print(t("{} 条候选，来自 {} 次通过的作答（共 {} 次已评分）",
                               "{} proposals from {} passed attempts (of {} scored)").format(*counts))


def _as_json(pack: Pack, outcomes: tuple[Outcome, ...]) -> dict[str, object]:
    return {
        "pack": pack.id, "version": pack.version, "n": len(outcomes), "failed": sum(not o.passed for o in outcomes),
        "replies": [{
            "line": o.reply.line, "question": o.reply.question_id, "text": o.reply.text, "passed": o.passed,
            "tactic": o.result.evaluation.tactic_id, "hits": o.result.hits, "total": o.result.card.total,
            "reasons": [tr(reason) for reason in o.reasons],
        } for o in outcomes],
    }
