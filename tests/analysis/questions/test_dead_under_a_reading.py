"""A rule that is dead under one reading alone is shown with it, and can apply under the others."""

from __future__ import annotations

from typing import Final

from mmctl.analysis.encoding.proof import Proof, Shown
from mmctl.analysis.questions.behavior import KeptMessage
from mmctl.analysis.questions.dead import Dead
from mmctl.analysis.questions.gateway_proof import Proving
from mmctl.api import load
from mmctl.judge.ingress import Way, gateway_behind
from mmctl.language.readings import CHOICES
from mmctl.records import replace
from mmctl.render.text.proofs import human

DROP: Final = "actions: [drop]"
RELAY: Final = "actions: [{relay: {to: exchange}}]"
BOUNCE: Final = (
    "actions: [{bounce: {sender: postmaster@example.com, smtp_reply_code: '550',"
    " role: 'arn:aws:iam::111122223333:role/gateway', status_code: 5.1.1, diagnostic_message: x}}]"
)
MARK: Final = "actions: [{add_header: {name: X-A, value: a}}]"
X_A: Final = "header: {name: X-A, equals: a}"
OTHER_X_A: Final = "header: {name: X-A, equals: b}"
NEW: Final = "recipient: {equals: new@example.com}"
LISTED: Final = "recipient: {in_address_list: %s}"


def when(condition: str, actions: str = DROP) -> str:
    return f"conditions: [{{{condition}}}], {actions}"


TABLE: Final[tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]] = (
    # A reading, the choices under which the last rule is dead, and the rules
    ("first_match", ("yes",), (RELAY, RELAY)),
    ("bounce_ends_evaluation", ("yes",), (BOUNCE, RELAY)),
    (
        "string_case",
        ("insensitive",),
        (when("mail_from: {contains: [OFFER]}"), when("mail_from: {contains: [offer]}")),
    ),
    (
        "text_case",
        ("insensitive",),
        (when("subject: {contains: [OFFER]}"), when("subject: {contains: [offer]}")),
    ),
    (
        "address_list_case",
        ("insensitive",),
        (when(LISTED % "one"), when("recipient: {equals: ann@example.com}")),
    ),
    (
        "repeated_headers",
        ("first", "last"),
        (f"conditions: [{{{X_A}}}, {{{OTHER_X_A}}}], {RELAY}",),
    ),
    (
        "missing_header",
        ("matches",),
        (when(X_A), when("header: {name: X-A, not_equals: a}"), RELAY),
    ),
    (
        "null_sender",
        ("matches",),
        (
            when("mail_from: {equals: ann@example.com}"),
            when("mail_from: {not_equals: ann@example.com}"),
            RELAY,
        ),
    ),
    ("added_headers_visible", ("no",), (when(X_A), MARK, when(X_A))),
    (
        "added_header_scope",
        ("matched_recipients",),
        (
            when(X_A),
            when("recipient: {equals: ann@example.com}", MARK),
            f"conditions: [{{recipient: {{equals: bob@example.com}}}}, {{{X_A}}}], {DROP}",
        ),
    ),
    (
        "replaced_recipients_visible",
        ("no",),
        (when(NEW), "actions: [{replace_recipient: [new@example.com]}]", when(NEW)),
    ),
    (
        "ip_family_mismatch",
        ("does_not_match",),
        (when("source_ip: {not_cidr_matches: [0.0.0.0/0]}"),),
    ),
    (
        "bare_domain_entry",
        ("that_domain_and_below",),
        (when(LISTED % "bare"), when("recipient: {equals: ann@mail.example.org}")),
    ),
    (
        "star_domain_entry",
        ("below_and_d",),
        (when(LISTED % "star"), when("recipient: {equals: ann@example.org}")),
    ),
)
LISTS: Final = """
address_lists:
  one: {members: [ann@example.com]}
  bare: {members: [example.org]}
  star: {members: ["*.example.org"]}
"""


def test_a_rule_that_is_dead_under_a_reading_says_so_and_applies_under_the_others() -> None:
    wrong: list[str] = []
    for reading, dead_under, rules in TABLE:
        for choice in CHOICES[reading]:
            last = rules[-1]
            found, words = answered(rules, reading, choice)
            if choice not in dead_under:
                wrong += [f"{reading}: {choice}: dead: {found}"] if found else []
                if not applies(rules, reading, choice):
                    wrong.append(f"{reading}: {choice}: no message gets to `{last}`")
            elif found is None or found.needs.get(reading) != choice:
                wrong.append(f"{reading}: {choice}: {found}")
            elif f"{reading}: {choice}" not in words.partition(", if ")[2]:
                wrong.append(f"{reading}: {choice}: {words}")
    assert not wrong


def project(rules: tuple[str, ...], reading: str, choice: str) -> dict[str, str]:
    lines = "".join(
        f"      - {{name: r{number}, {rule}}}\n" for number, rule in enumerate(rules, start=1)
    )
    # Letter case of texts alone: else it would be that of all other fields, too.
    also = ", text_case: insensitive" if reading == "string_case" else ""
    return {
        "mmctl.yaml": "version: 1\nproject: acme\nenvironments: {local: {endpoint: embedded}}\n"
        f"semantics: {{{reading}: '{choice}'{also}}}\n",
        "rules/all.yaml": "version: 1\n"
        "relays: {exchange: {server: mail.example.com, port: 25, authentication: none}}\n"
        f"rule_sets:\n  inbound:\n    rules:\n{lines}{LISTS}",
    }


def answered(rules: tuple[str, ...], reading: str, choice: str) -> tuple[Dead | None, str]:
    """What `prove` says of the last rule, and in which words."""
    proving = Proving(load(project(rules, reading, choice)), Way(rule_set="inbound"))
    proving.run()
    found = proving.so_far()
    dead = [each for each in found.dead if each.place == len(rules) - 1]
    assert all(isinstance(each, Dead) for each in dead)
    kept = [KeptMessage(path="a.eml", command="mmctl why a.yaml", facts=()) for _ in found.claims]
    shown = human((replace(found, kept=tuple(kept)),), verbose=False)
    words = " ".join(shown.plain.split())
    return next((each for each in dead if isinstance(each, Dead)), None), words


def applies(rules: tuple[str, ...], reading: str, choice: str) -> bool:
    """Whether the evaluator applies the last rule to a message that is found."""
    gateway = gateway_behind(load(project(rules, reading, choice)), Way(rule_set="inbound"))
    proof = Proof(gateway)
    return isinstance(proof.ask([proof.paths[0].rules[-1].applies]), Shown)
