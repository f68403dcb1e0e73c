"""What the options of a command state about messages, and through which gateway they come.

For every command that judges single messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

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
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.cli.run import Run
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project

Options: TypeAlias = "dict[str, str | Sequence[str] | None]"
"""Options as they are written on the command line, by name; None: not given."""

_ABSENT: Final = "absent"


def stated_of(options: Options) -> tuple[Stated, bool]:
    """What the options state, and whether verdicts that are not known are taken to be good.

    Raises:
        UsageError: a value makes no sense.
    """
    assume = _text(options, "--assume")
    if assume not in {None, "pass"}:
        raise UsageError(f"got `--assume {assume}`", help="`--assume pass` is all there is")
    mail_from = _text(options, "--mail-from")
    stated = Stated(
        envelope=Envelope(
            mail_from=None if mail_from is None else bare_address(mail_from),
            recipients=tuple(bare_address(address) for address in _list(options, "--rcpt")),
        ),
        session=Session(
            source_ip=_source_ip(options), helo=_text(options, "--helo"), tls=_tls(options)
        ),
        facts=Facts(
            spf=_verdict(options, "--spf"),
            dkim=_verdict(options, "--dkim"),
            dmarc_policy=_dmarc_policy(options),
            add_ons=_add_ons(_list(options, "--add-on")),
        ),
    )
    return stated, assume == "pass"


def restated(run: Run, options: Options, *flags: str | None) -> tuple[str, ...]:
    """The options as they were given, for a command line that is shown."""
    where = {"--env": run.environment}
    if run.directory != Path():
        where["-C"] = str(run.directory)
    words = [flag for flag in flags if flag is not None]
    for name, value in {**options, **where}.items():
        for text in () if value is None else (value,) if isinstance(value, str) else value:
            words += [name, text]
    return tuple(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """The names of what messages come through; without an ingress point nothing is refused."""

    ingress_point: str | None
    policy: str | None
    rule_set: str


def entrance(project: Project, options: Options) -> Entrance:
    """Where messages come in: as the options say, else the only way there is.

    Raises:
        UsageError: there is none, or more than one.
    """
    point, rule_set = _text(options, "--ingress-point"), _text(options, "--rule-set")
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


def way_in(project: Project, options: Options) -> Gateway:
    """The gateway that messages come through.

    Raises:
        UsageError: there is none, or more than one.
    """
    found = entrance(project, options)
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


def _text(options: Options, name: str) -> str | None:
    value = options.get(name)
    return value if isinstance(value, str) else None


def _list(options: Options, name: str) -> Sequence[str]:
    value = options.get(name)
    return () if value is None or isinstance(value, str) else value


def _source_ip(options: Options) -> str | None:
    text = _text(options, "--ip")
    if text is not None and client_address(text) is None:
        raise UsageError(f"got `--ip {text}`", help="an IPv4 or IPv6 address")
    return text


def _tls(options: Options) -> Tls | None:
    text = _text(options, "--tls")
    spellings = {tls.value.lower(): tls for tls in Tls}
    return None if text is None else spellings[_one_of("--tls", text, spellings, Tls)]


def _verdict(options: Options, name: str) -> RuleVerdict | None:
    text = _text(options, name)
    spellings = {verdict.value.lower(): verdict for verdict in RuleVerdict}
    return None if text is None else spellings[_one_of(name, text, spellings, RuleVerdict)]


def _dmarc_policy(options: Options) -> RuleDmarcPolicy | NoPolicy | None:
    text = _text(options, "--dmarc-policy")
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
                f"got `--add-on {text}`", help="NAME.FIELD=VALUE, such as vade.isPassed=false"
            )
        boolean = {"true": True, "false": False}.get(value.lower())
        add_ons.setdefault(name, {})[field] = value if boolean is None else boolean
    return add_ons
