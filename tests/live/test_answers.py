"""Answers that are less than was sent: asked for again, and never taken for an empty list."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError

from mmctl.errors import CouldNot
from mmctl.live.aws.answers import writing
from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from live.conftest import World

WHOLE = b'{"TrafficPolicies": []}'


class Raw(io.BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def answered(world: World, *answers: tuple[dict[str, str], bytes]) -> Iterator[Any]:
    """The policies that a client reads from these answers, the last one for good."""
    left = list(answers)

    def send(request: Any, **_: object) -> AWSResponse:
        headers, body = left[0] if len(left) == 1 else left.pop(0)
        given = HTTPHeaders.from_dict(headers)
        return AWSResponse(request.url, 200, given, Raw(body))

    service = world.service()
    service._client.meta.events.register_first("before-send", send)
    return service.list(Noun.TRAFFIC_POLICY)


def test_nobody_answers_in_a_region_without_mail_manager() -> None:
    """Where lint was not asked, as by `drift`, the error says what is wrong with the region."""
    cases = {
        "eu-west-99": "there is no region `eu-west-99`.*did you mean `eu-west-3`",
        "cn-north-1": "Mail Manager is not in `cn-north-1`",
        "us-east-1": "check the network and the endpoint",
    }
    for region, said in cases.items():
        url = f"https://mail-manager.{region}.amazonaws.com/"
        with pytest.raises(CouldNot) as raised, writing("ListRuleSets"):
            raise EndpointConnectionError(endpoint_url=url)
        assert re.search(said, str(raised.value.help)), region


CUT_SHORT = pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param({"Content-Length": "23"}, WHOLE[:11], id="less than the Content-Length"),
        pytest.param({"Content-Length": "11"}, WHOLE[:11], id="counted anew on the way"),
        pytest.param({}, WHOLE[:11], id="without a Content-Length"),
        pytest.param({"Content-Length": "0"}, b"", id="nothing"),
    ],
)


@CUT_SHORT
def test_an_answer_cut_short_is_asked_for_again(
    world: World, headers: dict[str, str], body: bytes
) -> None:
    again = b'{"TrafficPolicies": [{"TrafficPolicyName": "edge"}]}'
    assert list(answered(world, (headers, body), ({}, again))) == [{"TrafficPolicyName": "edge"}]


@CUT_SHORT
def test_an_answer_that_stays_cut_short_is_never_an_empty_list(
    world: World, headers: dict[str, str], body: bytes
) -> None:
    with pytest.raises(CouldNot, match="Connection was closed before"):
        list(answered(world, (headers, body)))


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param({}, b"{}", id="a whole answer may leave an empty list out"),
        pytest.param({"Content-Length": "99", "Content-Encoding": "gzip"}, WHOLE, id="unpacked"),
    ],
)
def test_a_whole_answer_is_taken_as_it_is(
    world: World, headers: dict[str, str], body: bytes
) -> None:
    assert list(answered(world, (headers, body))) == []


@pytest.mark.parametrize("body", [b"[]", b'"a"', b"7", b'{"TrafficPolicies": 7}', b"<html></html>"])
def test_an_answer_of_another_form_is_no_answer_and_no_bug_of_ours(
    world: World, body: bytes
) -> None:
    with pytest.raises(CouldNot):
        list(answered(world, ({}, body)))


def test_a_bug_of_ours_stays_one() -> None:
    with pytest.raises(AttributeError), writing("ListRuleSets"):
        [].missing  # type: ignore[attr-defined]  # noqa: B018 - that is the bug
