"""What the probe answers: values, which `render` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.client.probe.settling import ReadingFinding


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeWritten:
    """The project of a probe was written."""

    folder: str
    files: tuple[str, ...]
    steps: tuple[str, ...]
    """What to do next, each a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCase:
    """A case of the main project that ends otherwise under what the probe found."""

    name: str
    place: str
    before: str
    after: str
    passes: bool
    """Whether it passes then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRun:
    """What a run found out."""

    run: str
    at: str
    environment: str
    endpoint: str
    account: str
    region: str
    findings: tuple[ReadingFinding, ...]
    chosen: Mapping[str, str]
    """What the main project chooses now."""
    difference: str
    """The diff of its file; empty: nothing would change."""
    cases: tuple[ChangedCase, ...]
    written: tuple[str, ...] = ()
    """The files that were written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDone:
    """What to take away after a probe, in order."""

    steps: tuple[tuple[str, str], ...]
    """What goes, and the command that takes it away."""


ProbeAnswer: TypeAlias = ProbeWritten | ProbeRun | ProbeDone
