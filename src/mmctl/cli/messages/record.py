"""`mmctl simulate MESSAGE --record FILE`: cases from what happened, for a person to review.

What is written passes when it is read back; this is tried before anything is written.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mmctl.cases.parsing import cases_of
from mmctl.cases.running import run_cases
from mmctl.cases.words import free_name
from mmctl.cli.messages.case_text import put, text_of
from mmctl.errors import Refused, UsageError
from mmctl.inputs import read_file, resolved
from mmctl.judge.recording import recorded
from mmctl.language.parsing.files import MemoryFiles
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome
from mmctl.language.text.layout import Branch
from mmctl.records import dataclass, field, replace
from mmctl.visible import visible
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.cases.result import CaseResult
    from mmctl.cli.run import Run
    from mmctl.judge.ingress import Way
    from mmctl.judge.simulation import Simulated
    from mmctl.judge.submission import Scenario
    from mmctl.language.project import Project

STDOUT: Final = "-"
_HEADER: Final = (
    "# Recorded from what happened. Is that what should happen? Use names that say why."
)
_WILD: Final = re.compile(r"[*?\[].*")
_NOT_IN_NAMES: Final = re.compile(r"[^\w.-]+", re.ASCII)
_LONGEST_NAME: Final = 80


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Collects cases, then writes them."""

    run: Run
    project: Project
    way: Way
    target: str
    cases: list[Branch] = field(default_factory=list)
    messages: dict[str, bytes] = field(default_factory=dict)
    """Copies of messages to be written, by path in the project."""
    names: set[str] = field(default_factory=set)

    @property
    def file(self) -> str:
        """The path of the case file in the project."""
        if self.target == STDOUT:
            settings = self.project.settings
            pattern = (*settings.cases, *settings.rules)[0]
            return posixpath.join(_WILD.sub("", pattern), "recorded.yaml")
        path = resolved(self.run.directory / self.target)
        if not path.is_relative_to(self.run.root.resolve()):
            raise UsageError(
                f"`--record {self.target}` is outside of the project",
                help="cases are files of the project",
            )
        return path.relative_to(self.run.root.resolve()).as_posix()

    def check(self) -> None:
        """Refuse early what cannot be done.

        Raises:
            UsageError: the file is not in the project, or the project would not read it.
            Refused: it exists.
        """
        settings = self.project.settings
        patterns = (*settings.cases, *settings.rules)
        if not any(MemoryFiles({self.file: ""}).matching(pattern) for pattern in patterns):
            raise UsageError(
                f"`{self.file}` would not be loaded as a file of cases",
                help=f"`cases:` of the project names {', '.join(settings.cases or patterns)}",
            )
        if self.target != STDOUT and (self.run.root / self.file).exists():
            raise Refused(
                f"`{self.target}` exists",
                why="mmctl does not overwrite cases",
                help="name another file",
            )
        self.names = {str(case.data.get("name")) for case in self.project.cases}

    def see(
        self,
        simulated: Simulated,
        content: bytes,
        *,
        name: str | None = None,
        scenario: Scenario | None = None,
        written: Mapping[str, Any] | None = None,
    ) -> None:
        """Make a case of one message; `name` None: named as the message is.

        `scenario` is what functions answered and what failed when it was judged; `written` is the
        message as another case has it in itself (None: it is in a file).
        """
        members = recorded(simulated, self.project.settings.readings)
        if not members["expect"]:
            self.run.say(f"not recorded: every outcome of `{simulated.message}` is unknown")
            return
        case = Branch(mapping=True)
        put(case, "name", self._name(simulated.message) if name is None else self._free(name))
        message = self._message(simulated.message, content) if written is None else dict(written)
        put(case, "message", message)
        if self.way.ingress_point is not None:
            put(case, "ingress_point", self.way.ingress_point)
        if self.way.rule_set is not None:
            put(case, "rule_set", self.way.rule_set)
        if scenario is not None and scenario.answers:
            put(case, "lambda", {each: answer.value for each, answer in scenario.answers.items()})
        if scenario is not None and scenario.failing:
            put(case, "failing", sorted(scenario.failing))
        for key, value in members.items():
            put(case, key, value, below=key == "expect")
        unknown = [
            got.recipient for got in simulated.trace.recipients if got.outcome is Outcome.UNKNOWN
        ]
        case.entries[-1].before = [f"# unknown: {visible(recipient)}" for recipient in unknown]
        self.cases.append(case)

    def write(self) -> None:
        """Write the cases, and next to them the messages that are not in a file of the project.

        Raises:
            UsageError: too little is known about all messages, or the project would not read
                the file.
        """
        if not self.cases:
            raise UsageError(
                "nothing is recorded: every outcome is unknown", help="state the missing facts"
            )
        text = text_of(self.cases, _HEADER)
        self._try(text)
        if self.target == STDOUT:
            if self.messages:
                raise UsageError(
                    f"`{next(iter(self.messages))}` does not exist yet, and stdout cannot have "
                    f"messages",
                    help="`--record FILE` writes them beside the cases",
                )
            self.run.write_exactly(text)
            return
        for name, content in {**self.messages, self.file: text.encode()}.items():
            path = self.run.root / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, content)
            except OSError as error:
                raise UsageError(f"cannot write `{name}`: {error.strerror}") from None
            self.run.say(f"wrote {name}")
        self.run.say("review its expectations before you keep it")

    def _name(self, message: str) -> str:
        stem = posixpath.basename(message.replace("\\", "/").rpartition(":")[2])
        stem = " ".join(visible(stem.removesuffix(".gz").removesuffix(".eml")).split())
        return self._free("recorded" if stem in {"", STDOUT} else stem[:_LONGEST_NAME])

    def _free(self, name: str) -> str:
        return free_name(name, self.names)

    def _message(self, message: str, content: bytes) -> str:
        """The path of the message in the case: its own file, or else a copy next to the case."""
        folder = posixpath.dirname(self.file)
        path = resolved(message)
        root = self.run.root.resolve()
        if path.is_relative_to(root) and self._is(path, content):
            return Path(os.path.relpath(path, root / folder)).as_posix()
        stem = posixpath.basename(message.rpartition(":")[2]).removesuffix(".gz")
        stem = _NOT_IN_NAMES.sub("-", stem.removesuffix(".eml")).strip("-.") or "message"
        number = 1
        while True:
            suffix = f"-{number}" if number > 1 else ""
            name = posixpath.join("messages", f"{stem[:_LONGEST_NAME]}{suffix}.eml")
            inside = posixpath.join(folder, name)
            if self.messages.setdefault(inside, content) == content and self._fits(inside, content):
                return name
            number += 1

    def _is(self, path: Path, content: bytes) -> bool:
        """Whether a file holds exactly this."""
        try:
            return path.is_file() and read_file(path, at_most=len(content)) == content
        except OSError:
            return False

    def _fits(self, name: str, content: bytes) -> bool:
        """Whether a copy may be written, because nothing else is there."""
        path = self.run.root / name
        if not path.exists() or self._is(path, content):
            return True
        del self.messages[name]
        return False

    def _try(self, text: str) -> None:
        """Read the cases back and run them."""
        written, _ = read_text({self.file: text})
        project = replace(self.project, cases=written.cases)
        mine, _ = cases_of(project)
        results = run_cases(project, mine, self._read, whole=False)
        failed = [result for result in results if not result.passed]
        if len(mine) != len(self.cases) or failed:
            raise UsageError(
                "a case cannot express what happened"
                + (f": {_failure(failed[0])}" if failed else ""),
                help="please report it: a recorded case should pass",
            )

    def _read(self, name: str) -> bytes:
        return self.messages[name] if name in self.messages else self.run.read_file(name)


def _failure(result: CaseResult) -> str:
    if result.problem is not None:
        return result.problem.message
    first = result.failures[0]
    return f"{first.recipient}: expected {first.expected}, got {first.got}"
