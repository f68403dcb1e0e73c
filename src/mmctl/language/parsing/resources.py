"""Tables of the sections → policies, ingress points, relays, archives, lists, add-ons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, assert_never

from mmctl.language.parsing.conditions import condition_members
from mmctl.language.parsing.list_files import entries_of
from mmctl.language.parsing.log_destinations import destinations
from mmctl.language.project import (
    LogicalAddOn,
    LogicalAddressList,
    LogicalArchive,
    LogicalIngressPoint,
    LogicalRelay,
    LogicalRuleSet,
    LogicalTrafficPolicy,
    Resource,
)
from mmctl.language.text.placed import Items, Table, Text, complete
from mmctl.model.kinds import Kind
from mmctl.model.policies import TrafficPolicy
from mmctl.model.resources import AddonSubscription, AddressList, Archive, IngressPoint, Relay
from mmctl.problem import Path, Position, Positions
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.language.parsing.shapes import Builder
    from mmctl.model.shape import Shape

R = TypeVar("R", bound=Resource)
S = TypeVar("S", bound="Shape")


class FilesBeside(Protocol):
    """Reads files that a member names, relative to the file that contains the member.

    What cannot be read is None, with a problem.
    """

    def text(self, path: Text) -> str | None:
        """The text of a file."""

    def list_file(self, path: Text) -> ListFile | None:
        """The text of a file of addresses, kept so that problems can point into it."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file of addresses: its path in the project, and its text."""

    path: str
    text: str


