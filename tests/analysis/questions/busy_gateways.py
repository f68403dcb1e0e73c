"""Gateways where much happens at once, in two versions, and messages of all that they meet.

Rules mark mail that later ones read, put several addresses in the place of one, ask functions, and
fail; messages have several authors, repeated headers, encoded words, and several recipients.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar

from changed_gateways import changed
from generated import (
    ADD_ON,
    ADDRESSES,
    FAILING,
    FIELDS,
    LISTS,
    VERDICTS,
    address_of,
    gateway_of,
    message_of,
    rule_of,
)

from mmctl.judge.add_ons import NO_ANSWER
from mmctl.judge.compared import Compared
from mmctl.judge.submission import LambdaAnswer, Scenario, Submission
from mmctl.language.readings import CHOICES, Readings
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.enums import IpType, RuleDmarcPolicy
from mmctl.model.rules import Rule
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule

CONDITIONS: Final = (
    "text",
    "text",
    "header",
    "header",
    "recipient",
    "listed",
    "list",
    "add-on text",
    "add-on flag",
    "add-on verdict",
    "certificate",
    "verdict",
    "size",
    "client",
)
ACTIONS: Final = (
    "mark",
    "mark",
    "replace",
    "replace",
    "lambda",
    "lambda",
    "relay",
    "archive",
    "s3",
    "bounce",
    "sns",
    "drop",
)
ANSWERS: Final = (NO_ANSWER, NO_ANSWER, True, False, "spam", "PASS", "true", "ham", "")
OPPOSITES: Final = {
    "IS_TRUE": "IS_FALSE",
    "IS_FALSE": "IS_TRUE",
    "EQUALS": "NOT_EQUALS",
    "NOT_EQUALS": "EQUALS",
    "CIDR_MATCHES": "NOT_CIDR_MATCHES",
    "NOT_CIDR_MATCHES": "CIDR_MATCHES",
}
CLIENTS: Final = ("192.0.2.1", "192.0.2.200", "198.51.100.7", "203.0.113.99")
CLIENTS_6: Final = ("2001:db8:1::5", "2001:db8::1")


_T_co = TypeVar("_T_co", covariant=True)


class Judging(Protocol[_T_co]):
    """A way to ask the evaluator for the first recipient's copies."""

    def __call__(
        self,
        gateway: Gateway,
        submission: Submission,
        scenario: Scenario,
        *,
        listed: Mapping[str, Sequence[str]],
        deleted: Mapping[str, bool],
    ) -> tuple[_T_co, ...] | None: ...


class Pair(NamedTuple):
    """Two versions of a gateway."""

    seed: int
    before: Gateway
    after: Gateway
    free: tuple[str, ...]
    """Readings that are open."""
    failures: bool
    """Whether any action may fail."""


class Scene(NamedTuple):
    """A message, and everything else that decides what becomes of it."""

    submission: Submission
    scenario: Scenario
    readings: dict[str, str]
    """What open readings are."""
    listed: dict[str, tuple[str, ...]]
    """What is in lists that nobody read."""
    deleted: dict[str, bool]
    """Whether lists that do not exist have everybody."""

    def fixed(self) -> Scene:
        """The same under the readings of the gateways."""
        return self._replace(readings={})

    def judged_by(self, judging: Judging[_T_co], gateway: Gateway) -> tuple[_T_co, ...] | None:
        """What the evaluator says of the first recipient's copies; None: it lacks a fact."""
        readings = gateway.readings
        for name, choice in self.readings.items():
            readings = readings.choosing(name, choice)
        gateway = replace(gateway, readings=readings)
        return judging(
            gateway, self.submission, self.scenario, listed=self.listed, deleted=self.deleted
        )


def busy_pairs(seeds: Iterable[int]) -> Iterator[Pair]:
    """Pairs under all readings: half of them under `first_match`, half with failures."""
    for seed in seeds:
        random = Random(seed)  # noqa: S311 - no secret
        choices = {name: random.choice(several) for name, several in CHOICES.items()}
        choices["first_match"] = "yes" if seed % 4 > 1 else "no"
        rules = [
            with_more_actions(
                rule_of(random, number, CONDITIONS, ACTIONS, few=random.random() < 0.85), random
            )
            for number in range(random.randint(2, 6))
        ]
        before = replace(
            gateway_of(random, 0), rules=tuple(rules), readings=Readings.of(choices), closed=False
        )
        rules = barely_changed(rules, random) if random.random() < 0.6 else changed(rules, random)
        free = [name for name in CHOICES if random.random() < random.choice((0.2, 1.0))]
        yield Pair(seed, before, replace(before, rules=tuple(rules)), tuple(free), seed % 2 == 0)


def with_more_actions(rule: LogicalRule, random: Random) -> LogicalRule:
    """A rule in which more is done behind what functions answer, and behind what may fail."""
    if random.random() < 0.5:
        return rule
    other = rule_of(random, 0, CONDITIONS, ACTIONS, few=True).rule.to_api()
    live = rule.rule.to_api()
    return replace(rule, rule=Rule.of_api({**live, "Actions": live["Actions"] + other["Actions"]}))


