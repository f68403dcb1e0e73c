"""The public API: load the files of a project, lint them, judge messages, plan a change.

Values in, values out: nothing here prints or ends the process, and nothing reads the clock,
environment variables, credentials or the network. The date is a parameter. The rest of `mmctl` is
internal and may change without notice; the types that these functions take and return are exported
here.

Files are given as the folder of a project, or as texts by path, such as `EXAMPLE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.compiler.compile import compile_project
from mmctl.errors import CouldNot, MmctlError, ProblemsFound, UsageError
from mmctl.judge.index.index import Index
from mmctl.judge.ingress import Way, gateway_behind
from mmctl.judge.judged import Ended, JudgedMessage, JudgedRecipient
from mmctl.judge.readings.matter import Dependence
from mmctl.judge.simulation import Simulated, simulate
from mmctl.judge.submitting import Submitting
from mmctl.judge.trace import RecipientTrace, RuleResult, RuleTrace, Trace
from mmctl.language.parsing.files import DiskFiles, MemoryFiles
from mmctl.language.parsing.load import Sources
from mmctl.language.project import Outcome, Project
from mmctl.linting import problems_of
from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.brakes.catalogue import grips
from mmctl.live.brakes.ordinary_mail import with_ordinary_mail
from mmctl.live.compare.edits import Edit, EditKind
from mmctl.live.ordinary.values import ProjectMail
from mmctl.live.plan.plan import Plan, plan_between, target_of
from mmctl.live.state.service import Identity
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Message
from mmctl.model.endpoints import EMBEDDED_ACCOUNT, EMBEDDED_REGION
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from mmctl.compiler.configuration import LiveConfiguration

__all__ = [
    "EXAMPLE",
    "Brake",
    "CouldNot",
    "Dependence",
    "Edit",
    "EditKind",
    "Ended",
    "Envelope",
    "Facts",
    "Files",
    "Grip",
    "JudgedMessage",
    "JudgedRecipient",
    "MmctlError",
    "NoPolicy",
    "Outcome",
    "Plan",
    "Position",
    "Problem",
    "ProblemsFound",
    "Project",
    "RecipientTrace",
    "RuleDmarcPolicy",
    "RuleResult",
    "RuleTrace",
    "RuleVerdict",
    "Session",
    "Severity",
    "Simulated",
    "Stated",
    "Tls",
    "Trace",
    "UsageError",
    "brakes",
    "judge",
    "judge_many",
    "lint",
    "load",
    "plan",
]

Files: TypeAlias = Path | str | Mapping[str, str]
"""The folder of a project, or the texts of its files by path: `mmctl.yaml`, `rules/spam.yaml`."""
EXAMPLE: Final[Mapping[str, str]] = {
    "rules.yaml": """\
version: 1
relays:
  exchange: {server: mail.corp.example.com, port: 25, authentication: none}
rule_sets:
  inbound:
    rules:
      - name: block-network
        conditions: [{source_ip: {cidr_matches: [203.0.113.0/24]}}]
        actions: [drop]
      - name: deliver
        actions: [{relay: {to: exchange}}]
