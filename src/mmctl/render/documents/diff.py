"""How two versions differ: the document `mmctl/diff@1`, and the title of a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.render.documents.markdown import code
from mmctl.render.text.behavior import changes, described, headline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.questions.behavior import Behavior
    from mmctl.analysis.questions.ends import Treated
    from mmctl.live.compare.edits import Edit

SCHEMA: Final = "mmctl/diff@1"


def title(before: str, after: str) -> str:
    """What is compared, as Markdown."""
    return f"mmctl diff: {code(before)} → {code(after)}"


def document(
    before: str,
    after: str,
    edits: Sequence[Edit],
    delta: dict[str, Any],
    behavior: Sequence[Behavior] | None,
) -> dict[str, Any]:
    """The difference as JSON; behavior is null where it is not compared."""
    return {
        "schema": SCHEMA,
        "before": before,
        "after": after,
        "edits": [edit.document() for edit in edits],
        "delta": delta,
        "behaviour": None if behavior is None else {"gateways": [*map(_gateway, behavior)]},
    }


def _gateway(found: Behavior) -> dict[str, Any]:
    comparison = found.comparison
    return {
        "ingress_point": found.way.ingress_point,
        "rule_set": found.way.rule_set,
        "equal": comparison.equality.value,
        "alike": comparison.alike,
        "undecided": comparison.undecided,
        "differences": [
            {
                "before": _treatment(difference.before),
                "after": _treatment(difference.after),
                "message": kept.path,
                "command": kept.command,
            }
            for difference, kept in zip(comparison.differences, found.kept, strict=True)
        ],
    }


def _treatment(treatment: Treated) -> dict[str, Any]:
    return {
        "ends": [{"outcome": end.outcome.value, "by": end.by} for end in treatment.ends],
        "effects": [
            {
                "action": effect.label,
                "recipient": effect.recipient,
                "headers": [list(header) for header in effect.headers],
            }
            for effect in treatment.effects
        ],
    }


def behavior_markdown(behavior: Sequence[Behavior] | None) -> str:
    """How mail is treated, as Markdown; empty where it is not compared."""
    lines = []
    for found in behavior or ():
        lines.append(f"\n**{code(found.way.name)}**: {headline(found)}\n\n")
        for difference in found.comparison.differences:
            ends = " → ".join(
                ", ".join(
                    end.outcome.value + (f" by {code(end.by)}" if end.by else "")
                    for end in treatment.ends
                )
                for treatment in (difference.before, difference.after)
            )
            done = "; ".join(
                code(f"{'+' if count > 0 else '-'} {described(effect)}")
                for effect, count in changes(difference.before, difference.after)
            )
            envelope = difference.witness.submission.envelope
            whom = f"from {code(envelope.mail_from or '<>')} to {code(envelope.recipients[0])}"
            lines.append(f"- {ends}{f' ({done})' if done else ''}: {whom}\n")
    return "".join(lines)
