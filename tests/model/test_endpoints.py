"""Names of endpoints: exactly those that botocore makes, and nothing that looks like them."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import create_loader
from hypothesis import given
from hypothesis import strategies as st

from mmctl.model.endpoints import PARTITIONS, is_loopback, is_mail_managers, is_s3s

LOADER: Final = create_loader()
DATA: Final[dict[str, Any]] = LOADER.load_data("partitions")
RULES: Final = LOADER.load_service_model("mailmanager", "endpoint-rule-set-1")
REGIONS: Final = [
    region
    for partition in DATA["partitions"]
    for region in partition["regions"]
    if not region.endswith("-global")
]
GOOD: Final = "https://mail-manager.us-east-1.amazonaws.com"
PRIVATE: Final = "https://vpce-0123456789abcdef0-a1b2c3d4.mail-manager.us-east-1.vpce.amazonaws.com"


@pytest.mark.parametrize("region", REGIONS)
def test_every_url_that_botocore_makes_is_mail_managers(region: str) -> None:
    provider = EndpointProvider(RULES, DATA)
    for fips in (False, True):
        for dual_stack in (False, True):
            made = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual_stack)
            assert is_mail_managers(made.url), made.url
            assert is_mail_managers(made.url + "/")


def test_the_partitions_are_those_of_botocore() -> None:
    """A partition that is new there fails here by name."""
    known = {
        each.id: (re.escape(each.suffix), re.escape(each.dual_stack_suffix)) for each in PARTITIONS
    }
    assert known == {
        partition["id"]: (
            re.escape(partition["outputs"]["dnsSuffix"]),
            re.escape(partition["outputs"]["dualStackDnsSuffix"]),
        )
        for partition in DATA["partitions"]
    }


@pytest.mark.parametrize(
    "url",
    [
        PRIVATE,
        "https://vpce-0123456789abcdef0-a1b2c3d4-us-east-1a"
        ".mail-manager.us-east-1.vpce.amazonaws.com",
        "https://vpce-0123456789abcdef0-a1b2c3d4.mail-manager-fips.us-gov-west-1.vpce.amazonaws.com",
        "https://vpce-0123456789abcdef0-a1b2c3d4.mail-manager.cn-north-1.vpce.amazonaws.com.cn",
    ],
)
def test_an_interface_endpoint_of_mail_manager_is_mail_managers(url: str) -> None:
    assert is_mail_managers(url)


WRONG: Final = (
    "http://mail-manager.us-east-1.amazonaws.com",
    "HTTPS://mail-manager.us-east-1.amazonaws.com",
    "https://Mail-Manager.us-east-1.amazonaws.com",
    "https://mail-manager.us-east-1.amazonaws.com.",
    "https://mail-manager.us-east-1.amazonaws.com:443",
    "https://mail-manager.us-east-1.amazonaws.com:8443",
    "https://mail-manager.us-east-1.amazonaws.com/x",
    "https://mail-manager.us-east-1.amazonaws.com?x",
    "https://mail-manager.us-east-1.amazonaws.com#x",
    "https://mail-manager.us-east-1.amazonaws.com\\@example.com",
    "https://mail-manager.us-east-1.amazonaws.com@example.com",
    "https://user:secret@mail-manager.us-east-1.amazonaws.com",
    "https://mail-manager.us-east-1.amazonaws.com.example.com",
    "https://mail-manager.us-east-1.amazonaws.com.cn",
    "https://mail-manager.cn-north-1.amazonaws.com",
    "https://mail-manager.us-east-1.amazonaws.comx",
    "https://xmail-manager.us-east-1.amazonaws.com",
    "https://x.mail-manager.us-east-1.amazonaws.com",
    "https://mail-manager.example.amazonaws.com",
    "https://mail-manager.us-east-\u0661.amazonaws.com",
    "https://mail-manager.us-e\u0430st-1.amazonaws.com",
    "https://mail-manager.us-east-1\u3002amazonaws.com",
    "https://mail-manager.us-east-1.amazonaws.com\n",
    "https://mail-manager.us-east-1.amazonaws.com\t",
    " https://mail-manager.us-east-1.amazonaws.com",
    "https://mail-manager.us-east-1.s3.amazonaws.com",
    "https://ec2-192-0-2-1.compute-1.amazonaws.com",
    "http://ec2-192-0-2-1.compute-1.amazonaws.com",
    "https://email.us-east-1.amazonaws.com",
    "https://vpce-0123456789abcdef0-a1b2c3d4.vpce-svc-0123456789abcdef0.us-east-1.vpce.amazonaws.com",
    "https://vpce-svc-0123456789abcdef0.us-east-1.vpce.amazonaws.com",
    "https://xmail-manager.us-east-1.vpce.amazonaws.com",
    "https://${AWS_SESSION_TOKEN}.amazonaws.com",
    "https://mail-manager.${env.name}.amazonaws.com",
    "mail-manager.us-east-1.amazonaws.com",
    "//mail-manager.us-east-1.amazonaws.com",
    "",
)


@pytest.mark.parametrize("url", WRONG)
def test_what_looks_like_mail_managers_is_not(url: str) -> None:
    assert not is_mail_managers(url)
    assert not is_loopback(url)


@given(st.integers(0, len(GOOD)), st.characters(exclude_characters="/"))
def test_no_character_more_makes_another_name(place: int, character: str) -> None:
    url = GOOD[:place] + character + GOOD[place:]
    assert not is_mail_managers(url) or re.fullmatch(
        r"https://mail-manager\.us-[a-z]{4,5}-[0-9]{1,2}\.amazonaws\.com", url
    )


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:4579", True),
        ("https://localhost", True),
        ("http://[::1]:80/", True),
        ("http://127.0.0.1.example.com", False),
        ("http://127.0.0.1@example.com", False),
        ("http://localhost:80@example.com", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1:4579/x", False),
        ("http://127.0.0.2", False),
        ("http://0x7f000001", False),
        ("http://169.254.169.254", False),
        ("ftp://127.0.0.1", False),
        ("http://127.0.0.1\n", False),
    ],
)
def test_which_urls_are_of_this_machine(url: str, here: bool) -> None:
    assert is_loopback(url) is here


@pytest.mark.parametrize(
    ("url", "is_s3"),
    [
        ("https://bucket.s3.us-east-1.amazonaws.com/x?X-Amz-Signature=y", True),
        ("https://s3.eu-west-1.amazonaws.com/bucket/x", True),
        ("https://bucket.s3.amazonaws.com/x", True),
        ("https://a.bucket.s3.dualstack.us-west-2.amazonaws.com/x", True),
        ("https://bucket.s3-fips.us-gov-west-1.amazonaws.com/x", True),
        ("https://bucket.s3.cn-north-1.amazonaws.com.cn/x", True),
        ("https://bucket.s3-accelerate.amazonaws.com/x", True),
        ("http://bucket.s3.us-east-1.amazonaws.com/x", False),
        ("https://bucket.s3.us-east-1.amazonaws.com:8443/x", False),
        ("https://u@bucket.s3.us-east-1.amazonaws.com/x", False),
        ("https://bucket.s3.us-east-1.amazonaws.com@example.com/x", False),
        ("https://example.com/bucket.s3.us-east-1.amazonaws.com/x", False),
        ("https://bucket.s3.us-east-1.amazonaws.com.example.com/x", False),
        ("https://ec2-192-0-2-1.compute-1.amazonaws.com/x", False),
        ("https://bucket.s3-website-us-east-1.amazonaws.com/x", False),
        ("https://bucket.s3.us-east-1.amazonaws.com/x\n", False),
    ],
)
def test_which_urls_are_of_s3(url: str, is_s3: bool) -> None:
    assert is_s3s(url) is is_s3
