"""The rules that a page judges by: those of the files, or with texts that are being edited.

Files are parsed once; an edit parses its own file alone. Case files are not read for an edit.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import RLock
from typing import TYPE_CHECKING, Final

from mmctl.cases.parsing import cases_of
from mmctl.errors import MmctlError, ProblemsFound
from mmctl.language.parsing.load import Sources
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.parsing.seen import Seen
from mmctl.problem import Severity
from mmctl.records import dataclass, field
from mmctl.serve.play.last_used import keep

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from mmctl.cases.case import Case
    from mmctl.language.parsing.files import Files
    from mmctl.language.project import CaseText, Project
    from mmctl.problem import Problem

KEPT: Final = 4
"""Edited versions of the rules that are kept: most questions change the message alone."""

EditsKey = tuple[int, tuple[tuple[str, str], ...]]
"""The version of the files, and the edits."""

_NOTHING: Final = b"version: 1\n"
"""A file that has nothing in it."""


class EditedFiles:
    """The files of a project, some of them with other texts, and some as if they had nothing."""

    def __init__(
        self, files: Files, texts: Mapping[str, str], left_out: Collection[str] = ()
    ) -> None:
        self._files = files
        self._texts = texts
        self._left_out = left_out

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The paths that a pattern matches, relative to the project, sorted."""
        return self._files.matching(pattern)

    def called_yaml(self) -> tuple[str, ...]:
        """The files with names of YAML files, sorted; none where some are left out."""
        return () if self._left_out else self._files.called_yaml()

    def read(self, path: str) -> bytes:
        """The bytes of a file, or of the text that replaces it.

        Raises:
            Unreadable: there is no such file, or reading is not allowed, or it is too large.
        """
        if path in self._left_out:
            return _NOTHING
        text = self._texts.get(path)
        return self._files.read(path) if text is None else text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Rules to judge by; `project` None: they cannot be used, as `problems` or `said` tell."""

    project: Project | None
    problems: tuple[Problem, ...] = ()
    said: str = ""
    read: Project | None = None
    """The same with its errors; None: nothing could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDisk:
    """What the files say."""

    version: int
    sources: Sources
    seen: Seen
    rules: Rules
    texts: Mapping[str, str] = field(default_factory=dict)
    """The project file and the rule files, which the page can edit, by path."""
    of_cases: frozenset[str] = frozenset()
    """The files that have nothing but cases, as the project file says."""
    cases: Mapping[str, Case] = field(default_factory=dict)
    case_texts: tuple[CaseText, ...] = ()
    """What the files in `of_cases` say of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The rules with the edits of a page."""

    disk: OnDisk
    edits: Mapping[str, str]
    """The whole texts that differ from the files, by path."""
    rules: Rules

    @property
    def key(self) -> EditsKey:
        """What is the same for the same edits of the same files."""
        return self.disk.version, tuple(sorted(self.edits.items()))

    def text(self, path: str) -> str | None:
        """The text of a file that the page shows, with its edit."""
        return self.edits.get(path, self.disk.texts.get(path))


