"""`MMCTL_PROFILE_ENVIRONMENT`: which profile of this machine takes the place of what files say.

A pipeline has credentials of its own for each environment, and must not take on the roles that
people do. Only `profile` and `role_arn` are replaced: account and region stay, and are compared.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.language.project import Environment, Project

PREFIX: Final = "MMCTL_PROFILE_"


def profile_variable(environment: str) -> str:
    """The variable that names the profile of an environment: `MMCTL_PROFILE_PROD`."""
    return PREFIX + re.sub(r"[^A-Z0-9]", "_", environment.upper())


def with_run_profiles(project: Project) -> Project:
    """The project with the profiles that this run uses instead of those in the files."""
    own = dict(map(_of_run, project.settings.environments.values()))
    if own == project.settings.environments:
        return project
    settings = replace(project.settings, environments=own)
    return replace(project, settings=settings, environment=_of_run(project.environment)[1])


def _of_run(environment: Environment) -> tuple[str, Environment]:
    profile = world.variable(profile_variable(environment.name))
    if not profile:
        return environment.name, environment
    return environment.name, replace(environment, run_profile=profile)
