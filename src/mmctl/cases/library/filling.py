"""An entry of the library, filled in for a project: what comes in, and the bytes of the message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.analysis.own_domains import is_open
from mmctl.cases.library.people import people_of
from mmctl.cases.library.stand_ins import attachment, filling
from mmctl.errors import UsageError
from mmctl.judge.ingress import Way, gateway_behind, ingress_of
from mmctl.judge.judging import judge
from mmctl.judge.submission import LambdaAnswer, Scenario, Submission
from mmctl.language.project import Outcome
from mmctl.mail.compose import compose_email, read_composed
from mmctl.mail.facts import envelope_of, facts_of, session_of
from mmctl.mail.reader import read_email
from mmctl.model.actions import Does, row_of
from mmctl.model.add_ons import BLOCK_LISTS, CONTENT_SCANNER, VIRUS_SCANNER
from mmctl.model.enums import IpType
from mmctl.model.facts import HeaderName
from mmctl.records import dataclass, field
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.cases.library.catalog import LibraryEntry
    from mmctl.cases.library.people import People
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import RecipientTrace, Trace
    from mmctl.language.project import Project
    from mmctl.mail.email import Envelope, Facts, Session

_PLACE: Final = re.compile(r"\{\{([a-z0-9_ -]+?)(?: ([^{}]*))?\}\}")
_HUNDRED: Final = "{{hundred recipients}}"
_LATIN_1: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Around a text that is sent as Latin-1."""
_NEEDED: Final = {
    "blocked": ("list of blocked senders", "an address list whose name says `block`"),
    "partner": ("list of partners", "an address list whose name says `partner` or `trusted`"),
    "ipv6": (
        "ingress point that takes IPv6",
        "an ingress point with `network: {public: dual_stack}`",
    ),
}
_SCANNED: Final[dict[str, tuple[str | bool, str]]] = {
    "clean": (True, "CLEAN"),
    "commercial": (True, "COMMERCIAL"),
    "spam": (False, "SPAM"),
    "scam": (False, "SCAM"),
    "phishing": (False, "PHISHING"),
    "malware": (False, "MALWARE"),
    "unscanned": (False, "UNSCANNABLE"),
}
_VIRUSES: Final = frozenset({"malware", "unscanned"})
"""What a scanner that looks for viruses alone does not pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """An entry as it comes in at a project's gateway."""

    entry: LibraryEntry
    message: bytes
    """The whole message, with CRLF, as it is sent."""
    written: Mapping[str, Any]
    """`session`, `envelope`, `verdicts` and `lambda`, as a case file writes them."""
    ingress_point: str | None
    rule_set: str
    session: Session
    envelope: Envelope
    facts: Facts
    scenario: Scenario = field(default_factory=Scenario)

    def submission(self) -> Submission:
        """What the judge gets."""
        return Submission(
            email=read_email(self.message),
            session=self.session,
            envelope=self.envelope,
            facts=self.facts,
        )


class Library:
    """The entries for one project: who is who is found out once."""

    def __init__(self, project: Project) -> None:
        """Find the way in and the people of a project.

        Raises:
            UsageError: the project has no rule set.
        """
        self.project = project
        self.people: People = people_of(project)
        self.way, self.gateway, self.person = _way_and_person(project, self.people)
        self._names = ingress_of(project, self.way)
        takes_ipv6 = self.gateway.ip_type is not IpType.IPV4
        self._found = self.people.found | ({"ipv6"} if takes_ipv6 else set())
        self._values = self.people.values_for(self.person)

    @property
    def arrival(self) -> Outcome:
        """How ordinary mail ends where all is well: as the rule set says, else delivered."""
        rule_set = self.project.rule_sets[self._names.rule_set]
        return rule_set.must_reach or Outcome.DELIVERED

    def lacks(self, entry: LibraryEntry) -> str | None:
        """What a project must have for an entry and has not, in words."""
        missing = self._missing(entry)
        return None if missing is None else missing[0]

    def filled(self, entry: LibraryEntry) -> Filled:
        """One entry.

        Raises:
            UsageError: the project lacks what it is about.
        """
        missing = self._missing(entry)
        if missing is not None:
            what, where = missing
            raise UsageError(
                f"`{entry.name}` cannot be filled in: the project has no {what}",
                help=f"define {where}",
            )
        written = self._written(entry)
        functions = written.get("lambda", {})
        return Filled(
            entry=entry,
            message=self._message(entry),
            written=written,
            ingress_point=self._names.ingress_point,
            rule_set=self._names.rule_set,
            session=session_of(written["session"]),
            envelope=envelope_of(written["envelope"]),
            facts=facts_of(written["verdicts"]),
            scenario=Scenario(answers=dict.fromkeys(functions, LambdaAnswer.CONTINUE)),
        )

    def judged(self, filled: Filled) -> Trace:
        """What the present rules do with it."""
        return judge(self.gateway, filled.submission(), filled.scenario)

    def ordinary(self, recipient: str) -> RecipientTrace:
        """What they do with a plain, good message to a recipient."""
        return judge(self.gateway, good_message(self.project, recipient)).of(recipient)

    def _missing(self, entry: LibraryEntry) -> tuple[str, str] | None:
        return next((_NEEDED[word] for word in entry.needs if word not in self._found), None)

    def _written(self, entry: LibraryEntry) -> dict[str, Any]:
        written: dict[str, Any] = {
            name: self._filled_in(value) for name, value in entry.members.items()
        }
        answers = _answers(self.project, entry)
        if answers:
            written["verdicts"] = {**written["verdicts"], "add_ons": answers}
        functions = functions_asked(self.gateway)
        if functions:
            written["lambda"] = dict.fromkeys(functions, LambdaAnswer.CONTINUE.value)
        return written

    def _filled_in(self, value: Any) -> Any:
        match value:
            case str():
                return self._text(value)
            case [str(only)] if only == _HUNDRED:
                local, _, domain = self.person.rpartition("@")
                return [self.person, *(f"{local}{place}@{domain}" for place in range(2, 101))]
            case list():
                return list(dict.fromkeys(self._filled_in(each) for each in value))
            case _:
                return {key: self._filled_in(each) for key, each in value.items()}

    def _text(self, text: str) -> str:
        return _PLACE.sub(lambda found: self._placed(found[1], found[2]), text)

    def _placed(self, name: str, rest: str | None) -> str:
        match name, rest:
            case "latin1", str(text):
                return f"{_LATIN_1}{text}{_LATIN_1}"
            case "attachment", str(what):
                return attachment(what)
            case "many", "addresses":
                return ", ".join(f"guest{place}@customer.example" for place in range(30))
            case "many", "references":
                return " ".join(f"<visit.{1000 + place}@customer.example>" for place in range(120))
            case "filling", _:
                return "{{filling}}"
            case _:
                return visible(self._values[name])

    def _message(self, entry: LibraryEntry) -> bytes:
        text = self._text(entry.message)
        if entry.size is not None:
            rest = entry.size - len(text) - len(text.splitlines())
            text = text.replace("{{filling}}", filling(rest))
        lines = text.replace("\n", "\r\n").split(_LATIN_1)
        return b"".join(
            part.encode("latin-1" if place % 2 else "utf-8") for place, part in enumerate(lines)
        )


