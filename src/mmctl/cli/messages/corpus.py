"""What a plan changes for real mail: a corpus, judged by the live and by the desired rules."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mmctl.cli.changes.live_rules import project_of
from mmctl.cli.messages.garbage import seldom_collected
from mmctl.cli.messages.messages import messages_of
from mmctl.cli.progress import Progress
from mmctl.errors import UsageError
from mmctl.judge.comparison import differences
from mmctl.judge.index.index import Index
from mmctl.judge.ingress import Way, gateway_behind
from mmctl.judge.sizes import sizes_asked
from mmctl.judge.submitting import Submitting
from mmctl.language.project import Outcome
from mmctl.live.plan.plan import Behaviour
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Needs
from mmctl.records import replace
from mmctl.render.documents.review import Changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.judge.comparison import Difference
    from mmctl.judge.judged import JudgedMessage
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project
    from mmctl.live.plan.plan import Plan


@seldom_collected()
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
    pairs = tuple(_ways(plan, change.project))
    if not pairs:
        note = "no ingress point is both live and in the files: nothing can judge the corpus"
        return replace(plan, notes=(*plan.notes, note))
    ways = [(_index(wanted), _index(live)) for wanted, live in pairs]
    gateways = [gateway for pair in pairs for gateway in pair]
    submitting = Submitting(Stated(), gateways)
    sizes = frozenset[float]().union(*map(sizes_asked, gateways))
    judged = differing = undecided = 0
    kinds: Counter[str] = Counter()
    needs = Needs(body=change.run.unnamed, sizes=sizes)
    with Progress(change.run, "message") as progress:
        for message in messages_of(change.run, change.project, paths, needs, progress):
            submission = submitting.read(message)
            every = [(live.judge(submission), wanted.judge(submission)) for wanted, live in ways]
            found = [each for before, after in every for each in differences(before, after)]
            judged += 1
            differing += bool(found)
            undecided += not found and any(_undecided(side) for pair in every for side in pair)
            kinds.update([each.change for each in found])
            if found and show is not None:
                show(_changed(message.name, found))
            progress.count(1)
    behaviour = Behaviour(
        corpus=", ".join(paths),
        messages=judged,
        differing=differing,
        undecided=undecided,
        kinds=dict(kinds),
    )
    return replace(plan, behaviour=behaviour)


def _changed(name: str, found: Sequence[Difference]) -> Changed:
    """A message that is treated differently, how, and by which rules."""
    return Changed(
        message=name,
        kinds=tuple(dict.fromkeys(each.change for each in found)),
        by=tuple(dict.fromkeys(each.after.by for each in found if each.after.by)),
    )


def _undecided(judged: JudgedMessage) -> bool:
    """Whether the recipients, or an outcome, are unknown."""
    return not judged.recipients or any(
        ended.outcome is Outcome.UNKNOWN for _, ended in judged.recipients
    )


def _index(gateway: Gateway) -> Index:
    """A gateway, compiled to compare outcomes."""
    return Index(gateway=gateway, readings=False)


def _ways(plan: Plan, project: Project) -> Iterator[tuple[Gateway, Gateway]]:
    """The desired and the live gateway of each ingress point that is on both sides."""
    live = project_of(plan.live, project)
    for name in project.ingress_points:
        if name in live.ingress_points:
            way = Way(ingress_point=name)
            try:
                yield gateway_behind(project, way), gateway_behind(live, way)
            except UsageError as error:
                raise UsageError(f"ingress point {name}: {error.message}") from error
