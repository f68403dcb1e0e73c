"""header_checks and its relatives → rules on the headers that Mail Manager sees (header_checks(5)).

Each header line gets the first action whose pattern it meets. Here a rule is on one message: it is
true if one of the headers that are seen meets the pattern, and none before it in the table.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation, SourceRule, Then
from mmctl.interchange.migration.tests import AllOf, EitherOf, Near, Negated, Unseen
from mmctl.interchange.migration.usual import BOUNCE_NEEDS, rejected_after_acceptance
from mmctl.interchange.patterns import Flavor, InvalidPattern, LookedAt, header_names
from mmctl.interchange.postfix.access import AccessDeed, Verb, verb_of
from mmctl.interchange.postfix.effects import effect_of, lost
from mmctl.interchange.postfix.entries import TableForm
from mmctl.interchange.postfix.lookups import pattern_test
from mmctl.interchange.postfix.words import first_word
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.postfix.context import ReadPostfix
    from mmctl.interchange.postfix.entries import Match, TableEntry
    from mmctl.interchange.postfix.tables import LookupTable

_SEEN: Final = {"from": "From", "to": "To", "cc": "Cc", "subject": "Subject", "sender": "Sender"}
_SPACED: Final = ("^\\s*", "^[ \\t]*", "^[[:space:]]*", "^[[:blank:]]*")
_STOPS_LINE: Final = frozenset({"IGNORE", "STRIP", "REPLACE", "PASS"})
_LINE: Final = Deviation(
    code="header-line",
    says="the source compares the raw header line: display names, encoded words and line breaks as "
    "sent, in attached messages too; here the decoded value is compared, and of From, To and Cc "
    "each address",
)
_OTHERS: Final = Deviation(
    code="header-not-visible",
    says="the pattern is for any header, and rules see From, To, Cc, Subject and Sender, and "
    "headers that start with `X-` by their names",
    instead="compare the headers that you mean",
    loses=True,
)
_BODY: Final = Deviation(
    code="body-not-visible",
    says="the source compares lines of the body, which no rule sees",
    instead="use an add-on (Vade, Trend Micro) or a Lambda function",
    loses=True,
)
_PARTS: Final = Deviation(
    code="parts-not-visible",
    says="the source compares headers of MIME parts and of attached messages, such as the names of "
    "attachments, which no rule sees",
    instead="use an add-on (Trend Micro, Vade) or a Lambda function",
    loses=True,
)
_FIRST_LINE: Final = Deviation(
    code="first-line-decides",
    says="the first header line of a message that is rejected or dropped decides there; here the "
    "first rule does",
)


def _unseen_header(name: str) -> Unseen:
    return Unseen(
        difference=Deviation(
            code="header-not-visible",
            says=f"the header `{name[:60]}` is not seen: only From, To, Cc, Subject, Sender and "
            "headers that start with `X-` are",
            instead="let a server before it copy the header into one that starts with `X-`",
            loses=True,
        )
    )


@dataclass(slots=True, kw_only=True)
class HeaderChecks:
    """The rules that come out of tables of patterns on the content."""

    context: ReadPostfix
    rejections: list[SourceRule] = field(default_factory=list)
    effects: list[SourceRule] = field(default_factory=list)

    def read(self) -> None:
        """Read all tables on headers and bodies."""
        parameters = self.context.parameters
        own = parameters.text("header_checks")
        for table in self.context.named_tables("header_checks"):
            self._headers(table)
        for name in ("mime_header_checks", "nested_header_checks"):
            if parameters.says(name) and parameters.text(name) != own:
                self._unseen(name, _PARTS)
        self._unseen("body_checks", _BODY)
        for table in self.context.named_tables("smtp_header_checks"):
            self._headers(table)
        kinds = {rule.actions == ("drop",) for rule in self.rejections if not rule.shadow}
        if len(kinds) > 1:
            self.rejections = [
                replace(rule, differences=(*rule.differences, _FIRST_LINE))
                if rule.actions == ("drop",)
                else rule
                for rule in self.rejections
            ]

    def _unseen(self, name: str, difference: Deviation) -> None:
        for table in self.context.named_tables(name):
            unseen = Unseen(difference=difference)
            for entries, _ in _runs([(entry, unseen) for entry in table.entries]):
                verb = header_verb(entries[0].value)
                if verb.does not in {AccessDeed.DUNNO, AccessDeed.OK}:
                    self._rule(table, entries, unseen, verb)

    def _headers(self, table: LookupTable) -> None:
        if table.form not in {TableForm.PCRE, TableForm.REGEXP}:
            self.context.unread(
                self.context.parameters.place("header_checks", table.name),
                table.name,
                "a table of keys never has a whole header line as its key",
            )
            return
        earlier: defaultdict[str, list[Test]] = defaultdict(list)
        decided: list[tuple[TableEntry, Test]] = []
        for entry in table.entries:
            try:
                test = self._test(table.form, entry, earlier)
            except InvalidPattern as error:
                self.context.unread(entry.position, entry.key, f"the pattern is broken: {error}")
                continue
            decided.append((entry, test))
        for entries, test in _runs(decided):
            verb = header_verb(entries[0].value)
            if verb.does not in {AccessDeed.DUNNO, AccessDeed.OK}:
                self._rule(table, entries, test, verb)

    def _test(
        self, form: TableForm, entry: TableEntry, earlier: defaultdict[str, list[Test]]
    ) -> Test:
        """The test of one entry; if it does not end the mail, later ones except it."""
        names = _names(form, entry)
        tests: list[Test] = []
        ends = header_verb(entry.value).ends
        unseen: list[Test] = [] if names is not None else [Unseen(difference=_OTHERS)]
        for name in _SEEN if names is None else names:
            looked = _looked(name)
            if looked is None:
                unseen.append(_unseen_header(name))
                continue
            own = []
            for match in map(_from_its_name, entry.matches):
                found = pattern_test(match, form, looked)
                own.append(Negated(found) if match.negated else found)
            whole = own[0] if len(own) == 1 else AllOf(tuple(own))
            before = tuple(map(Negated, earlier[name]))
            tests.append(AllOf((whole, *before)) if before else whole)
            if not ends:
                earlier[name].append(whole)
        near: list[Test] = [
            Near(test=tests[0] if len(tests) == 1 else EitherOf(tuple(tests)), difference=_LINE)
        ]
        both = [*(near if tests else []), *unseen]
        return both[0] if len(both) == 1 else EitherOf(tuple(both))

    def _rule(self, table: LookupTable, entries: list[TableEntry], test: Test, verb: Verb) -> None:
        first = entries[0]
        more = f" (and {len(entries) - 1} more with this result)" if len(entries) > 1 else ""
        rule = SourceRule(
            name=f"{table.short} {verb.word} {len(self.rejections) + len(self.effects) + 1}",
            place=first.position,
            text=f"{first.key[:100]} {first.value[:80]}{more}",
            test=test,
            shadow=verb.does is AccessDeed.WATCH,
            description=first.comment[:200] or None,
        )
        match verb.does:
            case AccessDeed.REJECT:
                self.context.source.needed |= BOUNCE_NEEDS
                late = rejected_after_acceptance(verb.text or None)
                self.rejections.append(
                    replace(
                        rule,
                        actions=verb.bounced(),
                        then=Then.END,
                        differences=(*verb.differences(), late),
                    )
                )
            case AccessDeed.DISCARD:
                self.rejections.append(replace(rule, actions=("drop",), then=Then.END))
            case AccessDeed.WATCH:
                self.rejections.append(replace(rule, actions=("drop",)))
            case AccessDeed.EFFECT:
                self.effects.append(effect_of(rule, verb, self.context.source, by_recipient=False))
            case _:
                self.effects.append(
                    lost(
                        rule,
                        f"`{verb.word}` changes headers, and rules can only add those that start "
                        "with `X-`",
                        "let the mail server behind do it",
                    )
                )


def header_verb(value: str) -> Verb:
    """Parse the result of a header check: OK is DUNNO there, and rejections are 550."""
    word = first_word(value)[0].upper()
    if word in _STOPS_LINE:
        return Verb(does=AccessDeed.RESTRICTIONS, word=word)
    verb = verb_of(value, code="550")
    if verb.does is AccessDeed.RESTRICTIONS:
        return Verb(does=AccessDeed.DUNNO, word=word)
    return verb


def _names(form: TableForm, entry: TableEntry) -> tuple[str, ...] | None:
    """The headers that can meet all patterns of an entry, in lower case; None: any."""
    flavor = Flavor.PCRE if form is TableForm.PCRE else Flavor.POSIX
    found: tuple[str, ...] | None = None
    for match in map(_from_its_name, entry.matches):
        if match.negated:
            continue
        names = header_names(
            match.pattern, flavor=flavor, ignores_case=match.flags.count("i") % 2 == 0
        )
        if names is not None:
            own = tuple(dict.fromkeys(name.lower() for name in names))
            found = own if found is None else tuple(name for name in found if name in own)
    return found


def _from_its_name(match: Match) -> Match:
    """A pattern without the space before a header that people allow for: no header has it."""
    start = next((each for each in _SPACED if match.pattern.startswith(each)), None)
    return match if start is None else replace(match, pattern=f"^{match.pattern[len(start) :]}")


def _looked(name: str) -> LookedAt | None:
    """How a header is seen; None: it is not."""
    if name in _SEEN:
        return LookedAt(operand=name, before=f"{_SEEN[name]}: ")
    if name.startswith("x-"):
        spelled = "-".join(part.capitalize() for part in name.split("-"))
        return LookedAt(operand="header", beside=(("name", spelled),), before=f"{spelled}: ")
    return None


def _runs(decided: list[tuple[TableEntry, Test]]) -> list[tuple[list[TableEntry], Test]]:
    """ReadEntries one after the other with one result and one comment are one rule."""
    runs: list[tuple[list[TableEntry], list[Test]]] = []
    for entry, test in decided:
        if runs and runs[-1][0][-1].group == entry.group:
            runs[-1][0].append(entry)
            runs[-1][1].append(test)
        else:
            runs.append(([entry], [test]))
    return [
        (entries, tests[0] if len(dict.fromkeys(map(id, tests))) == 1 else EitherOf(tuple(tests)))
        for entries, tests in runs
    ]
