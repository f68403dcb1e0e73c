"""Messages aimed at the rules of a gateway: each meets conditions of a rule or two, or nearly."""

from __future__ import annotations

from collections import defaultdict
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

from mmctl.judge.submission import Submission
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.conditions import analysis_of, header_of, listed_by, operand_of, values_of
from mmctl.model.enums import RuleDmarcPolicy, RuleStringOperator, RuleVerdict
from mmctl.model.rules import RuleIpExpression, RuleStringExpression

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from mmctl.judge.submission import Gateway
    from mmctl.model.rules import RuleCondition

PEOPLE: Final = ("ann@example.com", "bob@example.com", "postmaster@example.com", "x@example.net")
TEXTS: Final = ("Hello", "Re: lunch", "")
CLIENTS: Final = ("203.0.113.9", "2001:db8::7", "192.0.2.77")
VERDICTS: Final = (*RuleVerdict, RuleVerdict.PASS, RuleVerdict.PASS)
HEADERS: Final = ("from", "sender", "to", "cc", "subject")


class Aim:
    """What the rules of a gateway look at, and messages that have it."""

    def __init__(self, gateway: Gateway, random: Random) -> None:
        self._gateway = gateway
        self._random = random
        self._rules = [(*each.conditions, *each.unless) for each in gateway.rules]
        self._pool: dict[str, list[str]] = defaultdict(list)
        self._add_ons: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for conditions in self._rules:
            for condition in conditions:
                self._note(condition)

    def _note(self, condition: RuleCondition) -> None:
        analysis = analysis_of(condition)
        if analysis is not None:
            answers = self._add_ons[analysis.analyzer][analysis.result_field]
            answers.update(map(str, values_of(condition)))
            return
        self._pool[self._field(condition)] += self._texts(condition)

    def _field(self, condition: RuleCondition) -> str:
        header = header_of(condition)
        return header or str(operand_of(condition).key)

    def _texts(self, condition: RuleCondition) -> list[str]:
        """Texts that meet the condition, or for a negative one those that do not."""
        listed, expression = listed_by(condition), condition.value
        if listed is not None:
            members = self._gateway.lists.get(listed.address_lists[0])
            entries = () if members is None else members.entries
            return [each.replace("*@", "who@").replace("*", "who") for each in entries]
        if isinstance(expression, RuleIpExpression):
            return [str(ip_network(each)[-1]) for each in expression.values]
        if not isinstance(expression, RuleStringExpression):
            return []
        match expression.operator:
            case RuleStringOperator.STARTS_WITH:
                return [f"{each}x.example" for each in expression.values]
            case RuleStringOperator.ENDS_WITH:
                return [f"some.one{each}" for each in expression.values]
            case RuleStringOperator.CONTAINS:
                return [f"a {each} b" for each in expression.values]
            case _:
                return list(expression.values)

    def messages(self, count: int) -> Iterator[Submission]:
        """So many messages, of which everything is known."""
        for _ in range(count):
            yield self._message()

    def _message(self) -> Submission:
        random, chosen = self._random, self._chosen()
        lines: list[str] = []
        for name in HEADERS:
            lines += [f"{name}: {text}" for text in self._some(name, chosen)]
        for name in self._pool:
            if name.lower().startswith("x-"):
                lines += [f"{name}: {text}" for text in self._some(name, chosen)]
        tls = random.choice((*Tls, Tls.TLS1_3, Tls.TLS1_3, Tls.TLS1_3))
        client = self._some("source_ip", chosen) or [random.choice(CLIENTS)]
        return Submission(
            email=read_email("\r\n".join((*lines, "", "Hello\r\n")).encode()),
            session=Session(
                source_ip=client[0],
                helo=(self._some("helo", chosen) or ["mx.example.net"])[0],
                tls=tls,
                tls_wrapped=False,
                client_certificate={},
            ),
            envelope=Envelope(
                mail_from=_address((self._some("mail_from", chosen) or [""])[0]),
                recipients=tuple(
                    dict.fromkeys(
                        _address(each)
                        for each in (self._some("recipient", chosen) or [random.choice(PEOPLE)])
                    )
                ),
            ),
            facts=Facts(
                spf=random.choice(VERDICTS),
                dkim=random.choice(VERDICTS),
                dmarc=random.choice(VERDICTS),
                dmarc_policy=random.choice((*RuleDmarcPolicy, NoPolicy.NO_POLICY)),
                add_ons={name: self._answers(fields) for name, fields in self._add_ons.items()},
            ),
        )

    def _chosen(self) -> dict[str, list[str]]:
        """Texts for the fields that a rule or two look at."""
        found: dict[str, list[str]] = defaultdict(list)
        for conditions in self._random.sample(self._rules, self._random.choice((1, 1, 2))):
            for condition in conditions:
                texts = self._texts(condition) if analysis_of(condition) is None else []
                if texts and self._random.random() < _MOSTLY:
                    found[self._field(condition)].append(self._random.choice(texts))
        return found

    def _some(self, name: str, chosen: dict[str, list[str]]) -> list[str]:
        """What is in a field: what was chosen, and at times what another rule looks at."""
        texts = list(chosen[name])
        if self._pool[name] and self._random.random() < _SELDOM:
            texts.append(self._random.choice(self._pool[name]))
        if not texts and name in HEADERS and self._random.random() < _OFTEN:
            texts.append(self._random.choice(TEXTS if name == "subject" else PEOPLE))
        return texts

    def _answers(self, fields: dict[str, set[str]]) -> dict[str, str | bool]:
        return {
            name: self._random.choice((*sorted(answers), "OTHER"))
            if answers
            else self._random.random() < _MOSTLY
            for name, answers in fields.items()
        }


def _address(text: str) -> str:
    """A text as an address of an envelope."""
    return text if "@" in text or not text else f"{text.replace(' ', '.')}@example.com"


_MOSTLY: Final = 0.85
_OFTEN: Final = 0.5
_SELDOM: Final = 0.15
