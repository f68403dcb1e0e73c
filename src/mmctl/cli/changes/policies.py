"""`mmctl plan --iam`: the least policy of one role, from the files alone, without credentials."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.errors import CouldNot, ProblemsFound, UsageError
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.live.iam.deploying import DeployedStack
    from mmctl.live.iam.scope import Place
    from mmctl.live.iam.trusting import Pipeline
    from mmctl.model.kinds import Kind

    StacksOf = Callable[[Run, Project, str], tuple[DeployedStack, ...]]


_MANAGED_POLICY: Final = 6_144
"""Characters without white space that IAM takes in one managed policy."""


def print_policy(
    run: Run, what: str, oidc: str | None, stacks_of: StacksOf, *, known_ids: bool
) -> None:
    """Write the document that `--iam` names, and say which placeholders are in it.

    `stacks_of` says what the stacks of an environment have.

    Raises:
        ProblemsFound: the project cannot be used.
        UsageError: there is no such kind, list, role or pipeline.
    """
    from mmctl.live.iam.policies import (
        APPLY,
        FOUNDATION,
        LIST,
        STAGING,
        TRUST,
        policy_for,
        stack_policy,
    )
    from mmctl.live.iam.trusting import pipeline_trust
    from mmctl.live.iam.write_access import unknown_ids
    from mmctl.model.kinds import Kind

    if oidc is not None and what != TRUST:
        raise UsageError("`--oidc` goes with `--iam trust`")
    project = run.project()
    place = _place(run, project)
    if oidc is not None:
        pipeline = _pipeline(run, oidc)
        name = project.environment.name
        every = project.settings.environments.values()
        later = sorted(e.name for e in every if e.after and e.after.environment == name)
        run.write_json(pipeline_trust(pipeline, name, place, later=later))
        return
    desired = _desired(run, project)
    place = replace(place, ids=_ids(run, project, place, asked=known_ids))
    if what in {FOUNDATION, STAGING}:
        document = stack_policy(what, stacks_of(run, project, what), desired, place)
    else:
        document = policy_for(what, desired, place)
    kind, _, name = what.partition(":")
    if kind == LIST and name not in place.ids.get(Kind.ADDRESS_LIST, {}):
        run.say(
            f"the id of address list {name} is unknown: the policy allows changes to the members "
            f"of any list of this project; once the list is live: --iam {what} --known-ids"
        )
    if what == APPLY and (unknown := unknown_ids(desired, place)):
        run.say(
            f"the ids of {', '.join(unknown)} are unknown: the policy lets ingress points be "
            f"pointed at any of the account; once they are live: --iam apply --known-ids"
        )
    characters = len(json.dumps(document, separators=(",", ":")))
    if characters > _MANAGED_POLICY:
        run.say(
            f"a managed policy holds {_MANAGED_POLICY:,} characters, and this document has "
            f"{characters:,}: put its statements into {-(-characters // _MANAGED_POLICY)} policies"
        )
    run.write_json(document)


def _desired(run: Run, project: Project) -> LiveConfiguration:
    from mmctl.compiler.compile import compile_project

    configuration, problems = compile_project(project, run.packings)
    if problems:
        raise ProblemsFound("the rules exceed the quotas of the service", problems, project.files)
    return configuration


def _place(run: Run, project: Project) -> Place:
    """The place of a policy; says which placeholders are in it."""
    from mmctl.live.iam.scope import ACCOUNT, REGION

    place = place_of(project)
    for word, value in ((ACCOUNT, place.account), (REGION, place.region)):
        if value == word:
            run.say(
                f"environment {project.environment.name} has no `{word.lower()}:`: replace "
                f"`{word}` in the policy"
            )
    return place


def place_of(project: Project) -> Place:
    """Account and region from the environment, with placeholders for what it does not say."""
    from mmctl.live.iam.scope import ACCOUNT, REGION, Place

    environment = project.environment
    in_role = (environment.role_arn or "").split(":")
    account = environment.account or (in_role[4] if len(in_role) > 4 else None)  # noqa: PLR2004
    account, region = account or ACCOUNT, environment.region or REGION
    name = project.settings.project
    where = environment.snapshots or project.settings.snapshots
    store = None
    if where.startswith("s3://"):
        store = f"{where.removeprefix('s3://').rstrip('/')}/{account}-{region}-{name}"
    return Place(
        account=account,
        region=region,
        project=name,
        store=store,
        plan_key=environment.plan_key,
    )


def _ids(
    run: Run, project: Project, place: Place, *, asked: bool
) -> Mapping[Kind, Mapping[str, str]]:
    """The ids that the last apply noted; from a bucket only if they are asked for."""
    from mmctl.cli.changes.change import open_history

    if place.store is not None and not asked:
        return {}
    try:
        known = open_history(run, project)[1].applied() if _is_offline(project, asked) else None
    except CouldNot:
        if asked:
            raise
        return {}
    found: dict[Kind, dict[str, str]] = {}
    for thing in known.objects if known is not None else ():
        if thing.id is not None:
            found.setdefault(thing.kind, {})[thing.name] = thing.id
    return found


def _is_offline(project: Project, asked: bool) -> bool:
    """Whether the history can be found without asking for an identity, or a flag asks for it."""
    from mmctl.language.project import EMBEDDED

    environment = project.environment
    return asked or environment.account is not None or environment.endpoint == EMBEDDED


def _pipeline(run: Run, text: str) -> Pipeline:
    """The named pipeline, with the numbers that a GitHub job knows about itself."""
    from mmctl.live.iam.trusting import OWNER_ID, REPOSITORY_ID, pipeline_of

    found = pipeline_of(text)
    if world.variable("GITHUB_REPOSITORY") == found.path and not found.complete:
        found = replace(
            found,
            id=world.variable("GITHUB_REPOSITORY_ID") or found.id,
            owner=world.variable("GITHUB_REPOSITORY_OWNER_ID") or found.owner,
        )
    if not found.complete:
        run.say(
            f"`{REPOSITORY_ID}` and `{OWNER_ID}` are placeholders for unknown numbers: gh api "
            f"repos/{found.path} --jq '.id, .owner.id', then "
            f"--oidc {found.server}:{found.path},id=N,owner=N"
        )
    return found
