"""Names of a project complete in real shells, and stay names whatever is in them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import tree_sitter
import tree_sitter_powershell
from shell_sessions import MMCTL, SHELLS, script_of, words_after

from mmctl.cli.command_lines import COMMAND_LINES
from mmctl.cli.completed_names import OF_COMMAND, OF_OPTION, OF_PLACE, VERBS
from mmctl.cli.completion import completed
from mmctl.cli.kept_names import keep_names, names_of
from mmctl.cli.main import exit_code
from mmctl.cli.shell_words import shell_words
from mmctl.cli.well_formed import NotWellFormed

if TYPE_CHECKING:
    from collections.abc import Sequence

GATEWAY: Final = Path(__file__).parent / "gateway"
HOSTILE: Final = 'evil $(touch RAN) `touch RAN` it\'s "quoted" \\ ; & <x> | *?[a] ~ é 中'
LARGE: Final = "large mail with a failed SPF is marked and delivered"
MODEST: Final = "odd it's a `name` with $HOME"


class Place:
    """A project that lint has seen, and where its names are kept."""

    def __init__(self, folder: Path) -> None:
        self.project, self.cache = folder / "project", folder / "cache"
        self.scratch = folder
        shutil.copytree(GATEWAY, self.project)
        cases = self.project / "cases" / "cases.yaml"
        text = cases.read_text(encoding="utf-8")
        last = "a blocked network is dropped"
        assert text.count(f"name: {last}") == 1
        block = text[text.index(f"  - name: {last}") :].partition("\n  - ")[0] + "\n"
        for name in (HOSTILE, MODEST):
            text += block.replace(f"name: {last}", f"name: {json.dumps(name, ensure_ascii=False)}")
        cases.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [MMCTL, "lint"],
            cwd=self.project,
            env={**os.environ, "XDG_CACHE_HOME": str(self.cache)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("completion"))


@pytest.fixture
def inside(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.chdir(place.project)
    monkeypatch.setenv("XDG_CACHE_HOME", str(place.cache))
    return place


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_names_and_runs_nothing_of_them(shell: str, place: Place) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    typed = {
        "mmctl promote block-l\t": ["promote", "block-lookalike"],
        "mmctl why --case large\t": [
            "why",
            "--case",
            LARGE,
        ],
        "mmctl why --case evil\t": ["why", "--case", HOSTILE],
        "mmctl why --case 'large\t": [
            "why",
            "--case",
            LARGE,
        ],
        "mmctl list add trus\ta@b.example": ["list", "add", "trusted-partners", "a@b.example"],
        "mmctl explain spf-a\t": ["explain", "spf-alone"],
        "mmctl why --case=large\t": ["why", f"--case={LARGE}"],
        "mmctl why --case=evil\t": ["why", f"--case={HOSTILE}"],
        "mmctl --env loc\t promote block-l\t": ["--env", "local", "promote", "block-lookalike"],
        "mmctl --env=loc\t -q promo\t block-l\t": [
            "--env=local",
            "-q",
            "promote",
            "block-lookalike",
        ],
        "mmctl simulate mail --engine=d\t": ["simulate", "mail", "--engine=dask"],
    }
    found = words_after(shell, list(typed), place.project, place.scratch, place.cache)
    assert found == list(typed.values())
    assert not list(place.scratch.rglob("RAN"))


@pytest.mark.parametrize("shell", [*SHELLS, "powershell"])
def test_the_other_name_of_the_program_is_completed_by_itself(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another program that is called mmctl keeps its completion."""
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    monkeypatch.setattr("sys.argv", ["/bin/mailmanagerctl", "--show-completion", shell])
    with pytest.raises(SystemExit):
        exit_code(["--show-completion", shell])
    script = capsys.readouterr().out
    assert "mailmanagerctl" in script
    assert re.search(r"\bmmctl\b", script) is None


def test_the_other_name_of_the_program_answers_a_shell() -> None:
    asked = {
        "_MAILMANAGERCTL_COMPLETE": "complete_bash",
        "COMP_WORDS": "mailmanagerctl expl",
        "COMP_CWORD": "1",
    }
    other = MMCTL.with_name("mailmanagerctl")
    said = subprocess.check_output([other], env={**os.environ, **asked}, text=True, timeout=120)
    assert said == "explain\n"


def test_powershell_gets_names_that_it_reads_as_one_string(
    inside: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    script = script_of("powershell", inside.scratch).read_bytes()
    assert not parser.parse(script).root_node.has_error
    monkeypatch.setenv("_MMCTL_COMPLETE", "complete_powershell")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "mmctl why --case o")
    monkeypatch.setenv("_TYPER_COMPLETE_WORD_TO_COMPLETE", "o")
    answer = completed()
    assert answer is not None
    value, _, _ = answer[0].partition(":::")
    assert value == "'" + MODEST.replace("'", "''") + "'"
    tree = parser.parse(f"mmctl why --case {value}".encode())
    assert not tree.root_node.has_error
    strings = [(node.text or b"").decode() for node in _nodes(tree.root_node, "string_literal")]
    assert strings == [value]
    assert not _nodes(tree.root_node, "variable")


@pytest.mark.usefixtures("inside")
def test_powershell_gets_the_option_with_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_MMCTL_COMPLETE", "complete_powershell")
    for begun, found in (
        ("--case=o", "--case='" + MODEST.replace("'", "''") + "'"),
        ("--engine=d", "--engine=dask"),
    ):
        command = "why" if begun.startswith("--case") else "simulate mail"
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", f"mmctl {command} {begun}")
        monkeypatch.setenv("_TYPER_COMPLETE_WORD_TO_COMPLETE", begun)
        assert completed() == (f"{found}::: \n", 0)


