"""Rule sets and traffic policies: their quotas, what answers leave out, when they are in use.

What rules name is looked up in `references`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.references import check_named
from mmctl.emulator.resource import Body, Resource
from mmctl.emulator.service_error import conflict
from mmctl.model.actions import ACTIONS
from mmctl.model.kinds import Noun
from mmctl.model.quotas import RELAY_OR_SEND_ACTIONS, STATEMENT_CONDITIONS, STATEMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.emulator.call import Call
    from mmctl.emulator.store import StoredResource


class UsedByIngressPoints(Resource):
    """A kind that ingress points name; it is in use until the ingress point is completely gone."""

    def refuse_in_use(self, call: Call, record: StoredResource) -> None:
        """Refuse to delete what an ingress point names, even while that is being deleted."""
        for point in call.store.all(call.scope, Noun.INGRESS_POINT, call.now):
            if point.body[self.noun.id_member] == record.id:
                raise conflict(f"{self.noun} {record.id} is in use by ingress point {point.id}")


class RuleSets(UsedByIngressPoints):
    """Rule sets; an update replaces all rules."""

    def __init__(self) -> None:
        super().__init__(Noun.RULE_SET)

    def refuse_over_quota(self, call: Call, asked: Mapping[str, Any]) -> None:
        """Refuse too many rule sets, and too many relays or sends in one."""
        super().refuse_over_quota(call, asked)
        _refuse_many_relays(call, asked["Rules"])

    def filled(self, call: Call, asked: Body, record: StoredResource) -> Body:
        """Check what the rules name."""
        check_named(call, asked)
        return super().filled(call, asked, record)

    def change(self, call: Call, record: StoredResource, changes: Body) -> None:
        """Replace name or rules."""
        check_named(call, changes)
        _refuse_many_relays(call, changes.get("Rules", []))
        super().change(call, record, changes)

    def shown(self, call: Call, body: Body) -> Body:
        """Leave out `ActionFailurePolicy` if it is CONTINUE.

        Observed: https://github.com/aws/aws-cli/issues/10641
        """
        del call
        return {**body, "Rules": [_without_continue(rule) for rule in body["Rules"]]}


class TrafficPolicies(UsedByIngressPoints):
    """Traffic policies; an update replaces all statements."""

    def __init__(self) -> None:
        super().__init__(Noun.TRAFFIC_POLICY)

    def refuse_over_quota(self, call: Call, asked: Mapping[str, Any]) -> None:
        """Refuse too many policies, statements in one, or conditions in a statement."""
        super().refuse_over_quota(call, asked)
        _refuse_many_statements(call, asked["PolicyStatements"])

    def filled(self, call: Call, asked: Body, record: StoredResource) -> Body:
        """Check what the statements name."""
        check_named(call, asked)
        return super().filled(call, asked, record)

    def change(self, call: Call, record: StoredResource, changes: Body) -> None:
        """Replace name, statements, default action or size; a size cannot be removed again."""
        check_named(call, changes)
        _refuse_many_statements(call, changes.get("PolicyStatements", []))
        super().change(call, record, changes)


_HANDED_ON: Final = frozenset(row.name for row in ACTIONS if row.handed_on)


def _refuse_many_relays(call: Call, rules: list[Body]) -> None:
    count = sum(
        name in _HANDED_ON for rule in rules for action in rule["Actions"] for name in action
    )
    most = call.most(RELAY_OR_SEND_ACTIONS)
    if count > most:
        raise call.over_quota(
            f"Value at 'rules' has {count} Relay or Send actions: the quota of a rule set is {most}"
        )


def _refuse_many_statements(call: Call, statements: list[Body]) -> None:
    most = call.most(STATEMENTS)
    if len(statements) > most:
        raise call.over_quota(
            f"Value at 'policyStatements' has {len(statements)} statements:"
            f" the quota of a traffic policy is {most}"
        )
    most = call.most(STATEMENT_CONDITIONS)
    for index, statement in enumerate(statements, 1):
        count = len(statement["Conditions"])
        if count > most:
            raise call.over_quota(
                f"Value at 'policyStatements.{index}.member.conditions' has {count} conditions:"
                f" the quota of a statement is {most}"
            )


def _without_continue(rule: Body) -> Body:
    return {**rule, "Actions": [_action_shown(action) for action in rule["Actions"]]}


def _action_shown(action: Body) -> Body:
    return {
        kind: {
            name: value
            for name, value in members.items()
            if (name, value) != ("ActionFailurePolicy", "CONTINUE")
        }
        for kind, members in action.items()
    }
