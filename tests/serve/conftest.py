"""A headless browser for the tests of pages."""

from __future__ import annotations

from browsing import Browser, browser

__all__ = ["Browser", "browser"]
