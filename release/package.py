"""The wheel and the sdist: built twice, and looked at before anybody installs them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from email.parser import HeaderParser
from typing import TYPE_CHECKING, Final

from release.changelog import NotToBePublished

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from email.message import Message
    from pathlib import Path

_NATIVE: Final = (".so", ".pyd", ".dylib", ".dll", ".a")
_ADDRESSES: Final = ("Home-page", "Download-URL", "Project-URL", "Author-email", "Maintainer-email")
"""Fields of metadata that hold addresses: the project owns none."""


def build(source: Path, into: Path) -> tuple[Path, Path]:
    """Build the sdist from a folder and the wheel from that sdist; return both.

    Raises:
        NotToBePublished: the build failed, or wrote something else.
    """
    _hatchling(source, into, "sdist")
    sdist = _one(into, "*.tar.gz")
    unpacked = into / "unpacked"
    with tarfile.open(sdist) as archive:
        archive.extractall(unpacked, filter="data")
    _hatchling(_one(unpacked, "*"), into, "wheel")
    return sdist, _one(into, "*.whl")


def same_twice(source: Path, into: Path) -> tuple[Path, Path]:
    """Build both twice, the second time as another person would; return the first.

    Raises:
        NotToBePublished: they differ, so nobody can verify what was published.
    """
    first = build(source, into / "first")
    before = os.umask(0o077)
    try:
        second = build(source, into / "second")
    finally:
        os.umask(before)
    for one, other in zip(first, second, strict=True):
        if digest(one) != digest(other):
            raise NotToBePublished(f"{one.name}: two builds of the same files differ")
    return first


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tracked(source: Path) -> list[str]:
    """The files of the repository, sorted; its folder has to be a clone."""
    words = ["git", "-C", str(source), "ls-files", "-z"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    return sorted(filter(None, done.stdout.split("\0")))


def problems_of_sdist(sdist: Path, files: Iterable[str]) -> Iterator[str]:
    """Whether it holds the files of the repository, all of them and no others."""
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    wanted = set(files)
    yield from (f"{sdist.name}: without `{name}`" for name in sorted(wanted - held))
    extra = held - wanted - {"PKG-INFO"}
    yield from (f"{sdist.name}: `{name}` is not in the repository" for name in sorted(extra))


def problems_of_wheel(wheel: Path, files: Iterable[str], version: str) -> Iterator[str]:
    """Whether it holds the package as it is in the repository, for every Python and system."""
    if not wheel.name.endswith("-py3-none-any.whl"):
        yield f"{wheel.name}: is for one kind of system"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        held = {name for name in names if ".dist-info/" not in name}
        about = next(name for name in names if name.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(about).decode("utf-8"))
    wanted = {name.removeprefix("src/") for name in files if name.startswith("src/")}
    yield from (f"{wheel.name}: without `{name}`" for name in sorted(wanted - held))
    yield from (f"{wheel.name}: `{name}` is no source" for name in sorted(held - wanted))
    native = (name for name in held if name.endswith(_NATIVE))
    yield from (f"{wheel.name}: `{name}` is for one kind of system" for name in sorted(native))
    yield from _problems_of_metadata(wheel.name, metadata, version)


def _problems_of_metadata(name: str, metadata: Message, version: str) -> Iterator[str]:
    if metadata["Version"] != version:
        yield f"{name}: has version {metadata['Version']}, the package {version}"
    if metadata["License-Expression"] != "Apache-2.0":
        yield f"{name}: does not name its license"
    for field in _ADDRESSES:
        if metadata[field]:
            yield f"{name}: `{field}` has an address that the project does not own"


def _hatchling(source: Path, into: Path, target: str) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into.resolve())]
    surroundings = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    done = subprocess.run(
        words,
        cwd=source,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        raise NotToBePublished(f"the {target} cannot be built:\n{done.stderr.strip()}")


def _one(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise NotToBePublished(f"{len(found)} files `{pattern}` were built, expected one")
    return found[0]
