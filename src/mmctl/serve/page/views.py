"""Everything that the page shows of one row, put together from what is stored."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from mmctl.counted import counted
from mmctl.emulator.records.ingress import tls_of
from mmctl.mail.encoded_words import decode_words
from mmctl.render.html.mail_view import MailView
from mmctl.serve.page.bodies import body_of
from mmctl.serve.page.happenings import happenings, refusal
from mmctl.serve.page.judging import assumed, assumed_by, judged_again, known, submission_of
from mmctl.serve.page.naming import in_names, names_of
from mmctl.serve.page.rows import AS_LIVE, REFUSED, mapping, text, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import Trace
    from mmctl.serve.page.rows import MailRow
    from mmctl.serve.page.rule_names import RulesOnPage
    from mmctl.serve.page.stored import StoredMail

KEPT_GATEWAYS: Final = 4
"""Configurations that are kept in memory: most looks are at mail of the newest one."""
MOST_NAMED: Final = 20


class ViewMaker:
    """Makes what is shown of a row."""

    def __init__(
        self,
        stored: StoredMail,
        gateway_of: Callable[[Mapping[str, object]], Gateway],
        names: RulesOnPage = AS_LIVE,
    ) -> None:
        """Know where things are stored, how a gateway is made of its document, names of rules."""
        self._names = names
        self._stored = stored
        self._gateway_of = gateway_of
        self._gateways: OrderedDict[str, tuple[Gateway, dict[str, str]]] = OrderedDict()
        self._lock = Lock()

    def of(self, row: MailRow) -> MailView:
        """What is shown of a row."""
        if row.key.startswith(f"{REFUSED}-"):
            return _refused(row, self._stored.refused(row))
        accepted = self._stored.accepted(row)
        events = self._stored.events(row)
        content = self._stored.message(row.key)
        trace, facts, why = self._judged(accepted, content, events)
        return MailView(
            key=row.key,
            heading=decode_words(row.subject).text or "(no subject)",
            envelope=tuple(_envelope(row, accepted)),
            ends=(*row.outcomes, *row.states),
            happened=happenings(events, self._names),
            known=facts,
            assumed=assumed(events) if trace is None else assumed_by(trace),
            trace=trace,
            no_trace=why,
            body=None if content is None else body_of(content),
        )

    def _judged(
        self, accepted: Mapping[str, Any], content: bytes | None, events: list[Mapping[str, Any]]
    ) -> tuple[Trace | None, tuple[tuple[str, str], ...], str]:
        """The trace, what was known, and why there is no trace."""
        if content is None:
            return None, (), "The message is no longer in the data folder."
        try:
            submission = submission_of(accepted, content)
            found = self._gateway(text(accepted, "gateway"))
            if found is None:
                return None, known(submission), "The configuration that judged it is not there."
            trace = judged_again(found[0], submission, accepted, events, found[1])
            trace = self._names.trace(trace, submission, text(accepted, "at"))
        except (ValueError, KeyError, TypeError) as error:
            return None, (), f"It cannot be judged again: {error}"
        return trace, known(submission), ""

    def _gateway(self, digest: str) -> tuple[Gateway, dict[str, str]] | None:
        """What judged, in the names of resources, and these names by id."""
        with self._lock:
            kept = self._gateways.get(digest)
            if kept is not None:
                self._gateways.move_to_end(digest)
                return kept
        document = self._stored.gateway(digest)
        if document is None:
            return None
        made = self._gateway_of(in_names(document)), names_of(document)
        with self._lock:
            self._gateways[digest] = made
            while len(self._gateways) > KEPT_GATEWAYS:
                self._gateways.popitem(last=False)
        return made


def _envelope(row: MailRow, accepted: Mapping[str, Any]) -> list[tuple[str, str]]:
    envelope = mapping(accepted, "envelope")
    header = mapping(accepted, "header")
    people = texts(envelope.get("recipients"))
    named = ", ".join(people[:MOST_NAMED])
    more = f" and {len(people) - MOST_NAMED:,} more" if len(people) > MOST_NAMED else ""
    session, seen = mapping(accepted, "session"), mapping(accepted, "tls")
    told = {name: text(seen, name) for name in ("protocol", "cipher")}
    tls = tls_of(text(session, "tls") or None, told if told["protocol"] else None)
    encrypted = " ".join(filter(None, tls))
    client = " ".join(filter(None, (text(session, "source_ip"), text(session, "helo"))))
    pairs = [
        ("From", decode_words(text(header, "from")).text),
        ("To", decode_words(text(header, "to")).text),
        ("Envelope", f"{text(envelope, 'mail_from') or '<>'} → {named}{more}"),
        ("Client", f"{client}{f', {encrypted}' if encrypted else ', without TLS'}"),
        ("Entered", _entered(accepted)),
        ("Id", f"{row.key}, {counted(row.size, 'byte')}"),
    ]
    return [(name, value) for name, value in pairs if value]


def _entered(accepted: Mapping[str, Any]) -> str:
    point = text(mapping(accepted, "ingress_point"), "name")
    policy = text(mapping(accepted, "traffic_policy"), "name")
    rules = text(mapping(accepted, "rule_set"), "name")
    parts = (
        f"ingress point {point}" if point else "",
        f"policy {policy}" if policy else "",
        f"rule set {rules}" if rules else "",
        text(accepted, "at"),
    )
    return ", ".join(filter(None, parts))


def _refused(row: MailRow, event: Mapping[str, Any]) -> MailView:
    envelope = (
        ("Sender", text(event, "mail_from") or ("<>" if text(event, "recipient") else "")),
        ("Recipient", text(event, "recipient")),
        ("Client", " ".join(filter(None, (text(event, "source_ip"), text(event, "helo"))))),
        ("Ingress point", text(mapping(event, "ingress_point"), "name")),
        ("Session", text(event, "session")),
    )
    whom = "recipient" if text(event, "recipient") else "session"
    return MailView(
        key=row.key,
        heading=f"Refused {whom}: {text(event, 'recipient') or text(event, 'source_ip')}",
        envelope=tuple((name, value) for name, value in envelope if value),
        ends=row.outcomes,
        happened=(refusal(event),),
        no_trace="Nothing was accepted, so that no rule was asked.",
    )
