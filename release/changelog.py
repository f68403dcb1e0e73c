"""The part of `CHANGELOG.md` that is about one version: the notes of its release."""

from __future__ import annotations

import re
from typing import Final

_HEADING: Final = re.compile(
    r"^## \[(?P<version>[^\]\n]+)\](?: - (?P<day>\d{4}-\d\d-\d\d))?$", re.MULTILINE
)
_CODE_OR_LINK: Final = re.compile(
    r"(?P<code>(?P<ticks>`+).+?(?P=ticks))|\]\((?![a-z]+:|#)(?P<path>[^)\s]+)\)", re.DOTALL
)
_RELEASED: Final = re.compile(r"\d+\.\d+\.\d+(?:rc\d+)?")
UNRELEASED: Final = "Unreleased"


class NotToBePublished(Exception):
    """What stands in the way of a release, and what to do about it."""


def notes_of(changelog: str, version: str) -> str:
    """What changed in a version, in Markdown; for one under development, since the last one.

    Raises:
        NotToBePublished: there is no such section, it is empty or without its day, or entries are
            left for the next version.
    """
    sections = _sections(changelog)
    if not _RELEASED.fullmatch(version):
        return _filled(sections, UNRELEASED)[1]
    day, notes = _filled(sections, version)
    if day is None:
        raise NotToBePublished(f"CHANGELOG.md: `## [{version}]` has no day: add ` - YYYY-MM-DD`")
    if sections.get(UNRELEASED, (None, ""))[1]:
        raise NotToBePublished(
            f"CHANGELOG.md: entries are below `## [{UNRELEASED}]`: move them to `## [{version}]`"
        )
    return notes


def with_addresses(notes: str, files_at: str) -> str:
    """The notes with links to files of the repository as addresses: a page of notes is elsewhere.

    `files_at` is the address below which the files of the release are, without a slash behind it.
    """

    def address(found: re.Match[str]) -> str:
        return found[0] if found["code"] else f"]({files_at}/{found['path']})"

    return _CODE_OR_LINK.sub(address, notes)


def refuse_other_tag(tag: str, version: str) -> None:
    """Refuse a tag that does not name the version of the package.

    Raises:
        NotToBePublished: it names another one, or the version is one under development.
    """
    if tag != f"v{version}" or not _RELEASED.fullmatch(version):
        raise NotToBePublished(
            f"tag `{tag}`: `src/mmctl/__init__.py` has {version}; write the version there, commit, "
            "then tag that commit"
        )


def _sections(changelog: str) -> dict[str, tuple[str | None, str]]:
    """The day and the text of each section by version."""
    found = list(_HEADING.finditer(changelog))
    ends = [each.start() for each in found[1:]] + [len(changelog)]
    return {
        each["version"]: (each["day"], changelog[each.end() : end].strip())
        for each, end in zip(found, ends, strict=True)
    }


def _filled(sections: dict[str, tuple[str | None, str]], version: str) -> tuple[str | None, str]:
    day, text = sections.get(version, (None, ""))
    if not text:
        raise NotToBePublished(f"CHANGELOG.md: nothing is below `## [{version}]`")
    return day, f"{text}\n"
