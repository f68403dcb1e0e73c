"""Imported transport rules do what Microsoft's pages say, but for what the report names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from interchange.exchange.company_exports import xml
from interchange.exchange.plain_transport import GROUPS, OWN, Letter, Plain
from mmctl.interchange.exchange.reading import read
from mmctl.interchange.migration.lowered import Sameness
from mmctl.interchange.migration.lowering import lowered
from mmctl.interchange.migration.source import Opened, SourceOptions
from mmctl.judge.judging import judge
from mmctl.judge.submission import Scenario, Submission
from mmctl.judge.submission import gateway_of_ingress_point as gateway_of
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome
from mmctl.language.writing.write import to_yaml
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.enums import RuleVerdict

if TYPE_CHECKING:
    from mmctl.interchange.migration.lowered import LoweredGateway
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import RecipientTrace

Rule = dict[str, Any]
SENDERS = (
    "anna@partner.example",
    "bo@sub.partner.example",
    "cy@notpartner.example",
    "alerts@stranger.example",
    "alertsx@stranger.example",
    f"boss@{OWN}",
)
RECIPIENTS = (
    f"sales@{OWN}",
    f"all-sales@{OWN}",
    f"wholesale@{OWN}",
    f"cfo@{OWN}",
    "x@sub.other.example",
)
SUBJECTS = (
    "hello",
    "Invoice",
    "invoices",
    "re: invoice-7",
    "xinvoice",
    "pay now",
    "Pay nowhere",
    "[EXT] hello",
    "payment",
    "prepay now",
)
WORDS = ("invoice", "pay now", "[EXT]", "hello", "x")
PATTERNS = ("^invoice", "pay (now|later)", "^(hello|payment)$", r"voice-\d")
HEADERS = (("X-Team", "sales"), ("X-Team", "salesman"), ("X-Mark", "old"), ("X-Kind", "bulk mail"))


def some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


SINGLE: dict[str, st.SearchStrategy[Any]] = {
    "From": some(SENDERS),
    "FromMemberOf": some(tuple(GROUPS), 1),
    "FromScope": st.just("NotInOrganization"),
    "FromAddressContainsWords": some(("alerts", "partner.example", "@partner", "boss")),
    "FromAddressMatchesPatterns": some((r"^anna@", r"@(sub\.)?partner\.example$", r"^alertsx?@")),
    "SenderDomainIs": some(("partner.example", "stranger.example", "example")),
    "SenderIpRanges": some(("203.0.113.0/28", "198.51.100.7", "192.0.2.10-192.0.2.77")),
    "SentTo": some(RECIPIENTS),
    "SentToMemberOf": some(tuple(GROUPS), 1),
    "SentToScope": st.sampled_from(("InOrganization", "NotInOrganization")),
    "RecipientAddressContainsWords": some(("sales", "cfo", "example.com", "other")),
    "RecipientAddressMatchesPatterns": some((r"^(all-)?sales@", r"\.other\.example$")),
    "RecipientDomainIs": some((OWN, "other.example")),
    "AnyOfRecipientAddressContainsWords": some(("sales", "cfo")),
    "AnyOfToHeader": some(RECIPIENTS),
    "AnyOfCcHeader": some(RECIPIENTS),
    "AnyOfToCcHeader": some(RECIPIENTS),
    "AnyOfToCcHeaderMemberOf": some(tuple(GROUPS), 1),
    "SubjectContainsWords": some(WORDS),
    "SubjectMatchesPatterns": some(PATTERNS),
    "SubjectOrBodyContainsWords": some(WORDS),
    "MessageSizeOver": st.sampled_from(("2 KB", "3000 B")),
}
TOGETHER: tuple[st.SearchStrategy[Rule], ...] = (
    st.fixed_dictionaries(
        {
            "HeaderContainsMessageHeader": st.sampled_from(("X-Team", "X-Kind", "Subject")),
            "HeaderContainsWords": some(("sales", "bulk", "old", "invoice")),
        }
    ),
    st.fixed_dictionaries(
        {
            "HeaderContainsMessageHeader": st.just("Authentication-Results"),
            "HeaderContainsWords": some(("spf=fail", "spf=pass", "spf=softfail")),
        }
    ),
    st.fixed_dictionaries(
        {
            "HeaderMatchesMessageHeader": st.sampled_from(("X-Team", "X-Mark", "Subject")),
            "HeaderMatchesPatterns": some(("sales", "old|new", "^invoice")),
        }
    ),
    st.fixed_dictionaries(
        {"BetweenMemberOf1": st.just(["Board"]), "BetweenMemberOf2": st.just(["Sales Staff"])}
    ),
)
conditions = st.one_of(
    *(st.fixed_dictionaries({name: values}) for name, values in SINGLE.items()), *TOGETHER
)
ACTIONS: tuple[Rule, ...] = (
    {"DeleteMessage": True},
    {"RejectMessageReasonText": "no"},
    {"Quarantine": True},
    {"SetHeaderName": "X-Team", "SetHeaderValue": "sales"},
    {"SetHeaderName": "X-Mark", "SetHeaderValue": "new"},
    {"SetSCL": "6"},
    {"SetSCL": "-1", "StopRuleProcessing": True},
    {"SetAuditSeverity": "High"},
    {"RedirectMessageTo": [f"cfo@{OWN}"], "StopRuleProcessing": True},
    {"RedirectMessageTo": [f"sales@{OWN}", "x@other.example"]},
    {"RouteMessageOutboundConnector": "North"},
    {"RouteMessageOutboundConnector": "North", "StopRuleProcessing": True},
    {"SetHeaderName": "X-Mark", "SetHeaderValue": "end", "StopRuleProcessing": True},
    {"StopRuleProcessing": True},
    {"BlindCopyTo": ["journal@archive.example"]},
)
PROPERTIES: tuple[Rule, ...] = (
    {},
    {},
    {},
    {"SenderAddressLocation": "HeaderOrEnvelope"},
    {"SenderAddressLocation": "Envelope"},
    {"Enabled": False},
    {"Mode": "Audit"},
    {"Comments": "It's a rule"},
)


@st.composite
def rules_of(draw: st.DrawFn) -> list[Rule]:
    made: list[Rule] = []
    for number in range(draw(st.integers(1, 4))):
        rule: Rule = {"Name": f"Rule {number}", "Priority": number}
        for _ in range(draw(st.sampled_from((0, 1, 1, 2)))):
            rule |= draw(conditions)
        for _ in range(draw(st.sampled_from((0, 0, 1)))):
            rule |= {f"ExceptIf{name}": value for name, value in draw(conditions).items()}
        made.append({**rule, **draw(st.sampled_from(PROPERTIES)), **draw(st.sampled_from(ACTIONS))})
    return made


letters = st.builds(
    Letter,
    sender=st.sampled_from(SENDERS),
    mail_from=st.sampled_from(SENDERS),
    recipients=st.lists(st.sampled_from(RECIPIENTS), min_size=1, max_size=3, unique=True).map(
        tuple
    ),
    to=some(RECIPIENTS).map(tuple),
    cc=st.lists(st.sampled_from(RECIPIENTS), max_size=1).map(tuple),
    subject=st.sampled_from(SUBJECTS),
    body=st.sampled_from(SUBJECTS),
    headers=st.lists(st.sampled_from(HEADERS), max_size=2, unique=True).map(tuple),
    size=st.sampled_from((1000, 2500, 5000)),
    client=st.sampled_from(("203.0.113.9", "203.0.113.99", "198.51.100.7", "192.0.2.77")),
    spf=st.sampled_from(("pass", "fail", "softfail")),
)


def imported(rules: list[Rule]) -> LoweredGateway:
    opened = Opened(named={"rules.xml": xml(rules)}, beside=lambda _: None)
    return lowered(read(opened, SourceOptions(domains=(OWN,), today="2026-11-29")))


def gateway(made: LoweredGateway) -> Gateway:
    source = made.source
    members = {name: GROUPS[_group(name)] for name in source.address_lists}
    relay = {"server": "mail.example.com", "port": 25, "authentication": "none"}
    sections: dict[str, Any] = {
        "rule_sets": {
            "inbound": {"rules": [*(r for each in made.rules for r in each.rules), made.last]}
        },
        "relays": {"mailboxes": relay, **source.relays},
        "archives": source.archives,
        "address_lists": {
            name: {"members": list(members.get(name, listed or ()))}
            for name, listed in made.address_lists.items()
        },
        "traffic_policies": {"edge": {"default": "allow"}},
        "ingress_points": {
            "mx-in": {"type": "open", "traffic_policy": "edge", "rule_set": "inbound"}
        },
    }
    text = to_yaml({"version": 1, **{name: each for name, each in sections.items() if each}})
    needed = {name: value.stand_in for name, value in source.needed.items()}
    head = to_yaml({"version": 1, "project": "p", **({"vars": needed} if needed else {})})
    project, problems = read_text({"rules/a.yaml": text, "mmctl.yaml": head})
    assert [each for each in problems if each.severity == "error"] == [], text
    return gateway_of(project, "mx-in")


def _group(name: str) -> str:
    return {"group-sales-staff": "Sales Staff", "group-board": "Board"}[name]


def here(gate: Gateway, letter: Letter) -> dict[str, tuple[Any, ...]]:
    """How the message ends by the imported rules, in the words of the interpreter."""
    head = [
        f"From: {letter.sender}",
        f"To: {', '.join(letter.to)}",
        *([f"Cc: {', '.join(letter.cc)}"] if letter.cc else []),
        f"Subject: {letter.subject}",
        *(f"{name}: {value}" for name, value in letter.headers),
        "",
        letter.body,
        "",
    ]
    data = "\r\n".join(head).encode()
    data += b"." * max(0, letter.size - len(data))
    verdict = {"pass": RuleVerdict.PASS, "fail": RuleVerdict.FAIL, "softfail": RuleVerdict.GRAY}
    submission = Submission(
        email=read_email(data),
        session=Session(source_ip=letter.client, tls=Tls.TLS1_3),
        envelope=Envelope(mail_from=letter.mail_from, recipients=letter.recipients),
        facts=Facts(spf=verdict[letter.spf]),
    )
    traces = judge(gate, submission, Scenario()).recipients
    return {each.recipient: _ending(each, letter) for each in traces}


def _ending(trace: RecipientTrace, letter: Letter) -> tuple[Any, ...]:
    words = {Outcome.DROPPED: "deleted", Outcome.BOUNCED: "rejected", Outcome.STORED: "quarantined"}
    if trace.outcome in words:
        return (words[trace.outcome], (), ())
    assert trace.outcome is Outcome.DELIVERED, trace
    to: tuple[str, ...] = (trace.recipient,)
    headers = list(letter.headers)
    way = ""
    for done in trace.actions:
        if done.kind == "replace_recipient":
            to = tuple((done.target or "").split(", "))
        elif done.kind == "add_header":
            name, _, value = (done.target or "").partition(": ")
            if name != "X-Mmctl-Would":
                headers.append((name, value))
        elif done.kind == "relay":
            way = way or ("delivered" if done.target == "mailboxes" else "routed to North")
    return (way, to, tuple(sorted(headers)))


def named_in(made: LoweredGateway) -> dict[str, frozenset[str]]:
    """The differences that the report names, by rule."""
    found: dict[str, frozenset[str]] = {}
    for rule in made.rules:
        codes = {each.code for each in rule.differences}
        if rule.status is Sameness.NOT_POSSIBLE:
            codes.add("(not possible)")
        if rule.source.shadow:
            codes.add("(only marks)")
        found[rule.source.name] = frozenset(codes)
    return found


@settings(max_examples=150, deadline=None)
@given(rules_of(), st.lists(letters, min_size=1, max_size=4))
def test_mail_ends_as_the_documents_say_but_for_named_differences(
    rules: list[Rule], mail: list[Letter]
) -> None:
    made = imported(rules)
    gate = gateway(made)
    plain = Plain(rules=rules, named=named_in(made))
    for letter in mail:
        assert here(gate, letter) == plain.endings(letter), letter


def letter_of(mail: dict[str, Any]) -> Letter:
    """The message of an example."""
    message, envelope = mail["message"], mail["envelope"]
    headers = message.get("headers", {})
    return Letter(
        sender=message["from"],
        mail_from=envelope["mail_from"],
        recipients=tuple(envelope["recipients"]),
        to=(message["to"],),
        cc=(message["cc"],) if "cc" in message else (),
        subject=message["subject"],
        body=(message.get("body") or "Hello").strip(),
        headers=tuple((name, value) for name, values in headers.items() for value in values),
        size=message.get("size") or 1000,
        client=mail.get("session", {}).get("source_ip", "203.0.113.99"),
    )


@settings(max_examples=150, deadline=None)
@given(conditions, st.none() | conditions, st.sampled_from(PROPERTIES[:5]))
def test_every_example_shows_its_difference(wanted: Rule, unless: Rule | None, more: Rule) -> None:
    assume(not set(wanted) & set(unless or ()))
    rule = {"Name": "Rule", "Priority": 0, **wanted, **more, "DeleteMessage": True}
    rule |= {f"ExceptIf{name}": value for name, value in (unless or {}).items()}
    made = imported([rule])
    gate = gateway(made)
    named = named_in(made)["Rule"]
    for difference in made.rules[0].differences:
        if difference.example is None or named & {"(not possible)", "(only marks)"}:
            continue
        letter = letter_of(difference.example.mail)
        ends = here(gate, letter)
        without = Plain(rules=[rule], named={"Rule": named - {difference.code}})
        assert ends == Plain(rules=[rule], named={"Rule": named}).endings(letter)
        assert ends != without.endings(letter), (difference.code, letter)
