"""SMTP passwords come from variables that are named for it: a file sends no other one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mmctl.errors import Refused
from mmctl.live.history.passwords import Passwords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live.conftest import World

TOKEN = "s3cret-Token-0123456789"


def of_auth(world: World, variable: str) -> None:
    world.replace("type: open", f"type: auth\n    auth: {{smtp_password_env: {variable}}}")
    world.replace("tls_policy: required", "tls_policy: fips")


@pytest.fixture
def sent(world: World) -> list[Mapping[str, Any]]:
    """What goes to the service, whole."""
    found: list[Mapping[str, Any]] = []
    world.observe = lambda _operation, parameters: found.append(parameters)
    return found


@pytest.mark.parametrize("name", ["DEPLOY_TOKEN", "mmctl_smtp_mx", "MMCTL_SMTP_", "XMMCTL_SMTP_MX"])
def test_a_variable_with_another_purpose_is_never_sent(
    world: World, sent: list[Mapping[str, Any]], name: str
) -> None:
    of_auth(world, name)
    world.environ[name] = TOKEN
    with pytest.raises(Refused, match=f"`{name}` is not a name for an SMTP password") as refused:
        world.apply()
    assert refused.value.help is not None
    assert f"--password-env {name}" in refused.value.help
    assert "MMCTL_SMTP_MX" in refused.value.help
    assert TOKEN not in str(sent)
    assert world.history.entries() == ()


def test_what_the_person_names_besides_is_sent(world: World, sent: list[Mapping[str, Any]]) -> None:
    of_auth(world, "DEPLOY_TOKEN")
    world.environ["DEPLOY_TOKEN"] = TOKEN
    world.password_variables = frozenset({"DEPLOY_TOKEN"})
    world.apply()
    assert TOKEN in str(sent)


def test_a_variable_with_another_purpose_is_not_even_compared(world: World) -> None:
    """Whether a plan has an edit would tell whether the value is the one that was set."""
    of_auth(world, "MMCTL_SMTP_MX")
    world.environ["MMCTL_SMTP_MX"] = TOKEN
    world.apply()
    asked: list[str] = []
    passwords = Passwords(world.history.store, lambda name: asked.append(name) or "x")  # type: ignore[func-returns-value]
    world.replace("MMCTL_SMTP_MX", "DEPLOY_TOKEN")
    desired = world.desired()[0]
    assert passwords.changed(desired, world.plan().live) == frozenset()
    assert asked == []
    with pytest.raises(Refused):
        passwords.check(desired)


def test_a_rollback_sends_no_variable_of_another_name_either(
    world: World, sent: list[Mapping[str, Any]]
) -> None:
    of_auth(world, "DEPLOY_TOKEN")
    world.environ["DEPLOY_TOKEN"] = TOKEN
    world.password_variables = frozenset({"DEPLOY_TOKEN"})
    world.apply()
    world.text = "version: 1\n"
    world.apply(allow_delete=True, forced=("irreversible",))
    world.password_variables = frozenset()
    sent.clear()
    plan = world.plan_rollback()
    for thing in plan.desired.objects:
        assert thing.smtp_password_env is None
    assert TOKEN not in str(sent)


def test_the_plan_says_where_each_password_comes_from(world: World) -> None:
    of_auth(world, "MMCTL_SMTP_MX")
    world.environ["MMCTL_SMTP_MX"] = TOKEN
    note = "the SMTP password of ingress point mx comes from the environment variable "
    assert note + "MMCTL_SMTP_MX" in world.plan().notes
    world.apply()
    assert note + "MMCTL_SMTP_MX" in world.plan().notes
    assert TOKEN not in str(world.plan())
