"""Making the looks one after the other, and what they said: the diagnosis."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.operate.doctor.catalogue import LOOKS
from mmctl.operate.doctor.said import FoundFault, NotLookedAt, Said, SoundPart, tried
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mmctl.operate.doctor.look import DoctorLook
    from mmctl.operate.doctor.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLook:
    """One look, and all that it said."""

    look: DoctorLook
    said: tuple[Said, ...]

    @property
    def sound(self) -> tuple[SoundPart, ...]:
        """What it found as it should be."""
        return tuple(each for each in self.said if isinstance(each, SoundPart))

    @property
    def faults(self) -> tuple[FoundFault, ...]:
        """What it found wrong."""
        return tuple(each for each in self.said if isinstance(each, FoundFault))

    @property
    def not_looked(self) -> tuple[NotLookedAt, ...]:
        """What it did not look at."""
        return tuple(each for each in self.said if isinstance(each, NotLookedAt))


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What all looks said."""

    environment: str
    account: str
    region: str
    endpoint: str
    embedded: bool
    looks: tuple[MadeLook, ...]

    def faults(self) -> Iterator[FoundFault]:
        """All findings, in the order of the looks."""
        return (fault for made in self.looks for fault in made.faults)

    def failed(self) -> Iterator[NotLookedAt]:
        """What was tried, and could not be looked at."""
        return (each for made in self.looks for each in made.not_looked if each.failed)

    def permissions(self) -> tuple[str, ...]:
        """The permissions that were missing, each once, sorted."""
        return tuple(sorted({each.permission for each in self.failed() if each.permission}))


def examine(
    scene: Scene, tell: Callable[[str], None], looks: Sequence[DoctorLook] = LOOKS
) -> Diagnosis:
    """Make all looks in their order; none ends another. `tell` gets progress."""
    identity = scene.service.identity
    made = []
    for number, look in enumerate(looks, 1):
        tell(f"looking: {look.id} ({number} of {len(looks)})")
        said = tuple(tried(look.id, partial(look.run, scene)))
        made.append(MadeLook(look=look, said=said))
    return Diagnosis(
        environment=scene.project.environment.name,
        account=identity.account,
        region=identity.region,
        endpoint=identity.endpoint,
        embedded=identity.embedded,
        looks=tuple(made),
    )
