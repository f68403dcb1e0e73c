"""The stacks that an environment wants, with their templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.changes.change import environment_words
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.cli.staging.place import StackPlace
    from mmctl.operate.stacks.wanted import WantedStack
    from mmctl.operate.templates.template import Template

FOUNDATION, STAGING = "foundation", "staging"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackAndTemplate:
    """A stack that is wanted, and the template that it comes from."""

    wanted: WantedStack
    template: Template
    notes: tuple[str, ...] = ()


def stack_names(place: StackPlace) -> dict[str, str]:
    """The names of the foundation and of the staging stack."""
    from mmctl.language.stack import foundation_stack, staging_stack

    project, environment = place.project.settings.project, place.environment
    return {
        FOUNDATION: foundation_stack(project, environment.name, environment.stack),
        STAGING: staging_stack(project, environment.name, environment.stack),
    }


def foundation_wanted(place: StackPlace, install_from: str | None) -> StackAndTemplate | None:
    """The foundation stack; None: the rules need nothing around them."""
    from mmctl.cli.staging.existing import existing_things
    from mmctl.cli.staging.foundation_template import foundation_template

    name = stack_names(place)[FOUNDATION]
    left = _left_before(place, name)
    made = foundation_template(place.run, place.project, left, install_from)
    there = existing_things(place, made.named, name)
    if there:
        made = foundation_template(place.run, place.project, left | there, install_from)
    if not made.template.resources():
        return None
    wanted = _wanted(place, FOUNDATION, made.template)
    return StackAndTemplate(wanted=wanted, template=made.template, notes=made.notes)


def staging_wanted(place: StackPlace) -> StackAndTemplate | None:
    """The staging stack; None: this environment has no mail server and no sender."""
    from mmctl.operate.staging.sections import staging_template

    template = staging_template(place.project)
    if not template.resources():
        return None
    return StackAndTemplate(wanted=_wanted(place, STAGING, template), template=template)


def bare_stack(place: StackPlace, layer: str) -> WantedStack:
    """A stack without its template: enough to look at it, or to take it away."""
    from mmctl.operate.stacks.wanted import WantedStack
    from mmctl.operate.templates.tagging import tags_of

    return WantedStack(
        name=stack_names(place)[layer],
        document={},
        tags=tags_of(place.project.settings.project, place.environment.name),
        protected=place.environment.protected,
        down=f"mmctl {layer} down{environment_words(place.project)}",
    )


def _wanted(place: StackPlace, layer: str, template: Template) -> WantedStack:
    from mmctl.records import replace

    return replace(bare_stack(place, layer), document=template.document())


def _left_before(place: StackPlace, stack: str) -> frozenset[str]:
    """Names of what an earlier stack left behind on purpose, and this one does not hold."""
    from mmctl.errors import CouldNot
    from mmctl.live.aws.tagged import tagged_arns

    wanted = bare_stack(place, FOUNDATION)
    try:
        arns = tagged_arns(place.open("resourcegroupstaggingapi"), wanted.tags)
    except CouldNot as error:
        place.run.say(f"warning: what an earlier stack left is unknown: {error.message}")
        return frozenset()
    if not arns:
        return frozenset()
    state = place.service.stack(stack)
    held = {each.physical_id for each in place.service.resources(state.id)} if state else set()
    found = {_name_in(arn) for arn in arns}
    return frozenset(name for name in found if name not in held and not _is_held(name, arns, held))


def _is_held(name: str, arns: tuple[str, ...], held: set[str | None]) -> bool:
    """Whether the stack holds the thing under its ARN."""
    return any(arn in held for arn in arns if _name_in(arn) == name)


def _name_in(arn: str) -> str:
    """What follows the account in an ARN, without the type."""
    rest = arn.split(":", 5)[-1].removesuffix(":*")
    for kind in ("log-group:", "role/", "table/", "key/", "alias/", "identity/", "function:"):
        if rest.startswith(kind):
            return f"alias/{rest[6:]}" if kind == "alias/" else rest.removeprefix(kind)
    return rest
