"""Judge very many damaged messages: nothing may crash, and nothing may be said that is not so.

    python tests/soak/soak.py [--messages 1000000] [--seed 1] [--workers 2] [--into .mmctl/soak]

Each batch of messages leaves a file; started again, only those are judged that are missing. What
crashes is kept as a message beside them. The same seed gives the same messages and counts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mutated import mutated

from mmctl.judge.recording import recorded
from mmctl.judge.simulation import simulate
from mmctl.judge.submission import gateway_of_ingress_point
from mmctl.language.parsing.load import read_project
from mmctl.language.project import Outcome
from mmctl.language.readings import CHOICES, Readings
from mmctl.mail.authenticate import Authenticator
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Message
from mmctl.mail.reader import holds_header, read_email
from mmctl.mail.records import ZoneRecords
from mmctl.mail.sources import messages
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.render.documents.trace import message_document
from mmctl.render.text.messages import block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.judge.simulation import Simulated
    from mmctl.judge.submission import Gateway

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
CORPUS: Final = ROOT.parent / "shared/corpus"
BATCH: Final = 250
"""Messages in a batch."""
_SAID_EVERY: Final = 30.0
"""Seconds between lines of progress where no terminal is."""
_CRASHES_SHOWN: Final = 10
_DETAIL: Final = re.compile(r"`\S*`(?=[\s:]|$)|`[^`]*`|\d[\d,]*")
"""What is another in each message: names and words, which may hold any character, and numbers."""
_MOSTLY: Final = 0.8
_SOMETIMES: Final = 0.1
_ZONE: Final = """
example.org. TXT "v=spf1 ip4:203.0.113.0/24 -all"
_dmarc.example.org. TXT "v=DMARC1; p=reject"
*.example. TXT "v=spf1 include:loop.example ~all"
*._domainkey.example.org. TXT "v=DKIM1; k=rsa; p=MIIB"
"""


@dataclass(slots=True)
class Report:
    """What became of some messages."""

    judged: int = 0
    seconds: float = 0.0
    """Of CPU time."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Recipients, by how it ended for them."""
    defective: int = 0
    """Messages in which something was found to be wrong."""
    defects: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    """What went wrong, with the file that the message is kept in."""
    slowest: float = 0.0
    """Seconds that one message took."""

    def add(self, other: Report) -> None:
        """Count what was counted elsewhere."""
        self.judged += other.judged
        self.seconds += other.seconds
        self.outcomes.update(other.outcomes)
        self.defective += other.defective
        self.defects.update(other.defects)
        self.crashes += other.crashes
        self.slowest = max(self.slowest, other.slowest)

    def written(self) -> str:
        """As a file holds it."""
        members = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(members, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, text: str) -> Report:
        """A report out of a file."""
        members = json.loads(text)
        for name in ("outcomes", "defects"):
            members[name] = Counter(members[name])
        return cls(**members)


@lru_cache(maxsize=1)
def sources() -> tuple[bytes, ...]:
    """The messages that are damaged: those of the repository, and real ones where they are."""
    folders: list[Path] = [ROOT / "tests/mail/nasty", *ROOT.glob("**/cases/messages")]
    archives = [CORPUS / name for name in ("real-mail.tar.xz", "nasty.tar.xz")]
    there = [path for path in (*sorted(folders), *archives) if path.exists()]
    return tuple(message.content for message in messages(there, skip=lambda *_: None))


@lru_cache(maxsize=1)
def gateways() -> tuple[Gateway, ...]:
    """The gateways that judge: one that asks about everything, the examples, the reference."""
    projects = [HERE / "gateway", ROOT, *sorted((ROOT / "examples").glob("*/mmctl.yaml"))]
    made = []
    for path in projects:
        project, problems = read_project(path if path.is_dir() else path.parent)
        assert problems == (), problems
        point = project.usual_ingress_point or next(iter(project.ingress_points))
        made.append(gateway_of_ingress_point(project, point))
    return tuple(made)


