"""Amazon EC2 around a VPC endpoint: the endpoint, its subnets, groups, lists, routes, flow logs.

Operations: Amazon EC2 API Reference, `Describe…`. Read-only.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from mmctl.live.aws.permission import NotThere, asked
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_ALL: Final = "-1"
_DELETED: Final = "deleted"
_PORTS: Final = (0, 65_535)


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcEndpoint:
    """A VPC endpoint."""

    id: str
    vpc: str
    service: str
    state: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    names: tuple[str, ...]
    """Its DNS names."""
    private_names: bool
    """Whether the service's own names lead to it inside the VPC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortOpening:
    """One entry of a security group: which ports for whom."""

    protocol: str
    first: int
    last: int
    networks: tuple[str, ...]
    groups: tuple[str, ...]
    lists: tuple[str, ...] = ()
    """Prefix lists, whose networks are elsewhere."""

    def lets(self, port: int) -> bool:
        """Whether it lets TCP to a port through."""
        return self.protocol in {_ALL, "tcp", "6"} and self.first <= port <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """A security group."""

    id: str
    inbound: tuple[PortOpening, ...]
    outbound: tuple[PortOpening, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AclEntry:
    """One entry of a network ACL; the first one that fits, by number, decides."""

    number: int
    outbound: bool
    allows: bool
    protocol: str
    first: int
    last: int
    network: str

    def fits(self, port: int) -> bool:
        """Whether it is about TCP to a port."""
        return self.protocol in {_ALL, "6"} and self.first <= port <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAcl:
    """A network ACL, and the subnets that it guards."""

    id: str
    subnets: tuple[str, ...]
    entries: tuple[AclEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcSubnet:
    """A subnet."""

    id: str
    vpc: str
    network: str
    zone: str
    free: int
    """Addresses that are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcRoute:
    """One route: where mail to a network goes, and whether that is still there."""

    network: str
    target: str
    dead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcRouteTable:
    """A route table, and the subnets that use it; the main one is for all others."""

    id: str
    main: bool
    subnets: tuple[str, ...]
    routes: tuple[VpcRoute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcFlowLog:
    """A flow log: where its records go."""

    id: str
    resource: str
    active: bool
    group: str | None
    """The log group; None: it goes elsewhere."""
    format: str


class VpcNetwork:
    """The EC2 of one account and region, as far as the way of mail to a VPC endpoint goes.

    Every method raises CouldNot, or NoPermission with the action that is missing.
    """

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    @cached_property
    def _client(self) -> Any:
        return self._clients("ec2")

    def endpoint(self, id: str) -> VpcEndpoint | None:
        """A VPC endpoint; None: there is none of this id."""
        missing = ("InvalidVpcEndpointId.NotFound", "InvalidVpcEndpointId.Malformed")
        try:
            with asked("ec2:DescribeVpcEndpoints", *missing):
                answer = self._client.describe_vpc_endpoints(VpcEndpointIds=[id])
                found = [_endpoint(each) for each in answer["VpcEndpoints"]]
        except NotThere:
            return None
        # EC2 lists what was deleted a little longer.
        return next((each for each in found if each.id == id and each.state != _DELETED), None)

    def endpoints(self) -> tuple[VpcEndpoint, ...]:
        """All VPC endpoints."""
        with asked("ec2:DescribeVpcEndpoints"):
            pages = self._pages(self._client.describe_vpc_endpoints, "VpcEndpoints")
            return tuple(_endpoint(each) for each in pages)

    def groups(self, ids: Sequence[str]) -> tuple[SecurityGroup, ...]:
        """Security groups; those that are gone are left out."""
        return self._groups({"group-id": [*ids]})

    def groups_of_stack(self, stack: str, logical_id: str) -> tuple[SecurityGroup, ...]:
        """The security groups that a stack made under a logical id, by CloudFormation's tags."""
        tag = "tag:aws:cloudformation:"
        return self._groups({f"{tag}stack-name": [stack], f"{tag}logical-id": [logical_id]})

    def _groups(self, filters: Mapping[str, Sequence[str]]) -> tuple[SecurityGroup, ...]:
        with asked("ec2:DescribeSecurityGroups"):
            wanted = [{"Name": name, "Values": [*values]} for name, values in filters.items()]
            pages = self._pages(
                self._client.describe_security_groups, "SecurityGroups", Filters=wanted
            )
            return tuple(
                SecurityGroup(
                    id=each["GroupId"],
                    inbound=tuple(_openings(each.get("IpPermissions", ()))),
                    outbound=tuple(_openings(each.get("IpPermissionsEgress", ()))),
                )
                for each in pages
            )

    def subnets(self, ids: Sequence[str]) -> tuple[VpcSubnet, ...]:
        """Subnets; those that are gone are left out."""
        with asked("ec2:DescribeSubnets"):
            wanted = [{"Name": "subnet-id", "Values": [*ids]}]
            return tuple(
                VpcSubnet(
                    id=each["SubnetId"],
                    vpc=each["VpcId"],
                    network=each["CidrBlock"],
                    zone=each.get("AvailabilityZone", ""),
                    free=int(each.get("AvailableIpAddressCount", 1)),
                )
                for each in self._pages(self._client.describe_subnets, "Subnets", Filters=wanted)
            )

    def acls(self, vpc: str) -> tuple[NetworkAcl, ...]:
        """The network ACLs of a VPC."""
        with asked("ec2:DescribeNetworkAcls"):
            wanted = [{"Name": "vpc-id", "Values": [vpc]}]
            return tuple(
                NetworkAcl(
                    id=each["NetworkAclId"],
                    subnets=tuple(to["SubnetId"] for to in each.get("Associations", ())),
                    entries=tuple(sorted(map(_entry, each.get("Entries", ())), key=_number)),
                )
                for each in self._pages(
                    self._client.describe_network_acls, "NetworkAcls", Filters=wanted
                )
            )

    def route_tables(self, vpc: str) -> tuple[VpcRouteTable, ...]:
        """The route tables of a VPC."""
        with asked("ec2:DescribeRouteTables"):
            wanted = [{"Name": "vpc-id", "Values": [vpc]}]
            pages = self._pages(self._client.describe_route_tables, "RouteTables", Filters=wanted)
            return tuple(map(_table, pages))

    def networks(self, vpc: str) -> tuple[str, ...]:
        """The networks of a VPC in CIDR form."""
        with asked("ec2:DescribeVpcs"):
            wanted = [{"Name": "vpc-id", "Values": [vpc]}]
            return tuple(
                network
                for each in self._pages(self._client.describe_vpcs, "Vpcs", Filters=wanted)
                for network in _networks(each)
            )

    def flow_logs(self, vpc: str, subnets: Sequence[str]) -> tuple[VpcFlowLog, ...]:
        """The flow logs of a VPC and of some of its subnets."""
        with asked("ec2:DescribeFlowLogs"):
            wanted = [{"Name": "resource-id", "Values": [vpc, *subnets]}]
            return tuple(
                VpcFlowLog(
                    id=each["FlowLogId"],
                    resource=each["ResourceId"],
                    active=each.get("FlowLogStatus") == "ACTIVE",
                    group=each.get("LogGroupName"),
                    format=each.get("LogFormat", ""),
                )
                for each in self._pages(self._client.describe_flow_logs, "FlowLogs", Filter=wanted)
            )

    def interfaces(self, endpoint: str) -> tuple[str, ...]:
        """The network interfaces of a VPC endpoint."""
        with asked("ec2:DescribeVpcEndpoints"):
            answer = self._client.describe_vpc_endpoints(VpcEndpointIds=[endpoint])
            return tuple(
                str(one) for each in answer["VpcEndpoints"] for one in each["NetworkInterfaceIds"]
            )

    def _pages(
        self, ask: Callable[..., Mapping[str, Any]], members: str, **wanted: Any
    ) -> Iterator[Mapping[str, Any]]:
        token: dict[str, str] = {}
        while True:
            page = ask(**wanted, **token)
            yield from page[members]
            following = page.get("NextToken")
            if not following or token == {"NextToken": following}:
                return
            token = {"NextToken": following}


def _endpoint(each: Mapping[str, Any]) -> VpcEndpoint:
    return VpcEndpoint(
        id=each["VpcEndpointId"],
        vpc=each["VpcId"],
        service=each["ServiceName"],
        state=str(each["State"]).lower(),
        subnets=tuple(each.get("SubnetIds", ())),
        groups=tuple(group["GroupId"] for group in each.get("Groups", ())),
        names=tuple(str(name["DnsName"]) for name in each.get("DnsEntries", ())),
        private_names=bool(each.get("PrivateDnsEnabled", False)),
    )


def _openings(permissions: Iterable[Mapping[str, Any]]) -> Iterator[PortOpening]:
    for each in permissions:
        ranges = [one["CidrIp"] for one in each.get("IpRanges", ())]
        ranges += [one["CidrIpv6"] for one in each.get("Ipv6Ranges", ())]
        yield PortOpening(
            protocol=str(each["IpProtocol"]),
            first=int(each.get("FromPort", _PORTS[0])),
            last=int(each.get("ToPort", _PORTS[1])),
            networks=tuple(ranges),
            groups=tuple(one["GroupId"] for one in each.get("UserIdGroupPairs", ())),
            lists=tuple(one["PrefixListId"] for one in each.get("PrefixListIds", ())),
        )


def _entry(each: Mapping[str, Any]) -> AclEntry:
    ports = each.get("PortRange") or {}
    return AclEntry(
        number=int(each["RuleNumber"]),
        outbound=bool(each["Egress"]),
        allows=str(each["RuleAction"]).lower() == "allow",
        protocol=str(each["Protocol"]),
        first=int(ports.get("From", _PORTS[0])),
        last=int(ports.get("To", _PORTS[1])),
        network=str(each.get("CidrBlock") or each.get("Ipv6CidrBlock") or ""),
    )


def _number(entry: AclEntry) -> int:
    return entry.number


def _table(each: Mapping[str, Any]) -> VpcRouteTable:
    used = each.get("Associations", ())
    return VpcRouteTable(
        id=each["RouteTableId"],
        main=any(bool(one.get("Main")) for one in used),
        subnets=tuple(one["SubnetId"] for one in used if one.get("SubnetId")),
        routes=tuple(map(_route, each.get("Routes", ()))),
    )


_TARGETS: Final = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "EgressOnlyInternetGatewayId",
)


def _route(each: Mapping[str, Any]) -> VpcRoute:
    names = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return VpcRoute(
        network=next((str(each[name]) for name in names if each.get(name)), ""),
        target=next((str(each[name]) for name in _TARGETS if each.get(name)), ""),
        dead=str(each.get("State", "active")).lower() == "blackhole",
    )


def _networks(vpc: Mapping[str, Any]) -> Iterator[str]:
    blocks = vpc.get("CidrBlockAssociationSet", ())
    yield from dict.fromkeys([vpc["CidrBlock"], *(str(each["CidrBlock"]) for each in blocks)])