def _way_and_person(project: Project, people: People) -> tuple[Way, Gateway, str]:
    """The way in at which an ordinary recipient gets ordinary mail; else the first of both."""
    ways = _ways(project)
    first = (ways[0], gateway_behind(project, ways[0]), people.persons[0])
    for way in ways:
        gateway = gateway_behind(project, way)
        rule_set = project.rule_sets[ingress_of(project, way).rule_set]
        for person in people.persons:
            outcome = judge(gateway, good_message(project, person)).of(person).outcome
            if outcome is (rule_set.must_reach or Outcome.DELIVERED):
                return way, gateway, person
    return first


def _ways(project: Project) -> tuple[Way, ...]:
    """The ways in, the open ingress points first."""
    points = sorted(project.ingress_points.values(), key=lambda point: not is_open(point))
    ways = tuple(
        Way(ingress_point=point.name)
        for point in points
        if point.ingress_point.traffic_policy_id in project.traffic_policies
        and point.ingress_point.rule_set_id in project.rule_sets
    ) or tuple(Way(rule_set=name) for name in project.rule_sets)
    if not ways:
        raise UsageError("the project has no rule set", help="define one under `rule_sets`")
    return ways


def good_message(project: Project, recipient: str) -> Submission:
    """A good message from outside: signed, over TLS, found clean."""
    content = compose_email(
        {
            HeaderName.FROM: "ruth.cole@customer.example",
            HeaderName.TO: recipient,
            HeaderName.SUBJECT: "Dates for the site visit",
        },
        body="Hello",
    )
    verdicts = {"spf": "PASS", "dkim": "PASS", "dmarc_policy": "absent"}
    facts = {**verdicts, "add_ons": _answers(project, None)}
    return Submission(
        email=read_composed(content, None),
        session=session_of(
            {"source_ip": "203.0.113.10", "helo": "mail.customer.example", "tls": "TLS1_3"}
        ),
        envelope=envelope_of(
            {"mail_from": "ruth.cole@customer.example", "recipients": [recipient]}
        ),
        facts=facts_of(facts),
    )


def _answers(project: Project, entry: LibraryEntry | None) -> dict[str, dict[str, str | bool]]:
    """What the add-ons of a project answer: each in the fields of its product."""
    scanner = "clean" if entry is None else entry.scanner
    listed = entry is not None and entry.listed
    answers: dict[str, dict[str, str | bool]] = {}
    for add_on in project.add_ons.values():
        product = add_on.subscription.addon_name
        if product == CONTENT_SCANNER:
            passed, category = _SCANNED[scanner]
            answers[add_on.name] = {"isPassed": passed, "category": category}
        elif product == VIRUS_SCANNER:
            answers[add_on.name] = {"isPassed": scanner not in _VIRUSES}
        elif product in BLOCK_LISTS:
            answers[add_on.name] = {"isListed": listed}
    return answers


def functions_asked(gateway: Gateway) -> tuple[str, ...]:
    """The functions that rules ask and wait for."""
    names = (
        row_of(action).target(action.value)
        for rule in gateway.rules
        for action in rule.actions
        if row_of(action).does is Does.CALLS
    )
    return tuple(dict.fromkeys(name.rpartition(":")[2] for name in names if name))
