"""master.cf: options that override main.cf for the SMTP server, and deliveries (master(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Unread
from mmctl.interchange.postfix.lines import logical_lines
from mmctl.interchange.postfix.words import without_braces, words_of
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.postfix.lines import LogicalLine
    from mmctl.interchange.postfix.parameters import Parameters

_FIELDS: Final = 8
_PORT_25: Final = frozenset({"smtp", "25"})
_SPEAK_SMTP: Final = frozenset({"smtp", "lmtp", "relay"})


@dataclass(slots=True, kw_only=True)
class MasterServices:
    """What a master.cf says that matters for rules."""

    smtp: set[str] = field(default_factory=set)
    """Deliveries by the programs `smtp` and `lmtp`, whatever they are called."""
    unread: list[Unread] = field(default_factory=list)


def read_services(file: str, text: str, parameters: Parameters) -> MasterServices:
    """Parse a master.cf; options of the server at port 25 are set in the parameters."""
    found = MasterServices()
    behind_postscreen = False
    servers: list[tuple[str, LogicalLine, list[str]]] = []
    for line in logical_lines(file, text):
        words = words_of(line.text.replace(",", "\0"))
        words = [word.replace("\0", ",") for word in words]
        if len(words) < _FIELDS:
            parameters.problem(
                line.position,
                f"got a service with {len(words)} fields, expected at least {_FIELDS}",
                "check that the file is a master.cf and that it is whole",
            )
            continue
        name, kind, program = words[0].lower(), words[1], words[7]
        if program == "postscreen":
            behind_postscreen = True
            found.unread.append(
                Unread(
                    place=line.position,
                    text=f"{name} {kind} postscreen",
                    why="postscreen tests clients before the server hears them",
                    instead="leave it out, or use the add-on Abusix Mail Intelligence",
                )
            )
        elif program in _SPEAK_SMTP and kind == "unix":
            found.smtp.add(name)
        elif program == "smtpd":
            servers.append((name, line, words[_FIELDS:]))
    for name, line, rest in servers:
        port = name.rpartition(":")[2]
        kind = line.text.split()[1]
        if kind == "pass" if behind_postscreen else port in _PORT_25:
            for parameter, value in _options(rest):
                parameters.lines[parameter] = line
                parameters.written[parameter] = value
        else:
            found.unread.append(
                Unread(
                    place=line.position,
                    text=f"{name} {kind} smtpd {' '.join(rest)}"[:120],
                    why="it is another entrance, with rules of its own",
                    instead="let it have an ingress point of its own (type auth for submission), "
                    "and import it with a main.cf that has its options",
                )
            )
    return found


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """The parameters that `-o name=value` and `-o { name = value }` set."""
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "-o" and at < len(words):
            word = words[at]
            at += 1
        elif not word.startswith("-o"):
            continue
        name, equals, value = without_braces(word.removeprefix("-o")).partition("=")
        if equals and name.strip():
            yield name.strip(), value.strip()
