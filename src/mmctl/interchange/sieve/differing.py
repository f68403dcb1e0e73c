"""The ways in which Mail Manager differs from a Sieve script, each with a message that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation, Example

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Data

_HEADER_NAMES: Final = {"from": "From", "to": "To", "cc": "Cc", "sender": "Sender"}
_SHOWN: Final = 60
TAKEN: Final = "the test is true"
NOT_TAKEN: Final = "the test is false"


def mail_with(operand: str, text: str, header: str = "") -> Data:
    """A message that has a text where an operand looks."""
    match operand:
        case "mail_from":
            return {"envelope": {"mail_from": text}}
        case "recipient":
            return {"envelope": {"recipients": [text]}}
        case "subject" | "from" | "to":
            return {"message": {operand: text}}
        case "header":
            return {"message": {"headers": {header: text}}}
        case _:
            return {"message": {"headers": {_HEADER_NAMES[operand]: text}}}


def cut(text: str) -> str:
    """A value as a difference names it."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def header_not_visible(name: str) -> Deviation:
    """A header that rules do not see."""
    instead = {
        "list-id": "use the sender's address or domain: `mail_from`",
        "list-post": "use the sender's address or domain: `mail_from`",
        "received": "use `source_ip` for the last hop",
        "reply-to": "use `from` or `mail_from`",
        "precedence": "use the sender's address or domain: `mail_from`",
    }.get(name.lower(), "let the mail server behind Mail Manager decide")
    return Deviation(
        code="header-not-visible",
        says=f"rules see From, Sender, To, Cc, Subject and X- headers, not `{cut(name)}`",
        instead=instead,
    )


def not_visible(code: str, what: str, instead: str | None = None) -> Deviation:
    """Something besides headers that rules do not see."""
    return Deviation(
        code=code,
        says=f"rules do not see {what}",
        instead=instead or "let the mail server behind Mail Manager decide",
    )


def display_names(operand: str, value: str, *, anywhere: bool) -> Deviation:
    """A header is searched with the names in it; here, its addresses are.

    A value that is not sought `anywhere` in the header has no message that shows it.
    """
    shown = anywhere and value == cut(value) and '"' not in value
    example = Example(mail=mail_with(operand, f'"{value}" <somebody@other.example>'), there=TAKEN)
    return Deviation(
        code="display-names",
        says=f"the script searches the whole header, here the addresses in it: `{cut(value)}` in "
        "a name beside an address does not count",
        instead="compare addresses in the script first (`address`), and see whether it still does "
        "what it should",
        example=example if shown else None,
    )


def whole_header(operand: str, value: str) -> Deviation:
    """A header is compared as a whole; here, an address in it is."""
    name = "Another" if "somebody".startswith(value.partition("@")[0].lower()) else "Somebody"
    return Deviation(
        code="whole-header",
        says=f"the script compares the whole header, here an address in it: `{cut(value)}` counts "
        "also with a name beside it",
        instead="most scripts mean the address: `address :is` in the script would say so",
        example=Example(mail=mail_with(operand, f"{name} <{value}>"), there=NOT_TAKEN),
    )


def letter_case(operand: str, value: str, sample: str, header: str = "") -> Deviation:
    """A comparison with letter case."""
    return Deviation(
        code="letter-case",
        says=f"the script tells capitals from small letters in `{cut(value)}`, rules do not",
        example=Example(mail=mail_with(operand, sample.swapcase(), header), there=NOT_TAKEN),
    )


def part_of_address(operand: str, part: str, value: str, sample: str) -> Deviation:
    """A part of addresses is searched; here, whole addresses are."""
    return Deviation(
        code="part-of-address",
        says=f"the script searches the {part} of addresses for `{cut(value)}`, rules search whole "
        "addresses",
        example=Example(mail=mail_with(operand, sample), there=NOT_TAKEN),
    )


PRESENT: Final = ("a", "e", "i", "o", "u", "y", "0", "1", "2", "5")
"""A value that has none of these is taken as none: a condition has no word for "any value"."""


