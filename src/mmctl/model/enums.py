"""The vocabularies of Mail Manager, each under AWS's name.

Compared with botocore's service model by the tests. Nothing else may live here.
"""

from enum import StrEnum


class AcceptAction(StrEnum):
    """One of 2 values of the service."""

    ALLOW = "ALLOW"
    DENY = "DENY"


class ActionFailurePolicy(StrEnum):
    """One of 2 values of the service."""

    CONTINUE = "CONTINUE"
    DROP = "DROP"


class ArchiveState(StrEnum):
    """One of 2 values of the service."""

    ACTIVE = "ACTIVE"
    PENDING_DELETION = "PENDING_DELETION"


class IngressAddressListEmailAttribute(StrEnum):
    """The service's only value."""

    RECIPIENT = "RECIPIENT"


class IngressBooleanOperator(StrEnum):
    """One of 2 values of the service."""

    IS_TRUE = "IS_TRUE"
    IS_FALSE = "IS_FALSE"


class IngressIpOperator(StrEnum):
    """One of 2 values of the service."""

    CIDR_MATCHES = "CIDR_MATCHES"
    NOT_CIDR_MATCHES = "NOT_CIDR_MATCHES"


class IngressIpv4Attribute(StrEnum):
    """The service's only value."""

    SENDER_IP = "SENDER_IP"


class IngressIpv6Attribute(StrEnum):
    """The service's only value."""

    SENDER_IPV6 = "SENDER_IPV6"


class IngressPointStatus(StrEnum):
    """One of 7 values of the service."""

    PROVISIONING = "PROVISIONING"
    DEPROVISIONING = "DEPROVISIONING"
    UPDATING = "UPDATING"
    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"
    FAILED = "FAILED"
    ASSOCIATED_VPC_ENDPOINT_DOES_NOT_EXIST = "ASSOCIATED_VPC_ENDPOINT_DOES_NOT_EXIST"


class IngressPointStatusToUpdate(StrEnum):
    """One of 2 values of the service."""

    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"


class IngressPointType(StrEnum):
    """One of 3 values of the service."""

    OPEN = "OPEN"
    AUTH = "AUTH"
    MTLS = "MTLS"


class IngressStringEmailAttribute(StrEnum):
    """The service's only value."""

    RECIPIENT = "RECIPIENT"


class IngressStringOperator(StrEnum):
    """One of 5 values of the service."""

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT_EQUALS"
    STARTS_WITH = "STARTS_WITH"
    ENDS_WITH = "ENDS_WITH"
    CONTAINS = "CONTAINS"


class IngressTlsAttribute(StrEnum):
    """The service's only value."""

    TLS_PROTOCOL = "TLS_PROTOCOL"


class IngressTlsProtocolAttribute(StrEnum):
    """One of 2 values of the service."""

    TLS1_2 = "TLS1_2"
    TLS1_3 = "TLS1_3"


class IngressTlsProtocolOperator(StrEnum):
    """One of 2 values of the service."""

    MINIMUM_TLS_VERSION = "MINIMUM_TLS_VERSION"
    IS = "IS"


class IpType(StrEnum):
    """One of 2 values of the service."""

    IPV4 = "IPV4"
    DUAL_STACK = "DUAL_STACK"


class LambdaInvocationType(StrEnum):
    """One of 2 values of the service."""

    EVENT = "EVENT"
    REQUEST_RESPONSE = "REQUEST_RESPONSE"


class MailFrom(StrEnum):
    """One of 2 values of the service."""

    REPLACE = "REPLACE"
    PRESERVE = "PRESERVE"


class RetentionPeriod(StrEnum):
    """One of 16 values of the service."""

    THREE_MONTHS = "THREE_MONTHS"
    SIX_MONTHS = "SIX_MONTHS"
    NINE_MONTHS = "NINE_MONTHS"
    ONE_YEAR = "ONE_YEAR"
    EIGHTEEN_MONTHS = "EIGHTEEN_MONTHS"
    TWO_YEARS = "TWO_YEARS"
    THIRTY_MONTHS = "THIRTY_MONTHS"
    THREE_YEARS = "THREE_YEARS"
    FOUR_YEARS = "FOUR_YEARS"
    FIVE_YEARS = "FIVE_YEARS"
    SIX_YEARS = "SIX_YEARS"
    SEVEN_YEARS = "SEVEN_YEARS"
    EIGHT_YEARS = "EIGHT_YEARS"
    NINE_YEARS = "NINE_YEARS"
    TEN_YEARS = "TEN_YEARS"
    PERMANENT = "PERMANENT"


