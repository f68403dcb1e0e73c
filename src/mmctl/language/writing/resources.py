"""Policies, ingress points, relays, archives, lists, add-ons → as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.language.writing.conditions import condition_to_file
from mmctl.language.writing.parts import (
    CannotWrite,
    Data,
    common,
    number,
    reference,
    tags_to_file,
    text,
)
from mmctl.language.writing.rules import rule_set_to_file
from mmctl.model.policies import TrafficPolicy
from mmctl.model.resources import AddonSubscription, AddressList, Archive, IngressPoint, Relay
from mmctl.model.rules import RuleSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.model.kinds import LiveShape
    from mmctl.model.policies import PolicyStatement
    from mmctl.model.resources import TlsAuthConfiguration
    from mmctl.model.tags import Tag


def resource_to_file(shape: LiveShape, *, name: str, members: Sequence[str] | None = None) -> Data:
    """Any resource, under a logical name; `members` are those of an address list.

    Raises:
        CannotWrite: the language cannot express a part of it.
    """
    match shape:
        case RuleSet():
            return rule_set_to_file(shape, name=name)
        case TrafficPolicy():
            return traffic_policy_to_file(shape, name=name)
        case IngressPoint():
            return ingress_point_to_file(shape, name=name)
        case Relay():
            return relay_to_file(shape, name=name)
        case Archive():
            return archive_to_file(shape, name=name)
        case AddressList():
            return address_list_to_file(shape.address_list_name, shape.tags, members, name=name)
        case AddonSubscription():
            return add_on_to_file(shape.addon_name, shape.tags)
        case _:
            assert_never(shape)


def traffic_policy_to_file(policy: TrafficPolicy, *, name: str) -> Data:
    """A traffic policy with its statements, under a logical name.

    Raises:
        CannotWrite: the language cannot express a part of it.
    """
    written: Data = {"default": policy.default_action.value.lower()}
    if policy.max_message_size_bytes is not None:
        written["max_message_size"] = number(policy.max_message_size_bytes)
    written |= common(policy.traffic_policy_name, policy.tags, name)
    if policy.policy_statements:
        written["statements"] = [_statement(statement) for statement in policy.policy_statements]
    return written


def _statement(statement: PolicyStatement) -> Data:
    conditions = [condition_to_file(condition) for condition in statement.conditions]
    return {statement.action.value.lower(): conditions}


def ingress_point_to_file(
    ingress_point: IngressPoint,
    *,
    name: str,
    closed: bool = False,
    smtp_password_env: str | None = None,
    trust_files: tuple[str, str] = ("ca.pem", "crl.pem"),
) -> Data:
    """An ingress point, under a logical name; its rule set and policy are named as in the shape.

    A password is not written: `smtp_password_env` names the environment variable to hold it. Nor
    are certificates: `trust_files` names the files for them, beside the file that is written.

    Raises:
        CannotWrite: how its clients authenticate does not fit its type.
    """
    written: Data = {
        "type": ingress_point.type.value.lower(),
        "traffic_policy": reference(ingress_point.traffic_policy_id),
        "rule_set": reference(ingress_point.rule_set_id),
    }
    if ingress_point.tls_policy is not None:
        written["tls_policy"] = ingress_point.tls_policy.value.lower()
    if closed:
        written["status"] = "closed"
    network = ingress_point.network_configuration
    if network is not None and network.public_network_configuration is not None:
        written["network"] = {"public": network.public_network_configuration.ip_type.value.lower()}
    elif network is not None and network.private_network_configuration is not None:
        endpoint = network.private_network_configuration.vpc_endpoint_id
        written["network"] = {"vpc_endpoint": endpoint}
    written |= _authentication(ingress_point, smtp_password_env, trust_files)
    return written | common(ingress_point.ingress_point_name, ingress_point.tags, name)


def _authentication(
    ingress_point: IngressPoint, smtp_password_env: str | None, trust_files: tuple[str, str]
) -> Data:
    configuration = ingress_point.ingress_point_configuration
    written: Data = {}
    if configuration is not None and configuration.secret_arn is not None:
        written = {"auth": {"secret_arn": text(configuration.secret_arn)}}
    elif configuration is not None and configuration.tls_auth_configuration is not None:
        written = {"mtls": _trust(configuration.tls_auth_configuration, trust_files)}
    elif smtp_password_env is not None:
        written = {"auth": {"smtp_password_env": smtp_password_env}}
    type_ = ingress_point.type.value.lower()
    if (type_ if type_ != "open" else None) != next(iter(written), None):
        got = next(iter(written), "no configuration")
        raise CannotWrite(f"an ingress point of type `{type_}` with {got}")
    return written


def _trust(configuration: TlsAuthConfiguration, files: tuple[str, str]) -> Data:
    store = configuration.trust_store
    if store is None:
        raise CannotWrite("mutual TLS without certificates")
    written: Data = {"ca_file": files[0]}
    if store.crl_content is not None:
        written["crl_file"] = files[1]
    if store.kms_key_arn is not None:
        written["kms_key"] = text(store.kms_key_arn)
    return written


def relay_to_file(relay: Relay, *, name: str) -> Data:
    """A relay, under a logical name."""
    secret = relay.authentication.secret_arn
    return {
        "server": relay.server_name,
        "port": relay.server_port,
        "authentication": "none" if secret is None else {"secret_arn": text(secret)},
        **common(relay.relay_name, relay.tags, name),
    }


def archive_to_file(archive: Archive, *, name: str) -> Data:
    """An archive, under a logical name.

    Raises:
        CannotWrite: the name of its key has a line break.
    """
    written: Data = {}
    if archive.retention is not None and archive.retention.retention_period is not None:
        written["retention"] = archive.retention.retention_period.value
    if archive.kms_key_arn is not None:
        written["kms_key"] = text(archive.kms_key_arn)
    return written | common(archive.archive_name, archive.tags, name)


def address_list_to_file(
    live_name: str, tags: Sequence[Tag] | None, members: Sequence[str] | None, *, name: str
) -> Data:
    """An address list, under a logical name; without members, it is external.

    Raises:
        CannotWrite: a member has a space in it.
    """
    if members is None:
        return {"members": "external", **common(live_name, tags, name)}
    return {"members": [reference(m) for m in members], **common(live_name, tags, name)}


def add_on_to_file(product: str, tags: Sequence[Tag] | None = None) -> Data:
    """An add-on, by its product."""
    return {"product": product, **tags_to_file(tags)}
