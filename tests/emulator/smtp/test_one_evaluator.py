"""Mail that comes by SMTP ends as the evaluator says of the same bytes and facts: there is one.

What SMTP itself does to a message is counted: line ends, dots, and what it refuses because no
client may send it.
"""

from __future__ import annotations

import io
import json
import lzma
import re
import shutil
import socket
import tarfile
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
from generated import address_of, gateway_of, message_of, submission_of
from mutated import mutated

from emulator.polling import until
from mmctl.analysis.encoding.confirming import copies_of
from mmctl.analysis.questions.ends import are_alike, treatment_of
from mmctl.analysis.questions.equality import Equality
from mmctl.cli.changes.live_rules import project_of
from mmctl.cli.main import exit_code
from mmctl.compiler.compile import compile_project
from mmctl.emulator.journal import Accepted
from mmctl.judge.actions import actions_in_effect, stops
from mmctl.judge.compare import Members
from mmctl.judge.judging import judge
from mmctl.judge.simulation import simulate
from mmctl.judge.submission import (
    LambdaAnswer,
    Scenario,
    Submission,
    gateway_of_ingress_point,
)
from mmctl.language.parsing.load import read_project
from mmctl.language.project import Outcome
from mmctl.language.readings import CHOICES
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.facts import Stated, written_facts
from mmctl.mail.partial import Message
from mmctl.mail.reader import read_received
from mmctl.model.enums import IpType, RuleVerdict
from mmctl.model.facts import SessionFact, VerdictFact
from mmctl.model.policies import TrafficPolicy
from mmctl.model.rules import Rule
from mmctl.operate.comparing.compared import Told
from mmctl.operate.comparing.comparer import compare_message
from mmctl.operate.comparing.gateways import NamedGateway
from mmctl.operate.logs.reading import Log
from mmctl.operate.logs.sources import LogFiles
from soak import sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from emulator.smtp.conftest import Face
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import Trace

ROOT: Final = Path(__file__).parents[3]
CORPUS: Final = ROOT.parent / "shared" / "corpus"
LONGEST_LINE: Final = 65_536
"""Octets of the longest line that the SMTP face takes."""
MISTAKES: Final = 8
ANSWERS: Final[Mapping[str, str | bool]] = {
    "isPassed": True,
    "category": "CLEAN",
    "verdict": "PASS",
    "is Listed": False,
}
CLIENTS: Final = ("192.0.2.1", "192.0.2.200", "198.51.100.7", "203.0.113.99", "2001:db8:1::5")


@dataclass
class Sent:
    """One message as it is sent, with all facts that others have found out."""

    content: bytes
    session: Session
    envelope: Envelope
    facts: Facts
    scenario: Scenario
    add_ons: Mapping[str, str] = field(default_factory=dict)
    """The name in the service of each add-on that the project names otherwise."""

    @property
    def noted(self) -> Facts:
        """The facts in names of the service, as the SMTP face notes them."""
        named = self.facts.add_ons.items()
        add_ons = {self.add_ons.get(name, name): fields for name, fields in named}
        return replace(self.facts, add_ons=add_ons)

    @property
    def submission(self) -> Submission:
        return Submission(
            email=read_received(self.content),
            session=self.session,
            envelope=self.envelope,
            facts=self.facts,
        )

    @property
    def stated(self) -> str:
        """The argument of XMMFACTS."""
        parts = Stated(session=self.session, facts=self.noted)
        members = {
            "session": written_facts(SessionFact, parts),
            "verdicts": written_facts(VerdictFact, parts),
            "lambda": {name: str(answer) for name, answer in self.scenario.answers.items()},
            "failing": sorted(self.scenario.failing),
        }
        return b64encode(json.dumps(members).encode()).decode()


