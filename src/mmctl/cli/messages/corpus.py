"""What a plan changes for real mail: a corpus, judged by the live and by the desired rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from mmctl.cli.messages.batches import Judging
from mmctl.cli.messages.live_rules import project_of
from mmctl.cli.messages.messages import messages_of
from mmctl.cli.progress import Progress
from mmctl.errors import UsageError
from mmctl.judge.ingress import Way, gateway_behind
from mmctl.language.project import Outcome
from mmctl.live.plan.plan import Behaviour
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Needs
from mmctl.render.documents.review import Changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.judge.simulation import Simulated
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
    pairs = tuple(_ways(plan, change.project))
    if not pairs:
        note = "no ingress point is both live and in the files: nothing can judge the corpus"
        return replace(plan, notes=(*plan.notes, note))
    ways = [Judging(gateway=wanted, stated=Stated(), against=live) for wanted, live in pairs]
    sizes = frozenset[float]().union(*(way.needs.sizes for way in ways))
    judged = differing = undecided = 0
    kinds: Counter[str] = Counter()
    needs = Needs(body=change.run.unnamed, sizes=sizes)
    with Progress(change.run, "message") as progress:
        for message in messages_of(change.run, change.project, paths, needs, progress):
            every = [way.simulated(message) for way in ways]
            found = [each.change for simulated in every for each in simulated.differences]
            judged += 1
            differing += bool(found)
            undecided += not found and any(_undecided(simulated) for simulated in every)
            kinds.update(found)
            if found and show is not None:
                show(_changed(message.name, every))
            progress.count(1)
    behaviour = Behaviour(
        corpus=", ".join(paths),
        messages=judged,
        differing=differing,
        undecided=undecided,
        kinds=dict(kinds),
    )
    return replace(plan, behaviour=behaviour)


def _changed(name: str, every: Sequence[Simulated]) -> Changed:
    """A message that is treated differently, how, and by which rules."""
    found = [each for simulated in every for each in simulated.differences]
    return Changed(
        message=name,
        kinds=tuple(dict.fromkeys(each.change for each in found)),
        by=tuple(dict.fromkeys(each.after.by for each in found if each.after.by)),
    )


def _undecided(simulated: Simulated) -> bool:
    """Whether the recipients, or an outcome on either side, are unknown."""
    traces = [trace for trace in (simulated.trace, simulated.against) if trace is not None]
    return any(
        not trace.recipients or any(got.outcome is Outcome.UNKNOWN for got in trace.recipients)
        for trace in traces
    )


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
