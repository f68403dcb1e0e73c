"""Ed25519 signatures, verified (RFC 8032 §5.1.7) regardless of the installed packages.

Slower than a C library but fast enough: some milliseconds a signature. Nothing here is secret.
"""

from __future__ import annotations

from hashlib import sha512
from typing import Final, NamedTuple

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE: Final = pow(2, (_P - 1) // 4, _P)
_SIGN_BIT: Final = 255


class _Point(NamedTuple):
    """A point of the curve in extended coordinates: x = X/Z, y = Y/Z, x·y = T/Z."""

    x: int
    y: int
    z: int
    t: int


_NEUTRAL: Final = _Point(0, 1, 1, 0)


def is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature of a message was made with the private part of a key."""
    if len(key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    signer, commitment = _point(key), _point(signature[:KEY_BYTES])
    scalar = int.from_bytes(signature[KEY_BYTES:], "little")
    if signer is None or commitment is None or scalar >= _ORDER:
        return False
    hashed = sha512(signature[:KEY_BYTES] + key + message).digest()
    challenge = int.from_bytes(hashed, "little") % _ORDER
    return _same(_times(scalar, _BASE), _sum(commitment, _times(challenge, signer)))


def is_key(key: bytes) -> bool:
    """Whether the bytes are a public key: a point of the curve."""
    return len(key) == KEY_BYTES and _point(key) is not None


def _point(encoded: bytes) -> _Point | None:
    """The point that 32 bytes encode (§5.1.3); None: they encode none."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> _SIGN_BIT, number & ((1 << _SIGN_BIT) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return _Point(x, y, 1, x * y % _P)


def _sum(one: _Point, other: _Point) -> _Point:
    """Two points added (§5.1.4)."""
    a = (one.y - one.x) * (other.y - other.x) % _P
    b = (one.y + one.x) * (other.y + other.x) % _P
    c = 2 * one.t * other.t * _D % _P
    d = 2 * one.z * other.z % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return _Point(e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(factor: int, point: _Point) -> _Point:
    """A point multiplied by a number."""
    total = _NEUTRAL
    while factor:
        if factor & 1:
            total = _sum(total, point)
        point = _sum(point, point)
        factor >>= 1
    return total


def _same(one: _Point, other: _Point) -> bool:
    return not (
        (one.x * other.z - other.x * one.z) % _P or (one.y * other.z - other.y * one.z) % _P
    )


def _base() -> _Point:
    base = _point((4 * pow(5, -1, _P) % _P).to_bytes(KEY_BYTES, "little"))
    assert base is not None  # noqa: S101 - RFC 8032 says so
    return base


_BASE: Final = _base()
