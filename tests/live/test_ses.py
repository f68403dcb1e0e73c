"""Released mail by SES: sent from a verified address alone, as moto knows SES."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from mmctl.errors import CouldNot
from mmctl.live.aws.ses import send_raw
from mmctl.live.state.service import OutcomeUnknown

if TYPE_CHECKING:
    from collections.abc import Iterator

moto = pytest.importorskip("moto", reason="moto is not installed")
RAW = b"X-Mmctl-Released: rel-1\r\nFrom: gate@example.com\r\nSubject: Released\r\n\r\nx\r\n"


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto.mock_aws():
        yield boto3.client("sesv2", region_name="eu-west-1")


def test_a_message_goes_out_from_a_verified_address_as_it_is(ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="gate@example.com")
    id_ = send_raw(ses, "gate@example.com", ["a@example.com", "b@example.com"], RAW)
    backends = importlib.import_module("moto.ses.models").ses_backends
    account = importlib.import_module("moto.core").DEFAULT_ACCOUNT_ID
    (message,) = backends[account]["eu-west-1"].sent_messages
    assert message.id == id_
    assert message.destinations == ["a@example.com", "b@example.com"]
    assert message.raw_data.encode() == RAW


def test_an_address_that_is_not_verified_is_refused(ses: Any) -> None:
    with pytest.raises(CouldNot, match="MessageRejected"):
        send_raw(ses, "stranger@example.net", ["a@example.com"], RAW)


def test_an_answer_without_an_id_leaves_the_outcome_unknown() -> None:
    class Silent:
        def send_email(self, **request: Any) -> Any:
            assert request["Content"]["Raw"]["Data"] == RAW
            return {}

    with pytest.raises(OutcomeUnknown, match="no id"):
        send_raw(Silent(), "gate@example.com", ["a@example.com"], RAW)
