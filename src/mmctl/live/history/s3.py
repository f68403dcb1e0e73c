"""The store in an S3 bucket, so that several machines share snapshots, history, pins and the lock.

Writes that must not overlap are conditional: only if new, or only over what was read
("Conditional writes", Amazon S3 User Guide).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from mmctl.errors import CouldNot
from mmctl.live.history.entries import ENTRY
from mmctl.live.history.store import Damaged, aside_names

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRIES: Final = 5


class Bucket(Protocol):
    """Objects of a bucket; every method raises CouldNot if the bucket cannot be used."""

    @property
    def place(self) -> str:
        """The bucket as a URL."""

    def get(self, key: str) -> tuple[str, str] | None:
        """The text of an object and its version; None: there is none."""

    def put(self, key: str, text: str, *, new: bool = False, over: str | None = None) -> bool:
        """Write an object: always, only if it is `new`, or only `over` a version of it."""

    def versions(self, prefix: str) -> Iterator[tuple[str, str]]:
        """The keys with a prefix, and the version of each."""

    def delete(self, key: str) -> None:
        """Delete an object."""

    def copy(self, key: str, other: str) -> None:
        """Copy the bytes of an object to another key."""


class S3Store:
    """A store below a prefix of a bucket."""

    def __init__(self, bucket: Bucket, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = prefix.strip("/") + "/"
        self._listed: dict[str, str] = {}
        self._entries: dict[str, tuple[str, str]] = {}

    @property
    def place(self) -> str:
        """The bucket and prefix as a URL."""
        return f"{self._bucket.place}/{self._prefix}"

    def put(self, name: str, text: str) -> None:
        """Write a text whole."""
        self._listed.pop(name, None)
        self._bucket.put(self._prefix + name, text)

    def put_new(self, name: str, text: str) -> bool:
        """Write a text unless the name is taken; of two attempts at once, only one succeeds."""
        return self._bucket.put(self._prefix + name, text, new=True)

    def swap(self, name: str, expected: str, text: str) -> bool:
        """Write a text in place of an expected one; of two attempts at once, only one succeeds."""
        found = self._bucket.get(self._prefix + name)
        if found is None or found[0] != expected:
            return False
        return self._bucket.put(self._prefix + name, text, over=found[1])

    def append(self, name: str, line: str) -> None:
        """Add a line; no line that is added at the same time is lost."""
        for _ in range(_TRIES):
            found = self._bucket.get(self._prefix + name)
            if found is None:
                done = self.put_new(name, line + "\n")
            else:
                text, version = found
                done = self._bucket.put(self._prefix + name, f"{text}{line}\n", over=version)
            if done:
                return
        raise CouldNot(f"`{name}` in {self.place} is changed by others all the time")

    def get(self, name: str) -> str | None:
        """The text with a name; None: there is none.

        A history entry is fetched only once while listings show the same version.
        """
        known = self._entries.get(name)
        if known is not None and known[1] == self._listed.get(name):
            return known[0]
        try:
            found = self._bucket.get(self._prefix + name)
        except UnicodeDecodeError as error:
            raise Damaged(f"`{name}` in {self.place} is damaged: {error}") from error
        if found is not None and name.endswith(ENTRY):
            self._entries[name] = found
        return None if found is None else found[0]

    def names(self, ending: str) -> Iterator[str]:
        """The names with a suffix, sorted."""
        found = self._bucket.versions(self._prefix)
        self._listed = {key.removeprefix(self._prefix): version for key, version in found}
        yield from sorted(name for name in self._listed if name.endswith(ending))

    def delete(self, name: str) -> None:
        """Delete a name; a missing one is already deleted."""
        self._listed.pop(name, None)
        self._bucket.delete(self._prefix + name)

    def set_aside(self, name: str) -> str:
        """Keep a damaged text under a name that nothing reads; return the name."""
        taken = set(self.names(""))
        aside = next(each for each in aside_names(name) if each not in taken)
        self._bucket.copy(self._prefix + name, self._prefix + aside)
        self.delete(name)
        return aside
