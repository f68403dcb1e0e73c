"""The services of AWS around an environment: on this machine, only those that are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.cli import world
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from mmctl.language.project import Environment

_VARIABLE: Final = "AWS_ENDPOINT_URL"


def may_ask(environment: Environment, service: str) -> bool:
    """Whether a service may be asked about an environment.

    It may where the environment is in AWS, or where a variable names an endpoint of the service:
    nothing about an environment on this machine leaves it by itself.
    """
    names = (f"{_VARIABLE}_{service.upper()}", _VARIABLE)
    return not environment.on_this_machine or any(world.variable(name) for name in names)


def open_around(environment: Environment, service: str, *, why: str, help: str) -> Any:
    """A client of a service of AWS that may be asked.

    Raises:
        UsageError: the environment is on this machine, and no variable names the service there;
            `why` ends the sentence, `help` says what to do.
        CouldNot: there are no credentials.
    """
    if not may_ask(environment, service):
        raise UsageError(f"environment {environment.name} is on this machine: {why}", help=help)
    from mmctl.live.aws.connect import open_service

    return open_service(environment, service)
