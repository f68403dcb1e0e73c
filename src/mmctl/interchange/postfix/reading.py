"""Reads a Postfix: main.cf, master.cf and the tables that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.source import OtherGateway
from mmctl.interchange.postfix.context import ReadPostfix
from mmctl.interchange.postfix.defaults import LISTED, RULES
from mmctl.interchange.postfix.destinations import Destinations
from mmctl.interchange.postfix.families import rules_for_ipv4
from mmctl.interchange.postfix.headers import HeaderChecks
from mmctl.interchange.postfix.lines import text_of
from mmctl.interchange.postfix.parameters import Parameters, read_parameters
from mmctl.interchange.postfix.restrictions import Restrictions
from mmctl.interchange.postfix.rewriting import Rewriting
from mmctl.interchange.postfix.routing import Routing
from mmctl.interchange.postfix.services import read_services
from mmctl.interchange.postfix.tables import Tables
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.migration.source import Opened, SourceOptions, SourceRule

_HELP: Final = "run `postconf -n > main.cf` on the server, and name that file"


def read(opened: Opened, asked: SourceOptions) -> OtherGateway:
    """Read a main.cf, with its tables beside it, and a master.cf if one is named.

    Raises:
        ProblemsFound: no file is a main.cf, or something in one is broken, at its place.
    """
    main = next((name for name in opened.named if name.endswith(".cf") and "main" in name), None)
    master = next((name for name in opened.named if "master" in name.rpartition("/")[2]), None)
    if main is None:
        main = next((name for name in opened.named if name != master), "")
    if not main:
        raise _problems([_no_main(next(iter(opened.named), "main.cf"))])
    source = OtherGateway(system="Postfix")
    tables = Tables(opened=opened, used={main, *([master] if master else [])})
    parameters = read_parameters(main, text_of(main, opened.named[main]))
    if not parameters.written and not parameters.problems:
        raise _problems([_no_main(main)])
    context = ReadPostfix(parameters=parameters, tables=tables, source=source)
    if master:
        services = read_services(master, text_of(master, opened.named[master]), parameters)
        source.unread += services.unread
        context.smtp_services = frozenset(services.smtp)
    if parameters.problems:
        raise _problems(parameters.problems)
    _read(context, asked)
    if parameters.problems or tables.problems:
        raise _problems([*parameters.problems, *tables.problems])
    for name in opened.named:
        if name not in tables.used:
            context.unread(
                Position(name),
                name,
                "no parameter names this file",
                "name it in main.cf, as `check_sender_access hash:FILE` for example",
            )
    source.unread += tables.unread
    return source


def _read(context: ReadPostfix, asked: SourceOptions) -> None:
    """The rules in the order in which mail meets them."""
    source = context.source
    destinations = Destinations(context=context)
    destinations.read(asked.domains)
    restrictions = Restrictions(context=context, destinations=destinations)
    restrictions.walk()
    headers = HeaderChecks(context=context)
    headers.read()
    rewriting = Rewriting(context=context, destinations=destinations)
    rewriting.read()
    source.traffic_policy = destinations.policy(restrictions.permitted)
    effects = [*restrictions.effects, *headers.effects]
    redirected = [rule for rule in effects if _redirects(rule)]
    routing = Routing(
        context=context,
        destinations=destinations,
        aliased=rewriting.aliased,
        targets=frozenset(map(str.lower, (*rewriting.targets, *_targets(redirected)))),
    )
    routing.read(outgoing=rewriting.outside or bool(destinations.networks))
    source.rules += [
        *restrictions.refusals,
        *rewriting.refusals,
        *routing.refusals,
        *restrictions.rejections,
        *headers.rejections,
        *(rule for rule in effects if not _redirects(rule)),
        *redirected,
        *rewriting.rules,
        *routing.rules,
    ]
    source.rules = list(rules_for_ipv4(source.rules, source))
    source.tls_policy = "required" if _demands_tls(context.parameters) else "optional"
    _list_parameters(context)


def _targets(rules: list[SourceRule]) -> Iterator[str]:
    for rule in rules:
        for action in rule.actions:
            if isinstance(action, dict):
                yield from action.get("replace_recipient", ())


def _redirects(rule: SourceRule) -> bool:
    return any(isinstance(each, dict) and "replace_recipient" in each for each in rule.actions)


def _demands_tls(parameters: Parameters) -> bool:
    level = parameters.text("smtpd_tls_security_level")
    return level == "encrypt" or (not level and parameters.holds("smtpd_enforce_tls"))


def _list_parameters(context: ReadPostfix) -> None:
    """List what changes mail and cannot come along; count what says nothing about rules."""
    parameters = context.parameters
    for name, (why, instead) in LISTED.items():
        if parameters.text(name):
            text = f"{name} = {parameters.text(name)}"
            context.unread(parameters.place(name), text, why, instead)
    classes = set(parameters.words("smtpd_restriction_classes"))
    other = [name for name in parameters.written if name not in RULES and name not in classes]
    if other:
        context.source.notes.append(
            f"{counted(len(other), 'parameter')} of main.cf {'says' if len(other) == 1 else 'say'} "
            "nothing about rules: paths, processes, limits, TLS, logs"
        )
    for name, why in context.covered.items():
        context.source.notes.append(f"`{name}` needs no rule: {why}")


def _no_main(file: str) -> Problem:
    return Problem(
        check="broken-export",
        severity=Severity.ERROR,
        position=Position(file),
        message=f"no line of `{file}` is `name = value`, expected a main.cf",
        help=_HELP,
    )


def _problems(problems: list[Problem]) -> ProblemsFound:
    return ProblemsFound("cannot read the configuration of Postfix", tuple(problems))
