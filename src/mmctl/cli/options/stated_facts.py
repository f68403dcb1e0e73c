"""What the options of a command state about messages, and through which gateway they come.

For every command that judges single messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.judge.compare import client_address
from mmctl.judge.simulation import Stated
from mmctl.judge.submission import (
    bare_address,
    gateway_of_ingress_point,
    gateway_of_rule_set,
)
from mmctl.language.text.suggest import did_you_mean
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.cli.run import Run
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project

_ABSENT: Final = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where messages come in, as the options name it: an ingress point, or a rule set alone."""

    ingress_point: str | None = None
    rule_set: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOptions:
    """What the options on messages say, as they are written; None and empty: not given."""

    mail_from: str | None = None
    rcpt: tuple[str, ...] = ()
    ip: str | None = None
    helo: str | None = None
    tls: str | None = None
    spf: str | None = None
    dkim: str | None = None
    dmarc_policy: str | None = None
    add_on: tuple[str, ...] = ()
    assume: str | None = None
    way: Way = Way()

    def written(self) -> Iterator[tuple[str, str]]:
        """Each option that is given, with its value."""
        yield from _written("--mail-from", self.mail_from)
        yield from _written("--rcpt", *self.rcpt)
        yield from _written("--ip", self.ip)
        yield from _written("--helo", self.helo)
        yield from _written("--tls", self.tls)
        yield from _written("--spf", self.spf)
        yield from _written("--dkim", self.dkim)
        yield from _written("--dmarc-policy", self.dmarc_policy)
        yield from _written("--add-on", *self.add_on)
        yield from _written("--assume", self.assume)
        yield from _written("--ingress-point", self.way.ingress_point)
        yield from _written("--rule-set", self.way.rule_set)

    @property
    def stated(self) -> Stated:
        """What they state about a message.

        Raises:
            UsageError: a value makes no sense.
        """
        if self.assume not in {None, "pass"}:
            raise UsageError(
                f"got `--assume {self.assume}`", help="the only choice is `--assume pass`"
            )
        return Stated(
            envelope=Envelope(
                mail_from=None if self.mail_from is None else bare_address(self.mail_from),
                recipients=tuple(map(bare_address, self.rcpt)),
            ),
            session=Session(source_ip=_source_ip(self.ip), helo=self.helo, tls=_tls(self.tls)),
            facts=Facts(
                spf=_verdict("--spf", self.spf),
                dkim=_verdict("--dkim", self.dkim),
                dmarc_policy=_dmarc_policy(self.dmarc_policy),
                add_ons=_add_ons(self.add_on),
            ),
            assume_pass=self.assume is not None,
        )


def _written(option: str, *values: str | None) -> Iterator[tuple[str, str]]:
    return ((option, value) for value in values if value is not None)


def restated(run: Run, written: Iterable[tuple[str, str | None]]) -> tuple[str, ...]:
    """Options as they were given, for a command line that is shown; one of None was not."""
    where = None if run.directory == Path() else str(run.directory)
    given = (*written, ("--env", run.environment), ("-C", where))
    return tuple(word for name, value in given if value is not None for word in (name, value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """The names of what messages come through; without an ingress point nothing is refused."""

    ingress_point: str | None
    policy: str | None
    rule_set: str


def entrance(project: Project, way: Way) -> Entrance:
    """Where messages come in: as the options name it, else the only way there is.

    Raises:
        UsageError: there is none, or more than one.
    """
    point, rule_set = way.ingress_point, way.rule_set
    if point is not None and rule_set is not None:
        raise UsageError("`--ingress-point` and `--rule-set` exclude each other")
    if point is None and not project.ingress_points and len(project.rule_sets) == 1:
        rule_set = rule_set or next(iter(project.rule_sets))
    if rule_set is not None:
        _check_known("rule set", rule_set, project.rule_sets)
        return Entrance(ingress_point=None, policy=None, rule_set=rule_set)
    if point is None:
        point = _only(project)
    _check_known("ingress point", point, project.ingress_points)
    shape = project.ingress_points[point].ingress_point
    _check_known("traffic policy", shape.traffic_policy_id, project.traffic_policies)
    _check_known("rule set", shape.rule_set_id, project.rule_sets)
    return Entrance(ingress_point=point, policy=shape.traffic_policy_id, rule_set=shape.rule_set_id)


def way_in(project: Project, way: Way) -> Gateway:
    """The gateway that messages come through.

    Raises:
        UsageError: there is none, or more than one.
    """
    found = entrance(project, way)
    if found.ingress_point is None:
        return gateway_of_rule_set(project, found.rule_set)
    return gateway_of_ingress_point(project, found.ingress_point)


def _only(project: Project) -> str:
    """The only ingress point."""
    if len(project.ingress_points) == 1:
        return next(iter(project.ingress_points))
    if project.ingress_points:
        names = ", ".join(project.ingress_points)
        raise UsageError(
            f"there are {len(project.ingress_points)} ingress points: {names}",
            help="choose one with `--ingress-point`",
        )
    if not project.rule_sets:
        raise UsageError("the project has no rule set", help="define one under `rule_sets`")
    names = ", ".join(project.rule_sets)
    raise UsageError(
        f"there are {len(project.rule_sets)} rule sets and no ingress point: {names}",
        help="choose one with `--rule-set`",
    )


def _check_known(noun: str, name: str, known: Mapping[str, object]) -> None:
    if name not in known:
        raise UsageError(f"there is no {noun} `{name}`", help=did_you_mean(name, known))


def _source_ip(text: str | None) -> str | None:
    if text is not None and client_address(text) is None:
        raise UsageError(f"got `--ip {text}`", help="expected expected an IPv4 or IPv6 address")
    return text


def _tls(text: str | None) -> Tls | None:
    spellings = {tls.value.lower(): tls for tls in Tls}
    return None if text is None else spellings[_one_of("--tls", text, spellings, Tls)]


def _verdict(name: str, text: str | None) -> RuleVerdict | None:
    spellings = {verdict.value.lower(): verdict for verdict in RuleVerdict}
    return None if text is None else spellings[_one_of(name, text, spellings, RuleVerdict)]


def _dmarc_policy(text: str | None) -> RuleDmarcPolicy | NoPolicy | None:
    spellings: dict[str, RuleDmarcPolicy | NoPolicy] = {
        policy.value.lower(): policy for policy in RuleDmarcPolicy
    }
    spellings[_ABSENT] = NoPolicy.NO_POLICY
    shown = (*RuleDmarcPolicy, _ABSENT)
    return None if text is None else spellings[_one_of("--dmarc-policy", text, spellings, shown)]


def _one_of(name: str, text: str, known: Mapping[str, object], shown: Iterable[str]) -> str:
    if text.lower() not in known:
        raise UsageError(f"got `{name} {text}`", help=f"one of {', '.join(shown)}")
    return text.lower()


def _add_ons(texts: Iterable[str]) -> dict[str, dict[str, str | bool]]:
    """`vade.isPassed=false`: name, field, and a value that may be true or false."""
    add_ons: dict[str, dict[str, str | bool]] = {}
    for text in texts:
        place, equals, value = text.partition("=")
        name, dot, field = place.partition(".")
        if not (equals and dot and name and field):
            raise UsageError(
                f"got `--add-on {text}`",
                help="expected expected NAME.FIELD=VALUE, such as vade.isPassed=false",
            )
        boolean = {"true": True, "false": False}.get(value.lower())
        add_ons.setdefault(name, {})[field] = value if boolean is None else boolean
    return add_ons
