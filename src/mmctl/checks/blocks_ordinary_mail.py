"""A rule that drops, bounces or holds ordinary mail.

What it does:
    Proves for each kind of ordinary mail that no rule ends it, or shows a message, which the plain
    evaluator has judged, and the rule. Ordinary is what carries nothing that a rule looks for: a
    sender, subject, header and network that no rule names, best verdicts, TLS, a usual size, for a
    recipient of a domain that the traffic policy admits. Delivery reports, which have the null
    sender (RFC 5321 section 4.5.5), mail to `postmaster@` and `abuse@` (RFC 5321 section 4.5.1, RFC
    2142), mail from the own domains that SPF and DKIM confirm and, where `tls_policy: optional`
    admits it, mail without TLS (a warning) are ordinary too. Mail about which an add-on may say
    something that saves it is not. Where only known clients may hand in mail, it reports rules that
    end all of it. A rule that is `final: true` is meant to be the end of its mail.

Why it is bad:
    Everybody's mail disappears, or comes back, and the sender believes that it arrived. However it
    is written: a condition turned around, an `unless` too many, a value that is in every address.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-forged
            conditions: [{spf: {not_equals: FAIL}}]
            actions: [drop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-forged
            conditions: [{spf: {equals: FAIL}}, {dkim: {not_equals: PASS}}]
            actions: [drop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.analysis.effects import bounces
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.language.project import Outcome
from mmctl.model.actions import Does
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.questions.blocked import Blocked
    from mmctl.analysis.questions.of_project import ProvedWay


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules that end ordinary mail, each with a message."""
    if not subject.project.settings.lint.proof_effort:
        return
    # Formulas and their solver are loaded when something is proved.
    from mmctl.analysis.questions.blocked import Blocked  # noqa: PLC0415
    from mmctl.analysis.questions.of_project import proofs_of  # noqa: PLC0415

    for each in proofs_of(subject.project).blocked():
        if isinstance(each.found, Blocked):
            yield _told(each.found, each.at)


def _told(found: Blocked, at: ProvedWay) -> Finding:
    # As above.
    from mmctl.analysis.encoding.telling import told  # noqa: PLC0415
    from mmctl.analysis.questions.kinds_of_mail import MailKind  # noqa: PLC0415

    rule = found.rule
    ending = Does.BOUNCES if bounces(rule) else Does.ENDS
    what, instead = _words(found, at.way.ingress_point)
    return finding(
        rule,
        ("Actions", rule.does.index(ending)),
        f"`{rule.name}` {_VERBS[found.outcome]} {what}: {told(found.witness)}",
        help=f"{instead}; if it is meant to be the end of this mail, write `final: true`",
        severity=Severity.WARNING if found.kind is MailKind.PLAIN_TEXT else None,
    )


_VERBS = {
    Outcome.REFUSED: "refuses",
    Outcome.DROPPED: "drops",
    Outcome.BOUNCED: "bounces",
    Outcome.STORED: "holds",
}


def _words(found: Blocked, point: str | None) -> tuple[str, str]:
    """What mail a rule ends, and what to do about it."""
    from mmctl.analysis.questions.kinds_of_mail import MailKind  # noqa: PLC0415 - as above

    to = found.witness.submission.envelope.recipients[0]
    narrower = "give it conditions that only bad mail meets"
    match found.kind:
        case MailKind.FROM_OUTSIDE:
            return "ordinary mail", narrower
        case MailKind.REPORT:
            return (
                "delivery reports, which have the null sender (RFC 5321 section 4.5.5)",
                'keep them out by `conditions: [{mail_from: {contains: "@"}}]`',
            )
        case MailKind.POSTMASTER:
            return f"mail to `{to}`, whom everybody may write to (RFC 5321 section 4.5.1)", _EXCEPT
        case MailKind.ABUSE:
            return f"mail to `{to}`, whom everybody may write to (RFC 2142)", _EXCEPT
        case MailKind.OWN:
            return (
                "mail from an own domain, though SPF and DKIM confirm it",
                "require `spf: {not_equals: PASS}` and `dkim: {not_equals: PASS}` too",
            )
        case MailKind.PLAIN_TEXT:
            return (
                f"ordinary mail that comes without TLS, which `{point}` admits",
                "require TLS in the traffic policy, so that the sender hears of it",
            )
        case MailKind.ANY:
            return f"all mail that `{point}` admits", narrower
        case _:
            assert_never(found.kind)


_EXCEPT = "except it by `unless: [{recipient: {starts_with: [abuse@, postmaster@]}}]`"


CHECK = Check(
    id="blocks-ordinary-mail",
    severity=Severity.ERROR,
    text=__doc__,
    run=run,
    about_mail=True,
    from_absence=True,
)
"""A rule that is missing may deliver the mail before."""
