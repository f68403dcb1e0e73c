"""Wheel and sdist hold what they should; a check that finds nothing would be noticed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Final

import pytest

from mmctl import __version__
from release import installed, package, tools
from release.changelog import NotToBePublished

ROOT: Final = Path(__file__).parents[2]
LIST: Final = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others"]

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone")


@pytest.fixture(scope="module")
def files() -> list[str]:
    """The files of this clone, also those that are not committed yet."""
    done = subprocess.run([*LIST, "--exclude-standard"], capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist of this clone, and the wheel that was built from it."""
    return package.build(ROOT, tmp_path_factory.mktemp("dist"))


def test_the_sdist_is_the_repository(built: tuple[Path, Path], files: list[str]) -> None:
    assert list(package.problems_of_sdist(built[0], files)) == []
    name = built[0].name
    assert list(package.problems_of_sdist(built[0], [*files, "docs/new.md"])) == [
        f"{name}: without `docs/new.md`"
    ]
    assert list(package.problems_of_sdist(built[0], set(files) - {"README.md"})) == [
        f"{name}: `README.md` is not in the repository"
    ]


def test_the_wheel_has_every_file_of_the_package(
    built: tuple[Path, Path], files: list[str]
) -> None:
    assert list(package.problems_of_wheel(built[1], files, __version__)) == []
    with zipfile.ZipFile(built[1]) as wheel:
        names = wheel.namelist()
        scripts = wheel.read(next(each for each in names if each.endswith("entry_points.txt")))
    assert "mmctl/py.typed" in names
    for kind in ("mmctl/render/schemas/", "mmctl/cli/templates/", "mmctl/cases/library/"):
        assert any(name.startswith(kind) for name in names), kind
    assert {"mmctl", "mailmanagerctl"} <= set(scripts.decode().split())


def test_a_damaged_wheel_is_found(
    built: tuple[Path, Path], files: list[str], tmp_path: Path
) -> None:
    wrong = tmp_path / built[1].name.replace("py3-none-any", "cp311-cp311-linux_x86_64")
    with zipfile.ZipFile(built[1]) as whole, zipfile.ZipFile(wrong, "w") as damaged:
        for each in whole.infolist():
            content = whole.read(each)
            if each.filename.endswith("/METADATA"):
                content = b"Home-page: https://example.com\n" + content
            if each.filename != "mmctl/py.typed":
                damaged.writestr(each.filename, content)
        damaged.writestr("mmctl/quick.so", b"")
    assert list(package.problems_of_wheel(wrong, files, "9.9.9")) == [
        f"{wrong.name}: is for one kind of system",
        f"{wrong.name}: without `mmctl/py.typed`",
        f"{wrong.name}: `mmctl/quick.so` is no source",
        f"{wrong.name}: `mmctl/quick.so` is for one kind of system",
        f"{wrong.name}: has version {__version__}, the package 9.9.9",
        f"{wrong.name}: `Home-page` has an address that the project does not own",
    ]


@pytest.mark.slow
def test_the_wheel_is_the_same_whoever_builds_it(built: tuple[Path, Path], tmp_path: Path) -> None:
    again = package.build(ROOT, tmp_path)
    assert [package.digest(path) for path in again] == [package.digest(path) for path in built]


def test_a_build_that_differs_is_not_published(
    built: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copied(_source: Path, into: Path) -> tuple[Path, Path]:
        into.mkdir()
        for path in built:
            (into / path.name).write_bytes(path.read_bytes() + into.name.encode())
        return into / built[0].name, into / built[1].name

    monkeypatch.setattr(package, "build", copied)
    with pytest.raises(NotToBePublished, match="two builds of the same files differ"):
        package.same_twice(ROOT, tmp_path)


@pytest.mark.deep
@pytest.mark.slow
def test_the_sdist_passes_its_tests(built: tuple[Path, Path], tmp_path: Path) -> None:
    with tarfile.open(built[0]) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    words = ["-q", "-x", "-p", "no:cacheprovider", "tests/model", "tests/test_layers.py"]
    script = (
        f"import sys; sys.path.insert(0, {str(folder / 'src')!r})\n"
        f"import mmctl, pytest; assert mmctl.__file__.startswith({str(folder)!r})\n"
        f"sys.exit(pytest.main({words!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("program", ["twine", "check-wheel-contents"])
def test_other_peoples_checks_find_nothing(program: str, built: tuple[Path, Path]) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    if program == "twine":
        tools.twine(*built)
    else:
        tools.check_wheel_contents(built[1])


@pytest.mark.slow
@pytest.mark.parametrize("program", ["pipx", "uv"])
def test_installed_as_people_do_it_does_its_job(
    program: str, built: tuple[Path, Path], tmp_path: Path
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    install = installed.by_pipx if program == "pipx" else installed.by_uv
    install(built[1], ROOT / "constraints.txt", tmp_path)
