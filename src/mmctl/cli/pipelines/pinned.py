"""The actions of others that a workflow uses, each by the commit that a tag of it names.

Looked up in the repositories of the actions, as they were in August 2026.
"""

from __future__ import annotations

from typing import Final

ACTIONS: Final = {
    "actions/checkout": ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/setup-python": ("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    "actions/upload-artifact": ("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    "actions/download-artifact": ("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
    "aws-actions/configure-aws-credentials": (
        "e6de054238d6b7531b4efff3b6587d9aade6a06c",
        "v6.2.3",
    ),
}
"""Commit and version, by the name of the action."""


def pinned(text: str) -> str:
    """A workflow whose `uses: NAME@` are followed by the commit, and the version as a comment."""
    for name, (commit, version) in ACTIONS.items():
        text = text.replace(f"uses: {name}@\n", f"uses: {name}@{commit} # {version}\n")
    return text