@lru_cache(maxsize=1)
def authenticator() -> Authenticator:
    """Checks signatures without a network."""
    return Authenticator(ZoneRecords(_ZONE, unanswered=["example.net"]))


def digest() -> str:
    """What the results depend on: messages, rules, and every line of mmctl and of this."""
    found = hashlib.sha256()
    for message in sources():
        found.update(hashlib.sha256(message).digest())
    patterns = ("src/mmctl/**/*.py", "tests/soak/**/*.*", "rules/**/*.yaml", "examples/**/*.yaml")
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern)):
        if path.suffix in {".py", ".yaml"}:
            found.update(path.read_bytes())
    return found.hexdigest()[:12]


def batch(seed: int, number: int, folder: Path) -> Report:
    """Judge the messages of one batch."""
    report = Report()
    sources(), gateways(), authenticator()  # what fails here is not the fault of a message
    began = time.process_time()
    for place in range(BATCH):
        dice = random.Random(f"{seed}/{number}/{place}")  # noqa: S311 - not a secret
        content = mutated(sources(), dice)
        start = time.process_time()
        try:
            _judge(content, dice, report)
        except Exception:  # noqa: BLE001 - that is what is looked for
            name = f"crash-{number:06}-{place:03}.eml"
            (folder / name).write_bytes(content)
            report.crashes.append(f"{name}: {traceback.format_exc(limit=-3)}")
        report.judged += 1
        report.slowest = max(report.slowest, time.process_time() - start)
    report.seconds = time.process_time() - began
    return report


def _judge(content: bytes, dice: random.Random, report: Report) -> None:
    """Judge one message in one way that the dice choose."""
    gateway = dice.choice(gateways())
    readings = Readings()
    for name in dice.sample(sorted(CHOICES), dice.choice((0, 0, 1, 4))):
        readings = readings.choosing(name, dice.choice(CHOICES[name]))
    simulated = simulate(
        replace(gateway, readings=readings),
        Message("m.eml", content),
        replace(_stated(dice), assume_pass=dice.random() < _MOSTLY),
        authenticate=authenticator() if dice.random() < _SOMETIMES else None,
    )
    for got in simulated.trace.recipients:
        report.outcomes[got.outcome.value] += 1
        assert got.outcome is not Outcome.UNKNOWN or got.missing, "unknown for no reason"
    notes = simulated.trace.notes
    assert all(note.isprintable() for note in notes), "a note that cannot be printed"
    report.defective += bool(notes)
    report.defects.update({_DETAIL.sub("…", note) for note in notes})
    _reads_the_same_in_part(content)
    if dice.random() < _SOMETIMES:
        _can_be_told(simulated, readings)


def _stated(dice: random.Random) -> Stated:
    """What is known besides what the headers say; mostly what admits a message."""

    def mostly(usual: Any, *others: Any) -> Any:
        return usual if dice.random() < _MOSTLY else dice.choice((*others, None))

    return Stated(
        envelope=Envelope(
            mail_from=mostly("ann@example.org", "", "a@b.below.example"),
            recipients=mostly(
                dice.choice((("bob@example.com",), ("a+x@example.com", "b@legal.example.com"))), ()
            )
            or (),
        ),
        session=Session(
            source_ip=mostly("203.0.113.7", "2001:db8::7"),
            helo=mostly("mx.example.org", ""),
            tls=mostly(Tls.TLS1_3, *Tls),
        ),
        facts=Facts(
            spf=mostly(*RuleVerdict),
            dkim=mostly(*RuleVerdict),
            dmarc_policy=mostly(NoPolicy.NO_POLICY, *RuleDmarcPolicy),
            add_ons=mostly({"vade": {"isPassed": True, "category": "CLEAN"}}) or {},
        ),
    )


