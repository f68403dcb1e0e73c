"""Desired against live: the edits, object by object, rule by rule.

Both sides already have logical names (`mmctl.live.state.read` pairs them). `mmctl.live.plan.steps`
orders the edits into calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.live.compare.changes import changes, path_text
from mmctl.live.compare.edits import Edit, EditKind
from mmctl.live.compare.file_words import in_words
from mmctl.live.compare.logical import is_packed, logical_view
from mmctl.live.compare.repacking import (
    is_of_a_list_by_hand,
    live_edits,
    repacked_edits,
    with_live_rules,
)
from mmctl.live.compare.rules import rule_edits
from mmctl.live.state.canonical import LOG_MEMBERS, LOGGING, canonical, canonical_pair
from mmctl.live.state.replacing import is_left_over, why_replaced
from mmctl.model.kinds import Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject


def diff(
    desired: LiveConfiguration,
    live: LiveConfiguration,
    new_passwords: frozenset[str] = frozenset(),
) -> tuple[Edit, ...]:
    """The edits that make the live configuration the desired one, in logical rules.

    `new_passwords` are ingress points whose password must be set although nothing else shows it.
    """
    edits = _edits(logical_view(desired), logical_view(live), new_passwords)
    told = (edit for edit in edits if not is_of_a_list_by_hand(edit, desired, live))
    return (*with_live_rules(told, desired, live), *repacked_edits(desired, live))


def packed_diff(desired: LiveConfiguration, live: LiveConfiguration) -> tuple[Edit, ...]:
    """The edits of packed live rules, and of the lists that the compiler made, as they are."""
    if logical_view(desired) is desired and logical_view(live) is live:
        return ()
    bare = _without_origins(desired)
    return live_edits(_edits(bare, live, frozenset()), desired, live)


def _without_origins(configuration: LiveConfiguration) -> LiveConfiguration:
    """Packed rule sets whose rules go by their live names."""
    objects = (
        replace(thing, origins=()) if is_packed(thing) else thing for thing in configuration.objects
    )
    return replace(configuration, objects=tuple(objects))


def _edits(
    desired: LiveConfiguration, live: LiveConfiguration, new_passwords: frozenset[str]
) -> Iterator[Edit]:
    found = live.by_key()
    for thing in desired.objects:
        counterpart = found.get(thing.key)
        if counterpart is None:
            yield _edit(EditKind.ADDED, thing, after=canonical(thing))
        else:
            yield from object_edits(thing, counterpart, desired.project)
            if thing.kind is Kind.INGRESS_POINT and thing.name in new_passwords:
                yield _edit(
                    EditKind.CHANGED,
                    thing,
                    path="auth.smtp_password",
                    after="another",
                    words="auth: another SMTP password",
                )
    wanted = desired.by_key()
    for thing in live.objects:
        if thing.key not in wanted and thing.project == desired.project:
            note = "left over from a replacement" if is_left_over(thing, desired) else None
            yield _edit(EditKind.REMOVED, thing, before=canonical(thing), note=note)


def object_edits(desired: LiveObject, live: LiveObject, project: str) -> Iterator[Edit]:
    """The edits inside one object that is on both sides."""
    if live.project != project and desired.project == project:
        owner = f"belongs to project {live.project}" if live.project else None
        yield _edit(EditKind.ADOPTED, desired, note=owner, managed_by=live.managed_by)
    if live.project == project and desired.project != project:
        yield _edit(EditKind.RELEASED, desired)
    yield from _log_owner_edits(desired, live)
    wanted, is_now = canonical_pair(desired, live)
    if wanted == is_now:
        return
    reason = why_replaced(desired, live)
    if reason:
        yield _edit(EditKind.REPLACED, desired, note=reason)
    name = desired.kind.api_noun.name_member
    before, after = is_now.pop(name), wanted.pop(name)
    if before != after:
        yield _edit(EditKind.RENAMED, desired, before=before, after=after)
    if desired.kind is Kind.RULE_SET:
        yield from rule_edits(
            desired.name, is_now.pop("Rules"), wanted.pop("Rules"), desired.origins
        )
    if LOGGING in is_now or LOGGING in wanted:
        # A log that starts is a separate change, not a change of all logging.
        is_now.setdefault(LOGGING, {})
        wanted.setdefault(LOGGING, {})
    for change, words in in_words(desired.kind, changes(is_now, wanted), is_now, wanted):
        yield _edit(
            EditKind.CHANGED,
            desired,
            words=words,
            path=change.text,
            before=change.before,
            after=change.after,
        )


def _log_owner_edits(desired: LiveObject, live: LiveObject) -> Iterator[Edit]:
    """Log deliveries that are right but belong to somebody else, or should again."""
    for of, arn in sorted(desired.logging.items()):
        ours, made_here = (of not in each.logs_of_others for each in (desired, live))
        if live.logging.get(of) != arn or ours is made_here:
            continue
        project = live.logs_of_others.get(of)
        yield _edit(
            EditKind.ADOPTED if ours else EditKind.RELEASED,
            desired,
            path=path_text((LOGGING, LOG_MEMBERS[of])),
            note=f"belongs to project {project}" if project else None,
        )


def _edit(kind: EditKind, thing: LiveObject, **more: Any) -> Edit:
    return Edit(kind=kind, resource=thing.kind, object=thing.name, place=thing.place, **more)
