"""Signed plans: the options, and which key must have signed in an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.language.project import Environment
    from mmctl.live.plan.plan import Plan
    from mmctl.live.plan.signing import PlanSignature


def signer(environment: Environment, key: str) -> Callable[[Plan, str], PlanSignature]:
    """What signs a plan and its seal with a key.

    Raises:
        UsageError: it is not the ARN of a key.
    """
    from mmctl.live.plan.signing import region_of, signed

    region = region_of(key)

    def sign(plan: Plan, seal: str) -> PlanSignature:
        from mmctl.live.aws.connect import open_keys

        return signed(plan, seal, key, open_keys(environment, region))

    return sign


def check_signed(
    environment: Environment, plan: Plan, signature: PlanSignature | None, required: str | None
) -> bool:
    """Refuse a saved plan that was not signed by the key of the pipeline or of the environment.

    Return whether one had to sign it.

    Raises:
        Refused: it was not, or the two keys are not the same.
        CouldNot: AWS KMS does not answer.
    """
    key = required or environment.plan_key
    if key is None:
        return False
    if environment.plan_key not in {None, key}:
        raise Refused(
            f"`--require-signature` names {key}, `plan_key` of environment {environment.name} "
            f"{environment.plan_key}",
            why="a plan has one signature",
            help="name the key that signs in both places",
        )
    from mmctl.live.aws.connect import open_keys
    from mmctl.live.plan.signing import check_signature, region_of

    check_signature(plan, signature, key, open_keys(environment, region_of(key)))
    return True


def refuse_unsigned(environment: Environment, required: str | None) -> None:
    """Refuse to apply without a saved plan if plans must be signed.

    Raises:
        UsageError, Refused: they must.
    """
    if required is not None:
        raise UsageError(
            "`--require-signature` goes with a saved plan",
            help="mmctl apply PLAN --require-signature KEY",
        )
    key = environment.plan_key
    if key is not None:
        raise Refused(
            f"environment {environment.name} takes only signed plans (`plan_key`)",
            why="a plan that is made and applied at once has no signature",
            help=f"mmctl plan --env {environment.name} --save FILE --sign {key}, then "
            "mmctl apply FILE",
        )
