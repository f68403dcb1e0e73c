"""The operations that the embedded Mail Manager answers, each with the function that answers it.

Every operation of Mail Manager is here. Of CloudWatch Logs there are the log deliveries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator import log_deliveries as logs
from mmctl.emulator.addons import AddonInstances, AddonSubscriptions
from mmctl.emulator.archive.exports import ArchiveExports
from mmctl.emulator.archive.messages import DOWNLOAD, download, get_content, get_message
from mmctl.emulator.archive.searches import ArchiveSearches
from mmctl.emulator.holdings import AddressLists, Archives
from mmctl.emulator.import_jobs import UPLOAD, ImportJobs, upload
from mmctl.emulator.ingress import IngressPoints
from mmctl.emulator.members import MemberOperations
from mmctl.emulator.resource import Resource
from mmctl.emulator.rules import RuleSets, TrafficPolicies
from mmctl.emulator.tags import list_tags, tag_resource, untag_resource
from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.emulator.call import Call

    Operation = Callable[[Call], dict[str, Any]]


def _operations() -> dict[str, Operation]:
    rule_sets, policies = RuleSets(), TrafficPolicies()
    lists, subscriptions = AddressLists(), AddonSubscriptions()
    members, jobs = MemberOperations(lists), ImportJobs(lists)
    archives = Archives()
    searches, exports = ArchiveSearches(archives), ArchiveExports(archives)
    operations: dict[str, Operation] = {
        "RegisterMemberToAddressList": members.register,
        "DeregisterMemberFromAddressList": members.deregister,
        "GetMemberOfAddressList": members.get,
        "ListMembersOfAddressList": members.list,
        "CreateAddressListImportJob": jobs.create,
        "GetAddressListImportJob": jobs.get,
        "ListAddressListImportJobs": jobs.list,
        "StartAddressListImportJob": jobs.start,
        "StopAddressListImportJob": jobs.stop,
        "StartArchiveSearch": searches.start,
        "GetArchiveSearch": searches.get,
        "GetArchiveSearchResults": searches.results,
        "ListArchiveSearches": searches.list,
        "StopArchiveSearch": searches.stop,
        "StartArchiveExport": exports.start,
        "GetArchiveExport": exports.get,
        "ListArchiveExports": exports.list,
        "StopArchiveExport": exports.stop,
        "GetArchiveMessage": get_message,
        "GetArchiveMessageContent": get_content,
        "TagResource": tag_resource,
        "UntagResource": untag_resource,
        "ListTagsForResource": list_tags,
    }
    special = (
        rule_sets,
        policies,
        IngressPoints(rule_sets, policies),
        archives,
        lists,
        subscriptions,
        AddonInstances(subscriptions),
    )
    by_noun: dict[Noun, Resource] = {noun: Resource(noun) for noun in Noun}
    for resource in (by_noun | {each.noun: each for each in special}).values():
        operations |= _life(resource)
    return operations


def _life(resource: Resource) -> dict[str, Operation]:
    update = {f"Update{resource.noun}": resource.update} if resource.row.updates else {}
    return update | {
        f"Create{resource.noun}": resource.create,
        f"Get{resource.noun}": resource.get,
        f"Delete{resource.noun}": resource.delete,
        f"List{resource.row.plural}": resource.list,
    }


MAIL_MANAGER: Final = "mailmanager"
LOGS: Final = "logs"
S3: Final = "s3"

OPERATIONS: Final[Mapping[str, Mapping[str, Operation]]] = {
    MAIL_MANAGER: _operations(),
    LOGS: {
        "PutDeliverySource": logs.put_source,
        "GetDeliverySource": logs.get_source,
        "DescribeDeliverySources": logs.describe_sources,
        "DeleteDeliverySource": logs.delete_source,
        "PutDeliveryDestination": logs.put_destination,
        "GetDeliveryDestination": logs.get_destination,
        "DescribeDeliveryDestinations": logs.describe_destinations,
        "DeleteDeliveryDestination": logs.delete_destination,
        "CreateDelivery": logs.create_delivery,
        "GetDelivery": logs.get_delivery,
        "DescribeDeliveries": logs.describe_deliveries,
        "DeleteDelivery": logs.delete_delivery,
        "TagResource": logs.tag_resource,
        "UntagResource": logs.untag_resource,
        "ListTagsForResource": logs.list_tags,
    },
    S3: {UPLOAD: upload, DOWNLOAD: download},
}
"""By service, under the names of botocore's models; of S3, only what pre-signed URLs lead to."""

READING: Final = ("Get", "List", "Describe")
"""The prefixes of operations that change nothing."""