@dataclass
class Tally:
    """What SMTP changed or refused, and what came out differently."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Client:
    """An SMTP client that pipelines, and sends exactly the bytes it is given."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self._file = self._socket.makefile("rb")
        self.mistakes = 0
        self._reply()
        self._say("EHLO client.example.org")
        self._reply()

        self.mistakes = 0
        """Commands that were refused: a server ends a connection with many of them."""

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def send(self, sent: Sent) -> tuple[list[str], str]:
        """The replies to each recipient, and to the message."""
        sender = sent.envelope.mail_from or ""
        recipients = [f"RCPT TO:<{each}>" for each in sent.envelope.recipients]
        self._say(f"XMMFACTS {sent.stated}", f"MAIL FROM:<{sender}>", *recipients, "DATA")
        facts, mail = self._reply(), self._reply()
        assert facts.startswith("250 "), facts
        replies = [self._reply() for _ in recipients]
        data = self._reply()
        if not mail.startswith("250 "):
            return replies, mail
        if not data.startswith("354 "):
            self._say("RSET")
            self._reply()
            return replies, data
        stuffed = re.sub(rb"(?m)^\.", b"..", sent.content)
        ended = stuffed if stuffed.endswith(b"\r\n") or not stuffed else stuffed + b"\r\n"
        self._socket.sendall(ended + b".\r\n")
        return replies, self._reply()

    def _say(self, *lines: str) -> None:
        self._socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def _reply(self) -> str:
        while True:
            line = self._file.readline().decode()
            self.mistakes += line[:1] in {"4", "5"}
            assert line, "the server closed the connection"
            if line[3:4] != "-":
                return line.strip()


