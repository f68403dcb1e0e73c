"""What docs/developers/style.md asks for, as far as a machine can hold it: words and texts."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer.main

from mmctl.checks.catalogue import CHECKS
from mmctl.cli.face import make_app
from mmctl.counted import counted, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = sorted((ROOT / "src").rglob("*.py"))
PAGES: Final = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if page.name != "style.md"),
    *sorted((ROOT / "examples").rglob("*.md")),
]
ERRORS: Final = {
    "CouldNot",
    "MmctlError",
    "ProblemsFound",
    "Refused",
    "StoppedPartWay",
    "UsageError",
    "finding",
    "Problem",
}
"""What a message is made with: its first text, `message`, `why` and `help` keep the form."""
TURNS: Final = {
    r"mend(s|ed|ing)?": "fix",
    r"in vain": "without effect",
    r"otherwise than": "differently from",
    r"(that|which) (is|are) none(?! or)": "invalid",
    r"for ever": "forever",
    r"nobody is there": "there is no",
    r"(has|have) no words for": "cannot express",
    r"more than an address": "text besides the address",
    r"told (anew|apart)": "rebuilt, distinguished",
    r"(is|are) told": "is reported, gets",
    r"anew": "again",
    r"at hand": "available",
    r"as good as (always|never|all)": "nearly",
    r"what it is given": "its input",
    r"nothing is known of": "is unknown",
    r"is not known": "is unknown",
    r"are not known": "are unknown",
    r"any more": "anymore",
    r"(colour|neighbour|grey|recognis|labelled|licence)\w*": "the American spelling",
}
"""A turn, and what to write instead."""


def prose() -> Iterator[tuple[str, int, str]]:
    """Comments, docstrings and texts of the sources, and the lines of the pages."""
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        reader = io.StringIO(path.read_text(encoding="utf-8")).readline
        for token in tokenize.generate_tokens(reader):
            if token.type in {tokenize.COMMENT, tokenize.STRING}:
                yield name, token.start[0], token.string
    for path in PAGES:
        name = path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield name, number, line


def test_no_text_has_a_turn_that_the_style_guide_replaces() -> None:
    turns = {re.compile(rf"\b{turn}\b", re.IGNORECASE): to for turn, to in TURNS.items()}
    found = [
        f"{name}:{line}: `{hit.group()}`, write: {to}"
        for name, line, text in prose()
        for turn, to in turns.items()
        for hit in [turn.search(" ".join(re.sub(r"`[^`]*`", "", text).split()))]
        if hit
    ]
    assert found == []


def test_the_style_guide_lists_turns_that_the_test_knows() -> None:
    guide = (ROOT / "docs" / "developers" / "style.md").read_text(encoding="utf-8")
    listed = re.findall(
        r"^\| ([a-z ]+) \| [a-z ,]+ \|$", guide.partition("## Turns")[2], re.MULTILINE
    )
    assert listed
    known = [re.compile(turn) for turn in TURNS]
    assert [each for each in listed if not any(turn.search(each) for turn in known)] == []


def messages(path: Path) -> Iterator[tuple[int, str, str]]:
    """The messages of one file: line, what they are, and their text with `{}` for values."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id not in ERRORS:
            continue
        named = [(word.arg or "", word.value) for word in node.keywords]
        first = [("message", node.args[0])] if node.args and node.func.id != "finding" else []
        for what, value in [*first, *named]:
            text = text_of(value)
            if what in {"message", "why", "help"} and text:
                yield node.lineno, what, text


def text_of(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr():
            return "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        case _:
            return ""


def test_messages_start_in_lower_case_and_end_without_a_full_stop() -> None:
    wrong = []
    for path in SOURCES:
        if "emulator" in path.parts:  # there the words are the service's
            continue
        for line, what, text in messages(path):
            name = f"{path.relative_to(ROOT).as_posix()}:{line}: {what}"
            first = text.split(maxsplit=1)[0] if text.split() else ""
            capital = first[:1].isupper() and first[1:2].islower() and "CloudFormation" not in first
            wrong += [f"{name} starts with a capital: {text}"] if capital else []
            ends = text.endswith(".") and not text.endswith(("…", "..."))
            wrong += [f"{name} ends with a full stop: {text}"] if ends else []
            wrong += [f"{name} has a line break: {text!r}"] if "\n" in text else []
            wrong += [f"{name} quotes with '…': {text}"] if re.search(r"(^| )'\{\}'", text) else []
    assert wrong == []


def helps() -> Iterator[tuple[str, str]]:
    """The help of each command, and of each of its options and arguments."""
    group = typer.main.get_command(make_app())
    for name, command in getattr(group, "commands", {}).items():
        yield name, (command.help or "").strip().partition("\n")[0]
        for parameter in command.params:
            text = (getattr(parameter, "help", None) or "").strip()
            if text:
                yield f"{name} {parameter.name}", text


def test_helps_end_with_a_full_stop_and_name_the_default() -> None:
    texts = list(helps())
    assert len(texts) > len(CHECKS)
    ends = [f"{what}: {text}" for what, text in texts if not text.endswith(".")]
    assert ends == []
    assert [f"{what}: {text}" for what, text in texts if "absent:" in text] == []
    commands = [(what, text) for what, text in texts if " " not in what]
    assert [f"{what}: {text}" for what, text in commands if not text[0].isupper()] == []


def test_pages_of_checks_have_a_sentence_as_title_and_start_with_a_verb() -> None:
    wrong = []
    for check in CHECKS:
        read = check.page
        if not read.summary.endswith("."):
            wrong.append(f"{check.id}: {read.summary}")
        if not re.match(r"(With `[^`]*` in `mmctl\.yaml`, )?[A-Za-z]+s\b|In |Judges", read.does):
            wrong.append(f"{check.id}: {read.does[:60]}")
    assert wrong == []


def test_numbers_agree_with_their_nouns_by_one_function() -> None:
    assert [counted(n, "change") for n in (0, 1, 2, 1204)] == [
        "0 changes",
        "1 change",
        "2 changes",
        "1,204 changes",
    ]
    assert counted(2, "entry", "entries") == "2 entries"
    assert [plural(n, "has", "have") for n in (1, 2)] == ["has", "have"]
    by_hand = re.compile(
        r"['\"]s['\"] (\* \(|if )|\(s\)|== 1 else \"\w+s\"|\"\" if .* == 1 else \"s\""
    )
    found = [
        f"{path.relative_to(ROOT).as_posix()}:{number}: {line.strip()}"
        for path in SOURCES
        if path.name not in {"counted.py", "dkim_keys.py"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if by_hand.search(line)
    ]
    assert found == []


def test_one_class_name_is_one_class() -> None:
    homes: dict[str, list[str]] = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}
