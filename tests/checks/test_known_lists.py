"""A condition on a list whose members are known says the same as conditions on its members."""

from __future__ import annotations

import json
from itertools import product
from typing import Final

from mmctl.analysis.known_lists import KnownLists
from mmctl.judge.judging import judge
from mmctl.judge.submission import Submission, gateway_of_rule_set
from mmctl.language.parsing.load import read_text
from mmctl.mail.compose import compose_email, read_composed
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import HeaderName
from mmctl.records import replace

LISTS: Final = {
    "addresses": ["a@x.example", "B@y.example"],
    "domains": ["*@x.example"],
    "both": ["*@X.example", "b@y.example"],
    "other": ["a*@x.example", "*.x.example"],
}
ADDRESSES: Final = ("a@x.example", "A@X.example", "b@y.example", "a@y.example", "b@mail.x.example")


def mail(sender: str, mail_from: str, recipient: str) -> Submission:
    raw = compose_email({HeaderName.FROM: sender, HeaderName.TO: recipient})
    return Submission(
        email=read_composed(raw, None),
        session=Session(
            source_ip="192.0.2.1", helo="mail.x.example", tls=Tls.TLS1_3, tls_wrapped=False
        ),
        envelope=Envelope(mail_from=mail_from, recipients=(recipient,)),
        facts=Facts(spf=RuleVerdict.PASS, dkim=RuleVerdict.PASS, dmarc_policy=RuleDmarcPolicy.NONE),
    )


MAIL: Final = [
    mail(sender, mail_from, recipient)
    for sender, mail_from, recipient in (
        *product(ADDRESSES[:2], ("", *ADDRESSES), ADDRESSES[2:3]),
        *product((", ".join(ADDRESSES[2:4]), *ADDRESSES), ADDRESSES[:1], ADDRESSES[:1]),
        *product(ADDRESSES[:1], ADDRESSES[:1], ADDRESSES),
    )
]


def test_the_ways_to_meet_a_list_are_those_to_meet_its_members() -> None:
    rules = [
        {
            "name": f"{name}-{operand}-{'not' if operator[0] == 'n' else 'in'}-{place[0]}",
            place: [{operand: {operator: name}}],
            "actions": [{"add_header": {"name": "X-A", "value": "b"}}],
        }
        for name, operand, operator, place in product(
            LISTS,
            ("recipient", "mail_from", "from"),
            ("in_address_list", "not_in_address_list"),
            ("conditions", "unless"),
        )
    ]
    text = json.dumps(
        {
            "version": 1,
            "rule_sets": {"inbound": {"rules": rules}},
            "address_lists": {name: {"members": members} for name, members in LISTS.items()},
        },
        indent=1,
    )
    project, problems = read_text({"a.yaml": text}, lone=True)
    assert problems == ()
    gateway, lists = gateway_of_rule_set(project, "inbound"), KnownLists(project)
    rewritten, differing = 0, set()
    for rule in gateway.rules:
        ways = lists.ways(rule)
        rewritten += ways != (rule,)
        alone = replace(gateway, rules=(rule,))
        apart = [replace(gateway, rules=(way,)) for way in ways]
        for each in MAIL:
            applied = bool(judge(alone, each).recipients[0].applied)
            if applied is not any(judge(way, each).recipients[0].applied for way in apart):
                differing.add(rule.name)
    assert differing == set()
    # All but the list of other forms; negative conditions only on addresses in the envelope.
    assert rewritten == 3 * 3 * 2 + 2 * 2
