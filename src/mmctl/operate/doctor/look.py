"""What a look is. No look lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mmctl.operate.doctor.said import Said, Symptom
    from mmctl.operate.doctor.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorLook:
    """One look: what it is about, and the function that looks."""

    symptom: Symptom
    text: str
    """The docstring of its module: the fault, what is looked at, what corrects it."""
    run: Callable[[Scene], Iterable[Said]]

    @property
    def id(self) -> str:
        """The name of its file: `port-silent`."""
        return self.run.__module__.rpartition(".")[2].replace("_", "-")

    @property
    def fault(self) -> str:
        """The fault that it looks for, in one sentence."""
        return self.text.strip().partition("\n")[0].rstrip(".")

    def part(self, title: str) -> str:
        """A part of its page, on one line."""
        _, _, rest = self.text.partition(f"\n{title}:\n")
        lines = []
        for line in rest.splitlines():
            if line and not line.startswith(" "):
                break
            lines.append(line.strip())
        return " ".join(line for line in lines if line)
