"""`mmctl diff A [B]`: two versions of the configuration, as edits and by what becomes of mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mmctl.analysis.questions.equality import Equality
from mmctl.cli.options.workers import checked_workers
from mmctl.cli.result_table import DIFFERENCE, write
from mmctl.cli.run import Run
from mmctl.errors import UsageError
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer
    from rich.console import RenderableType

    from mmctl.analysis.questions.behavior import Behavior
    from mmctl.analysis.questions.counting import CorpusCount
    from mmctl.cli.changes.versions import Version
    from mmctl.cli.messages.corpus import Corpus
    from mmctl.cli.options.annotated import ParameterValues
    from mmctl.cli.options.messages import ShowMail, Workers
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.compare.edits import Edit

DIFFERENT = 2


def diff(
    run: Run,
    one: Annotated[
        str,
        typer.Argument(
            metavar="A", help="live, git:REV, env:NAME, a folder, a plan, or a snapshot."
        ),
    ],
    other: Annotated[
        str, typer.Argument(metavar="[B]", help="The same. Default: the current files.")
    ] = ".",
    equal: Annotated[
        Equality,
        typer.Option(
            "--equal",
            help="What counts as the same: what is done in order (trace), how often (multiset), "
            "or whether (set).",
        ),
    ] = Equality.MULTISET,
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            "--corpus",
            help="Messages: count those that each kind of difference concerns.",
            metavar="MESSAGES",
        ),
    ] = None,
    workers: Workers = None,
    show_mail: ShowMail = False,
    parameter: ParameterValues = None,
) -> int:
    """Show how two versions of the configuration differ; exit 2 when they do.

    After the edits it says how mail is treated: proved alike for every message, or one message for
    each kind of difference. The messages are kept in .mmctl/witness.
    """
    from mmctl.cli.changes.versions import version_of

    processes = checked_workers(workers, corpus=corpus)
    run = run.for_others(show_mail=show_mail).with_parameters(parameter)
    before, after = version_of(run, one), version_of(run, other)
    lacking = sorted(run.parameters.keys() - {*before.parameters, *after.parameters})
    if lacking:
        run.say(f"note: neither has a parameter {', '.join(f'`{name}`' for name in lacking)}")
    found = between(run, before, after, equal)
    if corpus:
        from mmctl.cli.messages.corpus import Corpus

        messages = Corpus(paths=corpus, workers=processes)
        found = replace(found, corpus=_counted(run, before, after, messages, equal))
    write(run, DIFFERENCE, found)
    return found.exit_code


def between(
    run: Run, one: Version, other: Version, equal: Equality = Equality.MULTISET
) -> VersionDiff:
    """How two versions differ: in their rules, and in what becomes of mail.

    Raises:
        SolverMissing: only what becomes of mail can differ, and there is no solver.
    """
    from mmctl.analysis.sat.solver import SolverMissing
    from mmctl.cli.changes.versions import alike
    from mmctl.live.compare.diff import diff as edits_between

    before, after = alike(one, other)
    edits = edits_between(after.configuration, before.configuration)
    try:
        treated = _behavior(run, before, after, equal)
    except SolverMissing as error:
        if not edits:
            raise  # nothing would say that they may differ
        run.warn(f"warning: how mail is treated is not compared: {error.message}; {error.help}")
        treated = None
    return VersionDiff(
        names=(before.name, after.name),
        before=before.configuration,
        after=after.configuration,
        edits=edits,
        behavior=treated,
    )


def _counted(
    run: Run, before: Version, after: Version, corpus: Corpus, equal: Equality
) -> CorpusCount:
    """How many messages of a corpus the versions treat differently.

    Raises:
        UsageError: a path cannot be read, or there is nothing to judge them by.
        CouldNot: a process was killed over and over.
    """
    from mmctl.cli.messages.corpus import counted

    found = None
    if before.project is not None and after.project is not None:
        found = counted(run, (before.project, after.project), corpus, equality=equal)
    if found is None:
        raise UsageError(
            "nothing can judge the messages of `--corpus`",
            help="that needs a project without errors, and rules that both versions have",
        )
    return found


def _behavior(
    run: Run, before: Version, after: Version, equal: Equality
) -> tuple[Behavior, ...] | None:
    """How mail is treated, with the messages in files; None: that needs a project."""
    if before.project is None or after.project is None:
        run.say("how mail is treated is not compared: that needs a project without errors here")
        return None
    from mmctl.analysis.questions.versions import behavior
    from mmctl.cli.changes.told_versions import told_between
    from mmctl.cli.files.witnesses import keeping

    told = told_between(before.configuration, after.configuration, after.project)
    judged = after if after.file is not None else before
    has = {name: value for name, value in run.parameters.items() if name in judged.parameters}
    rules = () if judged.file is None else (judged.file,)
    kept = keeping(replace(run, parameters=has), "diff", rules=rules)
    return tuple(behavior(before.project, after.project, equal, kept, told=told))


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiff:
    """Two versions, and the edits from the first to the second."""

    names: tuple[str, str]
    before: LiveConfiguration
    after: LiveConfiguration
    edits: Sequence[Edit]
    behavior: tuple[Behavior, ...] | None = None
    """How mail is treated; None: that is not compared."""
    corpus: CorpusCount | None = None
    """How many messages are treated differently; None: not asked."""

    @property
    def exit_code(self) -> int:
        """Whether they differ, in what files say or in what becomes of mail."""
        proved = any(each.differences for each in self.behavior or ())
        counted = self.corpus is not None and self.corpus.differing > 0
        return DIFFERENT if self.edits or proved or counted else 0


def human(run: Run, found: VersionDiff) -> RenderableType:
    """The edits, in the form of a plan."""
    from mmctl.render.text.diff import human

    width = run.console().width
    edits = human(*found.names, found.edits, width=width, verbose=run.verbose)
    if found.behavior is None:
        return edits
    from mmctl.render.text.behavior import behavior_lines

    return edits.append("\n").append(behavior_lines(found.behavior, found.corpus))


def document(_run: Run, found: VersionDiff) -> dict[str, Any]:
    """The edits as `mmctl/diff@1`."""
    from mmctl.live.compare.delta import delta
    from mmctl.render.documents.diff import document

    differing = delta(found.after, found.before)
    return document(*found.names, found.edits, differing, found.behavior, found.corpus)


def page(_run: Run, found: VersionDiff) -> str:
    """The edits, and what becomes of mail, as a page."""
    from mmctl.render.html.diff_page import page

    return page(*found.names, found.edits, found.behavior, found.corpus)


def markdown(_run: Run, found: VersionDiff) -> str:
    """The edits as a comment for a pull request."""
    from mmctl.render.documents.behavior import behavior_markdown
    from mmctl.render.documents.diff import title
    from mmctl.render.documents.plan_markdown import edits_markdown

    return edits_markdown(title(*found.names), found.edits) + behavior_markdown(
        found.behavior, found.corpus
    )
