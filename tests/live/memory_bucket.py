"""A bucket in memory, as S3 keeps one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class MemoryBucket:
    """A bucket as S3 keeps one; `meanwhile` runs once between a read and the write after it."""

    place = "s3://snapshots"

    def __init__(self) -> None:
        self.objects: dict[str, str] = {}
        self.meanwhile: Callable[[], None] | None = None
        self.fetched: list[str] = []

    def get(self, key: str) -> tuple[str, str] | None:
        self.fetched.append(key)
        text = self.objects.get(key)
        return None if text is None else (text, f"version of {text}")

    def put(self, key: str, text: str, *, new: bool = False, over: str | None = None) -> str | None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        there = self.objects.get(key)
        if (new and there is not None) or (over and over != f"version of {there}"):
            return None
        self.objects[key] = text
        return f"version of {text}"

    def versions(self, prefix: str) -> Iterator[tuple[str, str]]:
        found = [(key, text) for key, text in self.objects.items() if key.startswith(prefix)]
        return iter([(key, f"version of {text}") for key, text in found])

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    def copy(self, key: str, other: str) -> None:
        self.objects[other] = self.objects[key]
