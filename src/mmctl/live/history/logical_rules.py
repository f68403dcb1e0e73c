"""Live rule sets with the logical rules that the history, or else the files, know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.compare.recognizing import recognized
from mmctl.live.history.last_applied import last_applied
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.history.history import History
    from mmctl.live.state.read import LiveState


def with_logical_rules(state: LiveState, history: History, desired: LiveConfiguration) -> LiveState:
    """What was read, with the logical rules of packed rule sets."""
    live = state.configuration
    last = last_applied(history)
    known = () if last is None else last.named_as(live)
    return replace(state, configuration=recognized(live, (*known, desired)))