def barely_changed(rules: list[LogicalRule], random: Random) -> list[LogicalRule]:
    """The rules after a change that often makes no difference, or to few messages."""
    place = random.randrange(len(rules))
    live = rules[place].rule.to_api()
    actions, conditions = list(live["Actions"]), list(live.get("Conditions", ()))
    match random.randrange(7):
        case 0:
            actions.reverse()
        case 1:
            actions = [with_order_reversed(each) for each in actions]
        case 2:
            actions.append(random.choice(actions))
        case 3:
            conditions = [in_other_words(each, random) for each in conditions]
        case 4 if conditions:
            live["Unless"] = [*live.get("Unless", ()), opposite(conditions.pop())]
        case 5:
            rules[place] = replace(rules[place], stop=not rules[place].stop)
        case _:
            live.pop("Unless", None)
    live = {**live, "Actions": actions, "Conditions": conditions}
    rules[place] = replace(rules[place], rule=Rule.of_api(live))
    return rules


def with_order_reversed(action: dict[str, Any]) -> dict[str, Any]:
    """The same, with its addresses in another order, or its header in other letters."""
    match action:
        case {"ReplaceRecipient": {"ReplaceWith": addresses}}:
            return {"ReplaceRecipient": {"ReplaceWith": addresses[::-1]}}
        case {"AddHeader": {"HeaderName": name, "HeaderValue": value}}:
            return {"AddHeader": {"HeaderName": name.swapcase(), "HeaderValue": value}}
        case _:
            return action


def opposite(condition: dict[str, Any]) -> dict[str, Any]:
    """The opposite of a condition, as far as an operator can say it."""
    ((kind, expression),) = condition.items()
    operator = expression["Operator"]
    return {kind: {**expression, "Operator": OPPOSITES.get(operator, operator)}}


def in_other_words(condition: dict[str, Any], random: Random) -> dict[str, Any]:
    """A condition with values in other letters, or one value more."""
    text = condition.get("StringExpression")
    if text is None:
        return condition
    values = text["Values"]
    more = [values[0] + "x"] if random.random() < 0.5 else [values[0].upper()]
    return {"StringExpression": {**text, "Values": [*values, *more][:10]}}


def scenes(pair: Pair, count: int, random: Random) -> Iterator[Scene]:
    """Messages with all facts, from clients that can connect."""
    for _ in range(count):
        failing = random.sample(FAILING, random.choice((0, 1, 2, 4))) if pair.failures else ()
        yield Scene(
            submission=submission_in(random, pair.before.ip_type),
            scenario=Scenario(
                answers={"triage": random.choice(tuple(LambdaAnswer))}, failing=frozenset(failing)
            ),
            readings={name: random.choice(CHOICES[name]) for name in pair.free},
            listed={"secret": tuple(random.sample(ADDRESSES, random.choice((0, 2, 5))))},
            deleted={name: random.random() < 0.5 for name in LISTS[3:]},
        )


def scene_of(witness: Witness, pair: Pair) -> Scene:
    """What was found; open readings are as it needs them, or as the gateways have them."""
    chosen = {name: pair.before.readings.choice(name) for name in pair.free}
    return Scene(
        submission=witness.submission,
        scenario=witness.scenario,
        readings={**chosen, **witness.readings},
        listed={"secret": (), **witness.listed},
        deleted={**dict.fromkeys(LISTS[3:], False), **witness.deleted},
    )


def mixed(scene: Scene, pair: Pair, random: Random) -> Scene:
    """A scene in which something is as in another."""
    (other,) = scenes(pair, 1, random)
    mine, theirs = scene.submission, other.submission
    replacements = (
        replace(mine, email=theirs.email, compared=Compared()),
        replace(mine, session=theirs.session, compared=Compared()),
        replace(mine, envelope=theirs.envelope, compared=Compared()),
        replace(mine, facts=theirs.facts, compared=Compared()),
    )
    return scene._replace(
        submission=random.choice(replacements),
        scenario=random.choice((scene.scenario, other.scenario)),
        readings=random.choice((scene.readings, other.readings)),
    )


def submission_in(random: Random, ip_type: IpType | None) -> Submission:
    """A message of which everything is known."""
    tls = random.choice(tuple(Tls))
    recipients = [address_of(random) for _ in range(random.choice((1, 1, 2, 3)))]
    add_ons = {each: random.choice(ANSWERS) for each in FIELDS}
    return Submission(
        email=read_email(message_of(random)),
        session=Session(
            source_ip=random.choice(CLIENTS if ip_type is IpType.IPV4 else (*CLIENTS, *CLIENTS_6)),
            helo=random.choice(("mail.example.com", "ann", "Example.org")),
            tls=tls,
            tls_wrapped=tls is not Tls.NONE and random.random() < 0.5,
            client_certificate=random.choice(({}, {"CN": ("Ann", "host.example")})),
        ),
        envelope=Envelope(
            mail_from=random.choice(("", address_of(random), address_of(random))),
            recipients=tuple(recipients),
        ),
        facts=Facts(
            spf=random.choice(VERDICTS),
            dkim=random.choice(VERDICTS),
            dmarc=random.choice(VERDICTS),
            dmarc_policy=random.choice((*RuleDmarcPolicy, NoPolicy.NO_POLICY)),
            add_ons={ADD_ON: add_ons},
        ),
    )
