"""What is answered without typer is what typer would say."""

from __future__ import annotations

import inspect
import io
import re
import sys
from contextlib import redirect_stdout
from itertools import product
from typing import Any, Final

import pytest
import typer
from rendering import application, modules, names, typers_help

from mmctl.cli import face
from mmctl.cli.at_once import said_at_once
from mmctl.cli.command_table import COMMANDS, function_of
from mmctl.cli.completion import completed
from mmctl.cli.help_layout import TooNarrow, laid_out
from mmctl.cli.help_pages import HELP_PAGES
from mmctl.cli.result_table import formats_of
from mmctl.cli.running import SHARED
from mmctl.cli.well_formed import well_formed
from mmctl.cli.words import reordered

WIDTHS: Final = (70, 80, 101, 200)
_STYLED: Final = re.compile(r"\x1b\[([\d;]*)m|(.|\n)")
_SCREEN: Final = ("COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "NO_COLOR", "PY_COLORS")


@pytest.fixture(autouse=True)
def _a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _SCREEN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("mmctl.cli.world.width_of_terminal", lambda: None)
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))


def test_the_rendered_modules_are_what_typer_says(*, update: bool) -> None:
    for path, text in modules().items():
        if update:
            path.write_text(text, encoding="utf-8")
        if path.read_text(encoding="utf-8") != text:
            pytest.fail(f"cli/{path.name} is not what typer says: run `make rendered`")


def test_a_page_of_help_is_laid_out_as_typer_does_it() -> None:
    wrong = [
        (name, width)
        for name, width in product(names(), WIDTHS)
        if _laid_out(name, width) not in {None, typers_help(name, width)}
    ]
    assert wrong == []
    assert [name for name in names() if _laid_out(name, 80) is None] == []


def test_on_a_terminal_it_has_the_same_styles_and_colors() -> None:
    wrong = []
    for name, colored in product(names(), (True, False)):
        ours = laid_out(HELP_PAGES[name], 93, styled=True, colored=colored)
        theirs = typers_help(name, 93, styled=True, colored=colored)
        if _letters(ours) != _letters(theirs):
            wrong.append((name, colored))
    assert wrong == []


def test_a_narrow_or_absurd_width_is_left_to_typer() -> None:
    for width in (0, 1, 4, 5, 20, 39, 1_001, 10**9):
        assert _laid_out("lint", width) is None, width


def _laid_out(name: str, width: int) -> str | None:
    try:
        return laid_out(HELP_PAGES[name], width, styled=False, colored=False)
    except TooNarrow:
        return None


def _letters(text: str) -> list[tuple[str, str]]:
    """Each letter with the style that it has."""
    letters = []
    style = ""
    for codes, letter in _STYLED.findall(text):
        if letter:
            letters.append((letter, style))
        else:
            style = "" if codes == "0" else codes
    return letters


