"""What looks say about secrets: whether they are there and have their members, never a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.doctor.said import FoundFault, NotAsked, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.operate.doctor.scene import Scene


def absent(scene: Scene, arn: str, whose: str) -> Iterator[FoundFault]:
    """That a secret is gone or going.

    Raises:
        NotAsked: it is gone, so that nothing else can be looked at.
        CouldNot: it cannot be asked.
    """
    held = scene.services.things.secret(arn)
    if held is None:
        yield FoundFault(
            text=f"{whose} names the secret `{arn}`, which does not exist",
            why="every login fails",
            commands=("aws secretsmanager list-secrets", scene.command("foundation", "status")),
        )
        raise NotAsked("the secret does not exist")
    if held.deleted:
        yield FoundFault(
            text=f"the secret `{arn}` of {whose} is going to be deleted",
            why="every login fails once it is gone",
            commands=(f"aws secretsmanager restore-secret --secret-id {arn}",),
        )


def lacks(scene: Scene, arn: str, wanted: Sequence[str]) -> str | None:
    """What a secret lacks, in words; None: nothing."""
    members = scene.services.things.secret_members(arn)
    if members is None:
        return "is no JSON object"
    missing = [each for each in wanted if each not in members]
    return None if not missing else "has no " + " and no ".join(f"`{each}`" for each in missing)


def put_value(arn: str, *members: str) -> str:
    """The command that writes a secret, with places for its values."""
    value = ", ".join(f'"{each}": "…"' for each in members)
    words = ("aws", "secretsmanager", "put-secret-value", "--secret-id", arn)
    return line_of(*words, "--secret-string", f"{{{value}}}")
