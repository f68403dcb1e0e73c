"""The store in an S3 bucket, so that several machines share snapshots, history, pins and the lock.

Writes that must not overlap are conditional: only if new, or only over what was read
("Conditional writes", Amazon S3 User Guide). What only the holder of the lock writes is read once
in one look; pins and the lock itself are read each time.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from mmctl.errors import CouldNot
from mmctl.live.aws.together import together
from mmctl.live.history.entries import APPLIED, ENTRY
from mmctl.live.history.store import Damaged, aside_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TRIES: Final = 5
_AT_ONCE: Final = 16
"""Objects that are read at the same time."""


class Bucket(Protocol):
    """Objects of a bucket; every method raises CouldNot if the bucket cannot be used."""

    @property
    def place(self) -> str:
        """The bucket as a URL."""

    def get(self, key: str) -> tuple[str, str] | None:
        """The text of an object and its version; None: there is none."""

    def put(self, key: str, text: str, *, new: bool = False, over: str | None = None) -> str | None:
        """Write an object: always, only if it is `new`, or only `over` a version of it.

        Return its version; None: the condition does not hold.
        """

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
        """The version of each name in the last listing, and what was written here since."""
        self._texts: dict[str, tuple[str, str]] = {}
        """Texts that were read or written here, each with its version."""
        self._looking = False
        self._listed_in_look = False

    @property
    def place(self) -> str:
        """The bucket and prefix as a URL."""
        return f"{self._bucket.place}/{self._prefix}"

    @contextmanager
    def one_look(self) -> Iterator[None]:
        """While the block runs, list once and read each text of an entry once.

        What others write meanwhile is not seen, but for pins and the lock. A look inside of another
        one belongs to it.
        """
        if self._looking:
            yield
            return
        self._looking, self._listed_in_look = True, False
        try:
            yield
        finally:
            self._looking = self._listed_in_look = False

    def put(self, name: str, text: str) -> None:
        """Write a text whole."""
        self._keep(name, text, self._bucket.put(self._prefix + name, text))

    def put_new(self, name: str, text: str) -> bool:
        """Write a text unless the name is taken; of two attempts at once, only one succeeds."""
        return self._keep(name, text, self._bucket.put(self._prefix + name, text, new=True))

    def swap(self, name: str, expected: str, text: str) -> bool:
        """Write a text in place of an expected one; of two attempts at once, only one succeeds."""
        found = self._bucket.get(self._prefix + name)
        if found is None or found[0] != expected:
            return False
        return self._keep(name, text, self._bucket.put(self._prefix + name, text, over=found[1]))

    def append(self, name: str, line: str) -> None:
        """Add a line; no line that is added at the same time is lost."""
        found = self._texts.get(name)
        if found is None and not self._is_absent(name):
            found = self._read(name)
        for _ in range(_TRIES):
            text, over = (line, None) if found is None else (f"{found[0]}{line}", found[1])
            written = self._bucket.put(
                self._prefix + name, f"{text}\n", new=found is None, over=over
            )
            if self._keep(name, f"{text}\n", written):
                return
            found = self._read(name)
            if found is not None and found[0] == f"{text}\n":
                return  # the answer to the write was lost on the way
        raise CouldNot(f"`{name}` in {self.place} is changed by others all the time")

    def get(self, name: str) -> str | None:
        """The text with a name; None: there is none.

        A history entry is fetched only once while listings show the same version.
        """
        known = self._texts.get(name)
        once = name.endswith(ENTRY) or (self._listed_in_look and _is_of_an_entry(name))
        if known is not None and once and known[1] == self._listed.get(name):
            return known[0]
        if self._is_absent(name):
            return None
        found = self._read(name)
        if found is None:
            return None
        if _is_of_an_entry(name):
            self._texts[name] = found
        return found[0]

    def _read(self, name: str) -> tuple[str, str] | None:
        try:
            return self._bucket.get(self._prefix + name)
        except UnicodeDecodeError as error:
            raise Damaged(f"`{name}` in {self.place} is damaged: {error}") from error

    def fetch(self, names: Iterable[str]) -> None:
        """Read texts of entries at the same time; `get` then has them."""
        wanted = [
            name
            for name in names
            if name not in self._texts or self._texts[name][1] != self._listed.get(name)
        ]
        together([partial(self._fetch, name) for name in wanted], _AT_ONCE)

    def _fetch(self, name: str) -> None:
        with suppress(Damaged):
            self.get(name)

    def names(self, ending: str) -> Iterator[str]:
        """The names with a suffix, sorted."""
        if not self._listed_in_look:
            found = self._bucket.versions(self._prefix)
            self._listed = {key.removeprefix(self._prefix): version for key, version in found}
            self._listed_in_look = self._looking
        yield from sorted(name for name in self._listed if name.endswith(ending))

    def delete(self, name: str) -> None:
        """Delete a name; a missing one is already deleted."""
        self._listed.pop(name, None)
        self._texts.pop(name, None)
        self._bucket.delete(self._prefix + name)

    def set_aside(self, name: str) -> str:
        """Keep a damaged text under a name that nothing reads; return the name."""
        taken = set(self.names(""))
        aside = next(each for each in aside_names(name) if each not in taken)
        self._bucket.copy(self._prefix + name, self._prefix + aside)
        self._listed[aside] = ""
        self.delete(name)
        return aside

    def _is_absent(self, name: str) -> bool:
        """Whether this look knows that there is no such text."""
        return self._listed_in_look and _is_of_an_entry(name) and name not in self._listed

    def _keep(self, name: str, text: str, version: str | None) -> bool:
        """Remember what was written, if it was."""
        if version is None:
            self._listed.setdefault(name, "")
            self._texts.pop(name, None)
            return False
        self._listed[name] = version
        if version and _is_of_an_entry(name):
            self._texts[name] = (text, version)
        else:
            self._texts.pop(name, None)
        return True


def _is_of_an_entry(name: str) -> bool:
    """Whether only the holder of the lock writes it."""
    return name == APPLIED or name.partition("-")[0].isdecimal()
