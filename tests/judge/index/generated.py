"""Generated gateways and messages of every kind, made so that many conditions match.

All depends on a seed alone. Values come from small pools, so that conditions meet what messages
have, in other letters, beside it, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from mmctl.judge.compare import Members
from mmctl.judge.policy import RECIPIENTS_AT_MOST
from mmctl.judge.submission import Gateway, LambdaAnswer, Scenario, Submission
from mmctl.language.project import LogicalRule
from mmctl.language.readings import CHOICES, Readings
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.enums import IpType, RuleDmarcPolicy, RuleVerdict
from mmctl.model.policies import TrafficPolicy
from mmctl.model.rules import Rule
from mmctl.problem import Position, Positions

if TYPE_CHECKING:
    from random import Random

LOCALS: Final = ("ann", "Bob", "carl.x", "d")
DOMAINS: Final = ("example.com", "Example.org", "mail.example.com", "a.b.example.org")
ADDRESSES: Final = tuple(f"{local}@{domain}" for local in LOCALS[:3] for domain in DOMAINS[:3])
PARTS: Final = ("@example.com", "@Example.org", "example", "ann", "Bob", "@", "carl", "<", "x@mail")
WORDS: Final = ("hello", "Urgent", "ΟΔΟΣ", "straße", "ü", "offer", "HELLO", "İstanbul", "of", "ell")
ENCODED: Final = (
    "=?utf-8?q?Urgent_offer?=",
    "=?utf-8?b?w7w=?=",
    "=?x?q?broken",
    "=?utf-8?q?hello?=",
)
X_NAMES: Final = ("X-Spam", "X-Mark", "X-mark", "X-Mark")
NETWORKS: Final = (
    "192.0.2.0/24",
    "198.51.100.7/32",
    "203.0.113.0/25",
    "0.0.0.0/0",
    "192.0.2.128/25",
)
NETWORKS_6: Final = ("2001:db8::/32", "2001:db8:1::/48")
CLIENTS: Final = ("192.0.2.1", "192.0.2.200", "198.51.100.7", "203.0.113.99", "2001:db8:1::5",
                  "2001:db8::1", "[192.0.2.9]", "::ffff:192.0.2.3", "no address")  # fmt: skip
SIZES: Final = (0.0, 90.0, 120.5, 150.0, 300.0, 1e9)
LISTS: Final = ("partners", "vip", "secret", "gone")
ENTRIES: Final = ("*@example.com", "ann@example.org", "Bob@Example.org", "example.org",
                  "*.example.com", "*.b.example.org", "carl*@example.com", "ann@*.example.com",
                  "example.com", "*@mail.example.com")  # fmt: skip
ADD_ON: Final = "arn:aws:ses:eu-central-1:111122223333:mailmanager-addon-instance/vade"
FIELDS: Final = ("isPassed", "addon.category", "verdict", "isListed")
ROLE: Final = "arn:aws:iam::111122223333:role/gateway"
FUNCTION: Final = "arn:aws:lambda:eu-central-1:111122223333:function:triage"
ATTRIBUTES: Final = ("MAIL_FROM", "HELO", "RECIPIENT", "SENDER", "FROM", "SUBJECT", "TO", "CC")
LISTED: Final = ("RECIPIENT", "MAIL_FROM", "SENDER", "FROM", "TO", "CC")
OPERATORS: Final = ("EQUALS", "NOT_EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS")
NUMBERS: Final = ("EQUALS", "NOT_EQUALS", "LESS_THAN", "GREATER_THAN", "LESS_THAN_OR_EQUAL",
                  "GREATER_THAN_OR_EQUAL")  # fmt: skip
VERDICTS: Final = tuple(RuleVerdict)
FAILING: Final = (
    "archive",
    "relay:exchange",
    "write_to_s3",
    "bounce",
    "publish_to_sns",
    "archive:vault",
)
_COUNTS: Final = ((0, 1, 1, 2, 2, 3), (0, 0, 0, 1, 2), (1, 1, 2, 3))
"""How many conditions, conditions under `unless`, and actions a rule may have."""
POSITION: Final = Position(file="rules.yaml", line=1)
CONDITIONS: Final[tuple[str, ...]] = (
    "text",
    "text",
    "text",
    "header",
    "certificate",
    "add-on text",
    "flag",
    "add-on flag",
    "list",
    "list",
    "size",
    "client",
    "verdict",
    "add-on verdict",
    "policy",
)
ACTIONS: Final[tuple[str, ...]] = (
    "drop",
    "relay",
    "archive",
    "s3",
    "send",
    "mark",
    "sns",
    "bounce",
    "mailbox",
    "index",
)
REFUSING: Final[tuple[str, ...]] = ("client", "client", "recipient", "listed")
"""What rules that refuse look at."""
MEDDLING: Final[tuple[str, ...]] = ("mark", "replace", "replace", "lambda")
SEEN_LATER: Final[tuple[str, ...]] = (
    "header",
    "header",
    "header",
    "recipient",
    "recipient",
    "listed",
    "verdict",
)
"""Conditions on what other rules change, and some that lack facts."""
CHANGING: Final[tuple[str, ...]] = (
    "mark",
    "mark",
    "mark",
    "replace",
    "replace",
    "drop",
    "relay",
    "archive",
    "s3",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A gateway, a scenario, and messages that it judges."""

    gateway: Gateway
    scenario: Scenario | None
    assume_pass: bool
    submissions: tuple[Submission, ...]


