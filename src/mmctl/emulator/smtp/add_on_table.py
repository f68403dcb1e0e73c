"""What add-ons answer, by a table: the first row of an add-on that fits a message counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.mail.email import Email

    Answers = Mapping[str, Mapping[str, str | bool]]

_EXAMPLE: Final = (
    "a row is {add_on: NAME, when: {recipient: …, mail_from: …, header: {NAME: …}}, "
    "answers: {FIELD: …}}"
)
_ROW: Final = frozenset({"add_on", "when", "answers"})
_WHEN: Final = frozenset({"recipient", "mail_from", "header"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOnRow:
    """One row; each pattern must fit, and there may be none."""

    add_on: str
    recipient: str | None = None
    mail_from: str | None = None
    headers: Mapping[str, str]
    answers: Mapping[str, str | bool]

    def fits(self, mail_from: str, recipients: Sequence[str], email: Email | None) -> bool:
        """Whether it is about a message; before there is one, no row about headers is."""
        if self.mail_from is not None and not pattern_fits(self.mail_from, mail_from):
            return False
        wanted = self.recipient
        if wanted is not None and not any(pattern_fits(wanted, each) for each in recipients):
            return False
        if not self.headers:
            return True
        return email is not None and all(
            any(pattern_fits(pattern, value) for value in email.header_values(name, decoded=True))
            for name, pattern in self.headers.items()
        )


class AddOnTable:
    """The rows of a file, in order."""

    def __init__(self, rows: Iterable[AddOnRow]) -> None:
        self._rows = tuple(rows)

    @classmethod
    def of(cls, members: object) -> AddOnTable:
        """The table that a YAML or JSON document says.

        Raises:
            UsageError: it says none; the message names the row.
        """
        if not isinstance(members, list):
            raise UsageError("it is not a list of rows", help=_EXAMPLE)
        return cls(_row(each, number) for number, each in enumerate(members, 1))

    def answers(
        self,
        mail_from: str,
        recipients: Sequence[str],
        email: Email | None,
        stated: Answers,
    ) -> Answers:
        """What all add-ons answer; what is stated is not looked up."""
        found: dict[str, Mapping[str, str | bool]] = {}
        for row in self._rows:
            if row.add_on not in found and row.fits(mail_from, recipients, email):
                found[row.add_on] = row.answers
        return {**found, **stated}


def pattern_fits(pattern: str, text: str) -> bool:
    """Whether a text is a pattern, in any letter case; `*` at either end stands for any text."""
    pattern, text = pattern.lower(), text.lower()
    starts, ends = pattern.startswith("*"), pattern.endswith("*")
    inner = pattern.strip("*")
    if starts and ends:
        return inner in text
    if starts:
        return text.endswith(inner)
    return text.startswith(inner) if ends else text == pattern


def _row(members: object, number: int) -> AddOnRow:
    if not isinstance(members, dict) or not isinstance(members.get("add_on"), str):
        raise UsageError(f"row {number}: it names no add-on", help=_EXAMPLE)
    when = members.get("when") or {}
    answers = members.get("answers")
    if not members.keys() <= _ROW or not isinstance(when, dict) or not when.keys() <= _WHEN:
        raise UsageError(f"row {number}: it has an unknown member", help=_EXAMPLE)
    headers = when.get("header") or {}
    texts = (when.get("recipient", ""), when.get("mail_from", ""))
    if not all(isinstance(each, str) for each in texts) or not _are_texts(headers):
        raise UsageError(f"row {number}: a pattern is not a text", help=_EXAMPLE)
    if not isinstance(answers, dict) or not answers or not all(map(_is_answer, answers.items())):
        raise UsageError(f"row {number}: its answers are not texts, true or false", help=_EXAMPLE)
    return AddOnRow(
        add_on=members["add_on"],
        recipient=when.get("recipient"),
        mail_from=when.get("mail_from"),
        headers=headers,
        answers=answers,
    )


def _are_texts(members: Any) -> bool:
    return isinstance(members, dict) and all(
        isinstance(name, str) and isinstance(value, str) for name, value in members.items()
    )


def _is_answer(item: tuple[object, object]) -> bool:
    return isinstance(item[0], str) and isinstance(item[1], str | bool)