class Bench:
    """The files of one project in one environment; several threads may ask.

    `sources_of` opens them and notes what it reads; `finished` completes a project.
    """

    def __init__(
        self,
        root: str,
        sources_of: Callable[[Seen], Sources],
        environment: str | None = None,
        finished: Callable[[Project], Project] = lambda project: project,
    ) -> None:
        self._root = root
        self._sources_of = sources_of
        self.environment = environment
        """The environment to judge in; None: the default one."""
        self._finished = finished
        self._lock = RLock()
        self._known: OnDisk | None = None
        self._edited: OrderedDict[tuple[tuple[str, str], ...], Rules] = OrderedDict()

    def on_disk(self) -> OnDisk:
        """What the files say now; they are read again if one has changed.

        Raises:
            UsageError: there is no project.
        """
        with self._lock:
            known = self._known
            if known is None or not known.seen.holds(self._root):
                self._edited.clear()
                known = self._known = self._read(0 if known is None else known.version + 1)
            return known

    def edited(self, texts: Mapping[str, str]) -> Edited:
        """The rules with other texts of some files; only files that the page shows count."""
        with self._lock:
            known = self.on_disk()
            edits = {
                path: with_line_ends_of(known.texts[path], text)
                for path, text in texts.items()
                if path in known.texts
            }
            edits = {path: text for path, text in edits.items() if text != known.texts[path]}
            return Edited(disk=known, edits=edits, rules=self._rules(known, edits))

    def rules(self, texts: Mapping[str, str]) -> Rules:
        """The rules with other texts, as in `edited`."""
        return self.edited(texts).rules

    def sources(self, edited: Edited) -> Sources:
        """All files of the project with edits, those of cases too."""
        edits = edited.edits
        fresh = self._sources_of(Seen())
        sources = Sources(
            EditedFiles(fresh.files, edits), fresh.name, outputs=edited.disk.sources.outputs
        )
        known = edited.disk.sources.parsed.parsed
        sources.parsed.parsed.update(
            (path, parsed) for path, parsed in known.items() if path not in edits
        )
        return sources

    def _rules(self, known: OnDisk, edits: Mapping[str, str]) -> Rules:
        if not edits:
            return known.rules
        key = tuple(sorted(edits.items()))
        rules = self._edited.get(key)
        if rules is None:
            rules = self._with(known, edits)
        keep(self._edited, key, rules, KEPT)
        return rules

    def _read(self, version: int) -> OnDisk:
        seen = Seen()
        sources = self._sources_of(seen)
        try:
            project, problems = sources.read(self.environment)
        except ProblemsFound as error:
            rules = Rules(project=None, problems=error.problems)
            return OnDisk(
                version=version, sources=sources, seen=seen, rules=rules, texts=dict(error.files)
            )
        cases, _ = cases_of(project)
        shown = {PROJECT_FILE}.union(*map(sources.files.matching, project.settings.rules))
        shown |= set(project.list_files)
        of_cases = frozenset[str]().union(*map(sources.files.matching, project.settings.cases))
        return OnDisk(
            version=version,
            sources=sources,
            seen=seen,
            # What is wrong with cases is for `lint`: no rule depends on it.
            rules=self._usable(project, [each for each in problems if each.position.file in shown]),
            texts={
                path: text
                for path, text in {**project.files, **project.list_files}.items()
                if path in shown
            },
            of_cases=of_cases - shown,
            cases={case.name: case for case in cases},
            case_texts=tuple(case for case in project.cases if case.file in of_cases - shown),
        )

    def _with(self, known: OnDisk, edits: Mapping[str, str]) -> Rules:
        files = EditedFiles(known.sources.files, edits, known.of_cases)
        sources = Sources(files, known.sources.name, outputs=known.sources.outputs)
        sources.parsed.parsed.update(
            (path, parsed)
            for path, parsed in known.sources.parsed.parsed.items()
            if path not in edits and path not in known.of_cases
        )
        try:
            edited, problems = sources.read(self.environment)
        except ProblemsFound as error:
            return Rules(project=None, problems=error.problems, said=error.message)
        except MmctlError as error:
            return Rules(project=None, said=error.message)
        return self._usable(edited, problems)

    def _usable(self, project: Project, problems: Iterable[Problem]) -> Rules:
        """The rules, unless there is an error in them."""
        found = tuple(problems)
        wrong = any(problem.severity is Severity.ERROR for problem in found)
        usable = None if wrong else self._finished(project)
        return Rules(project=usable, problems=found, read=project)


def with_line_ends_of(before: str, after: str) -> str:
    """A text as a browser gives it, with the line ends of the file that it is for."""
    return after.replace("\n", "\r\n") if "\r\n" in before and "\r\n" not in after else after
