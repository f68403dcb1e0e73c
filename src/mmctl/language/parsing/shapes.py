"""Placed members → AWS's shapes, within the service's patterns and lengths.

A value that the service would refuse becomes a problem at that value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mmctl.counted import counted
from mmctl.language.text.placed import positions_of
from mmctl.model.members import inexact
from mmctl.model.shape import ShapeError
from mmctl.problem import Path, Position, Positions, Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from mmctl.model.shape import Shape

S = TypeVar("S", bound="Shape")

_HELP: Final[Mapping[str, str]] = {
    "HeaderName": "the service adds headers whose names start with `X-`",
    "MimeHeaderAttribute": "the service sees headers whose names start with `X-` (a capital X)",
    "ServerName": "only a host name, such as `mail.example.com`, without scheme or port",
    "RoleArn": "`arn:aws:iam::ACCOUNT:role/NAME`",
    "FunctionArn": "`arn:aws:lambda:REGION:ACCOUNT:function:NAME`",
    "MailboxArn": "`arn:aws:workmail:REGION:ACCOUNT:organization/ID`",
    "S3SseKmsKeyId": "`arn:aws:kms:REGION:ACCOUNT:key/ID`",
    "SecretArn": "`arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`",
    "KmsKeyArn": "`arn:aws:kms:REGION:ACCOUNT:key/ID`",
    "TopicArn": "`arn:aws:sns:REGION:ACCOUNT:NAME`",
    "ReplaceWith": "an address such as `inbox@example.com`",
    "Sender": "an address such as `postmaster@example.com`",
    "StatusCode": "an enhanced status code of RFC 3463, such as `5.7.1`",
    "SmtpReplyCode": "an SMTP reply code, such as `550`",
    "IpExpression": "a network such as `192.0.2.0/24`",
    "Ipv6Expression": "a network such as `2001:db8::/32`",
    "ArchiveName": "letters, digits, `-` and `_`; no dots",
    "RelayName": "letters, digits, `-` and `_`; no dots",
    "TrafficPolicyName": "3 to 63 letters, digits, `-` and `_`; no dots",
    "IngressPointName": "3 to 63 letters, digits, `-` and `_`; no dots",
    "VpcEndpointId": "`vpce-` and 17 letters or digits",
}


@dataclass(slots=True)
class Builder:
    """Builds shapes and collects the problems."""

    problems: list[Problem] = field(default_factory=list)
    incomplete: list[tuple[Shape, Positions]] = field(default_factory=list)
    """Shapes with parts that could not be read: they are left out, but their names are checked."""

    def build(
        self,
        shape: type[S],
        members: dict[str, Any],
        *,
        otherwise: Position,
        places: Mapping[Path, Position] | None = None,
    ) -> tuple[S | None, Positions]:
        """The shape, or None if the service would refuse it; and the places of its members."""
        positions = positions_of(members, otherwise=otherwise, places=places)
        try:
            return shape.logical(members), positions
        except ShapeError as error:
            self.problems.extend(_problem(detail, positions) for detail in error.errors())
            return None, positions

    def report(self, check: str, position: Position, message: str, help: str | None = None) -> None:
        """Record a problem that is about more than one member."""
        self.problems.append(
            Problem(
                check=check,
                severity=Severity.ERROR,
                position=position,
                message=message,
                help=help,
            )
        )


def _problem(detail: ErrorDetails, positions: Positions) -> Problem:
    path = tuple(detail["loc"])
    return Problem(
        check="wrong-text",
        severity=Severity.ERROR,
        position=positions.at(path),
        message=refusal_of(detail),
        help=_NULL_SENDER
        if detail["input"] == "" and "StringExpression" in path
        else next((_HELP[str(part)] for part in reversed(path) if part in _HELP), None),
    )


_NULL_SENDER: Final = (
    'remove it; the null sender is meant by `unless: [{mail_from: {contains: "@"}}]`'
)
"""What an empty value most likely means."""


def refusal_of(detail: ErrorDetails) -> str:
    """What the service would refuse, in a line: what it got, and what it expects."""
    path = tuple(detail["loc"])
    member = next((part for part in reversed(path) if isinstance(part, str)), "this")
    short = _short(detail["input"])
    got = f"got `{short}`" if short.strip() else _NOTHING_SEEN[bool(short)]
    context = detail.get("ctx", {})
    match detail["type"]:
        case "string_pattern_mismatch":
            pattern = inexact(str(context["pattern"]))
            form = (
                f"a text of the form `{pattern}`"
                if len(pattern) <= LONGEST_PATTERN
                else "another form"
            )
            return f"{got}, expected {form} ({member})"
        case "string_too_long":
            length = len(str(detail["input"]))
            limit = context["max_length"]
            return f"{got}, expected at most {limit:,} characters, not {length:,} ({member})"
        case "string_too_short":
            least = context["min_length"]
            return f"{got}, expected at least {counted(least, 'character')} ({member})"
        case "less_than_equal":
            return f"{got}, expected at most {context['le']} ({member})"
        case "greater_than_equal":
            return f"{got}, expected at least {context['ge']} ({member})"
        case "missing":
            return f"`{member}` is missing"
        case _:
            return f"{detail['msg'][0].lower()}{detail['msg'][1:]} ({member})"


_NOTHING_SEEN: Final = ("got an empty text", "got spaces")
LONGEST_PATTERN: Final = 90
"""Patterns longer than this tell a reader nothing."""


def _short(value: object, *, limit: int = 60) -> str:
    shown = re.sub(r"\s", " ", str(value))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