def as_sent(content: bytes, tally: Tally) -> bytes:
    """A message with the line ends that SMTP demands, as every client makes them."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    lines = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    tally.counts["line ends made CR LF"] += lines != content
    tally.counts["dots doubled on the wire"] += re.search(rb"(?m)^\.", lines) is not None
    tally.counts["with NUL"] += b"\0" in lines
    return lines


def is_too_long(content: bytes) -> bool:
    """Whether a line is longer than the SMTP face takes."""
    return any(len(line) + 2 > LONGEST_LINE for line in content.split(b"\r\n"))


def compare(port: int, gateway: Gateway, mail: Iterable[Sent], tally: Tally) -> dict[str, Sent]:
    """Send messages, and compare admission; return those that were accepted, by id."""
    accepted: dict[str, Sent] = {}
    client = Client(port)
    for number, sent in enumerate(mail):
        trace = judge(gateway, sent.submission, sent.scenario, assume_pass=True)
        if client.mistakes > MISTAKES:
            client.close()
            client = Client(port)
        replies, reply = client.send(sent)
        tally.counts["sent"] += 1
        limit = None if gateway.policy is None else gateway.policy.max_message_size_bytes
        too_large = limit is not None and len(sent.content) > limit
        admitted = [each.startswith("250 ") for each in replies]
        wanted = [
            got.by == "max_message_size" or got.outcome is not Outcome.REFUSED
            for got in trace.recipients
        ]
        if admitted != wanted:
            tally.faults.append(f"{number}: admitted {admitted}, evaluator {wanted}")
        elif is_too_long(sent.content) and any(wanted):
            tally.counts["refused: a line is too long for SMTP"] += reply.startswith("554 5.6.0")
            if not reply.startswith("554 5.6.0"):
                tally.faults.append(f"{number}: a long line: {reply}")
        elif reply.startswith("250 OK ") != (any(wanted) and not too_large):
            tally.faults.append(f"{number}: {reply}, evaluator {trace.recipients}")
        elif reply.startswith("250 OK "):
            names = tuple(
                each
                for each, is_in in zip(sent.envelope.recipients, admitted, strict=True)
                if is_in
            )
            sent.envelope = replace(sent.envelope, recipients=names)
            accepted[reply.removeprefix("250 OK ")] = sent
        else:
            tally.counts["refused by the policy"] += 1
    client.close()
    return accepted


def judged_again(
    face: Face,
    gateway: Gateway,
    accepted: Mapping[str, Sent],
    tally: Tally,
    *,
    simulated: bool = False,
) -> None:
    """Compare what the events say of each message with the evaluator, by its stored bytes."""
    face.finished(len(accepted))
    lines = {line["id"]: Accepted.of_json(line) for line in face.messages()}
    events: dict[str, list[dict[str, Any]]] = {}
    for event in face.lines("events.jsonl"):
        events.setdefault(event["id"], []).append(event)
    for id_, sent in accepted.items():
        line = lines[id_]
        stored = (face.folder.root / line.file).read_bytes()
        if stored != sent.content:
            tally.faults.append(f"{id_}: other bytes are stored than were sent")
        if (line.session, line.envelope, line.verdicts) != (
            sent.session,
            sent.envelope,
            sent.noted,
        ):
            tally.faults.append(f"{id_}: other facts are noted than were stated: {line}")
        facts = with_absent_answers(sent, events[id_], tally)
        if simulated:
            known = Stated(
                session=line.session,
                envelope=line.envelope,
                facts=facts,
                assume_pass=True,
            )
            trace = simulate(gateway, Message(id_, stored), known, dependences=()).trace
        else:
            trace = judge(
                gateway,
                replace(sent.submission, email=read_received(stored), facts=facts),
                as_it_went(sent.scenario, events[id_], tally),
                assume_pass=True,
            )
        tally.faults += [f"{id_}: {each}" for each in differences(trace, events[id_], gateway)]
        tally.counts["judged alike"] += 1


def logged_alike(face: Face, gateway: Gateway, accepted: Mapping[str, Sent], tally: Tally) -> None:
    """Compare the log records with the evaluator: without the messages, and with all facts."""
    events: dict[str, list[dict[str, Any]]] = {}
    for event in face.events("judged"):
        events.setdefault(event["id"], []).append(event)
    log = Log(sources=[LogFiles(face.folder.logs)])
    messages = {each.id: each for each in log.messages() if each.id is not None}
    if accepted.keys() - messages.keys():
        tally.faults.append(f"not in the log: {sorted(accepted.keys() - messages.keys())}")
    named = NamedGateway.of("in", gateway)
    for id_, sent in accepted.items():
        facts = with_absent_answers(sent, events[id_], Tally())
        whole = replace(sent.submission, facts=facts)
        for known in (None, whole):
            found = compare_message(
                messages[id_], named, whole=True, submission=known, assume_pass=known is not None
            )
            for each in found.message.recipients:
                tally.counts[f"log: {each.told}"] += 1
                if each.told is Told.DIFFERS or (known and each.told is not Told.SAME):
                    tally.faults.append(f"{id_}: the log: {each}")


def with_absent_answers(sent: Sent, events: list[dict[str, Any]], tally: Tally) -> Facts:
    """The facts with the answers that nobody stated and that were taken to be absent."""
    judged = [event for event in events if event["event"] == "judged"][-1]
    ours = {theirs: name for name, theirs in sent.add_ons.items()}
    add_ons = {name: dict(fields) for name, fields in sent.facts.add_ons.items()}
    for fact, value in judged["assumed"].items():
        if value == "absent":
            name, _, asked = fact.partition(".")
            add_ons.setdefault(ours.get(name, name), {})[asked] = value
            tally.counts["with an answer that was taken to be absent"] += 1
    return replace(sent.facts, add_ons=add_ons)


def as_it_went(scenario: Scenario, events: list[dict[str, Any]], tally: Tally) -> Scenario:
    """The scenario with actions that failed because what they name is not there."""
    judged = [event for event in events if event["event"] == "judged"][-1]
    failing = scenario.failing | set(judged["failing"])
    tally.counts["with actions that failed by themselves"] += failing != scenario.failing
    answers = {
        **{name: LambdaAnswer(answer) for name, answer in judged["answers"].items()},
        **scenario.answers,
    }
    return Scenario(answers=answers, failing=failing)


def differences(trace: Trace, events: list[dict[str, Any]], gateway: Gateway) -> Iterator[str]:
    """What the events say otherwise."""
    judged = [event for event in events if event["event"] == "judged"][-1]
    ours = [
        (got.recipient, got.outcome.value, got.by, list(got.applied)) for got in trace.recipients
    ]
    theirs = [
        (each["recipient"], each["outcome"], each["by"], each["rules"])
        for each in judged["recipients"]
    ]
    if any(outcome == Outcome.UNKNOWN for _, outcome, _, _ in theirs):
        yield f"ended nowhere: {theirs}"
    if ours != theirs:
        yield f"ended {theirs}, evaluator {ours}"
    actions = {
        (event["rule_index"], event["action_index"])
        for event in events
        if event["event"] == "action"
    }
    wanted = {
        (rule.index + 1, int(action.path[1]) + 1)
        for got in trace.recipients
        for rule in got.rules
        if rule.applied
        for action in rule.actions
    }
    if actions != wanted:
        told = [
            f"{rule}.{place} {actions_in_effect(gateway.rules[rule - 1])[place - 1].to_api()}"
            for rule, place in sorted(actions ^ wanted)
        ]
        yield f"did {sorted(actions)}, evaluator {sorted(wanted)}: {told}"


def facts_of(random: Random) -> tuple[Session, Facts]:
    """Facts of a session, and verdicts: all of them known."""
    found = submission_of(random, few_facts=False)
    facts, tls = found.facts, random.choice(tuple(Tls))
    return (
        Session(
            source_ip=random.choice(CLIENTS),
            helo=random.choice(("mail.example.com", "ann", "Example.org")),
            tls=tls,
            tls_wrapped=tls is not Tls.NONE and random.random() < 0.5,
            client_certificate=random.choice(({}, {"CN": ("Ann", "host.example")})),
        ),
        Facts(
            spf=facts.spf or RuleVerdict.GRAY,
            dkim=facts.dkim or RuleVerdict.PASS,
            dmarc=facts.dmarc,
            dmarc_policy=facts.dmarc_policy or NoPolicy.NO_POLICY,
            add_ons={"vade": ANSWERS},
        ),
    )


def nasty(random: Random, count: int) -> Iterator[bytes]:
    """Generated messages, and real forms of messages that were damaged."""
    known = sources()
    for number in range(count):
        yield message_of(random) if number % 2 else mutated(known, random)


def mail_of(random: Random, contents: Iterable[bytes], tally: Tally) -> Iterator[Sent]:
    """Messages with facts, for some recipients."""
    for content in contents:
        session, facts = facts_of(random)
        recipients = [address_of(random) for _ in range(random.choice((1, 1, 2, 3)))]
        whole = [each for each in recipients if re.fullmatch(r"[^@]+@[\w.-]*\w", each)]
        yield Sent(
            content=as_sent(content, tally),
            session=session,
            envelope=Envelope(
                mail_from=random.choice(("", "ann@example.com", "Bob@Example.org")),
                recipients=tuple(dict.fromkeys(whole)) or ("ann@example.com",),
            ),
            facts=facts,
            scenario=scenario_of(random),
        )


def scenario_of(random: Random) -> Scenario:
    kinds = ("archive", "relay", "write_to_s3", "send", "publish_to_sns", "invoke_lambda")
    return Scenario(
        answers={"triage": random.choice(tuple(LambdaAnswer))},
        failing=frozenset(random.sample(kinds, random.choice((0, 0, 0, 1, 2)))),
    )


def installed(face: Face, random: Random, name: str) -> tuple[str, Gateway]:
    """An ingress point with a generated gateway in the state, and the same gateway to judge by."""
    found = gateway_of(random, random.randint(3, 10))
    face.call("CreateArchive", ArchiveName="vault")
    arns = {}
    for known, members in found.lists.items():
        made = face.call("CreateAddressList", AddressListName=f"{name}-{known}")
        arns[known] = (made["AddressListId"], members)
    lists: dict[str, Members | None] = {}
    named: dict[str, str] = {}
    for known, (id_, members) in arns.items():
        entries = () if members is None else sorted(members.entries)
        for entry in entries:
            face.call("RegisterMemberToAddressList", AddressListId=id_, Address=entry)
        arn = face.call("GetAddressList", AddressListId=id_)["AddressListArn"]
        lists[arn] = Members.of(entries)
        named[known] = arn
    named["gone"] = named["secret"]

    def with_arns(api: Any) -> Any:
        text = json.dumps(api)
        for known, arn in named.items():
            text = text.replace(f'"AddressLists": ["{known}"]', f'"AddressLists": ["{arn}"]')
        return json.loads(text)

    shapes = [
        Rule.of_api({**with_arns(each.rule.to_api()), "Name": f"rule-{number}"})
        for number, each in enumerate(found.rules)
    ]
    policy = None if found.policy is None else with_arns(found.policy.to_api())
    point = face.point(
        name,
        policy={} if policy is None else without(policy, "TrafficPolicyName"),
        rules=[shape.to_api() for shape in shapes],
    )
    rules = tuple(
        replace(each, name=f"rule-{number}", rule=shape, shadow=False, stop=stops(shape))
        for number, (each, shape) in enumerate(zip(found.rules, shapes, strict=True))
    )
    return point, replace(
        found,
        rules=rules,
        policy=None if policy is None else TrafficPolicy.of_api(policy),
        statement_names=(),
        lists=lists,
        certificates=False,
        ip_type=IpType.IPV4,
        closed=False,
    )


def without(members: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != name}


def sent_to_generated(running: Callable[..., Face], seeds: Iterable[int], count: int) -> Tally:
    """Send messages to generated gateways, each under readings of its own."""
    tally = Tally()
    for seed in seeds:
        random = Random(seed)  # noqa: S311 - no secret
        readings = gateway_of(Random(seed), 1).readings  # noqa: S311 - no secret
        chosen = {name: readings.choice(name) for name in CHOICES}
        face = running(f"face-{seed}", accept_facts=True, readings=chosen)
        point, gateway = installed(face, random, f"in-{seed}")
        gateway = replace(gateway, readings=readings)
        mail = list(mail_of(random, nasty(random, count), tally))
        accepted = compare(face.port(point), gateway, mail, tally)
        judged_again(face, gateway, accepted, tally)
        logged_alike(face, gateway, accepted, tally)
    return tally


def test_generated_gateways_treat_nasty_mail_by_smtp_as_the_evaluator_says(
    running: Callable[..., Face],
) -> None:
    tally = sent_to_generated(running, range(6), 40)
    assert tally.faults == []
    assert tally.counts["judged alike"] > 100, tally.counts


@pytest.mark.deep
@pytest.mark.slow
def test_many_generated_gateways_treat_mail_by_smtp_as_the_evaluator_says(
    running: Callable[..., Face],
) -> None:
    tally = sent_to_generated(running, range(6, 46), 80)
    assert tally.faults == []


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The reference gateway: as 300 rules in files, and as 40 live rules that take mail."""

    face: Face
    point: str
    """The id of its public ingress point."""
    logical: Gateway
    live: Gateway


