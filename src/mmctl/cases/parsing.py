"""Written cases → `Case`: rows, defaults, names.

Opens no file. What is invalid becomes a problem with its place; the other cases go on.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mmctl.cases.case import Case, Expectation, MessageFile, WrittenMessage
from mmctl.errors import UsageError
from mmctl.judge.submission import LambdaAnswer, Scenario
from mmctl.language.parsing.files import leaves_project
from mmctl.language.project import Outcome
from mmctl.language.text.suggest import did_you_mean
from mmctl.mail.compose import compose_email, read_composed
from mmctl.mail.facts import bare_address, envelope_of, facts_of, session_of
from mmctl.model.facts import WRITTEN_HEADERS, MessageFact
from mmctl.problem import Problem, Severity, ordered
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import CaseText, Project
    from mmctl.mail.email import Envelope
    from mmctl.problem import Path, Position

_FIXED_DECIDERS = frozenset({"default action", "max_message_size", "closed ingress point"})


def cases_of(project: Project) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    """The cases of a project that are meant for its environment, in the order of its files."""
    names = _Names.of(project)
    cases: list[Case] = []
    problems: list[Problem] = []
    for text in project.cases:
        for row in _rows(text):
            reading = _RowParser(project=project, names=names, row=row, problems=problems)
            case = reading.case()
            if case is not None and names.lives(row, case):
                cases.append(case)
    return tuple(cases), ordered(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One case in the making: its members, its name, and their places."""

    text: CaseText
    name: str
    data: Mapping[str, Any]
    base: Path = ()
    """("for_each", 2) for the third row."""

    def at(self, *path: str | int) -> Position:
        """The place of a member: in the row if it has one, else in the case."""
        positions = self.text.positions
        in_row = (*self.base, *path)
        if self.base and in_row in positions.places:
            return positions.places[in_row]
        if path in positions.places:
            return positions.places[path]
        return self.at(*path[:-1]) if path else self.text.position


def _rows(text: CaseText) -> Iterator[_Row]:
    """The case, or one for each row of `for_each`."""
    data = {key: value for key, value in text.data.items() if key != "for_each"}
    name = str(text.data["name"])
    rows = text.data.get("for_each")
    if not rows:
        yield _Row(text=text, name=name, data=data)
        return
    for place, row in enumerate(rows):
        yield _Row(
            text=text,
            name=f"{name} [{place + 1}]",
            data=_overridden(data, row),
            base=("for_each", place),
        )