def generated(
    random: Random, *, messages: int = 6, rules: int | None = None, entangled: bool = False
) -> Generated:
    """A gateway of any kind with some messages; it has up to ten rules, or so many.

    If they are entangled, most rules change what conditions of later ones see, or fail.
    """
    few_facts = random.random() < 0.5
    count = random.randint(2 if entangled else 0, 10) if rules is None else rules
    gateway = gateway_of(random, count, entangled=entangled)
    return Generated(
        gateway=gateway,
        scenario=_failing(random) if entangled else _scenario(random),
        assume_pass=random.random() < 0.3,
        submissions=_submissions(random, messages, few_facts=few_facts, entangled=entangled),
    )


def _submissions(
    random: Random, count: int, *, few_facts: bool, entangled: bool
) -> tuple[Submission, ...]:
    """Messages; for entangled rules each of them several times, with little that differs."""
    found = [submission_of(random, few_facts=few_facts) for _ in range(count)]
    if entangled:
        for one in tuple(found):
            other = random.choice(found)
            found += [
                replace(one, envelope=other.envelope),
                replace(one, email=other.email),
                replace(one, facts=other.facts, envelope=_crowd(random)),
            ]
    return tuple(found)


def _crowd(random: Random) -> Envelope:
    """Many recipients, and sometimes more than a message may have."""
    count = random.choice((7, 8, 9, 9, RECIPIENTS_AT_MOST + 2))
    several = random.choice((1, 3, count))
    recipients = [address_of(random) for _ in range(several)] * count
    return Envelope(mail_from="ann@example.com", recipients=tuple(recipients[:count]))


def gateway_of(random: Random, count: int, *, entangled: bool = False) -> Gateway:
    """A gateway with so many rules, under any readings."""
    choices = {
        reading: random.choice(several)
        for reading, several in CHOICES.items()
        if random.random() < random.choice((0.0, 0.15, 0.5))
    }
    plain = random.random() < 0.4
    conditions, actions = CONDITIONS, ACTIONS if plain else (*ACTIONS, *MEDDLING)
    if entangled:
        conditions, actions = SEEN_LATER, CHANGING
    few = entangled and random.random() < 0.8
    rules = tuple(rule_of(random, number, conditions, actions, few=few) for number in range(count))
    lists: dict[str, Members | None] = {
        name: Members.of(random.sample(ENTRIES, random.randint(0, 6))) for name in LISTS[:2]
    }
    lists["secret"] = None
    statements, names = _statements(random)
    policy: dict[str, Any] = {
        "TrafficPolicyName": "edge",
        "DefaultAction": random.choice(("ALLOW", "ALLOW", "DENY")),
        "PolicyStatements": statements,
    }
    if random.random() < 0.1:
        policy["MaxMessageSizeBytes"] = random.choice((100, 150, 10_000))
    return Gateway(
        rules=rules,
        policy=None
        if random.random() < (0.8 if entangled else 0.3)
        else TrafficPolicy.of_api(policy),
        statement_names=names,
        lists=lists,
        readings=Readings.of(choices),
        certificates=random.random() < 0.7,
        ip_type=random.choice((None, IpType.IPV4, IpType.DUAL_STACK)),
        closed=random.random() < 0.02,
    )


