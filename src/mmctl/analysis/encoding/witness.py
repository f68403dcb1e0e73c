"""A message that an analysis found, with everything that makes it end as it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.analysis.encoding.confirming import Happened
    from mmctl.judge.submission import Scenario, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A message, confirmed by the evaluator; the first recipient is the one asked about."""

    content: bytes
    size: int | None
    """The size it is thought to have, if its body is longer than what `content` has."""
    submission: Submission
    scenario: Scenario
    readings: Mapping[str, str]
    """The free readings that it needs, where they are not what the project chooses."""
    listed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Addresses that it supposes in lists that nobody read."""
    deleted: Mapping[str, bool] = field(default_factory=dict)
    """Whether lists that do not exist count as ones that include everything."""
    happened: tuple[Happened, ...]
    """What happens to the first recipient's copy, in each gateway of the proof."""
