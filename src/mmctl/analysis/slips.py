"""Slips of the finger. No check lives here."""


def is_slip(name: str, other: str) -> bool:
    """Whether two names differ by one slip of the finger; digits are numbers, and no slips."""
    one, two = name.lower(), other.lower()
    if one.replace("-", "") == two.replace("-", ""):
        return True
    short, long = sorted((one, two), key=len)
    same = next(
        (i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    rest, other_rest = short[same:], long[same:]
    if len(short) < len(long):
        return rest == other_rest[1:] and not other_rest[0].isdigit()
    exchanged = rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:]
    replaced = rest[1:] == other_rest[1:] and not (rest[0] + other_rest[0]).isdigit()
    return exchanged or replaced
