"""`logging` of rule sets and ingress points, as a file writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.writing.parts import Data, text
from mmctl.model.logs import LOGS

if TYPE_CHECKING:
    from collections.abc import Mapping


def logging_to_file(logging: Mapping[str, str]) -> Data:
    """The member `logging`, if there are any destinations."""
    written = {key: text(logging[of]) for key, of in LOGS.items() if of in logging}
    return {"logging": written} if written else {}