@pytest.fixture
def reference(tmp_path: Path, running: Callable[..., Face]) -> Reference:
    """The reference gateway of this repository, applied to the embedded Mail Manager."""
    root = tmp_path / "reference"
    root.mkdir()
    for name in ("rules", "lists", "cases"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mmctl.yaml", root)
    assert exit_code(["apply", "--yes", "-q", "-C", str(root), "--env", "local"]) == 0
    shutil.copy(root / ".mmctl" / "embedded.db", tmp_path / "reference.db")
    project, problems = read_project(root, environment="local")
    assert problems == ()
    configuration, problems = compile_project(project)
    assert problems == ()
    served = project_of(configuration, project)
    name = "public-mx"
    readings = {each: project.settings.readings.choice(each) for each in CHOICES}
    face = running("reference", accept_facts=True, readings=readings)
    live = project.ingress_points[name].live_name
    points = until(lambda: json.loads(face.folder.ports.read_text())["ingress_points"])
    point = next(each["id"] for each in points if each["name"] == live)
    return Reference(
        face=face,
        point=point,
        logical=gateway_of_ingress_point(project, name),
        live=by_live_names(gateway_of_ingress_point(served, name)),
    )


def by_live_names(gateway: Gateway) -> Gateway:
    """The gateway with its rules by their live names, and statements by place: as the service."""
    return replace(
        gateway,
        rules=tuple(replace(each, name=each.rule.name or each.name) for each in gateway.rules),
        statement_names=(),
    )


def otherwise(reference: Reference, sent: Sent) -> Iterator[str]:
    """The recipients for whom 40 live rules do something else than the 300 rules of the files."""
    answers = sent.facts.add_ons or {"vade": {"isPassed": "absent", "category": "absent"}}
    for recipient in sent.envelope.recipients:
        submission = replace(
            sent.submission,
            envelope=replace(sent.envelope, recipients=(recipient,)),
            facts=replace(sent.facts, add_ons=answers),
        )
        one, other = (
            copies_of(gateway, submission, sent.scenario, listed={}, deleted={})
            for gateway in (reference.logical, reference.live)
        )
        if one is None or other is None:
            yield f"{recipient}: something is unknown"
            continue
        treated, live = treatment_of(one, recipient), treatment_of(other, recipient)
        if not are_alike(treated, live, Equality.SET, as_packed=True):
            yield f"{recipient}: {treated.described}, live {live.described}"


def reference_mail(random: Random, contents: Iterable[bytes], tally: Tally) -> Iterator[Sent]:
    """Messages for people whom the reference gateway knows."""
    addresses = ("anna.berg@example.com", "abuse@example.com", "cfo@example.com", "x@example.org")
    known: Mapping[str, Mapping[str, str | bool]] = {
        "vade": {"isPassed": True, "category": "CLEAN"}
    }
    nothing: Mapping[str, Mapping[str, str | bool]] = {}
    for sent in mail_of(random, contents, tally):
        recipients = tuple(random.sample(addresses, random.choice((1, 1, 2))))
        sent.envelope = Envelope(mail_from=sent.envelope.mail_from, recipients=recipients)
        sent.facts = replace(sent.facts, add_ons=random.choice((nothing, known)))
        if random.random() < 0.8:  # most of them from where the policy admits everybody
            session = replace(sent.session, source_ip="198.51.100.7", tls=Tls.TLS1_3)
            sent.session = replace(session, tls_wrapped=False)
        sent.scenario = Scenario()
        sent.add_ons = {"vade": "VADE_ADVANCED_EMAIL_SECURITY"}
        yield sent


def test_the_reference_gateway_treats_nasty_mail_by_smtp_as_simulate_says(
    reference: Reference,
) -> None:
    face, point, gateway = reference.face, reference.point, reference.live
    tally, random = Tally(), Random(1)  # noqa: S311 - no secret
    mail = list(reference_mail(random, nasty(random, 100), tally))
    assert [each for sent in mail for each in otherwise(reference, sent)] == []
    accepted = compare(face.port(point), gateway, mail, tally)
    judged_again(face, gateway, accepted, tally, simulated=True)
    logged_alike(face, gateway, accepted, tally)
    assert tally.faults == []
    assert tally.counts["judged alike"] > 30, tally.counts
    assert tally.counts["dots doubled on the wire"] > 0, tally.counts
    assert tally.counts["with an answer that was taken to be absent"] > 0, tally.counts


def corpus() -> Iterator[bytes]:
    for name in ("real-mail.tar.xz", "nasty.tar.xz"):
        content = io.BytesIO(lzma.decompress((CORPUS / name).read_bytes()))
        with tarfile.open(fileobj=content) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                if file is not None:
                    yield file.read()


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="there is no corpus of real mail here")
@pytest.mark.parametrize("step", [20, pytest.param(1, marks=pytest.mark.deep)])
def test_every_real_message_by_smtp_ends_as_simulate_says(step: int, reference: Reference) -> None:
    face, point, gateway = reference.face, reference.point, reference.live
    tally, random = Tally(), Random(2)  # noqa: S311 - no secret
    mail = list(reference_mail(random, islice(corpus(), 0, None, step), tally))
    assert [each for sent in mail for each in otherwise(reference, sent)] == []
    accepted = compare(face.port(point), gateway, mail, tally)
    judged_again(face, gateway, accepted, tally, simulated=True)
    logged_alike(face, gateway, accepted, tally)
    print(dict(tally.counts))  # noqa: T201 - what SMTP changes is part of the answer
    assert tally.faults == []
    assert tally.counts["sent"] > 2_500 // step


