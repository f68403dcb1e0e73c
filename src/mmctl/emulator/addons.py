"""Add-ons: one subscription per product, one instance per subscription; delete the instance first.

Source: https://docs.aws.amazon.com/ses/latest/dg/eb-addons.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.emulator.references import NAMING
from mmctl.emulator.resource import Body, Resource
from mmctl.emulator.service_error import conflict, not_found
from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from mmctl.emulator.call import Call
    from mmctl.emulator.store import StoredResource


class AddonSubscriptions(Resource):
    """Subscriptions to add-on products."""

    def __init__(self) -> None:
        super().__init__(Noun.ADDON_SUBSCRIPTION)

    def refuse_in_use(self, call: Call, record: StoredResource) -> None:
        """Refuse to delete a subscription that has an instance."""
        instance = call.store.by_name(call.scope, Noun.ADDON_INSTANCE, record.id, call.now)
        if instance is not None:
            raise conflict(f"AddonSubscription {record.id} has the instance {instance.id}")


class AddonInstances(Resource):
    """Instances of add-ons, which conditions name by ARN."""

    def __init__(self, subscriptions: AddonSubscriptions) -> None:
        super().__init__(Noun.ADDON_INSTANCE)
        self._subscriptions = subscriptions

    def filled(self, call: Call, asked: Body, record: StoredResource) -> Body:
        """Take the name of the product from the subscription."""
        del record
        id_ = asked[Noun.ADDON_SUBSCRIPTION.id_member]
        subscription = self._subscriptions.look_up(call, id_)
        if subscription is None:
            raise not_found(f"AddonSubscription not found: {id_}")
        return {**asked, "AddonName": subscription.body["AddonName"]}

    def refuse_in_use(self, call: Call, record: StoredResource) -> None:
        """Refuse to delete an instance that a condition names."""
        for noun in NAMING:
            user = call.store.mentioning(call.scope, noun, record.arn, call.now)
            if user is not None:
                raise conflict(f"AddonInstance {record.id} is in use by {noun} {user.id}")
