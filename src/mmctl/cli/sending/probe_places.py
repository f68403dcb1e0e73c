"""Where a probe may go: never to a protected environment, under whatever name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import Refused

if TYPE_CHECKING:
    from mmctl.language.project import Environment, Project


def refuse_protected(project: Project, environment: Environment) -> None:
    """Refuse an environment that is protected, or goes to the account and region of one.

    Raises:
        Refused: it is, or does.
    """
    places = {
        each.name: (each.account, each.region)
        for each in project.settings.environments.values()
        if each.protected
    }
    for name, place in places.items():
        same = environment.account is not None and place == (
            environment.account,
            environment.region,
        )
        if name == environment.name or same:
            raise Refused(
                f"environment `{name}` is protected",
                why="a probe makes rules, sends mail and lets actions fail",
                help="probe an account of its own: the readings are the same in all of them",
            )
    if environment.protected:
        raise Refused(
            f"environment `{environment.name}` is protected",
            why="a probe makes rules, sends mail and lets actions fail",
            help="probe an account of its own: the readings are the same in all of them",
        )
