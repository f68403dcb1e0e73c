"""Restriction lists of the SMTP server, walked in its order (SMTPD_ACCESS_README, postconf(5)).

Each list ends at its first OK, and admits; a rejection in any list refuses the mail. Rejections
come before everything that happens to accepted mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation, SourceRule, Then
from mmctl.interchange.migration.tests import ALWAYS, AllOf, Negated, Unseen
from mmctl.interchange.migration.usual import BOUNCE_NEEDS, rejected_after_acceptance
from mmctl.interchange.postfix.access import AccessDeed, Verb, verb_of
from mmctl.interchange.postfix.builtin import (
    COVERED,
    NOBODY,
    OLD_NAMES,
    SEEN_REJECTS,
    UNSEEN,
    UNSEEN_PERMITS,
    WITH_VALUE,
    unseen,
)
from mmctl.interchange.postfix.effects import effect_of
from mmctl.interchange.postfix.lookups import LookupOf, TableResult, looked_up
from mmctl.interchange.postfix.seen import apart, operands_of
from mmctl.interchange.postfix.words import without_braces, words_of
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.postfix.context import ReadPostfix
    from mmctl.interchange.postfix.destinations import Destinations
    from mmctl.problem import Position

LISTS: Final[dict[str, LookupOf]] = {
    "smtpd_client_restrictions": LookupOf.CLIENT,
    "smtpd_helo_restrictions": LookupOf.HELO,
    "smtpd_sender_restrictions": LookupOf.SENDER,
    "smtpd_relay_restrictions": LookupOf.RECIPIENT,
    "smtpd_recipient_restrictions": LookupOf.RECIPIENT,
    "smtpd_data_restrictions": LookupOf.RECIPIENT,
    "smtpd_end_of_data_restrictions": LookupOf.RECIPIENT,
}
"""The lists in the order in which a message meets them; what a bare table in them looks up."""
_CHECKS: Final[dict[str, LookupOf]] = {
    "check_client_access": LookupOf.CLIENT,
    "check_helo_access": LookupOf.HELO,
    "check_sender_access": LookupOf.SENDER,
    "check_recipient_access": LookupOf.RECIPIENT,
}
_UNAUTHORIZED: Final = frozenset({"reject_unauth_destination", "defer_unauth_destination"})
_DEEPEST: Final = 12
_STEPS_AT_MOST: Final = 5_000


@dataclass(slots=True)
class _List:
    """One restriction list on its way."""

    name: str
    passed: list[Test] = field(default_factory=list)
    """What ended the list before, and admitted the mail to the next list."""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class _Here:
    """Where the walk is: in which list, under which conditions, how deep."""

    entered: tuple[Test, ...] = ()
    shadow: bool = False
    depth: int = 0
    place: Position | None = None


@dataclass(slots=True, kw_only=True)
class Restrictions:
    """The rules that come out of the restriction lists."""

    context: ReadPostfix
    destinations: Destinations
    refusals: list[SourceRule] = field(default_factory=list)
    """By client address and recipient alone: at RCPT there and here."""
    rejections: list[SourceRule] = field(default_factory=list)
    effects: list[SourceRule] = field(default_factory=list)
    permitted: list[tuple[Test, ...]] = field(default_factory=list)
    """For each `reject_unauth_destination` what was admitted before it."""
    _steps: int = 0

    def walk(self) -> None:
        """Walk all lists."""
        for name in LISTS:
            each = _List(name)
            self._walk(self.context.parameters.words(name), each, _Here())
        self.rejections = [
            replace(rule, differences=(*rule.differences, _REFUSED_FIRST))
            if rule.actions == ("drop",) and not rule.shadow
            else rule
            for rule in self.rejections
        ]

    def _walk(self, words: list[str], among: _List, here: _Here) -> None:
        self._steps += len(words)
        if here.depth > _DEEPEST or self._steps > _STEPS_AT_MOST:
            self._unread(among, here, " ".join(words)[:80], "restriction classes are a circle")
            return
        at, shadow = 0, False
        ended_before, passed_before = among.ended, len(among.passed)
        while at < len(words):
            word = words[at]
            name = OLD_NAMES.get(word.lower(), word.lower())
            at += 1
            if name == "warn_if_reject":
                shadow = True
                continue
            value = ""
            if name in WITH_VALUE or (name.startswith("check_") and name.endswith("_access")):
                value = words[at] if at < len(words) else ""
                at += 1
            now = replace(here, shadow=here.shadow or shadow)
            shadow = False
            if among.ended:
                why = "a restriction before it always decides"
                self._unread(among, now, f"{word} {value}", why)
                continue
            self._one(name, word, value, among, now)
        if here.entered:  # what ends a nested list ends it under a condition
            if among.ended:  # all that came here has been rejected, or is admitted
                among.passed[passed_before:] = [AllOf(here.entered)]
            among.ended = ended_before

    def _one(self, name: str, word: str, value: str, among: _List, here: _Here) -> None:
        """One restriction."""
        parameters = self.context.parameters
        if name in _CHECKS or ":" in word:
            sought = _CHECKS.get(name, LISTS[among.name])
            self._table(value if name in _CHECKS else word, sought, among, here)
        elif name in UNSEEN:
            verb = Verb(does=AccessDeed.REJECT, word="REJECT", text=f"{name} {value}".strip())
            self._reject(word, value, unseen(name, value), verb, among, here)
        elif name in UNSEEN_PERMITS:
            self._unread(among, here, f"{word} {value}", *UNSEEN_PERMITS[name])
            among.passed.append(AllOf((*here.entered, unseen(name, value))))
        elif name in SEEN_REJECTS:
            verb = Verb(does=AccessDeed.REJECT, word="REJECT", text="Access denied")
            self._reject(word, "", SEEN_REJECTS[name], verb, among, here)
        elif name in _UNAUTHORIZED:
            self.permitted.append(tuple(among.passed))
        elif name in COVERED or name in NOBODY:
            self.context.covered[name] = (COVERED | NOBODY)[name]
        elif name == "permit_mynetworks":
            among.passed.append(AllOf((*here.entered, self.destinations.own_networks)))
        elif name == "permit_auth_destination":
            among.passed.append(AllOf((*here.entered, self.destinations.own_domains)))
        elif name in {"permit", "reject", "defer", "defer_if_permit"}:
            self._always(name, word, among, here)
        elif name != "defer_if_reject":
            if word in parameters.words("smtpd_restriction_classes") and parameters.says(word):
                place = here.place or parameters.place(among.name, word)
                inner = replace(here, depth=here.depth + 1, place=place)
                self._walk(parameters.words(word), among, inner)
            else:
                self._unread(among, here, f"{word} {value}", "the restriction is unknown")

    def _always(self, name: str, word: str, among: _List, here: _Here) -> None:
        if name == "permit":
            among.passed.append(AllOf(here.entered))
        else:
            code = "554" if name == "reject" else "450"
            verb = Verb(does=AccessDeed.REJECT, word="REJECT", text="Access denied", smtp_code=code)
            self._reject(word, "", ALWAYS, verb, among, here)
            if not here.entered and not here.shadow:
                self.permitted.append(tuple(among.passed))
        among.ended = among.ended or not here.shadow

    def _table(self, name: str, sought: LookupOf, among: _List, here: _Here) -> None:
        place = here.place or self.context.parameters.place(among.name, name)
        for word in words_of(without_braces(name)) or [name]:
            table = self.context.tables.table(word, place)
            if table is None:
                missing = Deviation(
                    code="table-not-read",
                    says=f"`{word[:80]}` is not read, and could admit this mail",
                    instead="give the table, as the report says",
                    loses=True,
                )
                among.passed.append(AllOf((*here.entered, Unseen(difference=missing))))
                continue
            style = self.context.access_style(sought)
            found, unread = looked_up(
                table, sought, style, self.context.source.address_lists, self._ends
            )
            self.context.source.unread += unread
            admitted: list[Test] = []
            for each in found:  # of one table one result counts: none is an exception of another
                alone = _List(among.name, list(among.passed))
                self._found(each, table.short, alone, here)
                admitted += alone.passed[len(among.passed) :]
            among.passed += admitted

    def _ends(self, value: str) -> str:
        verb = verb_of(value)
        return verb.does if verb.ends else ""

    def _found(self, found: TableResult, short: str, among: _List, here: _Here) -> None:
        verb = verb_of(found.value, code=self.context.parameters.text("access_map_reject_code"))
        first = found.entries[0]
        match verb.does:
            case AccessDeed.DUNNO:
                return
            case AccessDeed.OK:
                among.passed.append(AllOf((*here.entered, found.test)))
            case AccessDeed.RESTRICTIONS:
                inner = replace(
                    here,
                    entered=(*here.entered, found.test),
                    depth=here.depth + 1,
                    place=first.position,
                )
                self._walk(words_of(verb.text), among, inner)
            case _:
                self._rule(short, found.text, found, verb, among, here)

    def _reject(
        self, word: str, value: str, test: Test, verb: Verb, among: _List, here: _Here
    ) -> None:
        """A restriction that rejects by itself."""
        text = f"{among.name}: {word} {value}".rstrip()
        found = TableResult(entries=(), value="REJECT", test=test)
        self._rule(word, text, found, verb, among, here)

    def _rule(
        self, short: str, text: str, found: TableResult, verb: Verb, among: _List, here: _Here
    ) -> None:
        test = self._all(found.test, among, here)
        first = found.entries[0] if found.entries else None
        name = f"{short} {first.key if first and len(found.entries) == 1 else verb.word}"
        rule = SourceRule(
            name=name.removeprefix("reject_") if first is None else name,
            place=first.position if first else self._place(among, here, short),
            text=text,
            test=test,
            shadow=here.shadow or verb.does is AccessDeed.WATCH,
            description=(first.comment[:200] or None) if first else None,
        )
        if verb.does is AccessDeed.EFFECT:
            by_recipient = "recipient" in operands_of(test)
            self.effects.append(
                effect_of(rule, verb, self.context.source, by_recipient=by_recipient)
            )
        elif verb.does is AccessDeed.REJECT:
            self._rejection(rule, verb)
        else:
            whole = "recipient" in operands_of(test) and verb.does is AccessDeed.DISCARD
            self.rejections.append(
                replace(
                    rule,
                    actions=("drop",),
                    then=Then.GO_ON if rule.shadow else Then.END,
                    differences=(WHOLE_MESSAGE,) if whole else (),
                )
            )

    def _rejection(self, rule: SourceRule, verb: Verb) -> None:
        rule = replace(
            rule,
            actions=verb.bounced(),
            then=Then.GO_ON if rule.shadow else Then.END,
            differences=verb.differences(),
        )
        self.context.source.needed |= BOUNCE_NEEDS
        if not rule.shadow and operands_of(rule.test) <= {"source_ip", "recipient"}:
            self.refusals.append(replace(rule, refuse=True))
        else:
            late = (rejected_after_acceptance(verb.text or None),)
            self.rejections.append(replace(rule, differences=(*rule.differences, *late)))

    def _all(self, test: Test, among: _List, here: _Here) -> Test:
        before = [Negated(each) for each in among.passed if not apart(test, each)]
        if not here.entered and not before:
            return test
        return AllOf((*here.entered, test, *before))

    def _place(self, among: _List, here: _Here, word: str) -> Position:
        return here.place or self.context.parameters.place(among.name, word)

    def _unread(
        self, among: _List, here: _Here, text: str, why: str, instead: str | None = None
    ) -> None:
        place = self._place(among, here, text.partition(" ")[0])
        self.context.unread(place, f"{among.name}: {text}".rstrip(), why, instead)


WHOLE_MESSAGE: Final = Deviation(
    code="whole-message",
    says="the source does this to the message for all of its recipients; here only for the "
    "recipients that match",
)
_REFUSED_FIRST: Final = Deviation(
    code="refused-before-dropped",
    says="of the mail that the source drops here without a word, what a later restriction would "
    "refuse by client address or recipient is refused",
)
