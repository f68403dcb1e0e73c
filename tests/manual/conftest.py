"""What the tests of the manual share: a browser."""

from __future__ import annotations

from browsing import browser

__all__ = ["browser"]
