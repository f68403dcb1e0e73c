"""SES receipt rules and IP address filters → the rules that a gateway here has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.decoding import decoded
from mmctl.interchange.migration.source import OtherGateway, SourceRule, Then, Unread
from mmctl.interchange.migration.tests import NEVER, Matches
from mmctl.interchange.receipt_rules import said
from mmctl.interchange.receipt_rules.actions import read_actions
from mmctl.interchange.receipt_rules.admission import put_admission
from mmctl.interchange.receipt_rules.documents import document_of, refuse_terraform
from mmctl.interchange.receipt_rules.filters import add_filters
from mmctl.interchange.receipt_rules.for_some import differences_for_some
from mmctl.interchange.receipt_rules.members import Remarks, add_problem
from mmctl.interchange.receipt_rules.recipients import (
    fits_list,
    members_of,
    sorted_out,
    test_of,
)
from mmctl.interchange.receipt_rules.rule_sets import in_order, receiving_of
from mmctl.interchange.receipt_rules.stacks import is_template, stack_rules
from mmctl.problem import Position

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Deviation, Opened, SourceOptions
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.receipt_rules.actions import ActionsRead
    from mmctl.interchange.receipt_rules.documents import Document
    from mmctl.interchange.receipt_rules.recipients import RecipientConditions
    from mmctl.interchange.receipt_rules.rule_sets import ReceiptRule, Receiving

_LISTS_AT_MOST: Final = 80
"""Of the 100 address lists of an account: some are for the traffic policy and for what follows."""
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9-]+")
_PARAMETER: Final = "parameter:"
_SHOWN: Final = 3
"""How many recipients the line of a rule names."""


def read(opened: Opened, asked: SourceOptions) -> OtherGateway:
    """Read the answers of the SES API about one rule set and about filters.

    Raises:
        ProblemsFound: a file is broken, has nothing of SES receiving, or has another rule set.
    """
    found = Remarks()
    source = OtherGateway(system="SES receipt rules", rest=())
    documents: list[Document] = []
    for file, content in opened.named.items():
        try:
            documents += _documents(file, content, asked, source, found)
        except ProblemsFound as broken:
            found.problems += broken.problems
    receiving = receiving_of(documents, found)
    rules = in_order(_one_set(receiving, found), found)
    add_filters(receiving.filters, source, found)
    _add_rules(rules, asked.domains, source)
    source.unread += found.unread
    if found.problems:
        raise ProblemsFound(
            f"cannot read {counted(len(opened.named), 'file')}", tuple(found.problems)
        )
    return source


def _documents(
    file: str, content: bytes, asked: SourceOptions, source: OtherGateway, found: Remarks
) -> list[Document]:
    """The documents of a file: one of the API, or those that a template amounts to."""
    refuse_terraform(file, content)
    if not is_template(file, decoded(file, content)):
        return [document_of(file, content)]
    given = {
        name.removeprefix(_PARAMETER): value
        for name, value in asked.options.items()
        if name.startswith(_PARAMETER)
    }
    stack = stack_rules(file, content, given)
    found.problems += stack.problems
    found.unread += stack.unread
    source.notes += stack.notes
    if not stack.documents and not stack.problems:
        add_problem(
            found,
            Position(file=file),
            "the template has no receipt rules",
            "expected resources of type `AWS::SES::ReceiptRule` or `AWS::SES::ReceiptFilter`",
        )
    return stack.documents


def _one_set(receiving: Receiving, found: Remarks) -> list[ReceiptRule]:
    """The rules of the only set; several are a problem, because one of them is active."""
    sets = {name: rules for name, rules in receiving.sets.items() if rules}
    if len(sets) > 1:
        names = ", ".join(f"`{name}`" if name else "one without name" for name in sets)
        second = list(sets.values())[1]
        add_problem(
            found,
            second[0].place if second else Position(file=""),
            f"there are {len(sets)} rule sets ({names}), and only one of them is active",
            "name the file of the active one: `aws ses describe-active-receipt-rule-set` prints it",
        )
    return next(iter(sets.values()), [])


def _add_rules(rules: list[ReceiptRule], domains: tuple[str, ...], source: OtherGateway) -> None:
    enabled = [rule for rule in rules if rule.enabled]
    put_admission(enabled, domains, source)
    lists = _ListsOfRules(source)
    roles: dict[str, None] = {}
    given: dict[str, None] = {}
    for index, rule in enumerate(rules):
        read_one = read_actions(rule.actions)
        roles.update(dict.fromkeys(sorted(read_one.roles)))
        given.update(dict.fromkeys(read_one.given_roles))
        source.needed |= read_one.needed
        if not rule.actions:
            source.unread.append(_without_actions(rule))
            continue
        if read_one.after_stop:
            source.unread.append(_after_stop(rule, read_one))
        recipients = sorted_out(text for text, _ in rule.recipients)
        later = [each for each in rules[index + 1 :] if each.enabled]
        differences = [
            *_of_rule(rule, recipients, domains),
            *read_one.differences,
            *([said.goes_on()] if read_one.stops and _would_lose(read_one) else []),
            *differences_for_some(rule, recipients, read_one, later),
        ]
        source.rules.append(
            SourceRule(
                name=rule.name,
                place=rule.place,
                text=_text(rule, read_one),
                test=lists.test_of(rule, recipients, is_listed=bool(read_one.actions)),
                actions=tuple(read_one.actions),
                then=Then.DELIVER if read_one.stops and not _would_lose(read_one) else Then.GO_ON,
                final=not read_one.ends_mail and bool(read_one.actions),
                enabled=rule.enabled,
                differences=tuple(differences),
            )
        )
    source.needed.update({name: said.needed_role(name) for name in roles})
    for role in given:
        source.notes.append(
            f"the rules write with the role {said.shown(role)}: let Mail Manager assume it (its "
            "trust names a rule set, not a receipt rule), and give it as `s3_role`"
        )


class _ListsOfRules:
    """The address lists of rules, as long as there is room for them."""

    def __init__(self, source: OtherGateway) -> None:
        self._source = source
        self._names: dict[tuple[str, ...], str] = {}

    def test_of(
        self, rule: ReceiptRule, recipients: RecipientConditions, *, is_listed: bool
    ) -> Test:
        """What a rule asks of a recipient: a list where addresses are meant with their labels.

        Unless it `is_listed`, it gets none.
        """
        if recipients.unreadable and not (
            recipients.addresses or recipients.domains or recipients.below
        ):
            return NEVER
        if not (is_listed and recipients.with_labels and fits_list(recipients)):
            return test_of(recipients)
        members = tuple(members_of(recipients))
        name = self._names.get(members)
        if name is None and len(self._names) < _LISTS_AT_MOST:
            name = self._new_name(rule.name)
            self._names[members] = name
            self._source.address_lists[name] = members
        if name is None:
            return test_of(recipients)
        return Matches(operand="recipient", operator="in_address_list", values=(name,))

    def _new_name(self, rule: str) -> str:
        name = f"to-{_NOT_IN_NAMES.sub('-', rule).strip('-').lower() or 'rule'}"[:60].rstrip("-")
        taken, number = name, 2
        while taken in self._source.address_lists:
            taken, number = f"{name}-{number}", number + 1
        return taken


def _of_rule(
    rule: ReceiptRule, recipients: RecipientConditions, domains: tuple[str, ...]
) -> list[Deviation]:
    differences = []
    if recipients.unreadable:
        differences.append(said.unreadable_recipients(recipients.unreadable))
    if recipients.everybody and not domains:
        differences.append(said.ANY_DOMAIN)
    if rule.tls and not fits_list(recipients):
        differences.append(said.TLS_NOT_FOR_LABELS)
    if rule.order_unsaid:
        differences.append(said.MIXED_ORDER)
    if rule.scan:
        differences.append(said.NO_SCAN)
    return differences


def _would_lose(read_one: ActionsRead) -> bool:
    """Whether a stop would throw away mail that the rule keeps there, and not here."""
    return read_one.left_out and not read_one.ends_mail


def _text(rule: ReceiptRule, read_one: ActionsRead) -> str:
    names = [text for text, _ in rule.recipients]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    to = ", ".join(names[:_SHOWN]) + more if names else "everybody"
    return f"{to} → {', '.join(read_one.texts) or 'nothing'}"


def _without_actions(rule: ReceiptRule) -> Unread:
    return Unread(
        place=rule.place,
        text=f"rule `{rule.name}` without actions",
        why="it does nothing but have its mail accepted, which the traffic policy says",
        instead="give it an action, or remove it and have its mail refused",
    )


def _after_stop(rule: ReceiptRule, read_one: ActionsRead) -> Unread:
    return Unread(
        place=rule.place,
        text=f"{', '.join(read_one.after_stop)} of rule `{rule.name}`",
        why="these actions never run: they are behind its StopAction",
    )
