"""What is written at the end of a run that stored its results: the counts of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.cli.messages.manifest import SCHEMA, WHOLE
from mmctl.records import dataclass, replace
from mmctl.render.documents.trace import tally_document
from mmctl.render.text.messages import summary

if TYPE_CHECKING:
    from rich.text import Text

    from mmctl.cli.messages.manifest import Shard
    from mmctl.cli.run import Run
    from mmctl.judge.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run that ended."""

    name: str
    """The folder."""
    tally: Tally
    against: str | None
    """The other rules."""
    inputs: int
    """Files and messages in archives, also those of other shards."""
    batches: int
    listed: str
    """A digest of all inputs."""
    shard: Shard
    advice: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The summary as it is written."""
        return {
            "schema": SCHEMA,
            "shard": None if self.shard == WHOLE else str(self.shard),
            "inputs": self.inputs,
            "batches": self.batches,
            "listed": self.listed,
            "against": self.against,
            # What was judged rule by rule depends on how the work was shared.
            "summary": tally_document(replace(self.tally, evaluated=0)),
        }


def human(run: Run, stored: StoredRun) -> Text:
    """The counts, then what is missing."""
    return summary(stored.tally, other=stored.against, verbose=run.verbose).append(stored.advice)


def document(_run: Run, stored: StoredRun) -> dict[str, Any]:
    """The summary as `mmctl/results@1`."""
    return stored.document
