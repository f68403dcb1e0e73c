"""What two versions of the rules do with real mail: a corpus, judged by both and compared."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mmctl.analysis.questions.counting import Counting, TwoGateways
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.questions.ways import ways_into
from mmctl.cli.changes.live_rules import project_of
from mmctl.cli.messages.garbage import seldom_collected
from mmctl.cli.messages.messages import messages_of
from mmctl.cli.progress import Progress
from mmctl.judge.index.index import Index
from mmctl.judge.ingress import gateway_behind
from mmctl.judge.sizes import sizes_asked
from mmctl.judge.submitting import Submitting
from mmctl.live.plan.plan import Behaviour
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Needs
from mmctl.records import replace
from mmctl.render.documents.review import Changed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.analysis.questions.counting import CorpusCount, MailChange
    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.judge.judged import JudgedMessage
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project
    from mmctl.live.plan.plan import Plan


def with_behaviour(
    plan: Plan,
    change: LiveEnvironment,
    paths: Sequence[str],
    show: Callable[[Changed], None] | None = None,
) -> Plan:
    """The plan with what it changes for the messages at some paths; `show` gets each changed one.

    Raises:
        UsageError: a path cannot be read.
    """
    live = project_of(plan.live, change.project)
    found = counted(change.run, (live, change.project), paths, show=show)
    if found is None:
        note = "nothing that mail meets is both live and in the files: nothing can judge the corpus"
        return replace(plan, notes=(*plan.notes, note))
    kinds: Counter[str] = Counter()
    for each in found.changes:
        kinds[_kind(each.change)] += each.copies
    behaviour = Behaviour(
        corpus=found.corpus,
        messages=found.messages,
        differing=found.differing,
        undecided=found.undecided,
        kinds=dict(kinds),
    )
    return replace(plan, behaviour=behaviour)


@seldom_collected()
def counted(
    run: Run,
    versions: tuple[Project, Project],
    paths: Sequence[str],
    *,
    equality: Equality = Equality.MULTISET,
    show: Callable[[Changed], None] | None = None,
) -> CorpusCount | None:
    """How many messages at some paths two versions treat differently; `show` gets each of them.

    None: nothing is in both versions.

    Raises:
        UsageError: a path cannot be read.
    """
    one, other = versions
    ways = tuple(ways_into(one, other))
    if not ways:
        return None
    gateways = [
        TwoGateways(way, gateway_behind(one, way), gateway_behind(other, way)) for way in ways
    ]
    indexes = [(_index(each.before), _index(each.after)) for each in gateways]
    every = [gateway for each in gateways for gateway in (each.before, each.after)]
    submitting = Submitting(Stated(), every)
    needs = Needs(body=run.unnamed, sizes=frozenset[float]().union(*map(sizes_asked, every)))
    counting = Counting(equality=equality, gateways=gateways)
    with Progress(run, "message") as progress:
        for message in messages_of(run, other, paths, needs, progress):
            submission = submitting.read(message)
            judged = [
                (before.judge(submission), after.judge(submission)) for before, after in indexes
            ]
            changes = counting.count(message.name, submission, judged)
            if changes and show is not None:
                show(_changed(message.name, changes, judged))
            progress.count(1)
    return counting.result(", ".join(paths))


def _kind(change: MailChange) -> str:
    """A kind of difference as a plan counts it: by outcomes alone."""
    if change.before.outcome is not change.after.outcome:
        return f"{change.before.outcome} → {change.after.outcome}"
    return f"{change.after.outcome}, by other actions"


def _changed(
    name: str,
    changes: Sequence[MailChange],
    judged: Sequence[tuple[JudgedMessage, JudgedMessage]],
) -> Changed:
    """A message that is treated differently, how, and by which rules."""
    by = [
        after.ended.by
        for old, new in judged
        for before, after in zip(old.recipients, new.recipients, strict=True)
        if before.ended != after.ended and after.ended.by is not None
    ]
    return Changed(
        message=name, kinds=tuple(dict.fromkeys(map(_kind, changes))), by=tuple(dict.fromkeys(by))
    )


def _index(gateway: Gateway) -> Index:
    """A gateway, compiled to compare outcomes."""
    return Index(gateway=gateway, readings=False)
