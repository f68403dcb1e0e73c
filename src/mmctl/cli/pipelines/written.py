"""Files that init wrote and nobody has changed since may be written again.

Their last line has the digest of all before it, so that what somebody changed by hand is known.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

_MARK: Final = "# as mmctl init wrote it: "
_LAST: Final = re.compile(rf"^{re.escape(_MARK)}([0-9a-f]{{16}})\n\Z", re.MULTILINE)


def marked(text: str) -> str:
    """The text with its digest in the last line."""
    return f"{text}{_MARK}{_digest(text)}\n"


def is_as_written(text: str) -> bool:
    """Whether the digest in the last line is that of the text before it."""
    found = _LAST.search(text)
    return found is not None and found[1] == _digest(text[: found.start()])


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
