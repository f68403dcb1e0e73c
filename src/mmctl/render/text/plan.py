"""A plan, and the difference between two states, for people: one line per edit.

Values only: `mmctl.live` works out what is shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, assert_never

from rich.cells import cell_len
from rich.text import Text

from mmctl.counted import counted
from mmctl.live.compare.edits import Edit, EditKind
from mmctl.live.compare.wording import GLUE, flow, value_change
from mmctl.model.kinds import SHOWN, Kind
from mmctl.records import replace
from mmctl.render.text.behavior import every_lines
from mmctl.render.text.columns import columns, padded
from mmctl.render.text.ordinary import ordinary_lines
from mmctl.render.text.packing import PACKING, how_packed, in_live_rules, live_rule_rows
from mmctl.render.text.promotion import promotion_lines, value_lines
from mmctl.render.text.trust import trust_lines
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.compiler.configuration import LiveObject
    from mmctl.live.compare.edits import Summary
    from mmctl.live.plan.plan import Behaviour, Plan
    from mmctl.live.plan.trust import Trust
    from mmctl.live.state.service import Identity

EMBEDDED_BANNER: Final = "EMBEDDED, not AWS"

MARKS: Final = {
    EditKind.ADDED: ("+", "green"),
    EditKind.REMOVED: ("-", "red"),
    EditKind.MOVED: (">", "cyan"),
    EditKind.CHANGED: ("~", "yellow"),
    EditKind.RENAMED: ("~", "yellow"),
    EditKind.ADOPTED: ("=", "magenta"),
    EditKind.RELEASED: ("=", "magenta"),
    EditKind.REPLACED: ("!", "bold red"),
    EditKind.REPACKED: ("*", "cyan"),
}
_SECONDS: Final = re.compile(r":\d\dZ$")
KEPT: Final = "kept, made by hand since the last apply (to undo it: --force drift):"
LIVE_RULES: Final = "the same in live rules and compiled lists:"
_NARROW: Final = 80


def human(
    plan: Plan, *, width: int = _NARROW, messages: Sequence[str] = (), verbose: bool = False
) -> Text:
    """The plan, at most `width` columns wide; the embedded endpoint is named first and last.

    `verbose`: also the members of the API that change, and the order of the steps.
    """
    order = _steps(plan) if verbose else ()
    shown = bare(plan, width=width, messages=messages, verbose=verbose)
    return framed([shown, *order], plan.target.identity)


def _steps(plan: Plan) -> Iterator[Text]:
    """The steps, numbered as apply reports them."""
    for number, step in enumerate(plan.steps, 1):
        yield line(f"{number}/{len(plan.steps)} {step.text}")


def bare(
    plan: Plan, *, width: int = _NARROW, messages: Sequence[str] = (), verbose: bool = False
) -> Text:
    """The plan without the lines around it; `messages` are those of the corpus that change."""
    lines = [heading(plan.target.environment, plan.target.identity, plan.trust)]
    lines += [Text(visible(f"! {each}"), "bold yellow") for each in value_lines(plan)]
    lines += edit_lines(plan, width=width, verbose=verbose)
    lines += kept_lines(plan, width=width, verbose=verbose)
    if verbose and (live := [without_advice(edit) for edit in plan.live_edits]):
        lines += [Text(LIVE_RULES, "bold"), *bare_lines(live, width=width, verbose=True)]
    lines += [Text(visible(f"warning: {warning}"), "yellow") for warning in plan.warnings]
    lines += [line(each) for each in promotion_lines(plan.promotion)]
    lines += [Text(visible(f"note: {note}"), "dim") for note in plan.notes]
    lines += [line(behaviour_line(found))] if (found := plan.behaviour) else []
    lines += [line(f"  {message}") for message in messages]
    lines += [proved] if (proved := every_lines(plan.every_message, verbose=verbose)) else []
    lines += [line(each) for each in ordinary_lines(plan.ordinary)]
    lines += list(_budget(plan))
    lines.append(_totals(plan, width))
    return Text("\n").join(lines)


def without_advice(edit: Edit) -> Edit:
    """An edit for which no flag is needed: of a live rule, say, or of a compiled list."""
    return replace(edit, note=edit.note or " ") if edit.kind is EditKind.REMOVED else edit


def framed(lines: Iterable[Text], identity: Identity) -> Text:
    """Lines as one text, between two lines that say so when this is not AWS."""
    around = banner(identity)
    return Text("\n").join([*around, *lines, *around])


def banner(identity: Identity) -> list[Text]:
    """The line that says so when this is not AWS; else nothing."""
    return [Text(EMBEDDED_BANNER, "bold")] if identity.embedded else []


def line(text: str) -> Text:
    """One line of a result."""
    return Text(visible(text))


def heading(environment: str, identity: Identity, trust: Trust | None = None) -> Text:
    """The target and the identity; below, what the base says about the target."""
    caller = identity.caller.rsplit(":", 1)[-1]
    text = Text(visible(environment), "bold")
    who = visible(f"account {identity.account}  {identity.region}  as {caller}")
    text.append(f"  {who}", "not bold")
    if not identity.embedded and not is_usual(identity):
        text.append(f"  at {visible(identity.endpoint)}")
    said = [Text(visible(f"! {each}"), "bold yellow") for each in trust_lines(trust)]
    return Text("\n").join([text, *said])


def is_usual(identity: Identity) -> bool:
    """Whether the endpoint is the region's own, which need not be named."""
    usual = f"https://mail-manager.{identity.region}.amazonaws.com"
    return identity.endpoint in {usual, f"{usual}.cn"}


