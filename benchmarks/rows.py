"""The rows of the table: what is promised, and what is aimed at. Nothing is measured here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Better(StrEnum):
    """In which direction a figure is better."""

    MORE = "more"
    LESS = "less"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One promise."""

    key: str
    """As the runs name it."""
    what: str
    better: Better = Better.MORE
    floor: float | None = None
    """What it must reach; None: it is only reported."""
    aim: float | None = None
    unit: str = "x"
    """What the figure counts; `x` is a ratio."""
    quiet: bool = False
    """Whether it says something only on a machine that does nothing else."""

    def reaches(self, figure: float, goal: float | None) -> bool:
        """Whether a figure is at least as good as a goal."""
        if goal is None:
            return True
        return figure >= goal if self.better is Better.MORE else figure <= goal

    def shown(self, figure: float | None) -> str:
        """A figure or a goal with its unit."""
        if figure is None:
            return "-"
        text = f"{figure:,.0f}" if figure >= 20 else f"{figure:.1f}"
        if 0 < figure < 1:
            text = f"{figure:.2g}"
        return f"x{text}" if self.unit == "x" else f"{text} {self.unit}"

    def shown_goal(self, goal: float | None) -> str:
        """A goal, with its direction where less is better."""
        if goal is None:
            return "-"
        number = f"{goal:,g}"
        text = f"x{number}" if self.unit == "x" else f"{number} {self.unit}"
        return text if self.better is Better.MORE else f"≤ {text}"


