"""What a plan changes for ordinary mail, and for the messages of the project's cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.live.ordinary.values import CaseMail
    from mmctl.live.plan.plan import Plan


def with_ordinary_mail(change: LiveEnvironment, made: Plan, *, cases: bool = True) -> Plan:
    """The plan with what it changes for ordinary mail, judged once, if it changes anything.

    `cases`: the messages of the project's cases are judged too.
    """
    if not made.edits:
        return made
    from mmctl.live.apply.yesterday import with_yesterday
    from mmctl.live.brakes.ordinary_mail import with_ordinary_mail as judged
    from mmctl.live.ordinary.values import ProjectMail

    found = ProjectMail(
        readings=change.project.settings.readings,
        cases=tuple(_cases(change)) if cases else (),
    )
    return judged(with_yesterday(replace(made, project_mail=found), change.means))


def with_limits_said(made: Plan) -> Plan:
    """The plan with a warning if a limit for a corpus had no mail to be compared with."""
    from mmctl.live.brakes.checked import limit_not_looked_at

    said = limit_not_looked_at(made)
    if said is None or said in made.warnings:
        return made
    return replace(made, warnings=(*made.warnings, said))


def _cases(change: LiveEnvironment) -> Iterator[CaseMail]:
    """The messages of the cases; the gate has reported those that cannot be read."""
    from mmctl.cases.parsing import cases_of
    from mmctl.cases.running import submission_of_case
    from mmctl.live.ordinary.values import CaseMail

    for case in cases_of(change.project)[0]:
        try:
            submission = submission_of_case(case, change.run.read_file)
        except OSError:
            continue
        yield CaseMail(
            name=case.name,
            ingress_point=case.ingress_point,
            submission=submission,
            scenario=case.scenario,
        )
