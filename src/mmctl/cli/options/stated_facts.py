"""What the options of a command state about messages, and the ingress point that they name.

For every command that judges single messages.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.cli.options.parameters import restated_values
from mmctl.errors import UsageError
from mmctl.judge.compare import client_address
from mmctl.judge.ingress import Way
from mmctl.mail.facts import Stated, bare, stating
from mmctl.model.facts import FACT_OF, EnvelopeFact, Form, SessionFact, VerdictFact
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.cli.run import Run
    from mmctl.model.facts import Fact, Option, StatedFact

_TRUE: Final = "true"
_FALSE: Final = "false"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOptions:
    """The options on messages as they were written; None and empty: not given."""

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
    way: Way = field(default_factory=Way)

    def facts(self) -> Iterator[tuple[StatedFact, Option, tuple[str, ...]]]:
        """The given value for each fact that an option states."""
        texts: Mapping[StatedFact, tuple[str | None, ...]] = {
            EnvelopeFact.MAIL_FROM: (self.mail_from,),
            EnvelopeFact.RECIPIENTS: self.rcpt,
            SessionFact.SOURCE_IP: (self.ip,),
            SessionFact.HELO: (self.helo,),
            SessionFact.TLS: (self.tls,),
            VerdictFact.SPF: (self.spf,),
            VerdictFact.DKIM: (self.dkim,),
            VerdictFact.DMARC_POLICY: (self.dmarc_policy,),
            VerdictFact.ADD_ONS: self.add_on,
        }
        for name, given in texts.items():
            option = FACT_OF[name].option
            if option is not None:
                yield name, option, tuple(text for text in given if text is not None)

    def written(self) -> Iterator[tuple[str, str]]:
        """Each given option with its value."""
        for _, option, given in self.facts():
            yield from ((option.name, text) for text in given)
        others = {
            "--assume": self.assume,
            "--ingress-point": self.way.ingress_point,
            "--rule-set": self.way.rule_set,
        }
        yield from ((name, text) for name, text in others.items() if text is not None)

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
        stated = Stated(assume_pass=self.assume is not None)
        for name, option, given in self.facts():
            if given:
                stated = stating(stated, name, as_in_case(FACT_OF[name], option, given))
        return stated


def restated(run: Run, written: Iterable[tuple[str, str | None]]) -> tuple[str, ...]:
    """Options as they were given, to show in a command line; None: not given."""
    where = None if run.directory == Path() else str(run.directory)
    rules = (*(("--rules", each) for each in run.rules), ("--as", run.rules_as))
    given = (
        *written,
        *rules,
        *restated_values(run.parameters),
        ("--env", run.environment),
        ("-C", where),
    )
    return tuple(word for name, value in given if value is not None for word in (name, value))


def as_in_case(fact: Fact, option: Option, given: tuple[str, ...]) -> object:
    """What an option says, as a case writes it.

    Raises:
        UsageError: the value makes no sense.
    """
    first = given[0]
    match fact.form:
        case Form.TEXTS:
            return bare(given)
        case Form.ANSWERS:
            return _add_ons(given)
        case Form.ADDRESS:
            if client_address(first) is None:
                raise UsageError(
                    f"got `{option.name} {first}`", help="expected an IPv4 or IPv6 address"
                )
            return first
        case Form.CHOICE:
            return _choice(option, first, fact.choices)
        case Form.FLAG:
            return _choice(option, first, (_TRUE, _FALSE)) == _TRUE
        case Form.TEXT | Form.FIELDS | Form.HEADERS | Form.BYTES | Form.DERIVED:
            return bare(first) if isinstance(fact.name, EnvelopeFact) else first
        case _:
            assert_never(fact.form)


def _choice(option: Option, text: str, choices: Iterable[str]) -> str:
    """One of some words, in capitals or not."""
    for choice in choices:
        if choice.lower() == text.lower():
            return choice
    raise UsageError(f"got `{option.name} {text}`", help=f"one of {', '.join(choices)}")


def _add_ons(texts: Iterable[str]) -> dict[str, dict[str, str | bool]]:
    """`vade.isPassed=false`: name, field, and a value that may be true or false."""
    add_ons: dict[str, dict[str, str | bool]] = {}
    for text in texts:
        place, equals, value = text.partition("=")
        name, dot, field = place.partition(".")
        if not (equals and dot and name and field):
            raise UsageError(
                f"got `--add-on {text}`",
                help="expected NAME.FIELD=VALUE, such as vade.isPassed=false",
            )
        boolean = {"true": True, "false": False}.get(value.lower())
        add_ons.setdefault(name, {})[field] = value if boolean is None else boolean
    return add_ons
