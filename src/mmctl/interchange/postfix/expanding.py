"""Aliases, expanded to the addresses that mail ends at (virtual(5), aliases(5), canonical(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TARGETS: Final = Pattern(r'"(?:[^"\\]|\\.)*"[^,\s]*|:include:\S+|[^,\s]+')
_AT_MOST: Final = 1_000
"""Recipients of one alias, as Postfix has it (virtual_alias_expansion_limit)."""
_DEEPEST: Final = 50


class AliasLoop(Exception):
    """An alias leads back to itself through others."""


@dataclass(slots=True, kw_only=True)
class Aliases:
    """The keys of alias tables, and how an address is looked up in them."""

    keys: dict[str, str]
    """Results by keys: `user@example.com`, `@example.com`, `user`."""
    locals_: frozenset[str]
    """Domains in which `user` alone is a key."""
    origin: str
    """The domain of an address without one."""
    delimiters: str = ""
    included: Callable[[str], list[str]] = field(default=lambda _: [])
    """The words of a file that an alias includes."""
    programs: list[str] = field(default_factory=list)
    """Targets of the last expansion that are no addresses: programs and files."""

    def expanded(self, address: str) -> tuple[str, ...]:
        """All addresses that mail for an address ends at; itself if it is no alias.

        Raises:
            AliasLoop: it does not end, or has more than 1000 addresses.
        """
        self.programs = []
        found, final = [address], set[str]()
        at = 0
        while at < len(found):
            steps = 0
            while found[at] not in final and (result := self._result(found[at])) is not None:
                before = found[at]
                steps += 1
                targets = list(self.targets(result, before))
                if steps > _DEEPEST or len(found) + len(targets) > _AT_MOST:
                    raise AliasLoop(f"`{address}` leads to `{before}` again and again")
                if before in targets:  # an alias may lead to itself once
                    final.add(before)
                if not targets:
                    del found[at]
                    break
                found[at] = targets[0]
                found += targets[1:]
            else:
                at += 1
        return tuple(dict.fromkeys(found))

    def once(self, address: str) -> str:
        """The address that one is rewritten to, as canonical tables do; itself if none says."""
        result = self._result(address)
        return address if result is None else next(self.targets(result, address), address)

    def targets(self, result: str, address: str) -> Iterator[str]:
        """The addresses of a result; programs and files are noted."""
        for match in _TARGETS.finditer(result):
            target = match[0]
            plain = target.strip('"').replace('\\"', '"')
            plain = plain.removeprefix("\\")
            if target.startswith(":include:"):
                for word in self.included(target.removeprefix(":include:")):
                    yield from self.targets(word, address)
            elif plain.startswith(("|", "/")):
                self.programs.append(plain[:80])
            elif plain.startswith("@"):
                yield f"{address.rpartition('@')[0]}{plain.lower()}"
            elif "@" in plain:
                local, _, domain = plain.rpartition("@")
                yield f"{local}@{domain.lower()}"
            else:
                yield f"{plain}@{self.origin}"

    def _result(self, address: str) -> str | None:
        local, _, domain = address.lower().rpartition("@")
        base = local
        for each in self.delimiters:
            at = base.find(each, 1)
            base = base if at < 0 else base[:at]
        for key in dict.fromkeys((f"{local}@{domain}", f"{base}@{domain}")):
            if key in self.keys:
                return self.keys[key]
        if domain in self.locals_:
            for key in dict.fromkeys((local, base)):
                if key in self.keys:
                    return self.keys[key]
        return self.keys.get(f"@{domain}")
