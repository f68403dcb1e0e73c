"""The rules as a Sieve script, and Pigeonhole's `sieve-filter`, which judges a Maildir with it.

`sieve-filter` has no envelope, so both read it from the fields that the last server wrote. It runs
without `-e`: it judges, says what it would do with each message, and does nothing.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, assert_never

from benchmarks.judge.rules import ADDRESS_FIELDS, Operator, rules
from benchmarks.measure import process

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.judge.rules import Condition
    from benchmarks.measure import Cost

NOBODY: Final = 65534
_HEADERS: Final = {
    "mail_from": "return-path",
    "recipient": "envelope-to",
    "source_ip": "x-client",
}
_MATCH: Final = {
    Operator.EQUALS: ":is",
    Operator.NOT_EQUALS: ":is",
    Operator.CONTAINS: ":contains",
}
_NEXT: Final = ">> Filtering message:"
_FLAGS: Final = re.compile(r"add IMAP flags: \\seen(.*)")


def script(count: int) -> str:
    """The rules; each sets a flag with its name."""
    lines = ['require ["imap4flags"];']
    for rule in rules(count):
        tests = ", ".join(map(_test, rule.conditions))
        lines.append(f'if allof({tests}) {{ addflag "{rule.name}"; }}')
    return "\n".join(lines) + "\n"


def _test(condition: Condition) -> str:
    field, operator, values = condition
    if operator is Operator.LARGER:
        return f"size :over {values[0]}"
    negated = operator in {Operator.NOT_EQUALS, Operator.NOT_IN_NETWORK}
    left, right = ("<", ">") if field == "mail_from" else ("", "")
    match operator:
        case Operator.EQUALS | Operator.NOT_EQUALS:
            values = tuple(f"{left}{value}{right}" for value in values)
        case Operator.STARTS_WITH:
            values = tuple(f"{left}{value}*" for value in values)
        case Operator.ENDS_WITH:
            values = tuple(f"*{value}{right}" for value in values)
        case Operator.IN_NETWORK | Operator.NOT_IN_NETWORK:
            values = tuple(f"{_digits(value)}*" for value in values)
        case Operator.CONTAINS:
            pass
        case _:
            assert_never(operator)
    texts = ", ".join(f'"{value}"' for value in values)
    name = _HEADERS.get(field, field)
    test = "address :all" if field in ADDRESS_FIELDS else "header"
    found = f'{test} {_MATCH.get(operator, ":matches")} "{name}" [{texts}]'
    return f"not {found}" if negated else found


def _digits(network: str) -> str:
    """The hexadecimal digits that all addresses of a /28 begin with."""
    address, _, length = network.partition("/")
    assert length == "28"
    return "".join(f"{int(part):02x}" for part in address.split("."))[:7]


class Sieve:
    """`sieve-filter` with the rules, over the first messages of a corpus."""

    def __init__(self, program: str, folder: Path, files: Sequence[Path], count: int) -> None:
        folder.mkdir()
        self.program, self.folder, self.files = program, folder, files
        self.script = folder / "rules.sieve"
        self.script.write_text(script(count), encoding="utf-8")

    def run(self, count: int, output: Path | None = None) -> Cost:
        """Judge so many messages."""
        maildir = self.folder / f"maildir-{count}"
        if not maildir.exists():
            self._link(maildir, count)
            self._judge(maildir)  # compiles the script, and indexes the Maildir
        return self._judge(maildir, output)

    def verdicts(self, count: int) -> list[list[str]]:
        """For each message the rules that match."""
        output = self.folder / "output"
        self.run(count, output)
        _, *messages = output.read_text(encoding="utf-8", errors="replace").split(_NEXT)
        return [
            [flag for line in _FLAGS.findall(each) for flag in line.split()] for each in messages
        ]

    def _link(self, maildir: Path, count: int) -> None:
        for name in ("cur", "new", "tmp"):
            (maildir / name).mkdir(parents=True)
        for number, file in enumerate(self.files[:count]):
            size = file.stat().st_size
            name = f"{1_700_000_000 + number}.M{number}.host,S={size}:2,S"
            os.link(file, maildir / "cur" / name)
        if os.geteuid() == 0:  # Dovecot judges no mail as root.
            for place in (self.folder, *self.folder.rglob("*")):
                os.chown(place, NOBODY, NOBODY)

    def _judge(self, maildir: Path, output: Path | None = None) -> Cost:
        options = [
            f"mail_location=maildir:{maildir}",
            f"mail_home={self.folder}",
            "plugin/sieve_max_script_size=8M",
        ]
        words = [word for option in options for word in ("-o", option)]
        return process(
            [self.program, *words, self.script, "INBOX"],
            environment={"HOME": str(self.folder), "USER": "nobody"},
            user=NOBODY if os.geteuid() == 0 else None,
            output=output,
        )