class RuleAddressListEmailAttribute(StrEnum):
    """One of 6 values of the service."""

    RECIPIENT = "RECIPIENT"
    MAIL_FROM = "MAIL_FROM"
    SENDER = "SENDER"
    FROM = "FROM"
    TO = "TO"
    CC = "CC"


class RuleBooleanEmailAttribute(StrEnum):
    """One of 3 values of the service."""

    READ_RECEIPT_REQUESTED = "READ_RECEIPT_REQUESTED"
    TLS = "TLS"
    TLS_WRAPPED = "TLS_WRAPPED"


class RuleBooleanOperator(StrEnum):
    """One of 2 values of the service."""

    IS_TRUE = "IS_TRUE"
    IS_FALSE = "IS_FALSE"


class RuleClientCertificateAttribute(StrEnum):
    """One of 8 values of the service."""

    CN = "CN"
    SAN_RFC822_NAME = "SAN_RFC822_NAME"
    SAN_DNS_NAME = "SAN_DNS_NAME"
    SAN_DIRECTORY_NAME = "SAN_DIRECTORY_NAME"
    SAN_UNIFORM_RESOURCE_IDENTIFIER = "SAN_UNIFORM_RESOURCE_IDENTIFIER"
    SAN_IP_ADDRESS = "SAN_IP_ADDRESS"
    SAN_REGISTERED_ID = "SAN_REGISTERED_ID"
    SERIAL_NUMBER = "SERIAL_NUMBER"


class RuleDmarcOperator(StrEnum):
    """One of 2 values of the service."""

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT_EQUALS"


class RuleDmarcPolicy(StrEnum):
    """One of 3 values of the service."""

    NONE = "NONE"
    QUARANTINE = "QUARANTINE"
    REJECT = "REJECT"


class RuleIpEmailAttribute(StrEnum):
    """The service's only value."""

    SOURCE_IP = "SOURCE_IP"


class RuleIpOperator(StrEnum):
    """One of 2 values of the service."""

    CIDR_MATCHES = "CIDR_MATCHES"
    NOT_CIDR_MATCHES = "NOT_CIDR_MATCHES"


class RuleNumberEmailAttribute(StrEnum):
    """The service's only value."""

    MESSAGE_SIZE = "MESSAGE_SIZE"


class RuleNumberOperator(StrEnum):
    """One of 6 values of the service."""

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT_EQUALS"
    LESS_THAN = "LESS_THAN"
    GREATER_THAN = "GREATER_THAN"
    LESS_THAN_OR_EQUAL = "LESS_THAN_OR_EQUAL"
    GREATER_THAN_OR_EQUAL = "GREATER_THAN_OR_EQUAL"


class RuleStringEmailAttribute(StrEnum):
    """One of 8 values of the service."""

    MAIL_FROM = "MAIL_FROM"
    HELO = "HELO"
    RECIPIENT = "RECIPIENT"
    SENDER = "SENDER"
    FROM = "FROM"
    SUBJECT = "SUBJECT"
    TO = "TO"
    CC = "CC"


class RuleStringOperator(StrEnum):
    """One of 5 values of the service."""

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT_EQUALS"
    STARTS_WITH = "STARTS_WITH"
    ENDS_WITH = "ENDS_WITH"
    CONTAINS = "CONTAINS"


class RuleVerdict(StrEnum):
    """One of 4 values of the service."""

    PASS = "PASS"
    FAIL = "FAIL"
    GRAY = "GRAY"
    PROCESSING_FAILED = "PROCESSING_FAILED"


class RuleVerdictAttribute(StrEnum):
    """One of 2 values of the service."""

    SPF = "SPF"
    DKIM = "DKIM"


class RuleVerdictOperator(StrEnum):
    """One of 2 values of the service."""

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT_EQUALS"


class SnsNotificationEncoding(StrEnum):
    """One of 2 values of the service."""

    UTF_8 = "UTF-8"
    BASE64 = "BASE64"


class SnsNotificationPayloadType(StrEnum):
    """One of 2 values of the service."""

    HEADERS = "HEADERS"
    CONTENT = "CONTENT"


class TlsPolicy(StrEnum):
    """One of 3 values of the service."""

    REQUIRED = "REQUIRED"
    OPTIONAL = "OPTIONAL"
    FIPS = "FIPS"


class TrustStoreResponseOption(StrEnum):
    """One of 2 values of the service."""

    EXCLUDE = "EXCLUDE"
    INCLUDE = "INCLUDE"