def _statements(random: Random) -> tuple[list[dict[str, Any]], tuple[str | None, ...]]:
    statements = [
        {
            "Conditions": [_policy_condition(random) for _ in range(random.randint(1, 2))],
            "Action": random.choice(("ALLOW", "DENY")),
        }
        for _ in range(random.randint(0, 3))
    ]
    return statements, tuple(random.choice((None, "by name")) for _ in statements[:2])


def rule_of(
    random: Random, number: int, asked: tuple[str, ...], done: tuple[str, ...], *, few: bool
) -> LogicalRule:
    """A rule whose conditions and actions are of some kinds; with few of them, it applies often."""
    counts = ((0, 1, 1, 1, 1, 1, 2), (0, 0, 1), (1, 1, 2)) if few else _COUNTS
    conditions, unless, actions = (
        [make(random, kinds) for _ in range(random.choice(several))]
        for several, make, kinds in zip(
            counts, (_condition, _condition, _action), (asked, asked, done), strict=True
        )
    )
    shape = Rule.of_api({"Conditions": conditions, "Unless": unless, "Actions": actions})
    return LogicalRule(
        name=f"rule {number}",
        rule=shape,
        stop=random.random() < 0.3,
        shadow=random.random() < 0.05,
        position=POSITION,
        positions=Positions({(): POSITION}),
    )


def refusing(random: Random, gateway: Gateway) -> Gateway:
    """The gateway with up to three rules of `refuse: true`, which come first."""
    before = (
        replace(rule_of(random, 100 + number, REFUSING, ("drop",), few=True), refuse=True)
        for number in range(random.randint(1, 3))
    )
    rules = (
        replace(rule, rule=rule.rule.changed(actions=rule.actions[:1]), stop=False)
        for rule in before
    )
    return replace(gateway, rules=(*rules, *gateway.rules))


def _values(random: Random, pool: tuple[str, ...]) -> list[str]:
    return random.sample(pool, random.randint(1, 3))


def _condition(random: Random, kinds: tuple[str, ...]) -> dict[str, Any]:
    kind = random.choice(kinds)
    yes = random.choice(("IS_TRUE", "IS_FALSE"))
    match kind:
        case "text":
            attribute = random.choice(ATTRIBUTES)
            pool = (*WORDS, "=?utf") if attribute == "SUBJECT" else (*ADDRESSES, *PARTS)
            return _text({"Attribute": attribute}, random, pool)
        case "recipient":
            return _text({"Attribute": "RECIPIENT"}, random, (*ADDRESSES, *PARTS))
        case "listed":
            listed = {"Attribute": "RECIPIENT", "AddressLists": [random.choice(LISTS)]}
            return _flag({"IsInAddressList": listed}, yes)
        case "header":
            return _text({"MimeHeaderAttribute": random.choice(X_NAMES)}, random, WORDS)
        case "certificate":
            return _text({"ClientCertificateAttribute": "CN"}, random, ("ann", "Ann", "host"))
        case "add-on text":
            return _text({"Analysis": _analysis(random)}, random, ("spam", "Ham", "true"))
        case "flag":
            names = ("READ_RECEIPT_REQUESTED", "TLS", "TLS_WRAPPED")
            return _flag({"Attribute": random.choice(names)}, yes)
        case "add-on flag":
            return _flag({"Analysis": _analysis(random)}, yes)
        case "list":
            name = random.choice((*LISTS[:2], *LISTS[:2], *LISTS))
            listed = {"Attribute": random.choice(LISTED), "AddressLists": [name]}
            return _flag({"IsInAddressList": listed}, yes)
        case "size":
            number = {"Attribute": "MESSAGE_SIZE"}
            operator, value = random.choice(NUMBERS), random.choice(SIZES)
            return {"NumberExpression": {"Evaluate": number, "Operator": operator, "Value": value}}
        case "client":
            operator = random.choice(("CIDR_MATCHES", "NOT_CIDR_MATCHES"))
            values = _values(random, NETWORKS)
            return {"IpExpression": {"Evaluate": {"Attribute": "SOURCE_IP"}, "Operator": operator,
                                     "Values": values}}  # fmt: skip
        case "verdict":
            return _verdict({"Attribute": random.choice(("SPF", "DKIM"))}, random)
        case "add-on verdict":
            return _verdict({"Analysis": _analysis(random)}, random)
        case _:
            policies = random.sample(tuple(RuleDmarcPolicy), random.randint(1, 2))
            operator = random.choice(("EQUALS", "NOT_EQUALS"))
            return {"DmarcExpression": {"Operator": operator, "Values": policies}}