def _reads_the_same_in_part(content: bytes) -> None:
    start = content[:4096]
    if holds_header(start):
        whole, part = read_email(content), read_email(start, unread=len(content) - len(start))
        assert part.headers == whole.headers, "a part with the header reads otherwise"


def _can_be_told(simulated: Simulated, readings: Readings) -> None:
    """Reports, documents and cases are made of it as well."""
    json.dumps(message_document(simulated)).encode()
    str(block(simulated, trace=True, verbose=True)).encode()
    recorded(simulated, readings)


def soak(
    folder: Path,
    *,
    messages_wanted: int,
    seed: int = 1,
    workers: int = 1,
    say: Callable[[Report, int], None] = lambda _report, _wanted: None,
) -> Report:
    """Judge so many messages, whole batches of them, as far as that was not done before."""
    place = folder / f"{seed}-{digest()}"
    place.mkdir(parents=True, exist_ok=True)
    numbers = range(-(-messages_wanted // BATCH))
    files = {number: place / f"{number:06}.json" for number in numbers}
    total = Report()
    missing = []
    for number, file in files.items():
        if file.exists():
            total.add(Report.read(file.read_text(encoding="utf-8")))
        else:
            missing.append(number)
    for number, report in _batches(seed, missing, place, workers):
        beside = files[number].with_suffix(".new")
        beside.write_text(report.written(), encoding="utf-8")
        beside.replace(files[number])
        total.add(report)
        say(total, messages_wanted)
    return total


def _batches(
    seed: int, numbers: Iterable[int], place: Path, workers: int
) -> Iterator[tuple[int, Report]]:
    if workers == 1:
        for number in numbers:
            yield number, batch(seed, number, place)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        waiting = {pool.submit(batch, seed, number, place): number for number in numbers}
        for future in as_completed(waiting):
            yield waiting.pop(future), future.result()


class Progress:
    """Says on stderr how far it is."""

    def __init__(self) -> None:
        self._began = self._said = time.monotonic()
        self._before: int | None = None

    def __call__(self, report: Report, wanted: int) -> None:
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        if self._before is None:
            self._before = report.judged - BATCH
        if now - self._said < (1.0 if terminal else _SAID_EVERY):
            return
        self._said = now
        rate = (report.judged - self._before) / (now - self._began)
        left = max(0, wanted - report.judged) / rate
        line = f"{report.judged:,} of {wanted:,} messages, {rate:,.0f} a second, "
        line += f"{left / 60:,.0f} minutes left, {len(report.crashes)} crashes"
        sys.stderr.write(f"\r\x1b[K{line}" if terminal else f"{line}\n")
        sys.stderr.flush()


def summary(report: Report) -> str:
    """What the user is told at the end."""
    outcomes = ", ".join(f"{count:,} {name}" for name, count in report.outcomes.most_common())
    lines = [
        f"{report.judged:,} damaged messages judged, {len(report.crashes)} crashes",
        f"recipients: {outcomes}",
        f"defects noted in {report.defective:,} messages:",
        *(f"  {count:>9,}  {defect}" for defect, count in report.defects.most_common()),
        f"{report.seconds:,.0f} s of CPU, {1000 * report.seconds / max(1, report.judged):.2f} ms "
        f"a message, the slowest {report.slowest:.2f} s",
        *report.crashes[:_CRASHES_SHOWN],
    ]
    return "\n".join(lines)


def main() -> int:
    """Judge, and say what came of it; 1 where something crashed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--into", type=Path, default=ROOT / ".mmctl/soak")
    options = parser.parse_args()
    try:
        report = soak(
            options.into,
            messages_wanted=options.messages,
            seed=options.seed,
            workers=options.workers,
            say=Progress(),
        )
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; started again it goes on from here\n")
        return 130
    sys.stderr.write("\n")
    print(summary(report))  # noqa: T201 - the result
    return int(bool(report.crashes))


if __name__ == "__main__":
    sys.exit(main())
