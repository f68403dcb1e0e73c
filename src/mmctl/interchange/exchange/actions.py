"""What a transport rule does → actions here, and what of it is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.exchange.context import address_in
from mmctl.interchange.exchange.vocabulary import ROWS, ParameterPart, ParameterRow
from mmctl.interchange.migration.differences import Deviation, Example
from mmctl.interchange.migration.names import spelled
from mmctl.interchange.migration.source import Needed, Then
from mmctl.interchange.migration.usual import (
    BOUNCE_NEEDS,
    as_written,
    bounce,
    quarantined,
    rejected_after_acceptance,
)
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.interchange.exchange.context import RuleContext
    from mmctl.interchange.exchange.sketch import Sketch
    from mmctl.interchange.exchange.stated import StatedValue
    from mmctl.interchange.migration.source import Action

SCL_HEADER: Final = "X-Exchange-Rule-SCL"
AUDIT_HEADER: Final = "X-Exchange-Rule-Audit"
QUARANTINE: Final = "quarantine"
_REFUSED: Final = "Delivery not authorized, message refused"
_HEADER_NAME: Final = re.compile(r"[xX]-[A-Za-z0-9-]{1,62}")
_RESERVED: Final = ("x-ms-exchange-organization-", "x-ms-exchange-forest-")
"""Headers that Exchange's header firewall keeps to itself."""
_VALUE_AT_MOST: Final = 128
_STATUS: Final = re.compile(r"[45]\.[0-9]{1,3}\.[0-9]{1,3}")
_REPLY: Final = re.compile(r"[45][0-9]{2}")
_TAKEN_AS_ADDRESS: Final = re.compile(r"(?=.{3,254}$)[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
_APPROVED: Final = ("ModerateMessageByUser", "ModerateMessageByManager")


@dataclass(slots=True, kw_only=True)
class TransportEffects:
    """What a rule does here."""

    actions: list[Action] = field(default_factory=list)
    then: Then = Then.GO_ON
    final: bool = False
    differences: list[Deviation] = field(default_factory=list)


def actions_of(context: RuleContext) -> TransportEffects:
    """The actions of a rule, what follows, and how it differs."""
    done = TransportEffects()
    for row in ROWS:
        stated = context.stated.get((row.name, False))
        if row.part is not ParameterPart.ACTION or stated is None:
            continue
        if not stated.values:
            _not_exported(row, stated, done)
        elif row.unsaid is not None:
            _undone(row, stated, done)
    marked = _marks(context, done)
    ended = _ends(context, done)
    if context.flag("StopRuleProcessing") and not ended:
        held = any(context.stated.get((name, False)) is not None for name in _APPROVED)
        done.then = Then.GO_ON if held else Then.DELIVER
    if not marked and not ended and done.then is Then.GO_ON and not done.differences:
        _only_audited(context, done)
    return done


def _not_exported(row: ParameterRow, stated: StatedValue, done: TransportEffects) -> None:
    done.differences.append(
        Deviation(
            code="value-not-exported",
            says=f"the export does not say the value of `{row.name}`: {stated.lost}",
            instead="export it again, and import that",
            loses=True,
        )
    )


def _undone(row: ParameterRow, stated: StatedValue, done: TransportEffects) -> None:
    assert row.unsaid is not None  # noqa: S101 - the caller looked
    value = ", ".join(stated.values)
    shown = f"`{row.name}`" if value.lower() == "true" else f"`{row.name}` ({_short(value)})"
    done.differences.append(
        Deviation(
            code=row.unsaid.code,
            says=f"{shown} is lost: {row.unsaid.says}",
            instead=row.unsaid.instead,
            loses=True,
        )
    )


def _marks(context: RuleContext, done: TransportEffects) -> bool:
    """Headers."""
    before = len(done.actions)
    name, value = context.value("SetHeaderName").rstrip(":"), context.value("SetHeaderValue")
    if name:
        _set_header(name, value, context, done)
    score = context.value("SetSCL")
    if score:
        done.actions.append(_added(SCL_HEADER, score))
        done.differences.append(
            Deviation(
                code="spam-score-is-a-header",
                says=f"the source sets the spam score (SCL) to {score}, which decides what "
                f"Exchange does with the mail; here the header `{SCL_HEADER}: {score}` says so",
                instead=f"one rule in Exchange: if `{SCL_HEADER}` includes `{score}`, set the SCL; "
                "it must take the header from this gateway alone",
                loses=True,
            )
        )
    return len(done.actions) > before


def _set_header(name: str, value: str, context: RuleContext, done: TransportEffects) -> None:
    fits = _HEADER_NAME.fullmatch(name) and 1 <= len(value) <= _VALUE_AT_MOST
    if not fits or not value.isprintable():
        done.differences.append(
            Deviation(
                code="header-not-set",
                says=f"the header `{name}` is not set: Mail Manager adds headers that start with "
                "`X-`, with 1 to 128 characters in one line",
                instead="another name, which starts with `X-`, and that Exchange looks at",
                loses=True,
            )
        )
        return
    if name.lower().startswith(_RESERVED):
        done.differences.append(
            Deviation(
                code="header-taken-away",
                says=f"Exchange takes the header `{name}` from mail that comes from outside, as "
                "from this gateway, so that it has no effect there",
                instead=f"another name, and one rule in Exchange that sets `{name}` by it",
                loses=True,
            )
        )
        return
    done.actions.append(_added(name, value))
    with_one = context.sketch.with_header(name, "old")
    done.differences.append(
        Deviation(
            code="header-added-not-set",
            says=f"the source replaces the header `{name}` where a message has one; here one more "
            "is added, so that a sender's own stays beside it",
            instead="let conditions on it ask for this value, and for no other under `unless`",
            example=_example(context, with_one, f"its only `{name}` is `{value}`"),
        )
    )


def _ends(context: RuleContext, done: TransportEffects) -> bool:
    """What decides where the mail goes: the first of these."""
    ways: tuple[tuple[str, Callable[[RuleContext, TransportEffects], None]], ...] = (
        ("RejectMessageReasonText", _rejects),
        ("RejectMessageEnhancedStatusCode", _rejects),
        ("SmtpRejectMessageRejectText", _rejects),
        ("SmtpRejectMessageRejectStatusCode", _rejects),
        ("DeleteMessage", _deletes),
        ("Disconnect", _deletes),
        ("Quarantine", _quarantines),
        ("RedirectMessageTo", _redirects),
        ("RouteMessageOutboundConnector", _routes),
    )
    for name, way in ways:
        stated = context.stated.get((name, False))
        if stated is not None and stated.values:
            way(context, done)
            return True
    return False


def _rejects(context: RuleContext, done: TransportEffects) -> None:
    text = context.value("RejectMessageReasonText") or context.value("SmtpRejectMessageRejectText")
    status = context.value("RejectMessageEnhancedStatusCode", "5.7.1")
    code = context.value("SmtpRejectMessageRejectStatusCode", "550")
    status = status if _STATUS.fullmatch(status) else "5.7.1"
    code = code if _REPLY.fullmatch(code) else "550"
    context.source.needed.update(BOUNCE_NEEDS)
    done.actions.append(bounce(text or _REFUSED, status_code=status, smtp_reply_code=code))
    done.then = Then.END
    done.differences.append(rejected_after_acceptance(f"{code} {status} {text or _REFUSED}"))


def _deletes(context: RuleContext, done: TransportEffects) -> None:
    done.actions.append("drop")
    done.then = Then.END
    if not context.flag("DeleteMessage"):
        done.differences.append(
            Deviation(
                code="not-disconnected",
                says="the source ends the connection; here the mail is accepted and dropped",
                instead="where client address or recipient alone decide: `refuse: true`",
            )
        )


def _quarantines(context: RuleContext, done: TransportEffects) -> None:
    context.source.archives.setdefault(QUARANTINE, {"retention": "THREE_MONTHS"})
    done.actions.append({"archive": {"to": QUARANTINE}})
    done.then, done.final = Then.END, True
    done.differences.append(quarantined("the hosted quarantine, for 30 days at most"))


def _redirects(context: RuleContext, done: TransportEffects) -> None:
    addresses = []
    for value in context.stated["RedirectMessageTo", False].values:
        address = address_in(value)
        if address is not None and _TAKEN_AS_ADDRESS.fullmatch(address):
            addresses.append(address)
            continue
        variable = context.people.variable("address", value)
        context.source.needed[variable] = Needed(
            stand_in=f"{spelled(value) or 'somebody'}@example.com",
            why=f"the address of `{value}`, to whom a rule redirects mail",
        )
        addresses.append(f"${{vars.{variable}}}")
    done.actions.append({"replace_recipient": addresses})
    done.then = Then.DELIVER
    if not context.flag("StopRuleProcessing"):
        done.differences.append(_ends_early("redirects"))


def _routes(context: RuleContext, done: TransportEffects) -> None:
    connector = context.value("RouteMessageOutboundConnector")
    name = context.people.relay(connector)
    variable = context.people.variable("host", connector)
    context.source.needed[variable] = Needed(
        stand_in="smart-host.example.com",
        why=f"the smart host of the outbound connector `{connector}`",
    )
    context.source.relays[name] = {
        "server": f"${{vars.{variable}}}",
        "port": 25,
        "authentication": "none",
    }
    done.actions.append({"relay": {"to": name}})
    done.then = Then.END
    if not context.flag("StopRuleProcessing"):
        done.differences.append(_ends_early("routes"))


def _ends_early(does: str) -> Deviation:
    return Deviation(
        code="no-rules-after",
        says=f"the source {does} mail and goes on with the next rules; here the rules below do not "
        "see it, because it is on its way",
        instead="move the rules that it must meet above this one",
    )


def _only_audited(context: RuleContext, done: TransportEffects) -> None:
    """A rule that does nothing but write an audit entry marks its mail, so that logs name it."""
    severity = context.value("SetAuditSeverity")
    if not severity:
        done.differences.append(
            Deviation(
                code="no-action",
                says="the export has no action of this rule",
                instead="export it again, with all members: `Get-TransportRule | ConvertTo-Json "
                "-Depth 5`",
                loses=True,
            )
        )
        return
    done.actions.append(_added(AUDIT_HEADER, severity))
    done.differences.append(
        Deviation(
            code="audit-is-a-header",
            says="the source writes an audit entry and does nothing else; here a header marks the "
            "mail, and logs name the rule",
            instead="count it by `mmctl logs`",
        )
    )


def _added(name: str, value: str) -> Action:
    """The header, whose value is a text as it stands, not a variable."""
    seen = "".join(each if each.isprintable() else "?" for each in value)[:_VALUE_AT_MOST]
    return {"add_header": {"name": name, "value": as_written(seen) or "?"}}


def _example(context: RuleContext, sketch: Sketch, there: str) -> Example | None:
    return context.example(sketch, there)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:60]}…"  # noqa: PLR2004 - as much as a line shows
