"""The reader of Exchange: exports → rules in the order of their priorities."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.errors import ProblemsFound
from mmctl.interchange.exchange.actions import actions_of
from mmctl.interchange.exchange.conditions import not_exported, test_of
from mmctl.interchange.exchange.context import FilledByPeople, RuleContext, UnfilledLists
from mmctl.interchange.exchange.examples import telling
from mmctl.interchange.exchange.export_csv import read_csv
from mmctl.interchange.exchange.export_json import read_json
from mmctl.interchange.exchange.export_xml import read_xml
from mmctl.interchange.exchange.rule_properties import properties_of
from mmctl.interchange.exchange.vocabulary import (
    PLACES,
    ParameterPart,
    ValueKind,
    known,
    known_class,
)
from mmctl.interchange.migration.decoding import decoded
from mmctl.interchange.migration.differences import Deviation
from mmctl.interchange.migration.source import OtherGateway, SourceRule, Unread
from mmctl.interchange.migration.tests import AllOf, Negated, Unseen
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from mmctl.interchange.exchange.export_xml import ExportedRules
    from mmctl.interchange.exchange.stated import StatedRule, StatedValue
    from mmctl.interchange.migration.source import Opened, SourceOptions
    from mmctl.interchange.migration.tests import Test

SYSTEM: Final = "Exchange"
_ZIP: Final = b"PK\x03\x04"
_INSTEAD_OF: Final = {
    "ApplyRightsProtectionTemplate": ("ApplyOME",),
    "RejectMessageReasonText": ("RejectMessageEnhancedStatusCode", "NotifySender"),
    "SmtpRejectMessageRejectText": ("SmtpRejectMessageRejectStatusCode",),
}
"""What else a .NET class may have said."""
_TEXT_AT_MOST: Final = 600
_VALUE_SHOWN: Final = 60


def read(opened: Opened, asked: SourceOptions) -> OtherGateway:
    """The transport rules of one or several exports.

    Raises:
        ProblemsFound: a file cannot be read, or a part of it; with all problems of all files.
    """
    source = OtherGateway(system=SYSTEM)
    problems: list[Problem] = []
    found: list[StatedRule] = []
    seen: dict[str, str] = {}
    for file, content in opened.named.items():
        try:
            exported = _exported(file, content)
        except ProblemsFound as broken:
            problems += broken.problems
            continue
        problems += exported.problems
        source.unread += exported.unread
        found += _first_of_name(file, exported.rules, seen, source)
    if problems:
        raise ProblemsFound("the exports of Exchange cannot be read", tuple(problems))
    reading = _RulesReading(source, asked)
    for rule in _in_order(found):
        source.rules.append(reading.rule(rule))
    reading.note()
    return source


def _exported(file: str, content: bytes) -> ExportedRules:
    """What one file has, by its content: XML, JSON or CSV."""
    if content.startswith(_ZIP):
        problem = Problem(
            check="not-read",
            severity=Severity.ERROR,
            position=Position(file=file),
            message="the file is a ZIP archive, not an export of Exchange",
            help="unpack it, and import the files in it",
        )
        raise ProblemsFound(f"cannot read `{file}`", (problem,))
    text = decoded(file, content)
    start = text.lstrip()[:1]
    if start == "<":
        return read_xml(file, text)
    return read_json(file, text) if start in {"[", "{"} else read_csv(file, text)


def _first_of_name(
    file: str, rules: list[StatedRule], seen: dict[str, str], source: OtherGateway
) -> list[StatedRule]:
    """The rules that no file before has: exports of one tenant in two forms are one."""
    kept = []
    for rule in rules:
        before = seen.get(rule.name)
        if before is None or before == file:
            kept.append(rule)
            seen[rule.name] = file
        else:
            source.unread.append(
                Unread(
                    place=rule.place,
                    text=rule.name,
                    why=f"a rule of this name is in `{before}`, and is read there",
                )
            )
    return kept


def _in_order(rules: list[StatedRule]) -> list[StatedRule]:
    """By priority, where all rules say it; else in the order of the files."""
    priorities = [_priority(rule) for rule in rules]
    if any(priority is None for priority in priorities):
        return rules
    return [
        rule
        for _, rule in sorted(zip(priorities, rules, strict=True), key=lambda each: each[0] or 0)
    ]


def _priority(rule: StatedRule) -> int | None:
    for stated in rule.members:
        if stated.name.lower() == "priority" and stated.values:
            return int(stated.values[0]) if re.fullmatch("[0-9]{1,9}", stated.values[0]) else None
    return None


class _RulesReading:
    """What the rules of one source share."""

    def __init__(self, source: OtherGateway, asked: SourceOptions) -> None:
        self._source, self._asked = source, asked
        self._lists = UnfilledLists(source)
        self._people = FilledByPeople()
        self._outside = 0
        self._selections = 0

    def rule(self, stated: StatedRule) -> SourceRule:
        """One rule with its meaning."""
        if stated.older is not None:
            return self._older(stated)
        context = RuleContext(
            source=self._source,
            asked=self._asked,
            lists=self._lists,
            people=self._people,
            stated={},
        )
        more = self._unknown(stated, context)
        more += self._promised(stated, context)
        if not stated.has_conditions:
            missing = "the export has no member for any condition"
            more.append(not_exported("Conditions", missing))
        self._selections += stated.is_selection
        test = test_of(context)
        if more:
            test = AllOf((test, *more))
        done = actions_of(context)
        properties = properties_of(context)
        self._outside += context.outside
        return SourceRule(
            name=stated.name,
            place=stated.place,
            text=_text(context),
            test=test,
            actions=tuple(done.actions),
            then=done.then,
            final=done.final,
            enabled=properties.enabled,
            shadow=properties.shadow or context.unfilled_exception,
            description=properties.description,
            expires=properties.expires,
            differences=(
                *(telling(each, test) for each in done.differences),
                *properties.differences,
            ),
        )

    def _unknown(self, rule: StatedRule, context: RuleContext) -> list[Test]:
        """Put known parameters into the context; an unknown one may be a condition."""
        tests: list[Test] = []
        for stated in rule.members:
            found = known(stated.name)
            if found is None:
                self._source.unread.append(
                    Unread(
                        place=stated.place,
                        text=f"{stated.name} of rule {rule.name}",
                        why="it is not in Microsoft's documents as of 2026",
                    )
                )
                if not rule.promised and not _is_off(stated):
                    tests.append(_unknown_condition(stated))
            elif found.row.takes is ValueKind.FLAG and _is_off(stated):
                continue
            elif found.row.part is not ParameterPart.LABEL:
                context.stated[found.row.name, found.exception] = stated
        context.stated = dict(sorted(context.stated.items(), key=_place_in_vocabulary))
        return tests

    def _promised(self, rule: StatedRule, context: RuleContext) -> list[Test]:
        """What classes say that the rule has, and no member does."""
        tests: list[Test] = []
        for name in dict.fromkeys(rule.promised):
            row = known_class(name)
            if row is None:
                tests.append(_unknown_part(f"`{name}`"))
                continue
            names = (row.name, *_INSTEAD_OF.get(row.name, ()))
            if not any((each, side) in context.stated for each in names for side in (True, False)):
                missing = "the rule has it, but the export has no member with its value"
                tests.append(not_exported(row.name, missing))
        return tests

    def _older(self, stated: StatedRule) -> SourceRule:
        """A rule in the form of Exchange 2007 and 2010: its text, and nothing that acts."""
        text = " ".join((stated.older or "").split())[:_TEXT_AT_MOST]
        own = {each.name: " ".join(each.values) for each in stated.members}
        difference = Deviation(
            code="older-form",
            says="the rule is in the form of Exchange 2007 and 2010, which has no parameters",
            instead="import the file into a newer Exchange (`Import-TransportRuleCollection`), and "
            "export it there",
            loses=True,
        )
        return SourceRule(
            name=stated.name,
            place=stated.place,
            text=text,
            test=Unseen(difference=difference),
            description=own.get("Comments"),
            enabled=own.get("Enabled", "true").lower() != "false",
        )

    def note(self) -> None:
        """What is to be said of the whole."""
        notes = self._source.notes
        if self._outside:
            notes.append(
                f"senders outside the organization, for which {counted(self._outside, 'rule')} "
                "asked, are all senders at an open ingress point, because those inside are "
                "authenticated: do not use the rule set at an `auth` ingress point"
            )
        if self._selections:
            notes.append(
                f"{counted(self._selections, 'rule')} came with members of somebody's choice: a "
                "condition that was left out is unknown here, so compare with Exchange, or export "
                "all members"
            )
        if self._source.rules:
            notes.append(
                "Exchange compares recipients by the primary address of their mailbox; here the "
                "address that mail names is compared: write other addresses of the same mailbox "
                "into the conditions"
            )


def _place_in_vocabulary(entry: tuple[tuple[str, bool], StatedValue]) -> tuple[bool, int]:
    """Exceptions last, so that all forms of an export give the same rule."""
    (name, exception), _ = entry
    return exception, PLACES[name]


def _is_off(stated: StatedValue) -> bool:
    """Whether it is a flag that is not set."""
    return len(stated.values) == 1 and stated.values[0].lower() == "false"


def _unknown_condition(stated: StatedValue) -> Test:
    values = " ".join(", ".join(stated.values).split())[:_VALUE_SHOWN]
    unseen = _unknown_part(f"`{stated.name} {values}`")
    return Negated(unseen) if stated.name.lower().startswith("exceptif") else unseen


def _unknown_part(what: str) -> Unseen:
    difference = Deviation(
        code="parameter-unknown",
        says=f"{what} is not in Microsoft's documents as of 2026, and may be a condition",
        instead="look into Microsoft's documents; if it is no condition, write the rule by hand",
        loses=True,
    )
    return Unseen(difference=difference)


def _text(context: RuleContext) -> str:
    """The rule on one line, in the words of its export."""
    parts = []
    for (name, _), stated in context.stated.items():
        found = known(name)
        if found is None or found.row.part in {ParameterPart.PROPERTY, ParameterPart.LABEL}:
            continue
        values = ", ".join(stated.values) or "?"
        parts.append(stated.name if values.lower() == "true" else f"{stated.name} {values}")
    return " ".join("; ".join(parts).split())[:_TEXT_AT_MOST]
