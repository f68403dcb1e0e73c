"""Log deliveries as CloudWatch Logs holds them, and which of them are this project's.

A source is a rule set or ingress point and one type of its logs; a destination receives; a
delivery joins the two. The methods are declared here and implemented in
`live/aws/cloudwatch_logs.py`.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.compiler.configuration import OWNER_TAG
from mmctl.live.state.canonical import digest_of
from mmctl.model.logs import LogType, bare_destination
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.live.state.service import Identity, Logs, Members

LOGS_TAG: Final = "mmctl:logs"
"""The tag of rule sets and ingress points whose logs were ever delivered from here: without it
CloudWatch Logs need not be asked."""
NOWHERE: Final = "nowhere"
"""The destination of our sources without a delivery, which an apply that stopped left."""
_WORDS: Final = {
    LogType.APPLICATION_LOGS: "application",
    LogType.TRAFFIC_POLICY_DEBUG_LOGS: "debug",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDelivery:
    """One delivery of a source."""

    id: str
    arn: str
    destination_arn: str
    """ARN of the destination as CloudWatch Logs knows it."""
    receiver: str
    """ARN of the log group, bucket or stream; for a destination elsewhere, its own ARN."""
    project: str | None
    """The value of the tag `mmctl:project`."""

    def goes_to(self, arn: str | None) -> bool:
        """Whether it delivers to what a file names by this ARN."""
        return arn in {self.receiver, self.destination_arn}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """One type of the logs of one resource, with its deliveries."""

    name: str
    resource_arn: str
    log_type: str
    deliveries: tuple[LogDelivery, ...]

    @property
    def made_here(self) -> bool:
        """Whether it has the name that it would get here."""
        return self.name == source_name(self.resource_arn, self.log_type)


def read_sources(
    logs: Logs, identity: Identity, resource_arns: Sequence[str]
) -> tuple[LogSource, ...]:
    """The sources of some resources, with their deliveries."""
    found = [
        source
        for source in logs.sources(resource_arns)
        # A service that does not know the filter by resource answers with all sources.
        if source["logType"] in _WORDS and not {*resource_arns}.isdisjoint(source["resourceArns"])
    ]
    deliveries = list(logs.deliveries([source["name"] for source in found])) if found else []
    arns = dict.fromkeys(each["deliveryDestinationArn"] for each in deliveries)
    asked = logs.gather(
        [
            *(partial(_receiver, logs, identity, arn) for arn in arns),
            *(partial(_owner, logs, each["arn"]) for each in deliveries),
        ]
    )
    receivers = dict(zip(arns, asked[: len(arns)], strict=True))
    owners = asked[len(arns) :]
    return tuple(
        LogSource(
            name=source["name"],
            resource_arn=source["resourceArns"][0],
            log_type=source["logType"],
            deliveries=tuple(
                LogDelivery(
                    id=delivery["id"],
                    arn=delivery["arn"],
                    destination_arn=delivery["deliveryDestinationArn"],
                    receiver=receivers[delivery["deliveryDestinationArn"]] or "",
                    project=owner,
                )
                for delivery, owner in zip(deliveries, owners, strict=True)
                if delivery["deliverySourceName"] == source["name"]
            ),
        )
        for source in found
    )


def _owner(logs: Logs, arn: str) -> str | None:
    return logs.tags(arn).get(OWNER_TAG)


def _receiver(logs: Logs, identity: Identity, arn: str) -> str | None:
    """The ARN of what a destination stands for; one of another account stands for itself."""
    name = arn.removeprefix(destination_arn(identity, ""))
    found = logs.destination(name) if name != arn else None
    return receiver_of(found) if found is not None else arn


def receiver_of(destination: Members) -> str:
    """The ARN of the log group, bucket or stream behind a destination."""
    configuration = destination.get("deliveryDestinationConfiguration", {})
    return bare_destination(configuration.get("destinationResourceArn", ""))


def picked(
    sources: Sequence[LogSource], wanted: Mapping[str, str], project: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Where the logs of one resource go, by log type, and who owns the deliveries of others.

    Deliveries of others count if they go to the desired receiver, and are left alone otherwise.
    """
    logging: dict[str, str] = {}
    others: dict[str, str] = {}
    for source in sources:
        of, want = source.log_type, wanted.get(source.log_type)
        ours = [each for each in source.deliveries if each.project == project]
        fits = [each for each in source.deliveries if each.goes_to(want)]
        # With several of ours, one that does not fit is seen, so all of them are corrected.
        astray = [each for each in ours if each not in fits]
        if astray:
            logging[of] = astray[0].receiver
        elif fits and want is not None:
            logging[of] = want
            if not ours:
                others[of] = fits[0].project or ""
        elif source.made_here and not source.deliveries:
            logging[of] = NOWHERE
    return logging, others


def source_name(resource_arn: str, log_type: str) -> str:
    """The name of a source that is created here: at most 60 of A-Z a-z 0-9 _ -."""
    return f"mmctl-{resource_arn.rsplit('/', 1)[-1][:36]}-{_WORDS[LogType(log_type)]}"


def destination_name(project: str, receiver: str) -> str:
    """The name of a destination that is created here: at most 60 of A-Z a-z 0-9 _ -."""
    slug = re.sub(r"[^A-Za-z0-9_-]", "-", project)[:30]
    return f"mmctl-{slug}-{digest_of([project, receiver])[:16]}"


def destination_arn(identity: Identity, name: str) -> str:
    """The ARN of a destination in this account and region."""
    place = f"{identity.partition}:logs:{identity.region}:{identity.account}"
    return f"arn:{place}:delivery-destination:{name}"
