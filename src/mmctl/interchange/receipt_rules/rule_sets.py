"""What the files have of receiving: one rule set, in order, and the IP address filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.migration.source import Unread
from mmctl.interchange.receipt_rules.members import ExportedObject, Remarks, add_problem, objects_in
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from mmctl.interchange.receipt_rules.documents import Document
    from mmctl.problem import Position

_EXPECTED: Final = (
    "expected what `aws ses describe-receipt-rule-set`, `describe-active-receipt-rule-set` or "
    "`list-receipt-filters` prints"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRule:
    """One receipt rule; its actions are not read yet."""

    name: str
    place: Position
    recipients: tuple[tuple[str, Position], ...]
    """Addresses and domains; of none: everybody."""
    actions: tuple[ExportedObject, ...]
    enabled: bool
    tls: bool
    """Whether mail must come over TLS."""
    scan: bool
    """Whether mail is scanned for spam and viruses."""
    after: str | None = None
    """The rule that it follows, where the file has no order."""
    from_template: bool = False
    """Whether the order is that of `after` alone."""
    order_unsaid: bool = False
    """Whether its place among others that follow the same rule is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IpFilter:
    """One IP address filter."""

    name: str
    place: Position
    cidr: str
    blocks: bool


@dataclass(slots=True)
class Receiving:
    """All that was found."""

    sets: dict[str, list[ReceiptRule]] = field(default_factory=dict)
    """Rules by the name of their set, which is empty where the file does not say it."""
    filters: list[IpFilter] = field(default_factory=list)


def receiving_of(documents: list[Document], found: Remarks) -> Receiving:
    """All rule sets and filters of some files; a rule or a filter that comes twice counts once."""
    receiving = Receiving()
    for document in documents:
        items = document.value if isinstance(document.value, list) else [document.value]
        path = (0,) if isinstance(document.value, list) else ()
        for members in (
            objects_in(items, (), document, found)
            if path
            else iter((ExportedObject(document.value, (), document, found),))
        ):
            _read(members, receiving, found)
    receiving.filters = list({(f.name, f.cidr, f.blocks): f for f in receiving.filters}.values())
    return receiving


def _read(members: ExportedObject, receiving: Receiving, found: Remarks) -> None:
    """One answer of the API, one request, or one rule or filter by itself."""
    members.ignore("ResponseMetadata", "NextToken")
    if members.has("RuleSets"):
        found.unread.append(
            Unread(
                place=members.place_of("RuleSets"),
                text="a list of rule sets",
                why="it has names alone",
                instead="`aws ses describe-active-receipt-rule-set` prints the rules",
                is_missing=True,
            )
        )
        members.ignore("RuleSets")
    elif members.has("Rules") or members.has("Metadata"):
        _read_set(members, receiving, found)
    elif members.has("Filters"):
        receiving.filters += [f for m in members.objects("Filters") if (f := _ip_filter(m))]
    elif members.has("Filter"):
        one = members.object("Filter")
        receiving.filters += [f for f in (one and _ip_filter(one),) if f]
    elif members.has("Rule"):
        one = members.object("Rule")
        name, after = members.text("RuleSetName") or "", members.text("After")
        rule = rule_of(one, after, from_template=True) if one is not None else None
        receiving.sets.setdefault(name, []).extend([rule] if rule is not None else [])
    elif members.has("IpFilter"):
        receiving.filters += [f for f in (_ip_filter(members),) if f]
        return
    elif members.has("Name") and (members.has("Actions") or members.has("Recipients")):
        rule = rule_of(members, None)
        receiving.sets.setdefault("", []).extend([rule] if rule is not None else [])
        return
    else:
        add_problem(found, members.place, "nothing of SES receiving is here", _EXPECTED)
        return
    members.list_unknown("the answer")


def _read_set(members: ExportedObject, receiving: Receiving, found: Remarks) -> None:
    about = members.object("Metadata")
    name = ""
    if about is not None:
        name = about.text("Name") or ""
        about.ignore("CreatedTimestamp")
        about.list_unknown("the metadata")
    rules = [rule for m in members.objects("Rules") if (rule := rule_of(m, None)) is not None]
    known = receiving.sets.get(name)
    if known is None:
        receiving.sets[name] = rules
    elif [_compared(rule) for rule in known] != [_compared(rule) for rule in rules]:
        shown = f"rule set `{name}`" if name else "a rule set"
        add_problem(
            found,
            members.place,
            f"{shown} is here a second time, with other rules",
            "name one file for each rule set, and only the set that is active",
        )


def rule_of(
    members: ExportedObject, after: str | None, *, from_template: bool = False
) -> ReceiptRule | None:
    """One receipt rule; None: it has no name, which is a problem.

    A rule without `Enabled` is not enabled, one without `TlsPolicy` does not ask for TLS.
    """
    name = members.needed("Name")
    rule = ReceiptRule(
        name=name or "",
        place=members.place_of("Name"),
        recipients=tuple(members.texts("Recipients")),
        actions=tuple(members.objects("Actions")),
        enabled=members.flag("Enabled"),
        tls=members.word("TlsPolicy", "Optional", "Require") == "Require",
        scan=members.flag("ScanEnabled"),
        after=after,
        from_template=from_template,
    )
    members.list_unknown(f"rule `{name}`")
    return rule if name else None


def _ip_filter(members: ExportedObject) -> IpFilter | None:
    name = members.needed("Name")
    inside = members.object("IpFilter")
    members.list_unknown(f"filter `{name}`")
    if name is None or inside is None:
        return None
    policy, cidr = inside.word("Policy", "Block", "Allow"), inside.needed("Cidr")
    inside.list_unknown(f"filter `{name}`")
    if policy is None or cidr is None:
        return None
    return IpFilter(name=name, place=inside.place_of("Cidr"), cidr=cidr, blocks=policy == "Block")


def _compared(rule: ReceiptRule) -> tuple[Any, ...]:
    recipients = tuple(text for text, _ in rule.recipients)
    return (rule.name, recipients, rule.enabled, rule.tls, rule.scan, len(rule.actions))


def in_order(rules: list[ReceiptRule], found: Remarks) -> list[ReceiptRule]:
    """Rules as `After` orders them; those without it keep their order, at the front.

    A rule that is to follow itself, or a rule that is not there, is a problem.
    """
    if not any(rule.from_template for rule in rules):
        return rules
    names = {rule.name for rule in rules}
    following: dict[str | None, list[ReceiptRule]] = {}
    for rule in rules:
        if rule.after is not None and rule.after not in names:
            add_problem(
                found,
                rule.place,
                f"rule `{rule.name}` follows `{rule.after}`, which is not in the files",
                "name the file that has it, too",
            )
            return rules
        following.setdefault(rule.after, []).append(rule)
    for after, group in following.items():
        if len(group) > 1:
            following[after] = [replace(rule, order_unsaid=True) for rule in group]
    return _chained(rules, following, found)


def _chained(
    rules: list[ReceiptRule], following: dict[str | None, list[ReceiptRule]], found: Remarks
) -> list[ReceiptRule]:
    chained: list[ReceiptRule] = []
    waiting = following.get(None, [])[::-1]
    while waiting:
        rule = waiting.pop()
        chained.append(rule)
        waiting += following.pop(rule.name, [])[::-1]
    if len(chained) == len(rules):
        return chained
    placed = {rule.name for rule in chained}
    left = next(rule for rule in rules if rule.name not in placed)
    add_problem(
        found, left.place, f"rule `{left.name}` follows itself", "correct `After` of these rules"
    )
    return rules