def _analysis(random: Random) -> dict[str, str]:
    return {"Analyzer": ADD_ON, "ResultField": random.choice(FIELDS)}


def _text(evaluate: dict[str, Any], random: Random, pool: tuple[str, ...]) -> dict[str, Any]:
    operator, values = random.choice(OPERATORS), _values(random, pool)
    return {"StringExpression": {"Evaluate": evaluate, "Operator": operator, "Values": values}}


def _flag(evaluate: dict[str, Any], operator: str) -> dict[str, Any]:
    return {"BooleanExpression": {"Evaluate": evaluate, "Operator": operator}}


def _verdict(evaluate: dict[str, Any], random: Random) -> dict[str, Any]:
    operator = random.choice(("EQUALS", "NOT_EQUALS"))
    values = random.sample(VERDICTS, random.randint(1, 2))
    return {"VerdictExpression": {"Evaluate": evaluate, "Operator": operator, "Values": values}}


def _policy_condition(random: Random) -> dict[str, Any]:
    yes = random.choice(("IS_TRUE", "IS_FALSE"))
    match random.choice(("text", "add-on", "flag", "list", "ip", "ipv6", "tls")):
        case "text":
            return _text({"Attribute": "RECIPIENT"}, random, (*ADDRESSES, *PARTS))
        case "add-on":
            return _text({"Analysis": _analysis(random)}, random, ("spam", "Ham", "true"))
        case "flag":
            return _flag({"Analysis": _analysis(random)}, yes)
        case "list":
            listed = {"Attribute": "RECIPIENT", "AddressLists": [random.choice(LISTS)]}
            return _flag({"IsInAddressList": listed}, yes)
        case "ip":
            return _client("IpExpression", "SENDER_IP", random, NETWORKS)
        case "ipv6":
            return _client("Ipv6Expression", "SENDER_IPV6", random, NETWORKS_6)
        case _:
            operator = random.choice(("MINIMUM_TLS_VERSION", "IS"))
            value = random.choice(("TLS1_2", "TLS1_3"))
            return {"TlsExpression": {"Evaluate": {"Attribute": "TLS_PROTOCOL"},
                                      "Operator": operator, "Value": value}}  # fmt: skip


def _client(
    expression: str, attribute: str, random: Random, pool: tuple[str, ...]
) -> dict[str, Any]:
    operator = random.choice(("CIDR_MATCHES", "NOT_CIDR_MATCHES"))
    values = random.sample(pool, random.randint(1, 2))
    return {expression: {"Evaluate": {"Attribute": attribute}, "Operator": operator,
                         "Values": values}}  # fmt: skip


def _action(random: Random, kinds: tuple[str, ...]) -> dict[str, Any]:
    failure = {"ActionFailurePolicy": random.choice(("CONTINUE", "DROP"))}
    match random.choice(kinds):
        case "drop":
            return {"Drop": {}}
        case "relay":
            return {"Relay": {"Relay": random.choice(("exchange", "legacy")), **failure}}
        case "archive":
            return {"Archive": {"TargetArchive": "vault", **failure}}
        case "s3":
            return {"WriteToS3": {"RoleArn": ROLE, "S3Bucket": "mail-bucket", **failure}}
        case "send":
            return {"Send": {"RoleArn": ROLE}}
        case "mailbox":
            mailbox = "arn:aws:workmail:eu-central-1:111122223333:organization/m-1/user/1"
            return {"DeliverToMailbox": {"MailboxArn": mailbox, "RoleArn": ROLE, **failure}}
        case "index":
            return {"DeliverToQBusiness": {"ApplicationId": "a" * 36, "IndexId": "b" * 36,
                                           "RoleArn": ROLE, **failure}}  # fmt: skip
        case "sns":
            topic = "arn:aws:sns:eu-central-1:111122223333:news"
            return {"PublishToSns": {"RoleArn": ROLE, "TopicArn": topic, **failure}}
        case "bounce":
            return {"Bounce": {"RoleArn": ROLE, "Sender": "postmaster@example.com",
                               "StatusCode": "5.1.1", "SmtpReplyCode": "550",
                               "DiagnosticMessage": "no", **failure}}  # fmt: skip
        case "mark":
            name, value = random.choice(X_NAMES), random.choice(("hello", "Urgent", "of"))
            return {"AddHeader": {"HeaderName": name, "HeaderValue": value}}
        case "replace":
            count = random.choice((1, 1, 2))
            return {"ReplaceRecipient": {"ReplaceWith": random.sample(ADDRESSES, count)}}
        case _:
            waits = random.choice(("REQUEST_RESPONSE", "REQUEST_RESPONSE", "EVENT"))
            return {"InvokeLambda": {"FunctionArn": FUNCTION, "InvocationType": waits,
                                     "RoleArn": ROLE, **failure}}  # fmt: skip


