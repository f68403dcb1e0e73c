"""Keys in addresses, in parts of them, and in headers of which rules see the addresses alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.migration.tests import Near, Unseen
from mmctl.interchange.patterns import Flavor, LookedAt, converted
from mmctl.interchange.sieve import differing
from mmctl.interchange.sieve.matching import (
    ANY,
    CONTAINS,
    EMPTY,
    ENDS,
    EQUALS,
    STARTS,
    AddressPart,
    Gathered,
    glob_of,
    present,
    shape_of,
)

if TYPE_CHECKING:
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.sieve.matching import KeysCompared, KeysLookedUp, Shape


def in_addresses(
    where: KeysLookedUp, part: AddressPart, keys: tuple[str, ...], how: KeysCompared
) -> Test:
    """Keys in a part of addresses: of the envelope, or in From, Sender, To and Cc."""
    gathered = Gathered(where, how)
    for key in keys:
        shape = shape_of(key, how.match)
        if how.match == "regex":
            _regex(gathered, part, key)
        elif shape is None:
            for pattern in _whole(part, glob_of(key, how.match)):
                gathered.pattern(pattern, flavor=Flavor.GLOB)
        elif shape == (EQUALS, ""):
            gathered.add_test(Unseen(difference=EMPTY))
        else:
            _part(gathered, where, part, shape)
    return gathered.test()


def _regex(gathered: Gathered, part: AddressPart, key: str) -> None:
    """A regular expression; on a part of addresses, where its ends are those of the part."""
    if part is AddressPart.ALL:
        gathered.pattern(key, flavor=Flavor.POSIX)
        return
    if part is AddressPart.DOMAIN and key.startswith("^"):
        gathered.pattern(f"@{key[1:]}", flavor=Flavor.POSIX)
    elif part is AddressPart.DOMAIN:
        gathered.pattern(f"@(.*){key}" if "|" not in key else f"@.*({key})", flavor=Flavor.POSIX)
    elif part is AddressPart.LOCAL and key.endswith("$") and not key.endswith("\\$"):
        gathered.pattern(f"{key[:-1]}@", flavor=Flavor.POSIX)
    elif part is AddressPart.LOCAL:
        gathered.pattern(f"({key}).*@", flavor=Flavor.POSIX)
    else:
        difference = differing.not_visible("part-of-address", "the parts of a local part")
        gathered.add_test(Unseen(difference=difference))


def _whole(part: AddressPart, glob: str) -> tuple[str, ...]:
    """A pattern on a part of addresses as patterns on addresses."""
    match part:
        case AddressPart.ALL:
            return (glob,)
        case AddressPart.DOMAIN:
            return (f"*@{glob}",)
        case AddressPart.LOCAL:
            return (f"{glob}@*",)
        case AddressPart.USER:
            return (f"{glob}@*", f"{glob}+*@*")
        case AddressPart.DETAIL:
            return (f"*+{glob}@*",)


def _part(gathered: Gathered, where: KeysLookedUp, part: AddressPart, shape: Shape) -> None:
    """Add a literal in a part of addresses: `@` and `+` say where the part ends."""
    operator, value = shape
    match part, operator:
        case _, "any":
            marks = {AddressPart.DETAIL: "+"}
            gathered.add(CONTAINS, marks.get(part, "@"))
        case AddressPart.ALL, _:
            gathered.add(operator, value)
        case AddressPart.DOMAIN, "equals":
            gathered.add(ENDS, f"@{value}")
        case AddressPart.DOMAIN, "starts_with":
            gathered.add(CONTAINS, f"@{value}")
        case (AddressPart.DOMAIN, "ends_with") | (
            AddressPart.LOCAL | AddressPart.USER,
            "starts_with",
        ):
            gathered.add(operator, value)
        case AddressPart.LOCAL, "equals":
            gathered.add(STARTS, f"{value}@")
        case AddressPart.LOCAL, "ends_with":
            gathered.add(CONTAINS, f"{value}@")
        case AddressPart.USER, "equals":
            gathered.add(STARTS, f"{value}@")
            gathered.add(STARTS, f"{value}+")
        case AddressPart.DETAIL, "equals" | "ends_with":
            detail = f"+{value}@" if operator == EQUALS else f"{value}@"
            sample = f"ann+x+{value}@example.com" if operator == EQUALS else f"{value}@example.com"
            difference = differing.part_of_address(where.operand, "detail", value, sample)
            gathered.add(CONTAINS, detail, difference)
        case _:
            _near_part(gathered, where, part, shape)


def _near_part(gathered: Gathered, where: KeysLookedUp, part: AddressPart, shape: Shape) -> None:
    operator, value = shape
    word = {
        AddressPart.DOMAIN: "domain",
        AddressPart.LOCAL: "local part",
        AddressPart.USER: "user",
    }.get(part, "detail")
    plain = value.replace("@", "").strip(".").lower() or "x"
    local = next(name for name in ("ann", "bob", "qqqq") if plain not in name)
    domain = next(name for name in ("other.example", "bob.test", "qq.gg") if plain not in name)
    sample = f"{plain}@{domain}" if part is AddressPart.DOMAIN else f"{local}@{plain}.example"
    difference = differing.part_of_address(where.operand, word, value, sample)
    if part is AddressPart.DETAIL and operator == STARTS:
        gathered.add(CONTAINS, f"+{value}", difference)
    else:
        gathered.add(CONTAINS, value, difference)


def in_header_of_addresses(where: KeysLookedUp, keys: tuple[str, ...], how: KeysCompared) -> Test:
    """Keys in the whole text of From, Sender, To or Cc, of which rules see the addresses."""
    gathered = Gathered(where, how)
    for key in keys:
        shape = shape_of(key, how.match)
        if shape is None:
            if how.match == "regex":
                looked = LookedAt(operand=where.operand, beside=where.beside)
                done = converted(
                    key, flavor=Flavor.POSIX, looked=looked, ignores_case=how.folded
                ).as_test()
                difference = differing.display_names(where.operand, key, anywhere=False)
                gathered.add_test(Near(test=done, difference=difference))
            else:
                gathered.pattern(key, flavor=Flavor.GLOB)
        elif shape[0] == ANY:
            gathered.add_test(present(where))
        else:
            _in_header(gathered, where, shape)
    return gathered.test()


def _in_header(gathered: Gathered, where: KeysLookedUp, shape: Shape) -> None:
    operator, value = shape
    inner = value.strip()
    starts, ends = inner.startswith("<"), inner.endswith(">")
    inner = inner.removeprefix("<").removesuffix(">")
    if not inner or any(c in inner for c in ' "<>,;:') or not inner.isascii():
        difference = differing.not_visible(
            "display-names",
            f"names beside addresses: `{differing.cut(value)}` can be in no address",
            "compare the address",
        )
        gathered.add_test(Unseen(difference=difference))
        return
    if starts and ends:
        exact = EQUALS
    elif starts:
        exact = EQUALS if operator == EQUALS else STARTS
    elif ends:
        exact = ENDS
    else:
        exact = operator
    if exact in {EQUALS, ENDS, STARTS} and not (starts or ends):
        gathered.add(exact, inner, differing.whole_header(where.operand, _address(exact, inner)))
    else:
        difference = differing.display_names(where.operand, value, anywhere=operator == CONTAINS)
        gathered.add(exact, inner, difference)


def _address(operator: str, value: str) -> str:
    """An address that has a value at its start or end, or is it."""
    if operator == ENDS and not value.count("@"):
        return f"ann@{value.lstrip('.')}" if "." in value else f"ann@x.{value}"
    if operator == ENDS:
        return f"ann{value}" if value.startswith("@") else value
    if operator == STARTS:
        return value + ("example.com" if value.endswith("@") else "@example.com")
    return value