def _overridden(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two mappings: values of the second override those of the first, at any depth."""
    merged = dict(below)
    for key, value in above.items():
        beneath = below.get(key)
        if isinstance(value, Mapping) and isinstance(beneath, Mapping):
            merged[key] = _overridden(beneath, value)
        else:
            merged[key] = value
    return merged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """The names that a case may use."""

    rules: frozenset[str]
    living: frozenset[str]
    statements: frozenset[str]
    environment: str

    @classmethod
    def of(cls, project: Project) -> _Names:
        environment = project.environment.name
        sets = project.rule_sets.values()
        return cls(
            rules=frozenset(rule.name for rules in sets for rule in rules.rules),
            living=frozenset(rule.name for rules in sets for rule in rules.live_rules(environment)),
            statements=frozenset(
                name or f"statement {place + 1}"
                for policy in project.traffic_policies.values()
                for place, name in enumerate(policy.statement_names)
            ),
            environment=environment,
        )

    def lives(self, row: _Row, case: Case) -> bool:
        """Whether a case is meant for the environment: as it says, else as its rules say."""
        environments = row.data.get("environments")
        if environments is not None:
            return self.environment in environments
        named = {
            name
            for expectation in case.expectations
            for name in (*expectation.names, expectation.by or "")
        }
        return not (named & self.rules) - self.living


@dataclass(slots=True, kw_only=True)
class _RowParser:
    """The reading of one row."""

    project: Project
    names: _Names
    row: _Row
    problems: list[Problem]
    broken: bool = field(default=False)

    def case(self) -> Case | None:
        """The case; None if a problem prevents it."""
        data = self.row.data
        message = self._message()
        ingress_point, rule_set = self._way_in()
        expectations = tuple(self._expectations())
        if not expectations:
            self._report("case", self.row.at("name"), "the case expects nothing", "add `expect`")
        envelope = self._envelope(expectations)
        if self.broken or message is None or rule_set is None:
            return None
        verdicts = data.get("verdicts", {})
        return Case(
            name=self.row.name,
            position=self.row.at() if self.row.base else self.row.text.position,
            message=message,
            ingress_point=ingress_point,
            rule_set=rule_set,
            session=session_of(data.get("session", {})),
            envelope=envelope,
            facts=facts_of(verdicts),
            scenario=Scenario(
                answers={
                    str(name): LambdaAnswer(str(answer).lower())
                    for name, answer in data.get("lambda", {}).items()
                },
                failing=frozenset(str(label) for label in data.get("failing", ())),
            ),
            expectations=expectations,
            todo=data.get("todo"),
            smoke=bool(data.get("smoke", False)),
        )

    def _report(
        self, check: str, position: Position, message: str, help: str | None = None
    ) -> None:
        self.broken = True
        self.problems.append(
            Problem(
                check=check,
                severity=Severity.ERROR,
                position=position,
                message=message,
                help=help,
            )
        )

    def _message(self) -> MessageFile | WrittenMessage | None:
        message = self.row.data.get("message")
        at = self.row.at("message")
        if message is None:
            self._report(
                "case",
                at,
                "the case has no message",
                "name a file beside this one, or write the message here: `message: "
                "{from: …, subject: …}`",
            )
            return None
        if not isinstance(message, Mapping):
            folder = posixpath.dirname(self.row.text.file)
            path = posixpath.normpath(posixpath.join(folder, str(message)))
            if leaves_project(path):
                self._report("case", at, f"message file `{message}` is outside of the project")
            return MessageFile(path=path, position=at)
        try:
            content = _composed(message)
            email = read_composed(content, message.get(MessageFact.SIZE))
            return WrittenMessage(email=email, content=content, written=message)
        except UsageError as error:
            self._report("case", at, error.message, error.help)
            return None

    def _way_in(self) -> tuple[str | None, str | None]:
        """The ingress point and rule set: as the case says, else the usual ones of the project."""
        data = self.row.data
        if "rule_set" in data:
            return None, self._known("rule_set", "rule set", self.project.rule_sets)
        if "ingress_point" in data:
            name = self._known("ingress_point", "ingress point", self.project.ingress_points)
            return (name, self._rule_set_of(name)) if name else (None, None)
        usual = self.project.usual_ingress_point
        if usual is not None:
            return usual, self._rule_set_of(usual)
        if not self.project.ingress_points and len(self.project.rule_sets) == 1:
            return None, next(iter(self.project.rule_sets))
        points, sets = list(self.project.ingress_points), list(self.project.rule_sets)
        choices = points or sets
        key = "ingress_point" if points else "rule_set"
        self._report(
            "case",
            self.row.at("name"),
            f"the case names no {key} for its message: there are {len(choices)} "
            f"{'ingress points' if points else 'rule sets'}",
            f"add `{key}: {choices[0]}`" if choices else "define a rule set",
        )
        return None, None

    def _known(self, key: str, noun: str, known: Mapping[str, object]) -> str | None:
        name = str(self.row.data[key])
        if name in known:
            return name
        self._report(
            "unknown-name",
            self.row.at(key),
            f"there is no {noun} `{name}`",
            did_you_mean(name, known),
        )
        return None

    def _rule_set_of(self, ingress_point: str) -> str | None:
        """The rule set of an ingress point, if it and its policy are in the project."""
        shape = self.project.ingress_points[ingress_point].ingress_point
        policy, rule_set = shape.traffic_policy_id, shape.rule_set_id
        if policy in self.project.traffic_policies and rule_set in self.project.rule_sets:
            return rule_set
        self._report(
            "case",
            self.row.at("name"),
            f"ingress point `{ingress_point}` has a rule set or traffic policy that is not in "
            "this project",
            "judge by a rule set of the project: `rule_set: NAME`",
        )
        return None

    def _envelope(self, expectations: tuple[Expectation, ...]) -> Envelope:
        """The envelope; recipients that are not stated are those that something is expected for."""
        stated = envelope_of(self.row.data.get("envelope", {}))
        recipients = stated.recipients or tuple(
            expectation.recipient for expectation in expectations
        )
        known = {recipient.lower() for recipient in recipients}
        for expectation in expectations:
            if expectation.recipient.lower() not in known:
                self._report(
                    "case",
                    expectation.position,
                    f"`{expectation.recipient}` is not a recipient of the envelope",
                    did_you_mean(expectation.recipient, recipients),
                )
        return replace(stated, recipients=recipients)

    def _expectations(self) -> Iterator[Expectation]:
        for recipient, expected in self.row.data.get("expect", {}).items():
            members = expected if isinstance(expected, Mapping) else {"outcome": expected}
            expectation = Expectation(
                recipient=bare_address(str(recipient)),
                outcome=Outcome(str(members["outcome"]).lower()) if "outcome" in members else None,
                by=None if members.get("by") is None else str(members["by"]),
                rules=_texts(members.get("rules")),
                rules_include=_texts(members.get("rules_include")) or (),
                actions=_texts(members.get("actions")),
                position=self.row.at("expect", recipient),
            )
            self._check_names(expectation)
            yield expectation

    def _check_names(self, expectation: Expectation) -> None:
        """Report a name that does not exist: it is a mistake, not an expectation that fails."""
        by = expectation.by
        statements = self.names.statements | _FIXED_DECIDERS
        limits = by is not None and by.startswith("limit of ")
        named = [(name, self.names.rules) for name in expectation.names]
        if by is not None and not limits:
            named.append((by, self.names.rules | statements))
        for name, known in named:
            if name not in known:
                self._report(
                    "unknown-name",
                    expectation.position,
                    f"there is no rule `{name}`",
                    did_you_mean(name, known),
                )


def _composed(message: Mapping[str, Any]) -> bytes:
    return compose_email(
        {
            fact.name: str(message[fact.name])
            for fact in WRITTEN_HEADERS
            if message.get(fact.name) is not None
        },
        headers={
            str(name): [str(value) for value in values]
            for name, values in message.get(MessageFact.X_HEADER, {}).items()
        },
        body=str(message.get("body", "")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _texts(values: object) -> tuple[str, ...] | None:
    if values is None:
        return None
    return (values,) if isinstance(values, str) else tuple(str(value) for value in values)  # type: ignore[attr-defined] # the parser made it a list of texts
