"""What patterns become, beside the engines that run them: Python's `re`, Postfix, Pigeonhole."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from interchange.patterns.pattern_texts import CLOSE, EXACT, NOTHING, holds, lines, texts_for
from mmctl.interchange.patterns import Flavor, LookedAt, converted
from mmctl.interchange.patterns.parsing import tree_of
from mmctl.interchange.patterns.syntax import first_inexact

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.interchange.patterns import Converted

    Engine = Callable[[str, list[str]], set[str]]

SUBJECT = LookedAt(operand="subject")
_TEXTS = 40


def _python(pattern: str, texts: list[str]) -> set[str]:
    compiled = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return {text for text in texts if compiled.search(text)}


def _postmap(kind: str, folder: Path) -> Engine:
    program = shutil.which("postmap") or shutil.which("postmap", path="/usr/sbin")
    if program is None:
        pytest.skip("program not installed: postmap")

    def run(pattern: str, texts: list[str]) -> set[str]:
        table = folder / "table"
        table.write_text(f"~{pattern}~ found\n", encoding="utf-8")
        asked = [text for text in texts if text.strip() == text and text]
        command = [program, "-q", "-", f"{kind}:{table}"]
        done = subprocess.run(
            command,
            input="\n".join(asked) + "\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert "warning" not in done.stderr, (pattern, done.stderr)
        return {line.removesuffix("\tfound") for line in done.stdout.splitlines()}

    return run


def _judged(pattern: str, flavor: Flavor, engine: Engine) -> Converted:
    """Compare over texts made of the pattern; return what it became."""
    result = converted(pattern, flavor=flavor, looked=SUBJECT, ignores_case=True)
    node = tree_of(pattern, flavor, ignores_case=True)
    texts = texts_for(node, Random(pattern), _TEXTS)  # noqa: S311 - texts to try
    if engine is not _python:
        texts = [text for text in texts if text and text.strip() == text]
    shown = [text for text in (result.taken_here, result.taken_there) if text]
    found = engine(pattern, [*texts, *shown])
    if result.test is None:
        return result
    taken = {text for text in texts if holds(result.test, text)}
    if result.exact:
        assert taken == found & set(texts), pattern
    if result.taken_here:
        assert result.taken_here not in found, pattern
        assert holds(result.test, result.taken_here), pattern
    if result.taken_there and result.taken_there.strip() == result.taken_there:
        assert result.taken_there in found, pattern
        assert not holds(result.test, result.taken_there), pattern
    if first_inexact(node) is None and result.taken_here is None:
        assert taken <= found, pattern
    if result.taken_there is None:
        assert found & set(texts) <= taken, pattern
    return result


@pytest.mark.parametrize("flavor", [Flavor.PCRE, Flavor.DOTNET, Flavor.RE2])
def test_beside_python(flavor: Flavor) -> None:
    for pattern in lines(EXACT):
        assert _judged(pattern, flavor, _python).exact, pattern
    for pattern in lines(CLOSE):
        result = _judged(pattern, flavor, _python)
        assert result.test is not None, pattern
        assert not result.exact, pattern
        assert (result.taken_here, result.taken_there) != (None, None), pattern
    for pattern in lines(NOTHING):
        assert _judged(pattern, flavor, _python).test is None, pattern


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "flavor"), [("pcre", Flavor.PCRE), ("regexp", Flavor.POSIX)])
def test_beside_postfix(kind: str, flavor: Flavor, tmp_path: Path) -> None:
    engine = _postmap(kind, tmp_path)
    for pattern in lines(EXACT + CLOSE + NOTHING):
        if flavor is Flavor.POSIX and ("\\d" in pattern or "(?" in pattern):
            continue
        result = _judged(pattern, flavor, engine)
        assert result.exact == (pattern in lines(EXACT)), pattern


ODD_POSIX = (r"a++b", r"c+?d", r"q{2}{2}r", r"a)z", r"()w", r"(|k)l", r"n**o", r"[\.]x", r"[]a]b",
             r"a{,2}b", r"\<foo\>", r"[[:digit:]]z", r"[[.-.]x]y")  # fmt: skip
ODD_PCRE = (r"x{", r"x{a}", r"[]a]b", r"[^]a]b", r"\Qa.b*\E", r"(?i:ab)c", r"(?#no)ab", r"a\x2eb",
            r"\x{61}bc", r"(?<name>ab)", r"[[:digit:]]z", r"a(?:b|)c", r"ab(?!cd)", r"ab(?=cd)",
            r"(?>ab|a)c", r"ab++c", r"(a|b)\1cde", r"\101bc", r"[\d.]x", r"a\Z", r"\Aab",
            r"a*+abc", r"(?x) a b c # no", r"[a-]b", r"[\w-]bcd", r"\h\Sxyz")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "flavor", "patterns"),
    [("pcre", Flavor.PCRE, ODD_PCRE), ("regexp", Flavor.POSIX, ODD_POSIX)],
)
def test_odd_spellings_beside_postfix(
    kind: str, flavor: Flavor, patterns: tuple[str, ...], tmp_path: Path
) -> None:
    engine = _postmap(kind, tmp_path)
    for pattern in patterns:
        _judged(pattern, flavor, engine)


GLOBS = ("*", "?", "viagra*", "*viagra", "*viagra*", "a*b", "*a*b*", "a?c", "??", r"a\*b", r"\?x*",
         "re:*overdue*", "*@*.example", "[ab]*", "a**b", "*?", "ab*ba", "a.c")  # fmt: skip


@pytest.mark.slow
def test_wildcards_beside_pigeonhole() -> None:
    program = shutil.which("sieve-test")
    if program is None:
        pytest.skip("program not installed: sieve-test")
    asked = [
        (pattern, text)
        for pattern in GLOBS
        for text in texts_for(
            tree_of(pattern, Flavor.GLOB, ignores_case=True),
            Random(pattern),  # noqa: S311 - texts to try
            8,
        )
        if not set(text) & set('\\"$')
    ]
    tests = "".join(
        f'if string :comparator "i;ascii-casemap" :matches "{text}" "{_doubled(pattern)}" '
        f'{{ fileinto "m{number}"; }}\n'
        for number, (pattern, text) in enumerate(asked)
    )
    found = _folders(program, f'require ["variables", "fileinto"];\n{tests}')
    assert len(found) > len(GLOBS)
    for number, (pattern, text) in enumerate(asked):
        result = converted(pattern, flavor=Flavor.GLOB, looked=SUBJECT, ignores_case=True)
        if result.test is not None and result.exact:
            assert holds(result.test, text) == (number in found), (pattern, text)


def _doubled(pattern: str) -> str:
    """A pattern as a script has it in quotes."""
    return pattern.replace("\\", "\\\\")


def _folders(program: str, script: str) -> set[int]:
    """The numbers of the folders in which a script stores."""
    with tempfile.TemporaryDirectory(prefix="mmctl-sieve-") as name:
        folder = Path(name)
        folder.chmod(0o777)  # the program runs as nobody if the tests run as root
        (folder / "script.sieve").write_text(script, encoding="utf-8")
        (folder / "mail.eml").write_text("Subject: x\n\nx\n", encoding="utf-8")
        options = ["plugin/sieve_max_actions=0"]
        if os.geteuid() == 0:
            options += ["mail_uid=65534", "mail_gid=65534"]
        command = [program, *(part for option in options for part in ("-o", option))]
        command += [str(folder / "script.sieve"), str(folder / "mail.eml")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return {int(each) for each in re.findall(r"in folder: m(\d+)$", done.stdout, re.MULTILINE)}