def _nodes(node: tree_sitter.Node, kind: str) -> list[tree_sitter.Node]:
    below = [found for child in node.children for found in _nodes(child, kind)]
    return [node, *below] if node.type == kind else below


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["why", "--rule", "mark-s"], ["mark-spf"]),
        (["why", "--env", ""], ["local", "guarded"]),
        (["lint", "--env", "l"], ["local"]),
        (["promote", "block-"], ["block-lookalike", "block-network"]),
        (["promote", "deliver", "block-"], []),
        (["promote", "--owner", "a", "block-n"], ["block-network"]),
        (["init", "--release", ""], ["exchange"]),
        (["archive", "search", "--archive", ""], ["compliance-7y"]),
        (["simulate", "--rule-set", ""], ["inbound"]),
        (["simulate", "--ingress-point", ""], ["public-mx"]),
        (["simulate", "--run", "large"], ["large\\ " + "\\ ".join(LARGE.split()[1:])]),
        (
            ["simulate", "--run", "a\\ lookalike"],
            ["a\\ lookalike\\ is\\ dropped,\\ but\\ not\\ from\\ a\\ partner"],
        ),
        (["simulate", "--against", ""], ["live"]),
        (["list", ""], ["add", "remove"]),
        (["list", "remove", ""], ["trusted-partners"]),
        (["cases", "show", "a\\ blocked"], ["a\\ blocked\\ network\\ is\\ dropped"]),
        (["cases", "show", '"a blocked'], ["a blocked network is dropped"]),
        (["explain", "ignore-"], ["ignore-without-reason", "ignore-without-effect"]),
        (["why", "--rule", "=", "mark-s"], ["mark-spf"]),
        (["lint", "--env", "="], ["local", "guarded"]),
        (["why", "--rule=mark-s"], ["--rule=mark-spf"]),
        (["--env", "l"], ["local"]),
        (["--env", "=", "l"], ["local"]),
        (["--env", "local", "promote", "block-n"], ["block-network"]),
        (["--env", "=", "local", "-q", "promote", "block-n"], ["block-network"]),
        (["promote", "--env", "=", "local", "block-n"], ["block-network"]),
        (["-C", "../project", "prom"], ["promote"]),
        (["-q", "--e"], ["--env"]),
        (["--col"], ["--color"]),
        (["simulate", "mail", "--engine", "=", "d"], ["dask"]),
        (["simulate", "mail", "--engine=d"], ["--engine=dask"]),
    ],
)
def test_bash_gets_the_names_that_fit(
    words: Sequence[str], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _in_bash(words, monkeypatch) == expected


def _in_bash(words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("_MMCTL_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join(["mmctl", *words]))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    answer = completed()
    assert answer is not None
    return [line for line in answer[0].split("\n") if line]


def test_snapshots_complete_as_soon_as_they_are_there(
    inside: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = inside.project / ".mmctl/snapshots"
    for folder, name in (("1-acme", "0001-20270131T000000Z"), ("1-other", "0002-20270131T000000Z")):
        (kept / folder).mkdir(parents=True)
        (kept / folder / f"{name}.entry.json").write_text("{}")
    try:
        assert _in_bash(["rollback", ""], monkeypatch) == ["0001-20270131T000000Z"]
    finally:
        shutil.rmtree(kept)


def test_names_of_a_folder_that_was_never_linted_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(GATEWAY, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    assert _in_bash(["promote", ""], monkeypatch) == []
    monkeypatch.delenv("_MMCTL_COMPLETE")
    assert exit_code(["lint", "--quiet"]) == 0
    assert "deliver" in _in_bash(["promote", ""], monkeypatch)
    monkeypatch.chdir(tmp_path)
    assert _in_bash(["promote", ""], monkeypatch) == []
    assert "deliver" in _in_bash(["promote", "-C", "project", ""], monkeypatch)


def test_names_that_a_screen_would_not_show_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project = tmp_path / "project"
    project.mkdir()
    (project / "mmctl.yaml").touch()
    names = ["a\tb", "a\nb", "a\x1b[2J", "a\u202eb", "", "x" * 201, "plain", "中 文"]
    keep_names(str(project), {"rule": names, "case": ["kept"]})
    keep_names(str(project), {"rule": [*names, "new"]})
    assert names_of(str(project), "rule") == ["plain", "中 文", "new"]
    assert names_of(str(project), "case") == ["kept"]
    [file] = (tmp_path / "cache" / "mmctl").iterdir()
    file.write_bytes(b"\xff\x00")
    assert names_of(str(project), "rule") == []


def test_words_are_read_as_a_shell_reads_them() -> None:
    for line, before, begun, quote in (
        ("mmctl a b", ["a"], "b", ""),
        ("mmctl a ", ["a"], "", ""),
        ("mmctl 'a b' c\\ d", ["a b"], "c d", ""),
        ('mmctl "a \\$b\\x" \'c d', ["a $b\\x"], "c d", "'"),
        ("mmctl a'b'\"c", [], "abc", '"'),
        ("mmctl", [], "", ""),
    ):
        words = shell_words([line], skip=1)
        assert (words.before, words.begun, words.quote) == (before, begun, quote), line
    with pytest.raises(NotWellFormed):
        shell_words(["mmctl 'a", "b"])


def test_every_option_and_command_of_the_tables_exists() -> None:
    options = {name for taken, _ in COMMAND_LINES.values() for name in taken}
    assert set(OF_OPTION) <= options
    assert all(option in COMMAND_LINES[command][0] for command, option in OF_COMMAND)
    for place, kinds in OF_PLACE.items():
        command, _, verb = place.partition(" ")
        assert verb in {"", *VERBS.get(command, ())}
        takes = COMMAND_LINES[command][1]
        assert len(takes) + any(many for _, _, many, _ in takes) >= len(kinds)
