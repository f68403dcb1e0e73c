"""Messages that are sent one after the other, and what became of them: the plain `mmctl send`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.cli import world
from mmctl.cli.result_table import SENT, write
from mmctl.cli.sending.data_folder import Follower
from mmctl.cli.sending.destination import destination_of
from mmctl.cli.sending.messages import messages_to_send
from mmctl.cli.sending.options import DEFAULT_WAIT
from mmctl.client.became import became_of, in_rules_of_files, simulated_as
from mmctl.client.outgoing import facts_document
from mmctl.client.results import SentAll, SentOne
from mmctl.client.sending import Sender, not_tried
from mmctl.client.session import SmtpSession
from mmctl.client.stating import facts_stated
from mmctl.errors import UsageError
from mmctl.mail.email import Session
from mmctl.records import replace

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence

    from mmctl.cli.run import Run
    from mmctl.cli.sending.destination import Destination
    from mmctl.cli.sending.messages import ToSend
    from mmctl.cli.sending.options import SendOptions
    from mmctl.client.endpoint import Endpoint
    from mmctl.client.failure import SendFailure

_NO: Final = 1
_COULD_NOT: Final = 5
_LONGEST_WAIT: Final = 3600.0


def send_messages(run: Run, options: SendOptions) -> int:
    """Send the messages, follow them, and report; return the exit code."""
    target = destination_of(run, options)
    messages = messages_to_send(run, options, target.project)
    wait = waiting(options, embedded=target.embedded)
    follower = Follower(target.data) if target.data is not None and wait else None
    sent = send_each(target, messages)
    if follower is not None:
        ids = [each.sent.message_id for each in sent if each.sent.message_id]
        follower.wait_for(ids, wait)
        held = _held(run, target) if ids else {}
        sent = [_followed(target, follower, each, held) for each in sent]
    result = SentAll(
        endpoint=target.endpoint,
        embedded=target.embedded,
        data=None if target.data is None else str(target.data),
        messages=tuple(sent),
        shows_dialogue=run.verbose or (len(sent) == 1 and not run.quiet),
        waited=wait,
    )
    write(run, SENT, result)
    point = target.endpoint.ingress_point
    if point is not None and any(each.sent.failure is not None for each in sent):
        run.say(f"help: {doctor_line(target, point)}")
    return exit_code_of(sent)


def doctor_line(target: Destination, point: str) -> str:
    """The command that looks why an ingress point does not take mail."""
    import shlex

    from mmctl.cli.changes.change import environment_words

    words = "" if target.project is None else environment_words(target.project)
    return f"mmctl doctor --ingress-point {shlex.quote(point)} --probe{words}"


def waiting(options: SendOptions, *, embedded: bool) -> float:
    """How many seconds outcomes are waited for.

    Raises:
        UsageError: the number makes no sense.
    """
    seconds = options.wait if options.wait is not None else DEFAULT_WAIT
    if not 0 <= seconds <= _LONGEST_WAIT:
        raise UsageError(f"got `--wait {seconds:g}`", help=f"expected 0 to {_LONGEST_WAIT:g}")
    return seconds if embedded or options.wait is not None else 0.0


def context_for(endpoint: Endpoint) -> ssl.SSLContext | None:
    """What all sessions of an endpoint share: the files of certificates are read once."""
    from mmctl.client.endpoint import TlsMode
    from mmctl.client.tls import context_of

    return None if endpoint.tls is TlsMode.NONE else context_of(endpoint)


def send_each(target: Destination, messages: Sequence[ToSend]) -> list[SentOne]:
    """Send messages in one session as long as it lasts.

    After a session that could not be had, the rest is not tried: it would fail in the same way.
    """
    session = SmtpSession(target.endpoint, context_for(target.endpoint), world.elapsed)
    sender = Sender(session)
    found: list[SentOne] = []
    hopeless: SendFailure | None = None
    for each in messages:
        if hopeless is None:
            sent = sender.send(each.message, facts=_facts(target, each), if_taken=True)
            hopeless = sent.failure if sent.address is None else None
        else:
            sent = not_tried(each.message, hopeless)
        found.append(SentOne(sent=sent, because=each.because, unsound=each.unsound))
    sender.close()
    return found


def _facts(target: Destination, each: ToSend) -> str | None:
    """What the library says about a message, for an embedded endpoint that takes facts."""
    if not target.embedded or target.project is None or each.facts is None:
        return None
    session = each.session or Session()
    return facts_document(facts_stated(target.project, session, each.facts, each.scenario))


def _held(run: Run, target: Destination) -> dict[str, tuple[str, ...]]:
    """The rules of the files that live rules hold, where they hold other ones than their name."""
    from mmctl.cli.packed_rules import packed_rules

    return {
        name: held.names
        for packed in packed_rules(run, target.project)
        for name, held in packed.rules.items()
        if held.names != (name,)
    }


def _followed(
    target: Destination, follower: Follower, each: SentOne, held: Mapping[str, tuple[str, ...]]
) -> SentOne:
    """A message with what became of it, and what `simulate` says for the same facts."""
    id_ = each.sent.message_id
    if id_ is None:
        return each
    events = follower.events(id_)
    became = became_of(events)
    ends = {(one.recipient, one.outcome) for one in became.recipients}
    unsound = tuple(one for one in each.unsound if (one.recipient, one.outcome) in ends)
    accepted = follower.accepted(id_)
    name = target.endpoint.ingress_point
    if became.recipients and accepted is not None and target.project is not None and name:
        content = each.sent.message.content
        simulated = simulated_as(target.project, name, content, accepted, events)
        became = in_rules_of_files(became, simulated, held)
    return replace(each, became=became, unsound=unsound)


def exit_code_of(sent: Sequence[SentOne]) -> int:
    """0: all was taken for all, and ended as the files say; 1: not so; 5: no answer."""
    if any(not each.sent.has_answer for each in sent):
        return _COULD_NOT
    refused = any(not each.sent.accepted for each in sent)
    differs = any(each.became is not None and each.became.differing for each in sent)
    return _NO if refused or differs else 0


def human(run: Run, result: SentAll) -> object:
    """The dialogue, the answers and what became of each message."""
    from mmctl.render.text.send import report

    return run.folded(report(result))


def document(_run: Run, result: SentAll) -> dict[str, Any]:
    """The messages as `mmctl/send@1`."""
    from mmctl.render.documents.send import messages_document

    return messages_document(result)