@pytest.mark.parametrize("ending", [b"\r", b"\n"])
def test_a_bare_cr_or_lf_is_refused_and_never_judged(
    running: Callable[..., Face], ending: bytes
) -> None:
    face = running("bare", accept_facts=True)
    point = face.point()
    session, facts = facts_of(Random(3))  # noqa: S311 - no secret
    sent = Sent(
        content=b"Subject: a" + ending + b"X-B: c\r\n\r\nx\r\n",
        session=session,
        envelope=Envelope(mail_from="a@example.org", recipients=("b@example.com",)),
        facts=facts,
        scenario=Scenario(),
    )
    client = Client(face.port(point))
    _, reply = client.send(sent)
    client.close()
    assert reply.startswith("550 5.6.11 ")
    assert face.messages() == []


def test_the_command_line_finds_and_compares_what_came_by_smtp(
    reference: Reference, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    face, point, gateway = reference.face, reference.point, reference.live
    tally, random = Tally(), Random(4)  # noqa: S311 - no secret
    mail = reference_mail(random, nasty(random, 60), tally)
    accepted = compare(face.port(point), gateway, mail, tally)
    face.finished(len(accepted))
    logs, folder = str(face.folder.logs), str(tmp_path / "reference")
    capsys.readouterr()

    def said(*words: str) -> tuple[int, dict[str, Any]]:
        code = exit_code([*words, "-C", folder, "--env", "local", "--format", "json"])
        return code, json.loads(capsys.readouterr().out)

    code, found = said("logs", logs, "--compare")
    assert (code, found["recipients"]["differs"], found["differing"]) == (0, 0, [])
    code, found = said("logs", logs, "--compare", "--messages", str(face.folder.root / "messages"))
    assert (code, found["recipients"]["differs"], found["differing"]) == (0, 0, [])
    assert found["messages_read"] == found["messages"] == len(accepted)
    code, found = said("where", "--to", "ANNA.BERG@example.com", "--logs", logs)
    assert code == 0
    states = {each["state"] for each in found["messages"][0]["recipients"]}
    assert states <= {"delivered", "held", "dropped", "stored", "refused", "bounced"}