def edit_lines(plan: Plan, *, width: int = _NARROW, verbose: bool = False) -> list[Text]:
    """The edits, object by object, each under its heading; unchanged objects kind by kind."""
    edits: dict[tuple[Kind, str], list[Edit]] = {}
    for edit in plan.edits:
        edits.setdefault((edit.resource, edit.object), []).append(edit)
    lines: list[Text] = []
    for kind in SHOWN:
        for (of, name), group in edits.items():
            if of is kind:
                lines += _object_lines(plan, of, name, group, width, verbose=verbose)
        names = [
            thing.name
            for thing in plan.desired.of_kind(kind)
            if thing.key not in edits and thing.compiled_for is None
        ]
        if names:
            shown = visible(f"{_plural(kind, names)} {_listed(names)}  no change")
            lines.append(Text(shown, "dim"))
    return lines


def kept_lines(plan: Plan, *, width: int = _NARROW, verbose: bool = False) -> list[Text]:
    """What a rollback keeps because somebody changed it by hand, and the flag that removes it."""
    if not plan.kept:
        return []
    return [
        Text(KEPT, "bold"),
        *bare_lines(plan.kept, width=width, verbose=verbose),
    ]


def edits_alone(edits: Sequence[Edit], *, width: int = _NARROW, verbose: bool = False) -> Text:
    """Only edits, without the rest of a plan."""
    lines = bare_lines(edits, width=width, verbose=verbose) or [Text("no difference")]
    return Text("\n").join(lines)


def bare_lines(edits: Iterable[Edit], *, width: int = _NARROW, verbose: bool = False) -> list[Text]:
    """Edits, each group under its object."""
    lines: list[Text] = []
    current: tuple[Kind, str] | None = None
    for edit in told(edits, verbose=verbose):
        if (edit.resource, edit.object) != current:
            current = (edit.resource, edit.object)
            lines.append(Text(visible(f"{edit.resource.noun} {edit.object}"), "bold"))
        lines.append(_line(edit, width))
    return lines


def _object_lines(
    plan: Plan, kind: Kind, name: str, group: Sequence[Edit], width: int, *, verbose: bool
) -> Iterator[Text]:
    edits = told(group, verbose=verbose)
    live, desired = plan.live.find(kind, name), plan.desired.find(kind, name)
    whole = [edit for edit in edits if edit.kind in {EditKind.ADDED, EditKind.REMOVED}]
    title = Text(visible(f"{kind.noun} {name}"), "bold")
    if live is not None:
        title.append(f" ({visible(live.id or '')})", "not bold")
        changed = f"  last changed {visible(live.changed_at[:16])}Z" if live.changed_at else ""
        if cell_len(title.plain + changed) <= width:
            title.append(changed, "not bold")
    if not whole or whole[0].of_rule:
        yield title
        yield from (_line(edit, width) for edit in edits)
        return
    yield _line(whole[0], width, name=f"{kind.noun} {name}", indent="")
    if kind is Kind.RULE_SET and desired is not None:
        yield from _new_rules(plan, desired, width, verbose=verbose)


def _new_rules(plan: Plan, thing: LiveObject, width: int, *, verbose: bool) -> Iterator[Text]:
    """The rules of a new rule set; of a packed one the live rules, and with `verbose` all."""
    mark, style = MARKS[EditKind.ADDED]
    if thing.logical:
        packed = how_packed(plan.desired, thing)
        yield columns("  ", *MARKS[EditKind.REPACKED], PACKING, packed, "", width)
        for name, detail_, place in live_rule_rows(thing):
            yield columns("  ", mark, style, name, detail_, place, width)
    if not thing.logical or verbose:
        longest = max((cell_len(rule.name) for rule in thing.written), default=0)
        for number, rule in enumerate(thing.written, 1):
            name = padded(rule.name, longest)
            yield columns("  ", mark, style, name, f"rule {number}", rule.place, width)


def _line(edit: Edit, width: int, *, name: str | None = None, indent: str = "  ") -> Text:
    mark, style = MARKS[edit.kind]
    if edit.kind is EditKind.REPACKED:
        return columns(indent, mark, style, PACKING, detail(edit), "", width)
    return columns(indent, mark, style, name or edit.name, detail(edit), edit.place, width)


