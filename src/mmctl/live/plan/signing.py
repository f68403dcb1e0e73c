"""Signatures of saved plans, by an asymmetric key of AWS KMS, which decides who may sign.

Operations: the API reference of AWS KMS, `DescribeKey`, `Sign` and `Verify`. A signature covers
the digest of the whole plan, its account and region, and the history that it comes after.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot, Refused, UsageError
from mmctl.live.aws.answers import reading
from mmctl.live.state.service import ErrorCode, ServiceAnswer
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.live.plan.plan import Plan

_KEY: Final = re.compile(r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):[0-9]{12}:key/[A-Za-z0-9-]+")
_SIGNS: Final = "SIGN_VERIFY"
_RAW: Final = "RAW"
_PREFERRED: Final = (
    "ECDSA_SHA_256",
    "ECDSA_SHA_384",
    "ECDSA_SHA_512",
    "RSASSA_PSS_SHA_256",
    "ML_DSA_SHAKE_256",
    "ED25519_SHA_512",
)
_DOES_NOT_FIT: Final = "KMSInvalidSignatureException"
_NO_SUCH_KEY: Final = "NotFoundException"
_MAKE_A_KEY: Final = (
    "aws kms create-key --key-usage SIGN_VERIFY --key-spec ECC_NIST_P256 creates one"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSignature:
    """What a saved plan was signed with, and the signature in Base64."""

    key: str
    algorithm: str
    value: str


def region_of(key: str) -> str:
    """The region of a key.

    Raises:
        UsageError: it is not named by its ARN: an alias can be pointed at another key.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        raise UsageError(
            f"`{key}` is not the ARN of a key of AWS KMS",
            help="such as arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-"
            "1234567890ab; an alias is not accepted",
        )
    return found["region"]


def signed(plan: Plan, seal: str, key: str, client: Any) -> PlanSignature:
    """The signature of a plan that is saved with a seal.

    Raises:
        UsageError: the key is not for signing.
        CouldNot: KMS does not sign.
    """
    algorithm = _algorithm(key, client)
    answer = _asked(
        "Sign",
        key,
        lambda: client.sign(
            KeyId=key,
            Message=statement(plan, seal),
            MessageType=_RAW,
            SigningAlgorithm=algorithm,
        ),
    )
    value = base64.b64encode(answer["Signature"]).decode("ascii")
    return PlanSignature(key=key, algorithm=algorithm, value=value)


def check_signature(plan: Plan, signature: PlanSignature | None, key: str, client: Any) -> None:
    """Refuse a loaded plan that a key did not sign.

    Raises:
        Refused: it is not signed, or by another key, or the signature is for something else.
        CouldNot: KMS does not answer.
    """
    if signature is None:
        raise _unsigned("the plan is not signed", key)
    if signature.key != key:
        raise _unsigned(f"the plan is signed with {signature.key}, not with {key}", key)
    try:
        value = base64.b64decode(signature.value, validate=True)
    except (binascii.Error, ValueError):
        raise _unsigned("the signature of the plan is not Base64", key) from None
    if not _is_valid(plan, value, signature.algorithm, key, client):
        raise _unsigned("the signature is not of this plan", key)


def statement(plan: Plan, seal: str) -> bytes:
    """The signed text, a few lines that no other tool signs."""
    last = None if plan.past is None else plan.past.last
    return (
        "mmctl plan signature 1\n"
        f"plan {seal}\n"
        f"account {plan.target.identity.account}\n"
        f"region {plan.target.identity.region}\n"
        f"last {last or 'none'}\n"
    ).encode()


def _algorithm(key: str, client: Any) -> str:
    """The algorithm that a key signs with.

    Raises:
        UsageError: it is a key for something else.
    """
    about = _asked("DescribeKey", key, lambda: client.describe_key(KeyId=key))["KeyMetadata"]
    if about["KeyUsage"] != _SIGNS:
        raise UsageError(
            f"the key {key} is for {about['KeyUsage']}, and cannot sign",
            help=f"an asymmetric key for {_SIGNS}: {_MAKE_A_KEY}",
        )
    if about["KeyState"] != "Enabled":
        raise CouldNot(
            f"the key {key} is {about['KeyState']}", help="enable it, or sign with another one"
        )
    known: list[str] = about["SigningAlgorithms"]
    return next((name for name in _PREFERRED if name in known), known[0])


def _is_valid(plan: Plan, value: bytes, algorithm: str, key: str, client: Any) -> bool:
    try:
        with reading("Verify"):
            answer = client.verify(
                KeyId=key,
                Message=statement(plan, plan.seal or ""),
                MessageType=_RAW,
                Signature=value,
                SigningAlgorithm=algorithm,
            )
    except ServiceAnswer as answered:
        if answered.code == _DOES_NOT_FIT:
            return False
        if answered.answer is ErrorCode.INVALID or answered.code == "InvalidKeyUsageException":
            raise _unsigned(
                f"the key {key} makes no signatures with `{algorithm}`: {answered.message}", key
            ) from answered
        raise _could_not(answered, key) from answered
    return bool(answer["SignatureValid"])


def _asked(operation: str, key: str, call: Any) -> Any:
    try:
        with reading(operation):
            return call()
    except ServiceAnswer as answered:
        raise _could_not(answered, key) from answered


def _could_not(answered: ServiceAnswer, key: str) -> CouldNot:
    if answered.answer is ErrorCode.DENIED:
        return CouldNot(
            f"AWS KMS does not allow {answered.operation} with {key}: {answered.message}",
            help=f"allow kms:{answered.operation} on this key, in its policy or that of the role",
        )
    if answered.code == _NO_SUCH_KEY:
        return CouldNot(f"there is no key {key}", help=_MAKE_A_KEY)
    return CouldNot(f"AWS KMS, {answered}", help="fix the key in AWS KMS, then try again")


def _unsigned(what: str, key: str) -> Refused:
    return Refused(
        what,
        why="only a plan signed with this key comes from the pipeline",
        help=f"make a new plan: mmctl plan --save FILE --sign {key}",
    )
