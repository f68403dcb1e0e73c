"""The eight kinds of resource that Mail Manager keeps, as one table.

How a kind behaves lives in the module of that kind; here are its words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a resource of one kind is called in operations, ids, ARNs and answers.

    `id_length` is how many letters and digits new ids have behind the prefix. `form` is the form of
    a well-formed id where one is known; elsewhere the model's pattern is all.
    """

    name: str
    plural: str
    prefix: str
    arn_part: str
    unique: str
    created: str = "CreatedTimestamp"
    updated: str | None = "LastUpdatedTimestamp"
    id_length: int = 26
    form: re.Pattern[str] | None = None

    @property
    def id_member(self) -> str:
        """The member that carries the id, such as `RuleSetId`."""
        return f"{self.name}Id"

    @property
    def arn_member(self) -> str:
        """The member that carries the ARN, such as `RuleSetArn`."""
        return f"{self.name}Arn"


# Forms: `rs-` and `tp-` with 26 characters were seen at the service, where a malformed id fails
# before existence is looked at. For archives the model has a pattern on its search operations.
# Ids of ingress points are `inp-` and 24 of base32, seen as SMTP user names; those that were made
# here before had 26.
RULE_SET: Final = Kind(
    name="RuleSet",
    plural="RuleSets",
    prefix="rs-",
    arn_part="mailmanager-rule-set",
    unique="RuleSetName",
    created="CreatedDate",
    updated="LastModificationDate",
    form=re.compile(r"rs-[a-zA-Z0-9]{26}"),
)
TRAFFIC_POLICY: Final = Kind(
    name="TrafficPolicy",
    plural="TrafficPolicies",
    prefix="tp-",
    arn_part="mailmanager-traffic-policy",
    unique="TrafficPolicyName",
    form=re.compile(r"tp-[a-zA-Z0-9]{26}"),
)
INGRESS_POINT: Final = Kind(
    name="IngressPoint",
    plural="IngressPoints",
    prefix="inp-",
    arn_part="mailmanager-ingress-point",
    unique="IngressPointName",
    id_length=24,
    form=re.compile(r"inp-[a-zA-Z0-9]+"),
)
RELAY: Final = Kind(
    name="Relay",
    plural="Relays",
    prefix="r-",
    arn_part="mailmanager-smtp-relay",
    unique="RelayName",
    updated="LastModifiedTimestamp",
)
ARCHIVE: Final = Kind(
    name="Archive",
    plural="Archives",
    prefix="a-",
    arn_part="mailmanager-archive",
    unique="ArchiveName",
    form=re.compile(r"a-\w{1,64}", re.ASCII),
)
ADDRESS_LIST: Final = Kind(
    name="AddressList",
    plural="AddressLists",
    prefix="al-",
    arn_part="mailmanager-address-list",
    unique="AddressListName",
)
ADDON_SUBSCRIPTION: Final = Kind(
    name="AddonSubscription",
    plural="AddonSubscriptions",
    prefix="as-",
    arn_part="addon-subscription",
    unique="AddonName",
    updated=None,
)
ADDON_INSTANCE: Final = Kind(
    name="AddonInstance",
    plural="AddonInstances",
    prefix="ai-",
    arn_part="addon-instance",
    unique="AddonSubscriptionId",
    updated=None,
)