def header_present(name: str, operand: str) -> Deviation:
    """A test whether a header is there."""
    return Deviation(
        code="header-present",
        says=f"rules cannot ask whether the header `{cut(name)}` is there: they take it as there "
        f"if it has one of {', '.join(PRESENT)}",
        instead="name the values that it has",
        example=Example(mail=mail_with(operand, "333", name), there=TAKEN),
    )


def addresses_present(name: str, operand: str) -> Deviation:
    """A test whether a header with addresses is there."""
    return Deviation(
        code="header-present",
        says=f"rules cannot ask whether the header `{cut(name)}` is there: they take it as there "
        "if it has an address",
        example=Example(mail=mail_with(operand, "undisclosed-recipients:;", name), there=TAKEN),
    )


def set_by_filter(name: str) -> Deviation:
    """A header that a filter in front of the script sets."""
    return Deviation(
        code="header-set-by-filter",
        says=f"a filter of the old mail server sets `{name}`; at Mail Manager only the sender or "
        "a gateway before it does",
        instead="ask an add-on (`add_on`), or keep the filter in front of Mail Manager",
        example=Example(mail={"message": {"subject": "Hello"}}, there="the filter decides"),
    )


def set_by_server(name: str) -> Deviation:
    """A header that the mail server adds when it stores the message."""
    return Deviation(
        code="header-added-later",
        says=f"the mail server adds `{cut(name)}` when it stores mail; rules compare the address "
        "of the envelope",
    )


def folder(name: str) -> Deviation:
    """Mail is stored in a folder."""
    return Deviation(
        code="folder-becomes-header",
        says=f"Mail Manager has no folders: mail for `{cut(name)}` is delivered with the header "
        "X-Folder",
        instead="let the mail server file by X-Folder, with one rule for all folders",
        loses=True,
    )


def redirected(address: str) -> Deviation:
    """Mail goes to a mailbox and to somebody else."""
    return Deviation(
        code="redirected-by-envelope",
        says=f"mail for `{cut(address)}` goes through the mail server of the mailboxes",
        instead="add a relay for that address if the mail server does not pass it on",
    )


def no_constant(text: str) -> Deviation:
    """A text that depends on the message."""
    return Deviation(
        code="variable-of-message",
        says=f"`{cut(text)}` depends on the message: rules have constant values only",
        instead="write one rule for each value that occurs",
    )


def lost_action(code: str, what: str, instead: str | None = None) -> Deviation:
    """An action that Mail Manager cannot carry out."""
    return Deviation(
        code=code,
        says=f"Mail Manager cannot {what}",
        instead=instead or "let the mail server behind Mail Manager do it",
        loses=True,
    )


def header_shortened(name: str) -> Deviation:
    """The value of a header that is added is cut, or has space that no header keeps."""
    return Deviation(
        code="header-shortened",
        says=f"rules add at most 128 characters of ASCII: the value of `{cut(name)}` is changed",
    )


def reason_shortened() -> Deviation:
    """The text of a refusal is cut, or has characters that bounces do not take."""
    return Deviation(
        code="reason-shortened",
        says="the text of a bounce has at most 256 characters of ASCII on one line: the reason is "
        "changed, or depends on the message",
    )


def branch_not_visible(line: int) -> Deviation:
    """A branch gets what those before it have left, and rules do not see what one of them takes."""
    return Deviation(
        code="branch-before-not-visible",
        says=f"the script comes here only with mail that line {line} does not take; rules do not "
        "see that, and take such mail here too",
    )


def later_rules_not_run() -> Deviation:
    """Mail that is redirected is not seen by what follows in the script."""
    return Deviation(
        code="redirected-mail-ends",
        says="the script goes on with this mail after it has redirected it; here it ends with "
        "that, so no later rule files, marks or discards it",
        instead="write the redirection behind what must be done before it, with `stop;`",
    )
