"""Rule sets in no good order: rules that overlap, of few kinds, as no team would write them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from mmctl.judge.submission import Submission
from mmctl.language.parsing.load import read_text
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.reader import read_email

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.compiler.packing.packed import Packing
    from mmctl.language.project import Project

MAIN = """\
version: 1
project: acme
environments:
  local: {endpoint: embedded}
default_environment: local
"""
ACTIONS = (
    "drop",
    "drop",
    "{relay: {to: 'id:r-1'}}, stop",
    "{relay: {to: 'id:r-2'}}, stop",
    "{archive: {to: 'id:a-1'}}, drop",
    "{archive: {to: 'id:a-2'}}",
    "{add_header: {name: X-Seen, value: here}}",
)


def project_of(
    rules: Iterable[str], *, more: str = "", after: str = "", project: str = MAIN
) -> Project:
    """A project with one rule set, `inbound`."""
    listed = "".join(f"      - {rule}\n" for rule in rules)
    text = f"version: 1\nrule_sets:\n  inbound:\n{more}    rules:\n{listed}{after}"
    found, problems = read_text({"mmctl.yaml": project, "rules/a.yaml": text})
    assert problems == ()
    return found


def rule(name: str, conditions: str, actions: str, *, unless: str = "") -> str:
    """One rule as text."""
    excepted = f", unless: [{unless}]" if unless else ""
    return f"{{name: {name}, conditions: [{conditions}]{excepted}, actions: [{actions}]}}"


def jumbled(seed: int, count: int = 60) -> list[str]:
    """Rules of few kinds in any order."""
    random = Random(seed)  # noqa: S311 - no secret
    written = [
        rule(
            f"r{number}",
            ", ".join(_condition(random) for _ in range(random.choice((1, 1, 1, 2)))),
            random.choice(ACTIONS),
            unless=_condition(random) if random.random() < 0.15 else "",
        )
        for number in range(count)
    ]
    return [*written, rule("rest", "", "{relay: {to: 'id:r-1'}}")]


def _condition(random: Random) -> str:
    return random.choice(
        (
            f"{{recipient: {{equals: u{random.randint(0, 25)}@example.com}}}}",
            f"{{recipient: {{ends_with: '@d{random.randint(0, 6)}.example'}}}}",
            f"{{mail_from: {{equals: b{random.randint(0, 15)}@example.org}}}}",
            f"{{subject: {{contains: w{random.randint(0, 20):02}}}}}",
            f"{{helo: {{equals: h{random.randint(0, 9)}}}}}",
            f"{{source_ip: {{cidr_matches: 192.0.2.{random.randint(0, 9)}/32}}}}",
        )
    )


def holding(packing: Packing) -> dict[str, tuple[str, ...]]:
    """The logical rules in each live rule, by its name."""
    return {each.rule.name: tuple(of.name for of in each.sources) for each in packing.rules}


def written_mail(random: Random, count: int) -> Iterator[Submission]:
    """Messages that meet what the rules look for, more often than not."""
    for _ in range(count):
        words = " ".join(f"w{random.randint(0, 22):02}" for _ in range(random.choice((0, 1, 2))))
        sender = random.choice((f"b{random.randint(0, 17)}@example.org", "x@example.net"))
        recipient = random.choice(
            (f"u{random.randint(0, 27)}@example.com", f"x@d{random.randint(0, 7)}.example")
        )
        yield Submission(
            email=read_email(f"From: {sender}\r\nSubject: {words}\r\n\r\nhello\r\n".encode()),
            session=Session(
                source_ip=f"192.0.2.{random.randint(0, 11)}",
                helo=f"h{random.randint(0, 11)}",
                tls=Tls.NONE,
            ),
            envelope=Envelope(mail_from=sender, recipients=(recipient,)),
            facts=Facts(),
        )