def _scenario(random: Random) -> Scenario | None:
    if random.random() < 0.5:
        return None
    answers = {"triage": random.choice(tuple(LambdaAnswer))} if random.random() < 0.5 else {}
    failing = random.sample(FAILING, random.randint(0, 2)) if random.random() < 0.6 else ()
    return Scenario(answers=answers, failing=frozenset(failing))


def _failing(random: Random) -> Scenario:
    return Scenario(failing=frozenset(random.sample(FAILING[:3], random.choice((0, 0, 1, 2)))))


def submission_of(random: Random, *, few_facts: bool) -> Submission:
    """A message with what others say of it; with few facts, most of that is missing."""
    known = 0.25 if few_facts else 0.92

    def stated(value: Any) -> Any:
        return value if random.random() < known else None

    add_ons: dict[str, dict[str, str | bool]] = {}
    if random.random() < known:
        answers: dict[str, str | bool] = {}
        for field in ("isPassed", "category", "verdict", "is Listed"):
            if random.random() < 0.8:
                answers[field] = random.choice((True, False, "spam", "PASS", "true", "ham"))
        add_ons[random.choice(("vade", ADD_ON))] = answers
    recipients = [address_of(random) for _ in range(random.choice((0, 1, 1, 2, 3, 4)))]
    senders = ("", address_of(random), address_of(random))
    return Submission(
        email=read_email(message_of(random)),
        session=Session(
            source_ip=stated(random.choice(CLIENTS)),
            helo=stated(random.choice(("mail.example.com", "ann", "Example.org"))),
            tls=stated(random.choice(tuple(Tls))),
            tls_wrapped=stated(random.random() < 0.5),
            client_certificate=stated(random.choice(({}, {"CN": ("Ann", "host.example")}))),
        ),
        envelope=Envelope(
            mail_from=random.choice(senders) if random.random() < max(known, 0.6) else None,
            recipients=tuple(recipients),
        ),
        facts=Facts(
            spf=stated(random.choice(VERDICTS)),
            dkim=stated(random.choice(VERDICTS)),
            dmarc=stated(random.choice(VERDICTS)),
            dmarc_policy=stated(random.choice((*RuleDmarcPolicy, NoPolicy.NO_POLICY))),
            add_ons=add_ons,
        ),
    )


def address_of(random: Random) -> str:
    address = random.choice(ADDRESSES) if random.random() < 0.8 else "ann+tag@mail.example.com"
    return random.choice((address, address, address.upper(), f"{address}.", "nobody"))


def message_of(random: Random) -> bytes:
    counts = {
        "From": (1, 1, 1, 0, 2),
        "Sender": (0, 0, 1),
        "To": (1, 1, 1, 0, 2),
        "Cc": (1, 1, 0),
        "Subject": (0, 1, 1, 1, 2),
        **dict.fromkeys(X_NAMES, (0, 0, 1, 2)),
        "Disposition-Notification-To": (0, 0, 1),
    }
    addresses = ("From", "Sender", "To", "Cc")
    lines = [
        f"{name}: {_mailbox(random) if name in addresses else _phrase(random)}"
        for name, several in counts.items()
        for _ in range(random.choice(several))
    ]
    random.shuffle(lines)
    body = "body " * random.choice((0, 1, 10, 40))
    return "\r\n".join((*lines, "", body)).encode("utf-8", "surrogateescape")


def _mailbox(random: Random) -> str:
    first = random.choice(ADDRESSES)
    return random.choice(
        (first, f"Ann <{first}>", f'"Bob, X" <{first}>, {random.choice(ADDRESSES).upper()}',
         f"=?utf-8?q?ann?= <{first}>", "<<<broken", "", f"<{first}> (Bob)")
    )  # fmt: skip


def _phrase(random: Random) -> str:
    words = random.sample((*WORDS, *ENCODED), random.randint(0, 3))
    return random.choice((" ", "", "\udce4 ")).join(words)
