"""A file that the `aws` command printed, JSON or YAML → its members, and the place of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import ProblemsFound
from mmctl.inputs import parse_json
from mmctl.interchange.infrastructure.known import TERRAFORM, form_of
from mmctl.interchange.migration.decoding import decoded
from mmctl.language.text.compose import compose
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.problem import Path, Position, Positions, Problem, Severity
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.language.text.nodes import Node

_WORDS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}
"""What plain words of YAML are; all else is text."""
_AGAIN: Final = "export it again: `aws ses describe-active-receipt-rule-set > rules.json`"
_OF_TERRAFORM: Final = "aws_ses_receipt_"
"""How the types of rules, sets and filters begin in Terraform."""
_FROM_SES: Final = (
    "after `terraform apply`, export what SES has: `aws ses describe-active-receipt-rule-set > "
    "rules.json`, then `mmctl import --from ses-receipt-rules rules.json`"
)
_ONE_EACH: Final = "put each document into a file of its own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a file has: plain JSON values, and where they are."""

    file: str
    value: Any
    places: Positions


def refuse_terraform(file: str, content: bytes) -> None:
    """Refuse what Terraform reads or prints: its rules are read as SES has them.

    Raises:
        ProblemsFound: the file is of Terraform; at the first receipt rule in it.
    """
    text = decoded(file, content)
    if form_of(file, text.encode()) != TERRAFORM:
        return
    before = text.partition(_OF_TERRAFORM)[0] if _OF_TERRAFORM in text else ""
    place = Position(
        file=file, line=before.count("\n") + 1, column=len(before.rpartition("\n")[2]) + 1
    )
    message = "this is a file of Terraform, and receipt rules are not read from those"
    raise _broken(file, place, message, _FROM_SES)


def document_of(file: str, content: bytes) -> Document:
    """Read one file.

    Raises:
        ProblemsFound: it is neither JSON nor YAML, or nested too deep; at the place of the error.
    """
    text = decoded(file, content)
    is_json = text.lstrip()[:1] in {"{", "["}
    value = _json(file, text) if is_json else None
    # Tabs may indent JSON, but not YAML; a space for each keeps the columns.
    node, problems = compose(text.replace("\t", " ") if is_json else text, file=file)
    if problems:
        raise ProblemsFound(f"cannot read `{file}`", problems, {file: text})
    if node is None or isinstance(node, Scalar):
        raise _broken(file, Position(file=file), "the file is empty or has no members", _AGAIN)
    places: dict[Path, Position] = {}
    _put_places(node, (), places)
    return Document(file=file, value=value if is_json else _plain(node), places=Positions(places))


def _json(file: str, text: str) -> Any:
    try:
        return parse_json(text)
    except json.JSONDecodeError as error:
        place = Position(file=file, line=error.lineno, column=error.colno)
        second = error.msg == "Extra data"
        raise _broken(
            file,
            place,
            "a second document begins here" if second else f"this is not JSON: {error.msg.lower()}",
            _ONE_EACH if second else _AGAIN,
        ) from None
    except ValueError as error:
        raise _broken(file, Position(file=file), f"the file cannot be read: {error}", _AGAIN) from (
            None
        )


def _broken(file: str, place: Position, message: str, help: str) -> ProblemsFound:
    problem = Problem(
        check="unreadable-file",
        severity=Severity.ERROR,
        position=place,
        message=message,
        help=help,
    )
    return ProblemsFound(f"cannot read `{file}`", (problem,))


def _put_places(node: Node, path: Path, places: dict[Path, Position]) -> None:
    places.setdefault(path, node.position)
    if isinstance(node, Mapping):
        for key, value in node.entries:
            places[*path, key.text] = key.position
            _put_places(value, (*path, key.text), places)
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            _put_places(item, (*path, index), places)


def _plain(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key.text: _plain(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return _WORDS.get(node.text.lower(), node.text) if node.plain else node.text
