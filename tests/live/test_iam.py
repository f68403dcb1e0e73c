"""The least policies: nothing that the project does not need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.live.iam import least_policies

if TYPE_CHECKING:
    from live.conftest import World

ROLE = "arn:aws:iam::111122223333:role/mail-s3"


def policies(world: World) -> dict[str, Any]:
    return least_policies(world.desired()[0], world.service().identity)


def actions(policy: dict[str, Any]) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def test_a_plan_only_reads_and_covers_every_call_that_it_made(world: World) -> None:
    world.plan()
    allowed = actions(policies(world)["plan"])
    assert {f"ses:{call}" for call in world.calls} <= allowed
    assert all(action.split(":")[1].startswith(("Get", "List", "Describe")) for action in allowed)


def test_an_apply_covers_every_call_that_it_made(world: World) -> None:
    world.apply()
    text = world.text
    world.text = "version: 1\n"
    world.apply(allow_delete=True, forced=("irreversible",))
    world.text = text
    assert {f"ses:{call}" for call in world.calls} <= actions(policies(world)["apply"])


def test_a_project_without_ingress_points_needs_nothing_for_them(world: World) -> None:
    world.text = "version: 1\narchives:\n  legal: {retention: PERMANENT}\n"
    assert not any("Ingress" in action for action in actions(policies(world)["apply"]))


def test_a_role_may_do_what_its_rules_do_and_is_trusted_by_the_service_alone(
    world: World,
) -> None:
    world.replace(
        "actions: [drop]",
        f"actions: [{{write_to_s3: {{bucket: mail, prefix: in/, role: {ROLE!r}}}}}]",
    )
    role = policies(world)["roles"][ROLE]
    assert role["policy"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:PutObject"],
            "Resource": ["arn:aws:s3:::mail", "arn:aws:s3:::mail/in/*"],
        }
    ]
    assert role["trust"]["Statement"][0]["Principal"] == {"Service": "ses.amazonaws.com"}