class ResourceBuilder:
    """Builds the resources of one file."""

    def __init__(self, builder: Builder, files_beside: FilesBeside) -> None:
        self.builder = builder
        self.files_beside = files_beside

    def build(self, kind: Kind, name: str, table: Table, at: Position) -> Resource | None:
        """The resource under a name; None: the service would refuse it, or a part is missing."""
        built = self._built(kind, name, table, at)
        if built is None or complete(table):
            return built
        match built:
            case LogicalTrafficPolicy():
                self.builder.incomplete.append((built.policy, built.positions))
            case LogicalIngressPoint():
                self.builder.incomplete.append((built.ingress_point, built.positions))
            case LogicalRelay() | LogicalArchive() | LogicalAddressList() | LogicalAddOn():
                pass  # nothing in them refers to anything else
            case LogicalRuleSet():
                raise AssertionError("rule sets are built by rule_sets")
            case _:
                assert_never(built)
        return None

    def _built(self, kind: Kind, name: str, table: Table, at: Position) -> Resource | None:
        match kind:
            case Kind.TRAFFIC_POLICY:
                return self._traffic_policy(name, table, at)
            case Kind.INGRESS_POINT:
                return self._ingress_point(name, table, at)
            case Kind.RELAY:
                return self._relay(name, table, at)
            case Kind.ARCHIVE:
                return self._archive(name, table, at)
            case Kind.ADDRESS_LIST:
                return self._address_list(name, table, at)
            case Kind.ADD_ON:
                return self._add_on(name, table, at)
            case Kind.RULE_SET:
                raise AssertionError("rule sets are built by rule_sets")
            case _:
                assert_never(kind)

    def _traffic_policy(self, name: str, table: Table, at: Position) -> Resource | None:
        statements = [each for each in table.get("statements", ()) if _conditions(each)]
        members = {
            "TrafficPolicyName": live_name(name, table, at),
            "DefaultAction": _upper(table["default"]),
            "PolicyStatements": [_statement(statement) for statement in statements],
            **_renamed(table, {"max_message_size": "MaxMessageSizeBytes"}),
        }
        places: dict[Path, Position] = {}
        for index, statement in enumerate(statements):
            here = ("PolicyStatements", index)
            places[here] = statement.position
            for number, condition in enumerate(_conditions(statement)):
                places[(*here, "Conditions", number)] = _key_at(condition)
        policy, positions = self._shape(TrafficPolicy, members, at, places)
        if policy is None:
            return None
        return LogicalTrafficPolicy(
            policy=policy,
            statement_names=tuple(statement.get("name") for statement in statements),
            statement_owners=tuple(statement.get("owner") for statement in statements),
            **common(name, table, at, positions),
        )

    def _ingress_point(self, name: str, table: Table, at: Position) -> Resource | None:
        members = {
            "IngressPointName": live_name(name, table, at),
            "Type": _upper(table["type"]),
            "RuleSetId": table["rule_set"],
            "TrafficPolicyId": table["traffic_policy"],
        }
        if "tls_policy" in table:
            members["TlsPolicy"] = _upper(table["tls_policy"])
        if "network" in table:
            members["NetworkConfiguration"] = _network(table["network"])
        configuration = self._configuration(table)
        if configuration:
            members["IngressPointConfiguration"] = configuration
        self._check_authentication(table)
        ingress_point, positions = self._shape(IngressPoint, members, at)
        positions = Positions({**positions.places, **_places(table, "auth")})
        if ingress_point is None:
            return None
        return LogicalIngressPoint(
            ingress_point=ingress_point,
            logging=destinations(self.builder, table),
            closed=table.get("status") == "closed",
            smtp_password_env=table.get("auth", {}).get("smtp_password_env"),
            **common(name, table, at, positions),
        )

    def _check_authentication(self, table: Table) -> None:
        """Check that an ingress point's type goes with its `auth` or `mtls`."""
        wanted = {"auth": "auth", "mtls": "mtls"}.get(table["type"])
        for key in ("auth", "mtls"):
            if key == wanted and key not in table and key not in table.failed:
                self._report(table.values_at["type"], f"type `{wanted}` needs `{key}: {{…}}`")
            if key != wanted and key in table:
                message = f"`{key}` cannot be used with type `{table['type']}`"
                self._report(table.keys_at[key], message)

    def _configuration(self, table: Table) -> dict[str, Any] | None:
        if "secret_arn" in table.get("auth", {}):
            return {"SecretArn": table["auth"]["secret_arn"]}
        if "mtls" not in table:
            return None
        mtls = table["mtls"]
        store = {"CAContent": self._pem_beside(mtls["ca_file"], "CERTIFICATE")}
        if "crl_file" in mtls:
            store["CrlContent"] = self._pem_beside(mtls["crl_file"], "X509 CRL")
        store |= _renamed(mtls, {"kms_key": "KmsKeyArn"})
        return {"TlsAuthConfiguration": {"TrustStore": store}}

    def _pem_beside(self, path: Text, kind: str) -> Text:
        """The content of a file that is sent to the service: of one kind, and not a private key."""
        text = self.files_beside.text(path)
        begin = f"-----BEGIN {kind}-----"
        if text is not None and (begin not in text or "PRIVATE KEY-----" in text):
            got = "a private key" if "PRIVATE KEY-----" in text else f"no `{begin}`"
            message = f"`{path}` holds {got}, expected PEM blocks of the kind `{kind}` alone"
            self.builder.report(
                "wrong-text", path.position, message, "its content would be sent to the service"
            )
        # What cannot be read was reported; it does not count as empty.
        return Text.at("unreadable" if text is None else text, path.position)

    def _relay(self, name: str, table: Table, at: Position) -> Resource | None:
        authentication = table["authentication"]
        members = {
            "RelayName": live_name(name, table, at),
            "ServerName": table["server"],
            "ServerPort": table["port"],
            "Authentication": {"SecretArn": authentication["secret_arn"]}
            if isinstance(authentication, Table)
            else {"NoAuthentication": {}},
        }
        relay, positions = self._shape(Relay, members, at)
        if relay is None:
            return None
        return LogicalRelay(relay=relay, **common(name, table, at, positions))

    def _archive(self, name: str, table: Table, at: Position) -> Resource | None:
        members: dict[str, Any] = {
            "ArchiveName": live_name(name, table, at),
            **_renamed(table, {"kms_key": "KmsKeyArn"}),
        }
        if "retention" in table:
            members["Retention"] = {"RetentionPeriod": table["retention"]}
        archive, positions = self._shape(Archive, members, at)
        if archive is None:
            return None
        return LogicalArchive(archive=archive, **common(name, table, at, positions))

    def _address_list(self, name: str, table: Table, at: Position) -> Resource | None:
        members = {"AddressListName": live_name(name, table, at)}
        address_list, positions = self._shape(AddressList, members, at)
        if address_list is None:
            return None
        entries = self._entries(table)
        places = dict(positions.places)
        for index, entry in enumerate(entries or ()):
            places["members", index] = entry.position
        sample = self._file_entries(table.get("sample_file"))
        return LogicalAddressList(
            address_list=address_list,
            members=None if entries is None else tuple(entries),
            sample=None if sample is None else tuple(sample),
            **common(name, table, at, Positions(places)),
        )

    def _entries(self, table: Table) -> list[Text] | None:
        written = table.get("members")
        in_file = self._file_entries(table.get("members_file"))
        if not isinstance(written, Items):
            if written is not None and in_file is not None:
                message = "`members_file` beside `members: external`: expected only one of them"
                self._report(table.keys_at["members_file"], message)
            return in_file
        return [*written, *(in_file or [])]

    def _file_entries(self, path: Text | None) -> list[Text] | None:
        if path is None:
            return None
        file = self.files_beside.list_file(path)
        return None if file is None else list(entries_of(file.text, file=file.path))

    def _add_on(self, name: str, table: Table, at: Position) -> Resource | None:
        subscription, positions = self._shape(
            AddonSubscription, {"AddonName": table["product"]}, at
        )
        if subscription is None:
            return None
        return LogicalAddOn(subscription=subscription, **common(name, table, at, positions))

    def _shape(
        self,
        shape: type[S],
        members: dict[str, Any],
        at: Position,
        places: dict[Path, Position] | None = None,
    ) -> tuple[S | None, Positions]:
        return self.builder.build(shape, members, otherwise=at, places=places)

    def _report(self, position: Position, message: str) -> None:
        self.builder.report("one-of", position, message)


