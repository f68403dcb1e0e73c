"""Settings of Gmail: which senders are blocked, by the meaning of lists; and what is listed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interchange.google_workspace.workspace_example import PLACE, document, written
from interchange.patterns.pattern_texts import holds
from mmctl.errors import ProblemsFound
from mmctl.interchange.google_workspace.reading import read
from mmctl.interchange.migration.source import Opened, OtherGateway, SourceOptions
from mmctl.interchange.migration.tests import AllOf, Near, Unseen

if TYPE_CHECKING:
    from collections.abc import Iterator


def source_of(value: Any) -> OtherGateway:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read(Opened(named={"p.json": content}, beside=lambda _: None), SourceOptions())


def setting(kind: str, value: dict[str, Any], unit: str = "orgUnits/1") -> dict[str, Any]:
    return {
        "policyQuery": {"orgUnit": unit},
        "setting": {"type": f"settings/gmail.{kind}", "value": value},
    }


def test_the_example_is_what_its_script_makes() -> None:
    assert PLACE.read_text(encoding="utf-8") == written()


def test_every_rule_of_the_example_is_a_rule_of_the_source() -> None:
    source = source_of(document())
    assert len(source.rules) == 106
    assert sum(bool(rule.actions) for rule in source.rules) == 26
    assert sum(not rule.enabled for rule in source.rules) == 4
    assert [unread.text for unread in source.unread] == [
        "list-deleted-2024",
        "not a sender.",
        "gmail.spoofing_and_authentication",
        "gmail.email_spam_filter_ip_allowlist",
        "gmail.imap_access",
    ]
    assert source.notes == [
        "1 policy of other services than Gmail: they say nothing about mail that comes in"
    ]


_SENDERS = st.sampled_from(
    ["a@one.example", "b@one.example", "a@two.example", "a@sub.one.example", "a@xone.example"]
)
_ENTRIES = st.lists(
    st.sampled_from(["one.example", "@two.example", "a@one.example", "b@two.example"]), max_size=4
)


@given(blocked=_ENTRIES, approved=_ENTRIES, bypass=st.booleans(), sender=_SENDERS)
def test_blocked_are_those_in_a_list_and_not_approved(
    blocked: list[str], approved: list[str], bypass: bool, sender: str
) -> None:
    lists = [
        {"id": name, "name": name, "addressList": {"address": [{"address": each} for each in of]}}
        for name, of in (("blocked", blocked), ("approved", approved))
    ]
    rule = {
        "description": "Block",
        "senderBlocklist": ["blocked"],
        "bypassApprovedSender": bypass,
        "bypassApprovedSenderAllowlist": ["approved"],
    }
    source = source_of(
        {
            "policies": [
                setting("email_address_lists", {"emailAddressList": lists}),
                setting("blocked_sender_lists", {"blockedSenders": [rule]}),
            ]
        }
    )

    def listed(entries: list[str]) -> bool:
        domain = sender.partition("@")[2]
        return any(entry == sender or entry.lstrip("@") == domain for entry in entries)

    meant = listed(blocked) and not (bypass and listed(approved))
    assert holds(source.rules[0].test, sender) == meant


def unseen(test: object) -> Iterator[str]:
    match test:
        case Unseen(difference=difference):
            yield difference.code
        case Near(test=inner):
            yield from unseen(inner)
        case AllOf(inside):
            for each in inside:
                yield from unseen(each)


def test_a_rule_of_a_unit_is_never_one_for_all() -> None:
    rule = {"description": "x", "senderBlocklist": ["spam.example"]}
    policies = [setting("imap_access", {}), setting("pop_access", {})]
    policies.append(setting("blocked_sender_lists", {"blockedSenders": [rule]}, "orgUnits/2"))
    found = source_of({"policies": policies}).rules[0]
    assert list(unseen(found.test)) == ["organizational-unit"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "p.json:1:2"),
        (b"{}", "p.json:1:1: there are no policies in this file"),
        (b'{"policies": [{"name": "x"}]}', "p.json:1:15: this policy has no `setting`"),
        (b'{"policies": [1]}', "p.json:1:15: this policy has no `setting`"),
        (b"\xff\xfe\xfa", "p.json:1:1"),
        (b"[" * 100_000, "p.json:1:"),
    ],
)
def test_broken_files_are_refused_at_their_place(content: bytes, message: str) -> None:
    with pytest.raises(ProblemsFound) as caught:
        source_of(content)
    told = [f"{each.position}: {each.message}" for each in caught.value.problems]
    assert told[0].startswith(message), told


@pytest.mark.parametrize(
    "value", [None, 1, "x", [], {}, {"blockedSenders": 1}, {"blockedSenders": [1, None, {}]}]
)
def test_members_of_other_types_are_no_crash(value: Any) -> None:
    source = source_of({"policies": [setting("blocked_sender_lists", value)], "nextPageToken": "t"})
    assert [unread.text for unread in source.unread] == ["nextPageToken"]
