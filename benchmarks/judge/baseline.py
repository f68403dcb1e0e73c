"""What mmctl is compared with: the parser of the standard library and plain loops.

Nothing of mmctl is used. For each recipient the names of the rules that match, one line each:

    python -m benchmarks.judge.baseline FOLDER RULES
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from email.utils import getaddresses, parseaddr
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.judge.rules import ADDRESS_FIELDS, HEADERS, Operator, rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.judge.rules import Condition, Rule

_CLIENT: Final = re.compile(r"\[([0-9.]+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What rules look at; texts in lower case."""

    texts: Mapping[str, tuple[str, ...]]
    recipients: tuple[str, ...]
    client: IPv4Address | None
    size: int


def main() -> int:
    """Judge every message of a folder."""
    folder, count = sys.argv[1:]
    known = rules(int(count))
    for file in sorted(each for each in Path(folder).rglob("*") if each.is_file()):
        parsed = parse(file.read_bytes())
        for recipient, names in zip(parsed.recipients, judge(known, parsed), strict=True):
            print(file.name, recipient, *names)
    return 0


def parse(content: bytes) -> Parsed:
    """Read a message with the parser of the standard library."""
    message = BytesParser(policy=policy.default).parsebytes(content)

    def values(name: str) -> list[str]:
        try:
            return [str(value) for value in message.get_all(name, ())]
        except (ValueError, IndexError, AttributeError):
            return []

    texts = {name: tuple(_lower(values(name))) for name in ("subject", *HEADERS)}
    for name in ADDRESS_FIELDS:
        texts[name] = tuple(_lower(address for _, address in getaddresses(values(name))))
    texts["mail_from"] = tuple(_lower(parseaddr(value)[1] for value in values("return-path")[:1]))
    client = next((found[1] for found in map(_CLIENT.search, values("received")) if found), None)
    return Parsed(
        texts=texts,
        recipients=tuple(_lower(address for _, address in getaddresses(values("envelope-to")))),
        client=None if client is None else IPv4Address(client),
        size=len(content) + content.count(b"\n") - content.count(b"\r\n"),
    )


def _lower(texts: Any) -> Iterator[str]:
    return (text.lower() for text in texts)


def judge(known: list[Rule], parsed: Parsed) -> list[list[str]]:
    """For each recipient the rules that match."""
    return [
        [
            rule.name
            for rule in known
            if all(_matches(condition, parsed, recipient) for condition in rule.conditions)
        ]
        for recipient in parsed.recipients
    ]


def _matches(condition: Condition, parsed: Parsed, recipient: str) -> bool:
    field, operator, values = condition
    if operator is Operator.LARGER:
        return parsed.size > int(values[0])
    if operator in {Operator.IN_NETWORK, Operator.NOT_IN_NETWORK}:
        inside = any(parsed.client in _network(value) for value in values)
        return inside is (operator is Operator.IN_NETWORK)
    texts = (recipient,) if field == "recipient" else parsed.texts[field]
    if operator is Operator.NOT_EQUALS:
        return not any(text == value for text in texts for value in values)
    return any(_meets(operator, text, value) for text in texts for value in values)


def _meets(operator: Operator, text: str, value: str) -> bool:
    if operator is Operator.EQUALS:
        return text == value
    if operator is Operator.CONTAINS:
        return value in text
    if operator is Operator.STARTS_WITH:
        return text.startswith(value)
    return text.endswith(value)


_NETWORKS: dict[str, IPv4Network] = {}


def _network(text: str) -> IPv4Network:
    """A network; each is read once."""
    if text not in _NETWORKS:
        _NETWORKS[text] = IPv4Network(text)
    return _NETWORKS[text]


if __name__ == "__main__":
    sys.exit(main())