ROWS: Final = (
    Row(
        key="headers",
        what="reading headers against `BytesHeaderParser(policy.default)`, 5 fields",
        floor=30,
        aim=46,
    ),
    Row(
        key="hostile",
        what="the worst hostile header against an ordinary one and the standard library, a byte",
        better=Better.LESS,
        floor=10,
        aim=1,
    ),
    Row(
        key="hostile-time",
        what="the worst hostile header, CPU a MiB",
        better=Better.LESS,
        floor=100,
        unit="ms",
        quiet=True,
    ),
    Row(
        key="hostile-evaluator",
        what="the same for the evaluator, every field by every operator and reading",
        better=Better.LESS,
        floor=25,
    ),
    Row(
        key="hostile-growth",
        what="cost of a byte in a hostile header that is four times as long",
        better=Better.LESS,
        floor=3,
        quiet=True,
    ),
    Row(key="match", what="matching by 300 rules against plain loops", floor=30, aim=55),
    Row(
        key="match-again",
        what="matching by 300 rules against plain loops, values that recur",
        floor=30,
        aim=150,
    ),
    Row(
        key="all",
        what="end to end, 300 rules, against the standard library and plain loops",
        floor=60,
        aim=75,
    ),
    Row(key="all-one", what="end to end with one recipient, against the same", floor=20, aim=28),
    Row(
        key="sieve",
        what="end to end with one recipient, against Pigeonhole's `sieve-filter`",
        floor=6,
        aim=9,
    ),
    Row(key="spamassassin", what="end to end with one recipient, against SpamAssassin's engine"),
    Row(
        key="processes",
        what="two processes over one, elapsed time",
        floor=1.7,
        aim=1.8,
        quiet=True,
    ),
    Row(
        key="rules",
        what="matching 4,000 rules over 300 rules",
        better=Better.LESS,
        floor=4,
        aim=3,
    ),
    Row(
        key="memory",
        what="peak memory of a worker, any number of messages",
        better=Better.LESS,
        floor=120,
        aim=80,
        unit="MiB",
    ),
    Row(
        key="warm",
        what="messages a second and core, 300 rules, warm caches",
        aim=30_000,
        unit="messages/s",
    ),
    Row(
        key="start-at-once",
        what="start over `python -c pass`: version, help, completion, remembered answers",
        better=Better.LESS,
        floor=5,
        aim=4,
    ),
    Row(
        key="start-data",
        what="start over `python -c pass`: `explain`, `checks`, `schema`",
        better=Better.LESS,
        floor=9,
        aim=7,
    ),
    Row(
        key="start-rules",
        what="start over `python -c pass`: commands that read rules, before the first file",
        better=Better.LESS,
        floor=16,
        aim=12,
    ),
    Row(key="lint", what="lint of 300 rules against `cfn-lint`", floor=15, aim=20),
    Row(
        key="lint-proofs",
        what="lint with proofs over lint without",
        better=Better.LESS,
        floor=2,
    ),
    Row(key="lint-again", what="lint against `cfn-lint`, nothing changed", floor=40),
    Row(
        key="lint-lines",
        what="lint of 100,000 lines over 10,000 lines",
        better=Better.LESS,
        floor=12,
        aim=10,
    ),
    Row(
        key="lint-memory",
        what="peak memory of lint, 100,000 lines",
        better=Better.LESS,
        floor=200,
        aim=150,
        unit="MiB",
    ),
    Row(
        key="editor",
        what="problems of the edited file in an editor, against lint of its project",
        better=Better.LESS,
        floor=0.2,
        aim=0.1,
    ),
    Row(
        key="editor-completion",
        what="completion in an edited file, against lint of its project",
        better=Better.LESS,
        floor=0.1,
        aim=0.05,
    ),
    Row(
        key="editor-hover",
        what="hover in an edited file, against lint of its project",
        better=Better.LESS,
        floor=0.1,
        aim=0.05,
    ),
    Row(
        key="editor-definition",
        what="definition in an edited file, against lint of its project",
        better=Better.LESS,
        floor=0.1,
        aim=0.05,
    ),
    Row(
        key="dead-rules",
        what="all dead rules of 300, against reading those rules from YAML",
        better=Better.LESS,
        floor=5,
        aim=1.5,
    ),
    Row(
        key="versions",
        what="two versions of 300 rules compared on every message, against the same",
        better=Better.LESS,
        floor=15,
        aim=5,
    ),
    Row(
        key="packing",
        what="300 rules packed and proved alike, against linting them",
        better=Better.LESS,
        floor=10,
        aim=1,
    ),
    Row(
        key="packing-seconds",
        what="300 rules packed and proved alike, CPU time",
        better=Better.LESS,
        floor=5,
        unit="s",
    ),
    Row(
        key="plan",
        what="plan against `aws --version`, 39 rules",
        better=Better.LESS,
        floor=3,
        aim=2,
    ),
    Row(
        key="plan-again",
        what="plan against `aws --version`, nothing changed",
        better=Better.LESS,
        floor=3,
        aim=2,
    ),
    Row(
        key="plan-change",
        what="plan against `aws --version`, one member more in a list",
        better=Better.LESS,
        floor=3,
        aim=2,
    ),
    Row(
        key="network-plan",
        what="plan of 21 objects, 100 ms a call",
        better=Better.LESS,
        floor=2,
        unit="s",
        quiet=True,
    ),
    Row(
        key="network-rollback-first",
        what="rollback of 39 rules, 30 lists, 50 ms a call: first write",
        better=Better.LESS,
        floor=2,
        unit="s",
        quiet=True,
    ),
    Row(
        key="network-rollback",
        what="rollback of 39 rules, 30 lists, 50 ms a call: all",
        better=Better.LESS,
        floor=5,
        unit="s",
        quiet=True,
    ),
    Row(
        key="network-list-first",
        what="`list add`, the same gateway: first write",
        better=Better.LESS,
        floor=2,
        unit="s",
        quiet=True,
    ),
    Row(
        key="network-list",
        what="`list add`, the same gateway: all",
        better=Better.LESS,
        floor=5,
        unit="s",
        quiet=True,
    ),
    Row(
        key="smtp",
        what="a message by SMTP through 40 rules into an archive, CPU of the server",
        better=Better.LESS,
        floor=1.6,
        aim=1.2,
        unit="ms",
    ),
    Row(
        key="smtp-rate",
        what="messages by SMTP, the same, a second, sender on the same machine",
        floor=500,
        unit="messages/s",
        quiet=True,
    ),
)

ROW: Final = {row.key: row for row in ROWS}
