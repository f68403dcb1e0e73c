"""`mmctl send --expect --record-evidence`: keep which rules were tried, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli import world
from mmctl.client.sorting import CaseKind
from mmctl.counted import counted
from mmctl.errors import Refused
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.client.results import CasesSent
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.live.history.evidence import TriedCase

_SECOND = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRules:
    """What was live at one moment, equal to the files."""

    live: str
    configuration: LiveConfiguration
    history: str | None


class EvidenceKeeper:
    """Looks at what is live before and after mail is sent, and keeps evidence if it is the same."""

    def __init__(self, run: Run, project: Project) -> None:
        """Connect to the service and the store of the environment, and look.

        Raises:
            Refused: what is live differs from the files.
            CouldNot: the service or the store cannot be reached.
        """
        from mmctl.cli.changes.change import open_change

        self._run = run
        self._change: LiveEnvironment = open_change(run, project=project)
        self._before = self._look("before")

    def keep(
        self,
        sent: CasesSent,
        points: Mapping[str, tuple[str, int]],
        unseen: tuple[str, ...] = (),
    ) -> str:
        """Look again and write the evidence; return its name.

        `unseen` is what this way of sending cannot show, in sentences.

        Raises:
            Refused: what is live differs from the files, or from what it was before.
            CouldNot: the store does not accept it.
        """
        from mmctl.language.parsing.rules_digest import rules_digest
        from mmctl.live.history.evidence import Evidence, TriedPoint, keep_evidence
        from mmctl.model.kinds import Kind

        after, before = self._look("after"), self._before
        if (after.live, after.history) != (before.live, before.history):
            raise _refused("what is live changed while mail was sent")
        change = self._change
        identity = change.means.service.identity
        found = {
            name: after.configuration.find(Kind.INGRESS_POINT, name) for name in sorted(points)
        }
        evidence = Evidence(
            at=self._run.now().strftime(_SECOND),
            who=world.person(),
            caller=identity.caller,
            project=change.project.settings.project,
            environment=change.project.environment.name,
            account=identity.account,
            region=identity.region,
            digest=rules_digest(change.project),
            live=after.live,
            history=after.history,
            revision=change.means.revision(),
            endpoints=tuple(
                TriedPoint(
                    ingress_point=name,
                    a_record=None if live is None else live.a_record,
                    host=points[name][0],
                    port=points[name][1],
                )
                for name, live in found.items()
            ),
            counts=sent.counts,
            as_stated=_tried(sent, CaseKind.AS_STATED),
            own_facts=_tried(sent, CaseKind.OWN_FACTS),
            not_sendable=_tried(sent, CaseKind.NOT_SENDABLE),
            unseen=unseen,
        )
        return keep_evidence(change.means.history.store, evidence)

    def _look(self, when: str) -> LiveRules:
        from mmctl.live.history.evidence import live_digest
        from mmctl.live.plan.plan import named, plan_between
        from mmctl.live.state.read import read_live

        change = self._change
        wanted, history = change.desired(), change.means.history
        state = read_live(change.means.service, wanted, history.known())
        desired = named(wanted, state)
        plan = plan_between(change.target, desired, state.configuration)
        if plan.edits:
            edits = counted(len(plan.edits), "difference")
            raise _refused(f"what is live differs from the files {when} sending: {edits}")
        entries = history.entries()
        return LiveRules(
            live=live_digest(state.configuration),
            configuration=state.configuration,
            history=entries[-1].id if entries else None,
        )


def _tried(sent: CasesSent, kind: CaseKind) -> tuple[TriedCase, ...]:
    from mmctl.live.history.evidence import TriedCase

    return tuple(
        TriedCase(
            name=each.sorted.case.name,
            result="not sendable" if kind is CaseKind.NOT_SENDABLE else each.result.value,
            why=each.sorted.why,
        )
        for each in sent.results
        if each.sorted.kind is kind
    )


def _refused(what: str) -> Refused:
    return Refused(
        f"evidence: {what}",
        why="evidence says that the rules of the files were tried, and here other rules answered",
        help="make the files live with `mmctl apply`, then send again",
    )