"""
}
"""A small project, for the examples of these functions."""


def load(files: Files, *, environment: str | None = None) -> Project:
    """Load a project in one environment (None: the default one).

    >>> project = load(EXAMPLE)
    >>> [rule.name for rule in project.rule_sets["inbound"].rules]
    ['block-network', 'deliver']

    Raises:
        ProblemsFound: its files have errors; `problems` lists each with its position.
        UsageError: there is no such folder or environment, or nothing to read.
    """
    project, problems = _sources(files).read(environment)
    errors = tuple(problem for problem in problems if problem.severity is Severity.ERROR)
    if errors:
        raise ProblemsFound("the project cannot be used as it is", errors, project.files)
    return project


def lint(files: Files, *, today: date, environment: str | None = None) -> tuple[Problem, ...]:
    """Find every problem of a project, in all of its environments or in one, as `mmctl lint` does.

    Errors in the files are problems too: they do not raise. `today` decides which rules and ignore
    comments have expired.

    >>> from datetime import date
    >>> lint(EXAMPLE, today=date(2027, 1, 31))
    ()
    >>> files = {"rules.yaml": EXAMPLE["rules.yaml"].replace("to: exchange", "to: exchnge")}
    >>> for problem in lint(files, today=date(2027, 1, 31)):
    ...     print(f"{problem.position} {problem.severity}: {problem.message} [{problem.check}]")
    rules.yaml:11:32 error: there is no relay `exchnge` [unknown-name]

    Raises:
        UsageError: there is no such folder or environment, or nothing to read.
    """
    return problems_of(_sources(files), today, environment=environment).problems


def judge(
    project: Project,
    message: bytes,
    stated: Stated | None = None,
    *,
    ingress_point: str | None = None,
    rule_set: str | None = None,
) -> Simulated:
    r"""Judge one message: how it ends for each recipient, and why.

    `stated` says what is not in the bytes: envelope, session, verdicts. What it leaves out is taken
    from the headers that the last server wrote, else it is unknown. The message comes in through
    the named ingress point, or is judged by the named rule set without one. If neither is named,
    the project must have only one way in.

    >>> message = b"From: a@example.org\r\nTo: b@example.com\r\nSubject: hi\r\n\r\nhello\r\n"
    >>> stated = Stated(
    ...     envelope=Envelope(mail_from="a@example.org", recipients=("b@example.com",)),
    ...     session=Session(source_ip="203.0.113.7"),
    ... )
    >>> [recipient] = judge(load(EXAMPLE), message, stated).trace.recipients
    >>> print(recipient.outcome, "by", recipient.by)
    dropped by block-network

    Raises:
        UsageError: there is no such ingress point or rule set, or more than one to choose from.
    """
    gateway = gateway_behind(project, Way(ingress_point=ingress_point, rule_set=rule_set))
    return simulate(gateway, Message("message", message), stated or Stated())


def judge_many(
    project: Project,
    messages: Iterable[bytes],
    stated: Stated | None = None,
    *,
    ingress_point: str | None = None,
    rule_set: str | None = None,
) -> Iterator[JudgedMessage]:
    r"""Judge many messages, hundreds of times faster than `judge`: how each ends, without why.

    The messages are judged one by one, in their order; nothing of them is kept. The other
    arguments are those of `judge`, and so are the outcomes.

    >>> message = b"Delivered-To: b@example.com\r\nSubject: hi\r\n\r\nhello\r\n"
    >>> stated = Stated(session=Session(source_ip="198.51.100.7"))
    >>> for judged in judge_many(load(EXAMPLE), [message, message], stated):
    ...     print(*(f"{to}: {ended.outcome} by {ended.by}" for to, ended in judged.recipients))
    b@example.com: delivered by deliver
    b@example.com: delivered by deliver

    Raises:
        UsageError: there is no such ingress point or rule set, or more than one to choose from.
    """
    gateway = gateway_behind(project, Way(ingress_point=ingress_point, rule_set=rule_set))
    known = stated or Stated()
    index = Index(gateway=gateway, assume_pass=known.assume_pass)
    submitting = Submitting(known, [gateway])
    return (index.judge(submitting.read(Message("", message))) for message in messages)


def plan(project: Project, live: Project) -> Plan:
    """Plan what an apply of a project would change while the files of another project are live.

    The plan's `ordinary` says what it changes for ordinary mail.

    >>> wider = EXAMPLE["rules.yaml"].replace("203.0.113.0/24", "203.0.113.0/24, 198.51.100.0/24")
    >>> made = plan(load({"rules.yaml": wider}), load(EXAMPLE))
    >>> for edit in made.edits:
    ...     print(edit.kind, edit.name, edit.path, edit.after)
    changed block-network conditions[0].values ['198.51.100.0/24', '203.0.113.0/24']

    Raises:
        ProblemsFound: one of them exceeds what the service accepts.
    """
    environment = project.environment
    identity = Identity(
        account=environment.account or EMBEDDED_ACCOUNT,
        region=environment.region or EMBEDDED_REGION,
        endpoint="",
        caller="",
    )
    target = target_of(environment, identity, project.settings.lint.known_members)
    made = plan_between(target, _compiled(project), _compiled(live))
    mail = ProjectMail(readings=project.settings.readings)
    return with_ordinary_mail(replace(made, project_mail=mail))


def brakes(made: Plan) -> tuple[Grip, ...]:
    """Find the brakes that refuse a plan until a flag releases them.

    >>> passing = EXAMPLE["rules.yaml"].replace("[drop]", "[{relay: {to: exchange}}]")
    >>> for grip in brakes(plan(load({"rules.yaml": passing}), load(EXAMPLE))):
    ...     print(grip.flag)
    --force blocking=block-network
    """
    return grips(made)


def _sources(files: Files) -> Sources:
    if isinstance(files, Mapping):
        return Sources(MemoryFiles(files), "project")
    folder = Path(files)
    return Sources(DiskFiles.below(folder), folder.resolve().name)


def _compiled(project: Project) -> LiveConfiguration:
    configuration, problems = compile_project(project)
    if problems:
        raise ProblemsFound("the rules are more than the service takes", problems, project.files)
    return configuration
