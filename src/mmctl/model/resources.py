"""The resources around the rules: relays, archives, lists, add-ons, ingress points.

Compared with botocore's service model by the tests. Nothing that mmctl defines may live here.
"""

from typing import Annotated

from mmctl.model.enums import IngressPointType, IpType, RetentionPeriod, TlsPolicy
from mmctl.model.members import Alias, ItemCount
from mmctl.model.shape import OneOf, Shape
from mmctl.model.tags import Tag
from mmctl.model.texts import (
    AddonSubscriptionId,
    AddressListName,
    ArchiveNameString,
    CAContent,
    CrlContent,
    IngressPointName,
    KmsKeyArn,
    RelayName,
    RelayServerName,
    RelayServerPort,
    RuleSetId,
    SecretArn,
    SmtpPassword,
    TrafficPolicyId,
    VpcEndpointId,
)


class NoAuthentication(Shape):
    """A relay without authentication."""


class RelayAuthentication(OneOf[SecretArn | NoAuthentication]):
    """How a relay authenticates: not at all, or with a secret."""

    secret_arn: SecretArn | None = None
    no_authentication: NoAuthentication | None = None


class Relay(Shape):
    """An SMTP server that receives mail, as CreateRelay takes it."""

    relay_name: RelayName
    server_name: RelayServerName
    server_port: RelayServerPort
    authentication: RelayAuthentication
    tags: Annotated[tuple[Tag, ...], ItemCount(0, 200)] | None = None


class ArchiveRetention(OneOf[RetentionPeriod]):
    """How long an archive keeps a message."""

    retention_period: RetentionPeriod | None = None


class Archive(Shape):
    """A store of messages, as CreateArchive takes it."""

    archive_name: ArchiveNameString
    retention: ArchiveRetention | None = None
    kms_key_arn: KmsKeyArn | None = None
    tags: Annotated[tuple[Tag, ...], ItemCount(0, 200)] | None = None


class AddressList(Shape):
    """A named list of addresses, as CreateAddressList takes it; members are separate calls."""

    address_list_name: AddressListName
    tags: Annotated[tuple[Tag, ...], ItemCount(0, 200)] | None = None


class AddonSubscription(Shape):
    """A subscription to an add-on product, as CreateAddonSubscription takes it."""

    addon_name: str
    tags: Annotated[tuple[Tag, ...], ItemCount(0, 200)] | None = None


class AddonInstance(Shape):
    """A usable instance of a subscribed add-on, as CreateAddonInstance takes it."""

    addon_subscription_id: AddonSubscriptionId
    tags: Annotated[tuple[Tag, ...], ItemCount(0, 200)] | None = None


class TrustStore(Shape):
    """Certificates by which clients of an mTLS ingress point are trusted."""

    ca_content: Annotated[CAContent, Alias("CAContent")]
    crl_content: CrlContent | None = None
    kms_key_arn: KmsKeyArn | None = None


class TlsAuthConfiguration(Shape):
    """How an mTLS ingress point recognizes its clients."""

    trust_store: TrustStore | None = None


class IngressPointConfiguration(OneOf[SmtpPassword | SecretArn | TlsAuthConfiguration]):
    """How clients of an ingress point authenticate."""

    smtp_password: SmtpPassword | None = None
    secret_arn: SecretArn | None = None
    tls_auth_configuration: TlsAuthConfiguration | None = None


class PublicNetworkConfiguration(Shape):
    """An ingress point on the public internet."""

    ip_type: IpType


class PrivateNetworkConfiguration(Shape):
    """An ingress point in a VPC."""

    vpc_endpoint_id: VpcEndpointId


class NetworkConfiguration(OneOf[PublicNetworkConfiguration | PrivateNetworkConfiguration]):
    """Where an ingress point can be reached."""

    public_network_configuration: PublicNetworkConfiguration | None = None
    private_network_configuration: PrivateNetworkConfiguration | None = None


class IngressPoint(Shape):
    """An ingress point, as CreateIngressPoint takes it."""

    ingress_point_name: IngressPointName
    type: IngressPointType
    rule_set_id: RuleSetId
    traffic_policy_id: TrafficPolicyId
    ingress_point_configuration: IngressPointConfiguration | None = None
    network_configuration: NetworkConfiguration | None = None
    tls_policy: TlsPolicy | None = None
    tags: Annotated[tuple[Tag, ...], ItemCount(0, 200)] | None = None
