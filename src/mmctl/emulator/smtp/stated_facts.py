"""The private command XMMFACTS: a client states what its session cannot have.

Offered only with `--accept-facts`. What it says is bounded, and wrong forms get a clear reply.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from mmctl.inputs import parse_json
from mmctl.judge.submission import LambdaAnswer
from mmctl.mail.email import Facts, Session, Tls
from mmctl.mail.facts import facts_of, session_of
from mmctl.model.enums import RuleClientCertificateAttribute, RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import SessionFact, VerdictFact
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

MOST: Final = 1000
"""How many functions, labels, add-ons, fields or names there may be."""
LONGEST: Final = 4096
"""Characters of one of them."""
_PARTS: Final = frozenset({"session", "verdicts", "lambda", "failing"})
_ABSENT: Final = "absent"


class BadFacts(Exception):
    """The argument of XMMFACTS is unusable; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFacts:
    """What a client states about its next message."""

    session: Session = field(default_factory=Session)
    verdicts: Facts = field(default_factory=Facts)
    answers: Mapping[str, str] = field(default_factory=dict)
    failing: tuple[str, ...] = ()


NOTHING_STATED: Final = StatedFacts()


def read_facts(argument: str) -> StatedFacts:
    """What the argument of XMMFACTS says: base64 of a JSON object.

    Raises:
        BadFacts: it is none.
    """
    try:
        members = parse_json(b64decode(argument, validate=True))
    except (binascii.Error, ValueError):
        raise BadFacts("expected base64 of a JSON object") from None
    if not isinstance(members, dict) or not members.keys() <= _PARTS:
        raise BadFacts("expected a JSON object of session, verdicts, lambda, failing")
    session = _object(members, "session")
    verdicts = _object(members, "verdicts")
    answers = _object(members, "lambda")
    failing = members.get("failing") or []
    _check_session(session)
    _check_verdicts(verdicts)
    for name, answer in answers.items():
        if not _is_text(name) or not _is_one_of(answer, LambdaAnswer):
            raise BadFacts(f"lambda: expected one of {', '.join(LambdaAnswer)} for each function")
    if not isinstance(failing, list) or len(failing) > MOST or not all(map(_is_text, failing)):
        raise BadFacts("failing: expected a list of actions")
    return StatedFacts(
        session=session_of(session),
        verdicts=facts_of(verdicts),
        answers={str(name): str(answer) for name, answer in answers.items()},
        failing=tuple(failing),
    )


def _object(members: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = members.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict) or len(found) > MOST:
        raise BadFacts(f"{name}: expected a JSON object")
    return found


def _check_session(session: Mapping[str, Any]) -> None:
    _check_names(session, {name.value for name in SessionFact}, "session")
    source_ip = session.get("source_ip")
    if source_ip is not None:
        try:
            ip_address(source_ip if isinstance(source_ip, str) else "")
        except ValueError:
            raise BadFacts("session.source_ip: expected an IP address") from None
    helo = session.get("helo")
    if helo is not None and not _is_text(helo):
        raise BadFacts("session.helo: expected a text")
    if not _may_be(session.get("tls"), Tls):
        raise BadFacts(f"session.tls: expected one of {', '.join(Tls)}")
    if not isinstance(session.get("tls_wrapped", False), bool | None):
        raise BadFacts("session.tls_wrapped: expected true or false")
    certificate = _object(session, "client_certificate")
    names = set(RuleClientCertificateAttribute)
    for name, values in certificate.items():
        is_list = isinstance(values, list) and len(values) <= MOST and all(map(_is_text, values))
        if name.upper() not in names or not is_list:
            raise BadFacts(
                "session.client_certificate: expected lists of texts under names of attributes"
            )


def _check_verdicts(verdicts: Mapping[str, Any]) -> None:
    _check_names(verdicts, {name.value for name in VerdictFact}, "verdicts")
    for name in (VerdictFact.SPF, VerdictFact.DKIM, VerdictFact.DMARC):
        if not _may_be(verdicts.get(name), RuleVerdict):
            raise BadFacts(f"verdicts.{name}: expected one of {', '.join(RuleVerdict)}")
    policy = verdicts.get(VerdictFact.DMARC_POLICY)
    if policy is not None and not (
        isinstance(policy, str) and (policy.upper() in set(RuleDmarcPolicy) or policy == _ABSENT)
    ):
        raise BadFacts("verdicts.dmarc_policy: expected none, quarantine, reject or absent")
    for add_on, fields in _object(verdicts, VerdictFact.ADD_ONS).items():
        if not _is_text(add_on) or not isinstance(fields, dict) or len(fields) > MOST:
            raise BadFacts("verdicts.add_ons: expected answers by add-on and field")
        for key, value in fields.items():
            if not _is_text(key) or not (isinstance(value, bool) or _is_text(value)):
                raise BadFacts("verdicts.add_ons: expected true, false or a text")


def _check_names(members: Mapping[str, Any], known: set[str], where: str) -> None:
    if not members.keys() <= known:
        raise BadFacts(f"{where}: expected {', '.join(sorted(known))}")


def _is_text(value: object) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST:
        return False
    return value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value)


def _is_one_of(value: object, choices: type[StrEnum]) -> bool:
    return isinstance(value, str) and value in set(choices)


def _may_be(value: object, choices: type[StrEnum]) -> bool:
    return value is None or _is_one_of(value, choices)
