"""A release with something in the way is not built for anybody, and all of it is said at once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final, NoReturn

import pytest

from mmctl import __version__
from release import check as checking
from release import installed, package, tools
from release.changelog import NotToBePublished

ROOT: Final = Path(__file__).parents[2]
INSTALL: Final = (ROOT / "docs/install.md").read_text(encoding="utf-8")


def missing(*_: object) -> NoReturn:
    raise tools.NotInstalled("zizmor")


def differs(*_: object) -> NoReturn:
    raise NotToBePublished("mmctl.whl: two builds of the same files differ")


@pytest.fixture
def fine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every check of a program finds nothing, and a build is two small files."""

    def built(_source: Path, into: Path) -> None:
        (into / "first").mkdir()
        for name in ("mmctl-1.tar.gz", "mmctl-1-py3-none-any.whl"):
            (into / "first" / name).write_bytes(b"")

    for name in ("actionlint", "zizmor", "twine", "check_wheel_contents"):
        monkeypatch.setattr(tools, name, lambda *_: None)
    for name in ("by_pip", "by_pipx", "by_uv"):
        monkeypatch.setattr(installed, name, lambda *_: None)
    for name in ("problems_of_sdist", "problems_of_wheel"):
        monkeypatch.setattr(package, name, lambda *_: ())
    monkeypatch.setattr(package, "tracked", lambda _: [])
    monkeypatch.setattr(package, "same_twice", built)


@pytest.mark.usefixtures("fine")
def test_what_is_fine_is_kept_with_its_digests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checking.check(None, tmp_path / "dist") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith("ok  ")] == [
        f"{package.digest(path)}  {path.name}"
        for path in sorted((tmp_path / "dist").iterdir(), reverse=True)
    ]
    assert len(lines) == 13


@pytest.mark.usefixtures("fine")
def test_all_that_is_in_the_way_is_said_and_nothing_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "zizmor", missing)
    monkeypatch.setattr(package, "problems_of_wheel", lambda *_: ["a.whl: one", "a.whl: two"])
    monkeypatch.setattr(installed, "by_uv", differs)
    assert checking.check("v0.0.1", tmp_path / "dist") == 4
    out = capsys.readouterr().out
    assert "NO  the tag v0.0.1 names the version" in out
    assert "zizmor is not installed; make release-check installs it" in out
    assert "a.whl: one\na.whl: two" in out
    assert "ok  twine" in out, "the others are checked all the same"
    assert not (tmp_path / "dist").exists()


@pytest.mark.usefixtures("fine")
def test_nothing_is_said_of_a_package_that_was_not_built(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "same_twice", differs)
    assert checking.check(None, None) == 1
    assert "twine" not in capsys.readouterr().out


def test_a_program_that_finds_something_stops_a_release(tmp_path: Path) -> None:
    script = tmp_path / "finder"
    script.write_text("#!/bin/sh\necho found it; exit 3\n")
    script.chmod(0o755)
    with pytest.raises(NotToBePublished, match=r"ended with 3:\nfound it"):
        tools.run([str(script)])
    with pytest.raises(tools.NotInstalled, match="no-such-program"):
        tools.run(["no-such-program"])


def test_the_page_names_extras_files_and_variables_that_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    table = INSTALL[INSTALL.index("| Extra |") : INSTALL.index("## Verify")]
    named = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    assert named <= project["optional-dependencies"].keys()
    assert {"authenticate", "dask", "fast", "parquet"} <= named
    for name in ("constraints.txt", "Containerfile"):
        assert name in INSTALL
        assert (ROOT / name).is_file()
    assert "SHA256SUMS" in (ROOT / "release/github-release").read_text(encoding="utf-8")
    assert "mmctl-completion.tar.gz" in (ROOT / "release/completion-scripts").read_text("utf-8")
    workflow = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    release = (ROOT / "docs/developers/release.md").read_text(encoding="utf-8")
    assert set(re.findall(r"PUBLISH_\w+", release)) == set(re.findall(r"PUBLISH_\w+", workflow))
    assert __version__ not in INSTALL, "the page is about every version"
