"""Differences, actions and needed values that several systems have: each said once.

A reader looks here before it writes its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation, Needed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.interchange.migration.source import Action, Data

MAILBOXES: Final = "mailboxes"
"""The relay that delivers what no rule ends."""
MAILBOX_HOST: Final = "mailbox_host"
"""The variable of its host."""
BOUNCE_NEEDS: Final[Mapping[str, Needed]] = {
    "bounce_sender": Needed(
        stand_in="postmaster@example.com",
        why="the address that bounces come from; SES must have verified it",
    ),
    "bounce_role": Needed(
        stand_in="arn:aws:iam::111122223333:role/mail-bounce",
        why="the role with which Mail Manager sends bounces",
    ),
}
"""What `bounce` names, by variable."""


def bounce(text: str, *, status_code: str = "5.7.1", smtp_reply_code: str = "550") -> Action:
    """A bounce with values of `BOUNCE_NEEDS`; `text` is cut to what the service takes.

    The diagnostic message of a bounce has 1 to 256 printable characters of ASCII.
    """
    printable = "".join(each if " " <= each <= "~" else "?" for each in text.strip())
    return {
        "bounce": {
            "sender": "${vars.bounce_sender}",
            "role": "${vars.bounce_role}",
            "status_code": status_code,
            "smtp_reply_code": smtp_reply_code,
            "diagnostic_message": printable.replace("${", "$${")[:256] or "rejected",
        }
    }


def as_written(text: str) -> str:
    """A text of the source as a value of an action: its `${…}` names no variable here."""
    return text.replace("${", "$${")


def rejected_after_acceptance(reply: str | None = None) -> Deviation:
    """The source rejects during SMTP; Mail Manager accepts the mail and sends a bounce.

    `reply` is what the source's client would read, if the source says it.
    """
    shown = f" with `{reply}`" if reply else ""
    return Deviation(
        code="rejected-after-acceptance",
        says=f"the source rejects this mail{shown} while the client waits; here it is accepted, "
        "and its envelope sender gets a bounce, also where that sender is forged",
        instead="where client address or recipient alone decide: `refuse: true`; else drop the "
        "mail, if nobody waits for the answer",
    )


def dropped_instead_of_refused() -> Deviation:
    """The source refuses at RCPT by something that Mail Manager sees only after acceptance."""
    return Deviation(
        code="dropped-after-acceptance",
        says="the source refuses this mail before it is accepted; here it is accepted and dropped, "
        "so its sender does not hear of it",
        instead="a bounce tells the sender, but also tells those whose address was forged",
    )


def quarantined(where: str) -> Deviation:
    """The source holds mail where people release it; here it goes to an archive."""
    return Deviation(
        code="quarantine-is-an-archive",
        says=f"the source holds this mail in {where}; here it is in an archive, and no user sees "
        "it there",
        instead="`mmctl archive search` finds it, and `mmctl archive release` sends it on",
    )


def mailbox_relay(host: str | None, port: int) -> tuple[Data, dict[str, Needed]]:
    """The relay `mailboxes`, and what must be filled in for it: the host, if nobody said it."""
    relay = {"server": host or f"${{vars.{MAILBOX_HOST}}}", "port": port, "authentication": "none"}
    if host is not None:
        return relay, {}
    needed = Needed(
        stand_in="mail.example.com",
        why="the server that delivers to the mailboxes: `--deliver-to HOST[:PORT]` says it too",
    )
    return relay, {MAILBOX_HOST: needed}
