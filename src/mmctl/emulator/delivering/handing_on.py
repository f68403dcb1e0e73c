"""Mail that leaves: to a server that the command line allows, otherwise into a Maildir."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.emulator.delivering.deed import ActionFails, DoneDeed, resource_named
from mmctl.emulator.delivering.letters import Letter, LetterKind
from mmctl.emulator.delivering.maildir import envelope_lines
from mmctl.emulator.delivering.safe_names import safe_path
from mmctl.emulator.delivering.settings import SEND, HostPort
from mmctl.emulator.journal import Delivered, instant
from mmctl.model.enums import MailFrom

if TYPE_CHECKING:
    from mmctl.emulator.delivering.deed import Deed
    from mmctl.emulator.delivering.means import DeliveryMeans
    from mmctl.model.rules import DeliverToMailboxAction, RelayAction, SendAction

RELAYS: Final = "relays"
MAILBOXES: Final = "mailboxes"
IN_MAILDIR: Final = "maildir"
"""The host of what went into a Maildir."""
REPLACED: Final = "mail-manager.invalid"
"""The domain of senders that a relay replaces; which one the service takes is unknown."""


def relay(deed: Deed, action: RelayAction, means: DeliveryMeans) -> DoneDeed:
    """Hand the message to a relay.

    Raises:
        ActionFails: there is no such relay, or it needs a secret that nobody gave.
        OSError: it cannot be written.
    """
    found = resource_named(action.relay, deed.configured.relays)
    if found is None:
        raise ActionFails(f"relay `{action.relay}` does not exist")
    name = str(found["RelayName"])
    told = HostPort(host=str(found["ServerName"]), port=int(found["ServerPort"]))
    server = means.settings.server_of_relay(name, told)
    replaces = action.mail_from is MailFrom.REPLACE and deed.mail_from
    mail_from = f"{deed.accepted.id}@{REPLACED}" if replaces else deed.mail_from
    if server is None:
        return _put_aside(deed, means, name, safe_path((RELAYS, name)), mail_from)
    asks = "SecretArn" in (found.get("Authentication") or {})
    if asks and not server.on_loopback and means.settings.secret_of_relay(name) is None:
        raise ActionFails(f"relay `{name}` authenticates, and no `--secret {name}=FILE` is given")
    return _posted(deed, means, name, server, mail_from)


def send(deed: Deed, action: SendAction, means: DeliveryMeans) -> DoneDeed:
    """Send the message as Amazon SES would.

    Raises:
        OSError: it cannot be written.
    """
    del action  # its role is not looked at
    server = means.settings.server_of(SEND)
    if server is None:
        return _put_aside(deed, means, SEND, SEND, deed.mail_from)
    return _posted(deed, means, SEND, server, deed.mail_from)


def deliver_to_mailbox(
    deed: Deed, action: DeliverToMailboxAction, means: DeliveryMeans
) -> DoneDeed:
    """Put the message where the mailboxes of a WorkMail organization would be.

    Raises:
        OSError: it cannot be written.
    """
    name = action.mailbox_arn.rpartition("/")[2] or action.mailbox_arn
    return _put_aside(deed, means, name, safe_path((MAILBOXES, name)), deed.mail_from)


def _put_aside(
    deed: Deed, means: DeliveryMeans, target: str, folder: str, mail_from: str
) -> DoneDeed:
    recipients = deed.performed.recipients
    content = envelope_lines(mail_from, recipients) + deed.copy()
    file = means.maildirs.put(folder, f"{deed.accepted.id}.{deed.key}.mmctl", content)
    return DoneDeed(
        target=target,
        file=file,
        happened=(
            Delivered(
                target=target,
                host=IN_MAILDIR,
                recipients=recipients,
                reply="",
                file=file,
            ),
        ),
    )


def _posted(
    deed: Deed, means: DeliveryMeans, target: str, server: HostPort, mail_from: str
) -> DoneDeed:
    letter = Letter(
        key=deed.key,
        kind=LetterKind.MAIL,
        target=target,
        server=server,
        mail_from=mail_from,
        recipients=deed.performed.recipients,
        headers=deed.performed.headers,
        rule_index=deed.performed.index,
        action_index=deed.action_index - 1,
        since=instant(means.clock()),
    )
    return DoneDeed(target=target, detail=f"to {server}", letter=letter)