def common(name: str, table: Table, at: Position, positions: Positions) -> dict[str, Any]:
    """What every resource has, with the places of the members that only the file knows."""
    places: dict[Path, Position] = {(key,): value for key, value in table.values_at.items()}
    return {
        "name": str(name),
        "live_name": str(live_name(name, table, at)),
        "was": table.get("was"),
        "tags": dict(table.get("tags", {})),
        "position": at,
        "positions": Positions({**places, **positions.places}),
    }


def live_name(name: str, table: Table, at: Position) -> Text:
    """The name of a resource in the service."""
    written: Text = table.get("live_name") or Text.at(name, at)
    return written


def _conditions(statement: Table) -> list[Table]:
    found: list[Table] = statement.get("allow") or statement.get("deny") or []
    return found


def _statement(statement: Table) -> dict[str, Any]:
    action = "allow" if "allow" in statement else "deny"
    return {
        "Action": Text.at(action.upper(), statement.keys_at[action]),
        "Conditions": [condition_members(condition) for condition in statement[action]],
    }


def _network(network: Table) -> dict[str, Any]:
    if "public" in network:
        return {"PublicNetworkConfiguration": {"IpType": _upper(network["public"])}}
    return {"PrivateNetworkConfiguration": {"VpcEndpointId": network["vpc_endpoint"]}}


def _renamed(table: Table, names: dict[str, str]) -> dict[str, Any]:
    return {names[key]: table[key] for key in names if key in table}


def _places(table: Table, key: str) -> dict[Path, Position]:
    """The places of the values below a key."""
    below = table.get(key)
    found = below.values_at if isinstance(below, Table) else {}
    return {(key, name): position for name, position in found.items()}


def _upper(text: Text) -> Text:
    return Text.at(text.upper(), text.position)


def _key_at(item: Table) -> Position:
    return next(iter(item.keys_at.values()), item.position)
