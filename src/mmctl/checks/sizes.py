"""How large mail can be. No check lives here."""

from __future__ import annotations

from typing import Final

LARGEST: Final = 40 * 1024 * 1024
"""Bytes of the largest message that the service takes: 40 MB, read as generously as can be.

https://docs.aws.amazon.com/ses/latest/dg/quotas.html
"""
