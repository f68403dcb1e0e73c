"""The documents that `mmctl plan --iam` prints: one per role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.errors import UsageError
from mmctl.language.text.suggest import did_you_mean
from mmctl.live.iam.deploying import stack_statements
from mmctl.live.iam.operating import (
    doctor_statements,
    look_statements,
    release_statements,
    send_statements,
    watch_statements,
)
from mmctl.live.iam.read_access import (
    preflight_statements,
    read_statements,
    signing_statements,
    store_statements,
)
from mmctl.live.iam.roles import role_statements, roles_of
from mmctl.live.iam.scope import policy
from mmctl.live.iam.trusting import Job, service_trust
from mmctl.live.iam.write_access import apply_statements, list_statement
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.iam.deploying import DeployedStack
    from mmctl.live.iam.scope import Place, Policy

PLAN, APPLY, RULES, LIST, TRUST = "plan", "apply", "rules", "list", "trust"
LOOK, RELEASE, SEND, WATCHDOG = "look", "release", "send", "watchdog"
FOUNDATION, STAGING = "foundation", "staging"
KINDS: Final = (
    "plan, apply, rules[:ROLE], list:NAME, look, release, send, watchdog, doctor, foundation, "
    "staging or trust"
)


def policy_for(what: str, desired: LiveConfiguration, place: Place) -> Policy:
    """The document that `--iam` names; the trust policy is for the roles of rules.

    Raises:
        UsageError: there is no such kind, list or role, or several roles and none is named.
    """
    kind, colon, name = what.partition(":")
    reads = read_statements(desired, place)
    asks = preflight_statements(desired, place)
    match kind:
        case "plan" if not colon:
            signs = signing_statements(place, applies=False)
            return policy([*reads, *store_statements(place, writes=False), *asks, *signs])
        case "apply" if not colon:
            writes = [*apply_statements(desired, place), *signing_statements(place, applies=True)]
            return policy([*reads, *store_statements(place, writes=True), *asks, *writes])
        case "rules" if name or not colon:
            return policy(role_statements(desired, _role(desired, name), place))
        case "list" if name:
            _check_list(desired, name)
            store = store_statements(place, writes=True)
            return policy([*reads, *store, list_statement(name, place)])
        case "look" if not colon:
            return policy(look_statements(desired, place))
        case "release" if not colon:
            return policy(release_statements(desired, place))
        case "send" if not colon:
            store = store_statements(place, writes=True)
            sent = send_statements(desired, place, sender=True)
            return policy([*reads, *store, *sent])
        case "doctor" if not colon:
            return policy(doctor_statements(desired, place))
        case "watchdog" if not colon:
            return policy(watch_statements(desired, place))
        case "trust" if not colon:
            return service_trust(place)
        case _:
            raise UsageError(f"got `--iam {what}`", help=f"expected {KINDS}")


def stack_policy(
    what: str, stacks: Sequence[DeployedStack], desired: LiveConfiguration, place: Place
) -> Policy:
    """Who runs `mmctl foundation`, or `mmctl staging`, which also applies and sends the cases."""
    store = store_statements(place, writes=True)
    if what == FOUNDATION:
        return policy([*stack_statements(stacks, place), *store])
    applies = policy_for(APPLY, desired, place)["Statement"]
    sends = send_statements(desired, place, sender=True)
    return policy([*stack_statements(stacks, place), *applies, *sends])


def pipeline_policy(
    job: Job, desired: LiveConfiguration, place: Place, *, sends: bool, sender: bool
) -> Policy:
    """The policy of a pipeline's role for a job; `sends` where it sends cases as real mail."""
    match job:
        case Job.PLAN:
            return policy_for(PLAN, desired, place)
        case Job.WATCH:
            return policy(watch_statements(desired, place))
        case Job.APPLY:
            applies = policy_for(APPLY, desired, place)["Statement"]
            mail = send_statements(desired, place, sender=sender) if sends else ()
            return policy([*applies, *mail])
        case never:
            assert_never(never)


def _role(desired: LiveConfiguration, name: str) -> str:
    """The selected role, by its ARN or the last part of it."""
    roles = sorted(roles_of(desired))
    if not roles:
        raise UsageError("no rule names a role", help="there is nothing to allow for rules")
    found = [role for role in roles if not name or name in {role, role.rpartition("/")[2]}]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"--iam rules:{role.rpartition('/')[2]}" for role in roles)
    message = f"no rule names the role `{name}`" if name else f"rules name {len(roles)} roles"
    raise UsageError(message, help=f"print one document per role: {listed}")


def _check_list(desired: LiveConfiguration, name: str) -> None:
    lists = [thing.name for thing in desired.of_kind(Kind.ADDRESS_LIST)]
    if name not in lists:
        raise UsageError(f"there is no address list `{name}`", help=did_you_mean(name, lists))