_EACH: Final = [
    words
    for name, _, _ in COMMANDS
    for words in (
        [name, "--help"],
        [name, "-h"],
        ["-q", "--format", "json", name, "-h"],
        [name, "--color", "never", "word", "--help"],
        [name],
        [name, "-q", "-C", "."],
        ["--no-input", "-C", ".", name, "one"],
        [name, "one", "two", "three"],
        [name, "--nonsense", "--help"],
        [name, "--nonsense"],
        [name, "--help", "--", "x"],
    )
]
_MORE: Final = [
    [],
    ["--help"],
    ["-h"],
    ["--help", "plan"],
    ["--help", "plan", "--nonsense"],
    ["--help", "--nonsense"],
    ["--help", "-h"],
    ["-h", "--version"],
    ["-q", "--help"],
    ["--version"],
    ["--version", "--help"],
    ["--version", "plan"],
    ["plna", "--help"],
    ["plan", "prod", "--help"],
    ["--no-cache", "lint", "--help"],
    ["lint", "--no-cache", "--help"],
    ["lint", "--help", "--fail-on"],
    ["lint", "--fail-on", "--help"],
    ["lint", "--fail-on=info", "--help"],
    ["lint", "--fail-on", "nonsense", "--help"],
    ["lint", "--fail-on", "nonsense"],
    ["lint", "--fail-on", "INFO"],
    ["lint", "--fail-on", "info"],
    ["lint", "--fail-on=warning", "a", "b"],
    ["lint", "a", "--fix", "b", "--dry-run"],
    ["lint", "--", "--fix"],
    ["lint", "-"],
    ["lint", "--baseline", "-"],
    ["lint", "--baseline="],
    ["lint", "--baseline", ""],
    ["lint", "--baseline=x=y"],
    ["lint", "--baseline"],
    ["lint", "-C"],
    ["lint", "-C=x"],
    ["lint", "-Cx"],
    ["lint", "-qv"],
    ["lint", "-q", "-q"],
    ["lint", "--quiet=1"],
    ["lint", "--no-quiet"],
    ["lint", "--fai", "info"],
    ["lint", "--password-env", "A", "--password-env=B"],
    ["lint", "--password-env", "\udcff"],
    ["lint", "\udcff"],
    ["lint", ""],
    ["lint", "-C", "a", "-C", "b"],
    ["-C", "a", "lint", "-C", "b"],
    ["-C"],
    ["-C", "lint"],
    ["--env", "prod"],
    ["--format=json", "lint"],
    ["lint", "--format", "nonsense"],
    ["lint", "--output=x"],
    ["fmt", "a", "b", "--check"],
    ["fmt", ""],
    ["simulate", "--workers", "2"],
    ["simulate", "--workers", "02"],
    ["simulate", "--workers", "0"],
    ["simulate", "--workers", "-1"],
    ["simulate", "--workers", "+3"],
    ["simulate", "--workers", "1_0"],
    ["simulate", "--workers", "²"],
    ["simulate", "--workers", "9" * 40],
    ["simulate", "--workers", "two"],
    ["simulate", "--coverage-min", "0"],
    ["simulate", "--coverage-min=80", "--coverage"],
    ["simulate", "--mail-from", "<>", "--rcpt", "a@example.com", "--rcpt", "b@example.com"],
    ["simulate", "--record", "-", "m.eml"],
    ["simulate", "--mail-from", "-x"],
    ["simulate", "--mutate", "3"],
    ["why", "m.eml", "--rule", "a rule"],
    ["explain"],
    ["explain", "[redundant-value]"],
    ["explain", "a", "b"],
    ["diff"],
    ["diff", "."],
    ["diff", "git:main", "env:prod", "--format", "json"],
    ["diff", "a", "b", "c"],
    ["plan", "--corpus", "a", "--corpus", "b", "--save", "x"],
    ["apply", "plan.json", "--yes", "--force", "deletes=a", "--force=b"],
    ["list", "add", "partners", "*@example.net", "--yes"],
    ["list", "add"],
    ["import", "a.json", "b.json", "--from", "api-json"],
    ["import", "-"],
    ["history", "diff", "a", "b"],
    ["emulate", "--settle", "1.5"],
    ["emulate", "--references", "strict"],
    ["emulate", "--references", "nonsense"],
    ["emulate", "--api-port", "0"],
    ["emulate", "--api-port", "x"],
    ["schema", "rules"],
    ["schema", "--into", "x"],
    ["rollback", "2027", "--reason", "because of it", "--yes"],
    ["export", "--to", "terraform"],
    ["init", "folder", "--account", "111122223333"],
    ["promote", "a"],
    ["unpin"],
    ["budget", "-v"],
    ["drift", "--write"],
    ["LINT"],
    ["--"],
    ["--", "lint"],
    ["-"],
    [""],
    ["lint "],
]
"""Command lines of all kinds: well formed, asking for help, and wrong."""


def test_what_is_read_without_typer_is_what_typer_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [*_EACH, *_MORE]
    assert len(lines) > 300
    wrong = []
    kinds = {"says": 0, "runs": 0, "leaves to typer": 0}
    for words in lines:
        kind, ours = _ours(words)
        kinds[kind] += 1
        if kind != "leaves to typer" and (kind, ours) != _typers(words, monkeypatch):
            wrong.append((words, kind))
    assert wrong == []
    assert kinds["says"] > 80
    assert kinds["runs"] > 80
    assert kinds["leaves to typer"] > 60


def _ours(words: list[str]) -> tuple[str, Any]:
    said = said_at_once(words)
    if said is not None:
        return "says", said
    line = well_formed(reordered(words))
    if line is None:
        return "leaves to typer", None
    return "runs", (line[0], _complete(*line))


