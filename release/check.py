"""Everything that can be known of a release before it is published, one line for each check."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl import __version__
from release import installed, package, tools
from release.changelog import NotToBePublished, notes_of, refuse_other_tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT: Final = Path(__file__).parents[1]
_WORKFLOWS: Final = ROOT / ".github" / "workflows"


def check(tag: str | None, keep: Path | None) -> int:
    """Check a release; print each check, and at the end what is in the way. Return how many are.

    `keep` is the folder that the wheel and the sdist are copied to if nothing is in the way.
    """
    with tempfile.TemporaryDirectory(prefix="mmctl-release-") as folder:
        return _Check(Path(folder)).of_all(tag, keep)


class _Check:
    """One run: what it found, and where it builds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: list[str] = []

    def of_all(self, tag: str | None, keep: Path | None) -> int:
        if tag is not None:
            self._one(
                f"the tag {tag} names the version", lambda: refuse_other_tag(tag, __version__)
            )
        self._one(f"the changelog has a section for {__version__}", _has_notes)
        self._one("workflows: actionlint", lambda: tools.actionlint(_WORKFLOWS))
        self._one("workflows: zizmor", lambda: tools.zizmor(_WORKFLOWS, ROOT / "action.yml"))
        if self._one("two builds are the same, byte for byte", self._build):
            self._of_package()
            if keep is not None and not self._found:
                self._keep(keep)
        for each in self._found:
            print(f"error: {each}")
        return len(self._found)

    def _of_package(self) -> None:
        sdist, wheel = self._built()
        files = package.tracked(ROOT)
        in_sdist = package.problems_of_sdist(sdist, files)
        in_wheel = package.problems_of_wheel(wheel, files, __version__)
        self._one("the sdist holds the repository", lambda: _refuse(in_sdist))
        self._one("the wheel holds the package, for any system", lambda: _refuse(in_wheel))
        self._one("twine", lambda: tools.twine(sdist, wheel))
        self._one("check-wheel-contents", lambda: tools.check_wheel_contents(wheel))
        ways = {"pip": installed.by_pip, "pipx": installed.by_pipx, "uv": installed.by_uv}
        constraints = ROOT / "constraints.txt"
        for name, install in ways.items():
            self._one(
                f"installed by {name}: the main job",
                lambda install=install: install(wheel, constraints, self._folder),  # type: ignore[misc]
            )

    def _build(self) -> None:
        package.same_twice(ROOT, self._folder)

    def _built(self) -> tuple[Path, Path]:
        first = self._folder / "first"
        return next(first.glob("*.tar.gz")), next(first.glob("*.whl"))

    def _keep(self, keep: Path) -> None:
        keep.mkdir(parents=True, exist_ok=True)
        for path in self._built():
            shutil.copy(path, keep)
            print(f"{package.digest(path)}  {path.name}")

    def _one(self, what: str, look: Callable[[], object]) -> bool:
        """Do one check; print what it was and how it ended."""
        try:
            look()
        except tools.NotInstalled as error:
            self._found.append(f"{what}: {error} is not installed; make release-check installs it")
        except NotToBePublished as error:
            self._found.append(f"{what}: {error}")
        else:
            print(f"ok  {what}", flush=True)
            return True
        print(f"NO  {what}", flush=True)
        return False


def _has_notes() -> None:
    notes_of((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), __version__)


def _refuse(problems: Iterable[str]) -> None:
    found = list(problems)
    if found:
        raise NotToBePublished("\n".join(found))
