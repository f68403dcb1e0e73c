"""Preflight: what stands in a plan's way is said before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from live.many_rules import blocked, blocked_sender, gateway, many
from mmctl.errors import Refused
from mmctl.live.aws.surroundings import Surroundings
from mmctl.live.plan.preflight import preflight, refuse_what_cannot_be
from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from collections.abc import Callable

    from live.conftest import World

ROLE = "arn:aws:iam::111122223333:role/mail"
WRITES = f"""      - name: copy
        conditions:
          - recipient: {{ends_with: "@example.org"}}
        actions:
          - write_to_s3: {{role: "{ROLE}", bucket: copies}}
          - relay: {{to: exchange}}
      - name: deliver
"""
TRUSTED = {"Role": {"AssumeRolePolicyDocument": {"Principal": {"Service": "ses.amazonaws.com"}}}}
VERIFIED = {"VerifiedForSendingStatus": True}


class Account:
    """An account by its answers: what to return, or raise, by operation."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {"get_role": TRUSTED, "head_bucket": {}, "get_email_identity": VERIFIED}
        self.answers |= answers
        self.asked: list[tuple[str, str]] = []

    def client(self, service: str) -> Any:
        account = self

        class Client:
            def __getattr__(self, operation: str) -> Callable[..., Any]:
                def call(**parameters: str) -> Any:
                    account.asked += [(service, value) for value in parameters.values()]
                    answer = account.answers[operation]
                    if isinstance(answer, Exception):
                        raise answer
                    return answer

                return call

        return Client()


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "Get")


def found(world: World, account: Account | None) -> list[str]:
    around = None if account is None else Surroundings(account.client)
    return [each.text for each in preflight(world.plan(), world.service(), around)]


def test_all_that_rules_name_is_asked_for_once_and_nothing_is_said_where_it_is_there(
    world: World,
) -> None:
    world.replace("      - name: deliver\n", WRITES)
    account = Account()
    assert found(world, account) == []
    assert account.asked == [("iam", "mail"), ("s3", "copies"), ("sesv2", "example.org")]


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ({"get_role": error("NoSuchEntity")}, f"role {ROLE} does not exist"),
        ({"get_role": {"Role": {}}}, f"role {ROLE} does not trust ses.amazonaws.com"),
        ({"head_bucket": error("404")}, "bucket copies does not exist"),
        ({"get_email_identity": error("NotFoundException")}, "identity example.org does not exist"),
        (
            {"get_email_identity": {"VerifiedForSendingStatus": False}},
            "identity example.org is not verified",
        ),
        ({"head_bucket": error("403")}, "no permission to ask for: bucket copies"),
        (
            {"get_role": EndpointConnectionError(endpoint_url="iam")},
            f"no permission to ask for: role {ROLE}",
        ),
    ],
)
def test_what_is_missing_or_cannot_be_used_is_a_warning(
    world: World, answers: dict[str, Any], text: str
) -> None:
    world.replace("      - name: deliver\n", WRITES)
    assert found(world, Account(**answers)) == [text]


GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:/mail"
STREAM = "arn:aws:firehose:us-east-1:000000000000:deliverystream/mail"
CENTRAL = "arn:aws:logs:us-east-1:444455556666:delivery-destination:central"


@pytest.mark.parametrize(
    ("receiver", "answers", "texts"),
    [
        (GROUP, {"describe_log_groups": {"logGroups": [{"logGroupName": "/mail"}]}}, []),
        (
            GROUP,
            {"describe_log_groups": {"logGroups": [{"logGroupName": "/mail-2"}]}},
            [f"log group {GROUP} does not exist"],
        ),
        (
            "arn:aws:s3:::mail-logs/in",
            {"head_bucket": error("404")},
            ["bucket mail-logs does not exist"],
        ),
        (STREAM, {"describe_delivery_stream": {}}, []),
        (
            STREAM,
            {"describe_delivery_stream": error("ResourceNotFoundException")},
            [f"stream {STREAM} does not exist"],
        ),
        (CENTRAL, {}, []),
    ],
)
def test_what_receives_logs_is_asked_for(
    world: World, receiver: str, answers: dict[str, Any], texts: list[str]
) -> None:
    world.replace("  inbound:\n", f"  inbound:\n    logging: {{destination: '{receiver}'}}\n")
    assert found(world, Account(**answers)) == texts


def test_objects_of_others_count_for_the_quota_and_too_many_are_refused(world: World) -> None:
    for number in range(10):
        world.service().create(Noun.ARCHIVE, {"ArchiveName": f"other-{number}"}, f"token-{number}")
    plan = world.plan()
    findings = preflight(plan, world.service(), None)
    with pytest.raises(Refused, match="has 10 archives and gets 1 more, 10 are the") as refused:
        refuse_what_cannot_be(findings)
    assert "--no-preflight" in str(refused.value.help)


def test_lists_count_as_many_as_there_are_during_a_change(world: World) -> None:
    """New lists of the compiler are there before the old ones go."""
    world.text = gateway(many())
    world.apply()
    for number in range(97):
        world.service().create(Noun.ADDRESS_LIST, {"AddressListName": f"o{number}"}, f"t{number}")
    rules = many()
    rules[3] = blocked(3, "@more.example")
    world.text = gateway(rules)
    assert preflight(world.plan(), world.service(), None) == ()
    rules[35] = blocked_sender(5, "y@more.example")
    world.text = gateway(rules)
    calls = len(world.writes)
    with pytest.raises(Refused, match="has 99 address lists and gets 2 more, 100 are") as refused:
        refuse_what_cannot_be(preflight(world.plan(), world.service(), None))
    assert "2 go at the end of the change, so it needs room for 1 more" in str(refused.value)
    assert "2 are made by the compiler: change fewer rules at once" in str(refused.value)
    assert len(world.writes) == calls


def test_an_archive_that_waits_for_its_deletion_is_named(world: World) -> None:
    archive = world.service().create(Noun.ARCHIVE, {"ArchiveName": "compliance"}, "token")
    world.service().delete(Noun.ARCHIVE, archive)
    assert found(world, None) == ["archive compliance is PENDING_DELETION: its name may be taken"]


def test_a_plan_that_changes_nothing_asks_for_nothing(world: World) -> None:
    world.apply()
    account = Account()
    assert found(world, account) == []
    assert account.asked == []