def _complete(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """Options with the defaults of those that were not given."""
    place = next(place for known, _, place in COMMANDS if known == name)
    parameters = inspect.signature(function_of(place)).parameters.values()
    defaults = {
        each.name: each.default
        for each in parameters
        if each.default is not inspect.Parameter.empty
    }
    return {**SHARED, "format": formats_of(name)[0].value, **defaults, **options}


def _typers(words: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, Any]:
    """What typer makes of the words: what it says, what would run, or an error."""
    ran: list[tuple[str, dict[str, Any]]] = []

    def run(name: str, options: dict[str, Any], _arguments: tuple[str, ...]) -> int:
        ran.append((name, options))
        return 0

    monkeypatch.setattr(face, "run_command", run)
    moved = reordered(words)
    out = io.StringIO()
    try:
        with redirect_stdout(out):
            code = application()(moved, prog_name="mmctl", standalone_mode=False)
    except typer.Exit as done:
        code = done.exit_code
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return "fails", error.format_message()
    assert not code
    return ("runs", ran[0]) if ran else ("says", out.getvalue())


_BEGUN: Final = ("", "-", "--", "--fi", "l", "p", "x", "--fail-on", "./")
_BEFORE: Final[tuple[list[str], ...]] = (
    [],
    ["lint"],
    ["lint", "--fix"],
    ["lint", "--fail-on"],
    ["lint", "--fail-on", "info"],
    ["lint", "--password-env", "A"],
    ["lint", "--nonsense"],
    ["lint", "a", "--"],
    ["lint", "--help", "-q"],
    ["simulate"],
    ["simulate", "m.eml", "--rcpt", "a@example.com"],
    ["simulate", "--rcpt"],
    ["simulate", "m.eml", "--engine"],
    ["simulate", "m.eml", "--results-as"],
    ["emulate", "--references"],
    ["nonsense"],
    ["--version"],
    ["plan", "it's"],
)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "fish, asked whether"])
def test_completion_says_what_typer_says(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    at_once = 0
    for before, begun in product(_BEFORE, _BEGUN):
        _ask(shell, before, begun, monkeypatch)
        ours = completed()
        if ours is None:
            continue
        at_once += 1
        out = io.StringIO()
        with redirect_stdout(out), pytest.raises(SystemExit) as end:
            application()([], prog_name="mmctl", standalone_mode=False)
        if ours != (out.getvalue(), end.value.code or 0):
            wrong.append((before, begun, ours, out.getvalue(), end.value.code))
    assert wrong == []
    assert at_once > 80


def test_options_with_few_values_complete_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for option, begun, values in (
        ("--engine", "", "processes\ndask\n"),
        ("--results-as", "p", "parquet\n"),
    ):
        _ask("bash", ["simulate", "mail", option], begun, monkeypatch)
        assert completed() == (values, 0), option


def _ask(shell: str, before: list[str], begun: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_MMCTL_COMPLETE", f"complete_{shell.partition(',')[0]}")
    words = ["mmctl", *before, begun]
    monkeypatch.setenv("COMP_WORDS", "\n".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", " ".join(words))
    action = "is-args" if "," in shell else "get-args"
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", action)


def test_completion_that_is_unusual_is_left_to_typer(monkeypatch: pytest.MonkeyPatch) -> None:
    for shell in ("powershell", "tcsh", ""):
        _ask(shell, ["lint"], "--f", monkeypatch)
        assert completed() is None, shell
    _ask("bash", ["lint"], "--f", monkeypatch)
    assert completed() == ("--fail-on\n--fix\n--format\n", 0)
    for name, value in (("COMP_CWORD", "x"), ("COMP_CWORD", "-1"), ("COMP_WORDS", "mmctl 'a")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert completed() is None, name
    monkeypatch.delenv("COMP_WORDS")
    assert completed() is None


def test_a_page_depends_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = said_at_once(["--help"])
    assert plain == typers_help("", 80) + "\n"
    monkeypatch.setenv("COLUMNS", "120")
    assert said_at_once(["--help"]) == typers_help("", 120) + "\n"
    for absurd in ("0", "7", "99999999999999999999", "²", "1001"):
        monkeypatch.setenv("COLUMNS", absurd)
        assert said_at_once(["--help"]) is None, absurd
    monkeypatch.setenv("COLUMNS", "none")
    assert said_at_once(["--help"]) == plain
    monkeypatch.setattr("mmctl.cli.world.width_of_terminal", lambda: 100)
    assert said_at_once(["--help"]) == typers_help("", 100) + "\n"
    monkeypatch.setattr("mmctl.cli.world.is_terminal", lambda _: True)
    monkeypatch.setenv("TERM", "xterm")
    styled = said_at_once(["--help"])
    assert styled is not None
    assert _letters(styled) == _letters(typers_help("", 100, styled=True, colored=True) + "\n")
    monkeypatch.setenv("NO_COLOR", "1")
    bold = said_at_once(["--help"])
    assert bold is not None
    assert _letters(bold) == _letters(typers_help("", 100, styled=True, colored=False) + "\n")
    monkeypatch.setenv("TERM", "dumb")
    assert said_at_once(["--help"]) is None
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    monkeypatch.setattr("mmctl.cli.world.is_terminal", lambda _: False)
    assert said_at_once(["--help"]) is None
    assert sys.stdout.encoding == "latin-1"
