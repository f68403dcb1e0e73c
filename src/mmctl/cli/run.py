"""One run of a command: its folder, environment, format, streams and clock.

Clock, environment variables, terminals and the exit of the process are touched only in
`world.py`; `exit_codes.py` says what each exit code means.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO, assert_never

from mmctl.cli import world
from mmctl.cli.formats import FORMATS, Format, Printing
from mmctl.cli.printing import behind, is_read_by_people, printed, printed_commands
from mmctl.cli.results import ResultFile
from mmctl.cli.run_profiles import with_run_profiles
from mmctl.errors import ProblemsFound, UsageError
from mmctl.inputs import FILE_AT_MOST, read_file, resolved
from mmctl.language.parsing.root import PROJECT_FILE, root_of
from mmctl.patterns import Pattern
from mmctl.problem import Severity
from mmctl.records import dataclass, field, replace
from mmctl.visible import visible, visible_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console
    from rich.text import Text

    from mmctl.compiler.packing.memory import CompilerMemory
    from mmctl.language.parsing.files import Files
    from mmctl.language.parsing.load import Sources
    from mmctl.language.parsing.seen import Seen
    from mmctl.language.project import Project
    from mmctl.problem import Problem

NARROW = 80
"""Tables fit this many columns; wider terminals get up to `WIDE`."""
WIDE = 200
ALL: Final = "*"
"""Among the notes that were made: every one of them is left out."""
_WITHOUT_PROJECT = (
    "name its folder: -C DIR; to roll back without it: "
    "mmctl rollback --store FOLDER or s3://BUCKET/PREFIX"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every command gets."""

    directory: Path
    environment: str | None = None
    format: Format = Format.HUMAN
    output: Path | None = None
    today: date
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    no_input: bool = False
    unnamed: bool = False
    """Whether messages are named by their digests, because others read the output."""
    password_variables: frozenset[str] = frozenset()
    """Variables with other names that may hold SMTP passwords: `--password-env`."""
    arguments: tuple[str, ...] | None = None
    """The command line, to remember an answer by; None: called as a function."""
    outputs: Mapping[str, Mapping[str, str]] | None = None
    """What stacks said, by environment; None: none was asked, and stand-ins take their place."""
    rules: tuple[str, ...] = ()
    """Files of another tool whose rules count instead of those of the project: `--rules`."""
    rules_as: str | None = None
    """The tool that they are of, if their content does not say it: `--as`."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values of parameters of such files, wherever they are read: `--parameter`."""
    said: set[str] = field(default_factory=set, repr=False, compare=False)
    """Notes that are made once in a run."""
    results: ResultFile = field(default_factory=ResultFile, repr=False, compare=False)
    """What was written to `output`, if there is one."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return world.now()

    def for_others(self, *, show_mail: bool) -> Run:
        """The run for a format that others read: in a pull request, on a page."""
        return replace(self, unnamed=FORMATS[self.format].for_others and not show_mail)

    @property
    def packings(self) -> CompilerMemory:
        """Where commands keep for each other how rule sets are packed."""
        from mmctl.cli.kept_packings import KeptPackings

        return KeptPackings(self.root)

    @property
    def root(self) -> Path:
        """The folder of the project: the named one, or the nearest above with a project file."""
        start = self.directory.resolve()
        return Path(root_of(str(start)) or start)

    def read(
        self, seen: Seen | None = None, *, cases: Sequence[str] | None = None
    ) -> tuple[Project, tuple[Problem, ...]]:
        """The project in the environment of this run, with the problems of its files.

        The files and folders that were read are noted in `seen`; `cases` are the files whose
        cases count (None: those of the project).

        Raises:
            UsageError: there is no project here, or no such environment.
            ProblemsFound: the project file says too little to read anything else.
        """
        if self.rules:
            return self._read_in_place(cases)
        project, problems = self.sources(seen).read(self.environment, cases=cases)
        project = with_run_profiles(project)
        if project.environment.stack_outputs:
            self._say_stand_ins(project)
        return replace(project, password_variables=self.password_variables), problems

    def _read_in_place(self, cases: Sequence[str] | None) -> tuple[Project, tuple[Problem, ...]]:
        from mmctl.cli.in_place.judged import judged_in_place

        around, problems = self.without_rules(cases)
        found = judged_in_place(self.directory, self.rules, self.rules_as, around, self.parameters)
        if found.note is not None and found.note not in self.said:
            self.said.add(found.note)
            self.say(found.note)
        return found.project, (*problems, *found.errors)

    def without_rules(
        self, cases: Sequence[str] | None = ()
    ) -> tuple[Project, tuple[Problem, ...]]:
        """Settings, environment and cases of the project here, or the defaults; no rules.

        `cases` are as in `read`.

        Raises:
            UsageError: there is no such environment.
            ProblemsFound: the project file says too little.
        """
        from mmctl.language.parsing.files import DiskFiles
        from mmctl.language.parsing.load import Sources

        files = DiskFiles.below(self.root)
        sources = Sources(files, self.root.resolve().name, outputs=self.outputs or {})
        project, problems = sources.without_rules(self.environment, cases=cases)
        project = with_run_profiles(project)
        return replace(project, password_variables=self.password_variables), problems

    def _say_stand_ins(self, project: Project) -> None:
        """Say once that values of stacks are unknown here."""
        environment = project.environment
        if environment.name in (self.outputs or {}) or {environment.name, ALL} & self.said:
            return
        self.said.add(environment.name)
        first, *more = environment.stack_outputs
        others = f" and {len(more)} more" if more else ""
        self.say(f"note: stand-ins for `${{stack.{first}}}`{others} of {environment.name}")

    def sources(self, seen: Seen | None = None) -> Sources:
        """The files of the project; what is read of them is noted in `seen`.

        Raises:
            UsageError: there is no project here.
        """
        from mmctl.language.parsing.files import DiskFiles
        from mmctl.language.parsing.load import Sources

        files = DiskFiles.below(self.root)
        refuse_outside(self.root, files)
        files.seen = files.seen if seen is None else seen
        return Sources(files, self.root.resolve().name, outputs=self.outputs or {})

    def with_rules(
        self,
        rules: Sequence[str] | None,
        form: str | None,
        parameters: Sequence[str] | None = None,
        against: str | None = None,
    ) -> Run:
        """The run in which the rules of these files count, as `--rules` and `--as` say.

        `parameters` give values to theirs, and to those of the file that `--against` names.

        Raises:
            UsageError: there is no such form, or it is named without files, or so are parameters.
        """
        if parameters and not rules and against is None:
            message = "`--parameter` goes with `--rules`"
            raise UsageError(message, help="name the files: --rules FILE")
        run = self.with_parameters(parameters)
        if form is None and not rules:
            return run
        from mmctl.cli.in_place.files import form_named

        if not rules:
            raise UsageError("`--as` goes with `--rules`", help="name the files: --rules FILE")
        return replace(run, rules=tuple(rules), rules_as=form_named(form))

    def with_parameters(self, texts: Sequence[str] | None) -> Run:
        """The run in which parameters of files of another tool have values: `NAME=VALUE`.

        Raises:
            UsageError: a text is no such pair.
        """
        if not texts:
            return self
        from mmctl.cli.options.parameters import values_of

        return replace(self, parameters=values_of(texts))

    def with_passwords_of(self, names: Iterable[str] | None) -> Run:
        """The run in which variables with other names may hold SMTP passwords too."""
        return replace(self, password_variables=frozenset(names or ()))

    def read_alone(self) -> Project:
        """Only the project file, in the environment of this run: no rule file is opened.

        Raises:
            UsageError: there is no project here, or the history here belongs to another one.
            ProblemsFound: its file does not say where the environment is.
        """
        from mmctl.cli.store_folders import refuse_another
        from mmctl.language.parsing.files import DiskFiles
        from mmctl.language.parsing.load import Sources
        from mmctl.language.parsing.settings import DEFAULT_SNAPSHOTS

        if not any((self.root / name).exists() for name in (PROJECT_FILE, DEFAULT_SNAPSHOTS)):
            raise UsageError(
                f"there is no `{PROJECT_FILE}` in {self.root} or above", help=_WITHOUT_PROJECT
            )
        name = self.root.resolve().name
        if not (self.root / PROJECT_FILE).exists():
            refuse_another(self.root, DEFAULT_SNAPSHOTS, name)
        sources = Sources(DiskFiles.below(self.root), name, outputs=self.outputs or {})
        message = f"`{PROJECT_FILE}` does not say what the environment is"
        try:
            project, problems = sources.read_alone(self.environment)
        except ProblemsFound as error:
            raise ProblemsFound(
                message, error.problems, error.files, help=_WITHOUT_PROJECT
            ) from None
        if problems:
            raise ProblemsFound(message, problems, project.files, help=_WITHOUT_PROJECT)
        return with_run_profiles(project)

    def project(
        self, seen: Seen | None = None, *, case_files: Sequence[str] | None = None
    ) -> Project:
        """The project in the environment of this run; with the cases of these files, if named.

        Raises:
            UsageError: a case file lies outside of the project.
            ProblemsFound: its files have errors.
        """
        cases = None if case_files is None else [self._in_project(path) for path in case_files]
        project, problems = self.read(seen, cases=cases)
        errors = tuple(p for p in problems if p.severity is Severity.ERROR)
        if errors:
            raise ProblemsFound("the project has errors", errors, project.files)
        return project

    def _in_project(self, path: str) -> str:
        """The path in the project of a file that is named on the command line."""
        file, root = resolved(path), resolved(self.root)
        if not file.is_relative_to(root):
            raise UsageError(
                f"`{path}` is outside of the project",
                help="a case file lies in the project whose rules it is for: -C DIR names it",
            )
        return file.relative_to(root).as_posix()

    def read_file(self, path: str) -> bytes:
        """The bytes of a file of the project.

        Raises:
            OSError: it cannot be read, or a link leaves the project.
        """
        file = resolved(self.root / path)
        if not file.is_relative_to(resolved(self.root)):
            raise OSError(f"`{path}` is outside of the project")
        return read_file(file, at_most=FILE_AT_MOST)

    def console(self, stream: TextIO | None = None) -> Console:
        """A console for results (stdout, or the file of `--output`), or for another stream."""
        return console_for(stream or sys.stdout, color=self.color)

    def errors(self) -> Console:
        """A console for progress, warnings and logs: stderr."""
        return self.console(sys.stderr)

    def say(self, text: str = "") -> None:
        """Write one line to stderr, unless the run is quiet."""
        if not self.quiet:
            self.warn(text)

    def warn(self, text: str) -> None:
        """Write one line to stderr, also where the run is quiet."""
        sys.stderr.write(f"{visible(text)}\n")

    def write(self, text: str) -> None:
        """Write a result for people: to `--output` if it is given, else to stdout."""
        self.write_passed(printed(text))

    def write_exactly(self, text: str) -> None:
        """Write a result that programs read byte for byte; a screen or a log shows it as text."""
        self.write_passed(self.exactly(text))

    def write_passed(self, text: str) -> None:
        """Write what has already passed the gate."""
        if self.output is None:
            sys.stdout.write(text)
        else:
            self.results.write(self.output, text)

    def write_json(self, document: dict[str, Any]) -> None:
        """Write a JSON document: sorted, the same bytes for the same content."""
        self.write_passed(as_json(document))

    def let_out(self, made: Any, gate: Printing) -> str:
        """What a writer returned, safe to print."""
        match gate:
            case Printing.RENDERED:
                return printed(made) if isinstance(made, str) else self._painted(made)
            case Printing.DOCUMENT:
                return as_json(made)
            case Printing.TEXT:
                return printed(made)
            case Printing.COMMANDS:
                return printed_commands(made)
            case Printing.EXACT:
                return self.exactly(made)
            case _:
                assert_never(gate)

    def _painted(self, made: object) -> str:
        """What a writer made for people; without colors, parts of a text need no rich."""
        from mmctl.render.text.styled_parts import StyledParts

        if not isinstance(made, StyledParts):
            return self.rendered(made)
        plain = self.color == "never" or (self.color == "auto" and not wants_color(self._stream()))
        return printed(made.plain) if plain else self.rendered(made.painted)

    def _stream(self) -> TextIO:
        """Where results go, as far as their looks depend on it."""
        import io

        return behind(sys.stdout) if self.output is None else io.StringIO()

    def exactly(self, text: str) -> str:
        """A text unchanged, unless people read it: then it passes the gate."""
        for_people = self.output is None and is_read_by_people(sys.stdout)
        return printed(text) if for_people else text

    def show(self, *renderables: object) -> None:
        """Write what rich renders as a result, to `--output` if it is given."""
        self.write_passed(self.rendered(*renderables))

    def rendered(self, *renderables: object) -> str:
        """The text that rich renders, styled for where results go."""
        console = self.console(self._stream())
        with console.capture() as text:
            console.print(*renderables, end="" if str(renderables[-1]).endswith("\n") else "\n")
        return text.get()

    def folded(self, text: Text) -> Text:
        """A text fitted to the screen if results go to one; programs get whole lines."""
        from mmctl.render.text.folding import folded

        width = self.width()
        return text if width is None else folded(text, width)

    def width(self) -> int | None:
        """The columns that a text is fitted to; None: results do not go to a screen."""
        on_screen = self.output is None and world.is_terminal(sys.stdout)
        return self.console().width if on_screen else None

    def has_styles(self) -> bool:
        """Whether results are written with colors or fitted to a screen."""
        import io

        return self.console(None if self.output is None else io.StringIO()).is_terminal

    def columns(self) -> int:
        """The columns of the terminal that results go to, even if a table would not fit."""
        if self.output is not None or not world.is_terminal(sys.stdout):
            return NARROW
        return min(WIDE, world.terminal_size(sys.stdout).columns or NARROW)

    def can_ask(self) -> bool:
        """Whether a person is there to answer."""
        return (
            not self.no_input
            and world.is_terminal(world.standard_input())
            and world.is_terminal(sys.stderr)
        )

    def ask(self, question: str) -> str:
        """Ask on stderr and read one line; end of input is an empty answer."""
        sys.stderr.write(question)
        sys.stderr.flush()
        try:
            return world.standard_input().readline().strip()
        except EOFError:
            return ""


def refuse_outside(root: Path, files: Files) -> None:
    """Refuse a folder without a project file, unless it has rule files.

    Raises:
        UsageError: there is nothing, or the project file is called `mmctl.yml` or similar.
    """
    from mmctl.language.parsing.parsed_files import is_rule_file
    from mmctl.language.parsing.settings import WITHOUT_A_PROJECT

    if (root / PROJECT_FILE).exists():
        return
    refuse_other_spelling(root)
    found = (path for pattern in WITHOUT_A_PROJECT for path in files.matching(pattern))
    if not any(is_rule_file(files, path) for path in found):
        raise UsageError(
            f"no project here: no `{PROJECT_FILE}` in `{root}` or a folder above it",
            help="name its folder with `-C DIR`, or make a project with `mmctl init`",
        )


def refuse_other_spelling(root: Path) -> None:
    """Refuse a folder whose project file is called `mmctl.yml` or similar.

    Raises:
        UsageError: it is.
    """
    with suppress(OSError):
        for name in sorted(entry.name for entry in root.iterdir()):
            if _ALMOST.fullmatch(name.lower()):
                raise UsageError(
                    f"no `{PROJECT_FILE}` here, but `{name}`",
                    help=f"the project file is called `{PROJECT_FILE}`: rename it",
                )


_ALMOST: Final = Pattern(r"\.?mmctl\.(ya?ml|json|toml)")


def as_json(document: dict[str, Any]) -> str:
    """The text of a JSON document: sorted, the same bytes for the same content."""
    import json

    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return visible_json(text) + "\n"


def console_for(stream: TextIO, *, color: str = "auto") -> Console:
    """A console on a stream: colors only on terminals, 80 columns if it is not a terminal."""
    from rich.console import Console

    from mmctl.render.text.gate import Gate

    stream = behind(stream)
    colored = wants_color(stream) if color == "auto" else color == "always"
    console = Console(
        file=stream,
        force_terminal=colored or (color == "auto" and world.is_terminal(stream)),
        no_color=not colored,
        width=None if world.is_terminal(stream) else NARROW,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=True,
    )
    console.push_render_hook(Gate(printed))
    vars(console)["on_broken_pipe"] = _broken_pipe
    if world.is_terminal(stream):
        console.width = max(NARROW, min(WIDE, console.width))
    return console


def wants_color(stream: TextIO) -> bool:
    """Whether colors go to a stream: a terminal, unless the environment says otherwise.

    `NO_COLOR` (https://no-color.org), then `FORCE_COLOR`, count if they are not empty.
    """
    if world.variable("NO_COLOR"):
        return False
    return bool(world.variable("FORCE_COLOR")) or world.is_terminal(stream)


def _broken_pipe() -> None:
    """What rich calls when a reader went away; rich itself would exit with 1."""
    raise BrokenPipeError
