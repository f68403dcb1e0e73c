"""Signed plans, with the KMS of moto: what the pipeline made is what is applied."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from mmctl.cli.main import exit_code
from mmctl.live.plan.planfile import load_signed_plan
from mmctl.live.plan.signing import check_signature, signed, statement
from mmctl.live.state.canonical import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator

GATEWAY = Path(__file__).parent / "gateway"
OTHER_REGION = "eu-west-1"

Ran = tuple[int, str]
Mmctl = Callable[..., Ran]


@pytest.fixture(autouse=True)
def kms() -> Iterator[None]:
    # The embedded Mail Manager answers for itself.
    with mock_aws(config={"core": {"passthrough": {"urls": [r"https://mail-manager\."]}}}):
        yield


def new_key(spec: str = "ECC_NIST_P256", usage: str = "SIGN_VERIFY") -> str:
    client = boto3.client("kms", region_name=OTHER_REGION)
    arn: str = client.create_key(KeyUsage=usage, KeySpec=spec)["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture
def key() -> str:
    return new_key()


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GATEWAY, tmp_path / "gateway"))


@pytest.fixture
def mmctl(gateway: Path, capsys: pytest.CaptureFixture[str]) -> Mmctl:
    def run(*words: str) -> Ran:
        code = exit_code([words[0], "-C", str(gateway), *words[1:]])
        return code, capsys.readouterr().err

    return run


@pytest.fixture
def path(gateway: Path) -> Path:
    return gateway / "the.plan"


def write(path: Path, document: dict[str, Any]) -> None:
    """Write a plan with a seal that fits it, as anybody can compute it."""
    outside = {"seal", "signature"}
    seal = digest_of({name: value for name, value in document.items() if name not in outside})
    path.write_text(json.dumps(document | {"seal": seal}), encoding="utf-8")


def set_plan_key(gateway: Path, key: str | None) -> None:
    file = gateway / "mmctl.yaml"
    more = f", plan_key: '{key}'" if key else ""
    line = f"  local: {{endpoint: embedded{more}}}"
    file.write_text(re.sub(r"  local: .*", line, file.read_text()))


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P384", "RSA_2048"])
def test_what_was_signed_is_applied(mmctl: Mmctl, path: Path, spec: str) -> None:
    key = new_key(spec)
    code, said = mmctl("plan", "--save", str(path), "--sign", key)
    assert code == 0, said
    code, said = mmctl("apply", str(path), "--yes", "--require-signature", key)
    assert (code, said) == (0, "")


def test_what_was_not_signed_is_refused(mmctl: Mmctl, path: Path, key: str) -> None:
    mmctl("plan", "--save", str(path))
    code, said = mmctl("apply", str(path), "--yes", "--require-signature", key)
    assert code == 3
    assert said == (
        "refused: the plan is not signed\n"
        "why: only a plan signed with this key comes from the pipeline\n"
        f"help: make a new plan: mmctl plan --save FILE --sign {key}\n"
    )


def test_what_another_key_signed_is_refused(mmctl: Mmctl, path: Path, key: str) -> None:
    other = new_key()
    mmctl("plan", "--save", str(path), "--sign", other)
    code, said = mmctl("apply", str(path), "--yes", "--require-signature", key)
    assert code == 3
    assert f"the plan is signed with {other}, not with {key}" in said


def test_a_signature_that_only_names_the_key_is_refused(mmctl: Mmctl, path: Path, key: str) -> None:
    mmctl("plan", "--save", str(path), "--sign", new_key())
    document = json.loads(path.read_text())
    document["signature"]["key"] = key
    write(path, document)
    code, said = mmctl("apply", str(path), "--yes", "--require-signature", key)
    assert (code, said.splitlines()[0]) == (3, "refused: the signature is not of this plan")


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a warning": lambda document: document["warnings"].append("all is well"),
    "failed cases": lambda document: document["saved"].update(failed_cases=3),
    "the account": lambda document: document.update(account="111122223333"),
    "the region": lambda document: document.update(region="eu-central-1"),
    "the past": lambda document: document["saved"].update(past={"last": "0009-x"}),
    "the caller": lambda document: document.update(caller="somebody"),
    "the environment's brakes": lambda document: document["saved"]["brakes"].update(max_deletes=9),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_was_changed_since_is_refused(
    mmctl: Mmctl, path: Path, key: str, change: str
) -> None:
    mmctl("plan", "--save", str(path), "--sign", key)
    document = json.loads(path.read_text())
    CHANGES[change](document)
    write(path, document)
    code, said = mmctl("apply", str(path), "--yes", "--require-signature", key)
    assert (code, said.splitlines()[0]) == (3, "refused: the signature is not of this plan")


def test_a_signature_speaks_of_the_plan_its_place_and_its_past(
    mmctl: Mmctl, path: Path, key: str
) -> None:
    mmctl("plan", "--save", str(path), "--sign", key)
    plan, signature = load_signed_plan(path)
    assert plan.seal is not None
    assert signature is not None
    assert statement(plan, plan.seal).decode().splitlines() == [
        "mmctl plan signature 1",
        f"plan {plan.seal}",
        "account 000000000000",
        "region us-east-1",
        "last none",
    ]


@pytest.mark.parametrize(
    ("algorithm", "value", "message"),
    [
        ("RSASSA_PSS_SHA_256", None, "makes no signatures with `RSASSA_PSS_SHA_256`"),
        ("HMAC_SHA_256", None, "makes no signatures with `HMAC_SHA_256`"),
        (None, "no base64!", "the signature of the plan is not Base64"),
        (None, "AAAA", "the signature is not of this plan"),
    ],
)
def test_a_signature_that_cannot_be_one_is_refused(
    mmctl: Mmctl, path: Path, key: str, algorithm: str | None, value: str | None, message: str
) -> None:
    mmctl("plan", "--save", str(path), "--sign", key)
    document = json.loads(path.read_text())
    document["signature"]["algorithm"] = algorithm or document["signature"]["algorithm"]
    document["signature"]["value"] = value or document["signature"]["value"]
    write(path, document)
    code, said = mmctl("apply", str(path), "--yes", "--require-signature", key)
    assert code == 3, said
    assert message in said


def test_a_key_that_signs_nothing_is_said(mmctl: Mmctl, path: Path) -> None:
    key = new_key("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    code, said = mmctl("plan", "--save", str(path), "--sign", key)
    assert code == 64
    assert f"the key {key} is for ENCRYPT_DECRYPT, and cannot sign" in said
    assert "--key-usage SIGN_VERIFY" in said
    assert not path.exists()


def test_a_key_that_is_disabled_or_not_there_is_said(mmctl: Mmctl, path: Path, key: str) -> None:
    boto3.client("kms", region_name=OTHER_REGION).disable_key(KeyId=key.rpartition("/")[2])
    code, said = mmctl("plan", "--save", str(path), "--sign", key)
    assert (code, said.splitlines()[0]) == (5, f"error: the key {key} is Disabled")
    none = key.rpartition("/")[0] + "/00000000-0000-0000-0000-000000000000"
    code, said = mmctl("plan", "--save", str(path), "--sign", none)
    assert (code, said.splitlines()[0]) == (5, f"error: there is no key {none}")


@pytest.mark.parametrize("name", ["alias/plans", "1234abcd", "arn:aws:kms:eu-west-1:1:key/x"])
def test_a_key_is_named_by_its_arn(mmctl: Mmctl, path: Path, name: str) -> None:
    code, said = mmctl("plan", "--save", str(path), "--sign", name)
    assert code == 64
    assert f"`{name}` is not the ARN of a key of AWS KMS" in said


def test_options_that_lead_nowhere_are_said(mmctl: Mmctl, key: str) -> None:
    assert mmctl("plan", "--sign", key) == (64, "error: `--sign` goes with `--save FILE`\n")
    code, said = mmctl("apply", "--yes", "--require-signature", key)
    assert code == 64
    assert "`--require-signature` goes with a saved plan" in said


class Denied:
    """A KMS that allows one operation less."""

    def __init__(self, denied: str) -> None:
        self.client = boto3.client("kms", region_name=OTHER_REGION)
        self.denied = denied

    def __getattr__(self, name: str) -> Any:
        if name == self.denied:
            return self._deny
        return getattr(self.client, name)

    def _deny(self, **_members: object) -> None:
        raise ClientError(
            {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}, self.denied
        )


@pytest.mark.parametrize(
    ("denied", "permission"), [("describe_key", "kms:DescribeKey"), ("sign", "kms:Sign")]
)
def test_a_permission_that_is_missing_is_named(
    mmctl: Mmctl,
    path: Path,
    key: str,
    denied: str,
    permission: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mmctl.live.aws.connect.open_keys", lambda *_place: Denied(denied))
    code, said = mmctl("plan", "--save", str(path), "--sign", key)
    assert code == 5
    assert f"help: allow {permission} on this key" in said


def test_a_permission_to_verify_that_is_missing_is_named(
    mmctl: Mmctl, path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mmctl("plan", "--save", str(path), "--sign", key)
    monkeypatch.setattr("mmctl.live.aws.connect.open_keys", lambda *_place: Denied("verify"))
    code, said = mmctl("apply", str(path), "--yes", "--require-signature", key)
    assert code == 5
    assert "help: allow kms:Verify on this key" in said


def test_the_key_of_an_environment_must_have_signed(
    mmctl: Mmctl, gateway: Path, path: Path, key: str
) -> None:
    set_plan_key(gateway, key)
    code, said = mmctl("apply", "--yes")
    assert code == 3
    assert "environment local takes only signed plans (`plan_key`)" in said
    code, said = mmctl("plan", "--save", str(path))
    assert f"takes only signed plans: --sign {key}" in said
    code, said = mmctl("apply", str(path), "--yes")
    assert (code, said.splitlines()[0]) == (3, "refused: the plan is not signed")
    other = new_key()
    code, said = mmctl("apply", str(path), "--yes", "--require-signature", other)
    assert code == 3
    assert f"`--require-signature` names {other}" in said
    mmctl("plan", "--save", str(path), "--sign", key)
    assert mmctl("apply", str(path), "--yes") == (0, "")


@pytest.mark.parametrize("changed", [True, False])
def test_a_key_that_was_applied_is_not_changed_or_dropped_by_a_file(
    mmctl: Mmctl, gateway: Path, path: Path, key: str, changed: bool
) -> None:
    set_plan_key(gateway, key)
    mmctl("plan", "--save", str(path), "--sign", key)
    assert mmctl("apply", str(path), "--yes")[0] == 0
    rules = gateway / "rules/rules.yaml"
    rules.write_text(rules.read_text().replace("192.0.2.0/24", "192.0.2.0/25"))
    other = new_key() if changed else None
    set_plan_key(gateway, other)
    signing = ("--sign", other) if other else ()
    mmctl("plan", "--save", str(path), *signing)
    code, said = mmctl("apply", str(path), "--yes")
    assert code == 3
    assert f"refused: trust: `plan_key` of environment local: {key} when 0001-" in said
    assert f"was applied, now {other or 'not set'}" in said
    assert mmctl("apply", str(path), "--yes", "--force", "trust")[0] == 0
    rules.write_text(rules.read_text().replace("192.0.2.0/25", "192.0.2.0/26"))
    mmctl("plan", "--save", str(path), *signing)
    assert mmctl("apply", str(path), "--yes")[0] == 0


def test_a_key_that_was_dropped_holds_every_way_in(
    mmctl: Mmctl, gateway: Path, path: Path, key: str
) -> None:
    """Also an edit of a list: after it, the file would be the one that was applied last."""
    set_plan_key(gateway, key)
    mmctl("plan", "--save", str(path), "--sign", key)
    assert mmctl("apply", str(path), "--yes")[0] == 0
    set_plan_key(gateway, None)
    words = ("list", "add", "trusted-partners", "new@partner.example", "--yes")
    code, said = mmctl(*words)
    assert code == 3
    assert "refused: trust: `plan_key`" in said
    assert mmctl("rollback", "--yes", "--allow-delete", "--force", "irreversible")[0] == 0
    code, said = mmctl("apply", "--yes")
    assert code == 3
    assert "`plan_key` of environment local" in said


def test_the_functions_agree(mmctl: Mmctl, path: Path, key: str) -> None:
    client = boto3.client("kms", region_name=OTHER_REGION)
    mmctl("plan", "--save", str(path))
    plan, _none = load_signed_plan(path)
    check_signature(plan, signed(plan, plan.seal or "", key, client), key, client)