def told(edits: Iterable[Edit], *, verbose: bool) -> list[Edit]:
    """The edits that words describe; with `verbose`, also the members of the API."""
    found: list[Edit] = []
    for edit in edits:
        if edit.kind is EditKind.CHANGED and edit.words is not None and verbose:
            found.append(replace(edit, words=f"{edit.words} [{edit.path}]".strip()))
        elif edit.kind is EditKind.CHANGED and edit.words == "" and found:
            found[-1] = replace(found[-1], by_hand=found[-1].by_hand or edit.by_hand)
        else:
            found.append(edit)
    return found


def detail(edit: Edit) -> str:
    """What an edit does, in a few words: `subject contains: + "voucher"`.

    If it undoes a change by hand, it ends with that and when. Spaces that belong inside a
    word do not break.
    """
    hand = f"by hand {when(edit.by_hand)}".replace(" ", GLUE) if edit.by_hand else ""
    return " ".join(filter(None, (_what_it_does(edit), in_live_rules(edit), hand)))


def when(by_hand: str) -> str:
    """A time to the minute: `2026-11-27T22:10Z`, also after words."""
    return _SECONDS.sub("Z", by_hand)


def _what_it_does(edit: Edit) -> str:
    match edit.kind:
        case EditKind.ADDED:
            return "  ".join(filter(None, (edit.note, _live_name(edit))))
        case EditKind.REMOVED:
            return edit.note or "needs --allow-delete"
        case EditKind.MOVED:
            return f"moved {edit.before} → {edit.after}"
        case EditKind.RENAMED:
            to = "" if edit.after == edit.name else f" to {edit.after or 'no name'}"
            return f"renamed from {edit.before or 'no name'}{to}"
        case EditKind.ADOPTED:
            by_tool = f"needs --adopt --adopt-from {edit.managed_by}" if edit.managed_by else None
            return f"{_path(edit)}adopt  {edit.note or by_tool or 'needs --adopt'}"
        case EditKind.RELEASED:
            return f"{_path(edit)}no longer of this project"
        case EditKind.REPLACED:
            return f"replaced: {edit.note}"
        case EditKind.REPACKED:
            return edit.note or ""
        case EditKind.CHANGED:
            return edit.words or f"{edit.path}: {value_change(edit.before, edit.after)}"
        case _:
            assert_never(edit.kind)


def _live_name(edit: Edit) -> str:
    """The name that something new gets in the service, if the files use another one."""
    member = "Name" if edit.of_rule else edit.resource.api_noun.name_member
    name = edit.after.get(member) if isinstance(edit.after, dict) else None
    told = name is not None and name != edit.name and edit.resource.row.instance is None
    return f"live_name:{GLUE}{flow(name)}" if told else ""


def _path(edit: Edit) -> str:
    return f"{edit.path}  " if edit.path else ""


def behaviour_line(found: Behaviour) -> str:
    """How many messages of the corpus are treated differently, and how."""
    kinds = sorted(found.kinds.items(), key=lambda each: (-each[1], each[0]))
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds)
    return (
        f"mail: {counted(found.messages, 'message')} of {found.corpus}: "
        f"{found.differing:,} treated differently"
        + (f" ({listed})" if listed else "")
        + (f", {found.undecided:,} undecided" if found.undecided else "")
    )


def _budget(plan: Plan) -> Iterator[Text]:
    lines = plan.fits
    for rule_set, words in lines:
        yield Text(f"budget: {rule_set}: {words}" if len(lines) > 1 else f"budget: {words}")


def totals(summary: Summary) -> str:
    """How much there is to do: `1 to add, 1 to change`; or that there is nothing."""
    counts = (
        (summary.add, "to add"),
        (summary.change, "to change"),
        (summary.move, "to move"),
        (summary.rename, "to rename"),
        (summary.adopt, "to adopt"),
        (summary.delete, "to delete"),
        (summary.repack, "to repack"),
    )
    return ", ".join(f"{count} {what}" for count, what in counts if count) or "no changes"


def _totals(plan: Plan, width: int) -> Text:
    text = Text(f"plan: {totals(plan.summary)}", "bold")
    digests = f"digest {plan.digest_before[:4]}…→{plan.digest_after[:4]}…"
    if plan.empty:
        digests = f"digest {plan.digest_after[:4]}…"
    room = width - cell_len(text.plain) - cell_len(digests)
    text.append((" " * room if room >= 2 else "\n") + digests, "not bold dim")  # noqa: PLR2004 - a gap
    return text


def _plural(kind: Kind, names: Sequence[str]) -> str:
    return kind.noun if len(names) == 1 else kind.plural


def _listed(names: Sequence[str], most: int = 4) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
