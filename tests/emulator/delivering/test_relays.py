"""Relays on loopback, tried with real SMTP servers: polite, strict, and hostile ones."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from emulator.delivering.post_world import MESSAGE, relay, rule
from emulator.polling import until
from loopback import LocalController, refusing_port
from mmctl.emulator.delivering.letters import Letter
from mmctl.emulator.delivering.settings import (
    DeliverySettings,
    HostPort,
    HowLong,
    Retries,
    Secret,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from emulator.delivering.post_world import World

    Make = Callable[..., World]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"


class Sink:
    """Takes mail, and answers what the test says."""

    def __init__(self) -> None:
        self.mail: list[tuple[str, list[str], bytes]] = []
        self.replies: dict[str, list[str]] = {}
        """For a recipient, or `DATA`: what is answered, one reply a time."""
        self.options: list[list[str]] = []
        self.users: list[str] = []

    async def handle_MAIL(self, _: Any, __: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd looks for it
        self.options.append(options)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802 - aiosmtpd looks for it
        if self.replies.get(address):
            return self.replies[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd looks for it
        if self.replies.get("DATA"):
            return self.replies["DATA"].pop(0)
        self.mail.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return "250 taken"


@contextmanager
def sink(**server: Any) -> Iterator[tuple[Sink, int]]:
    """A server with a sink, and its port."""
    handler = Sink()

    class Plain(LocalController):
        def factory(self) -> SMTP:
            return SMTP(handler, enable_SMTPUTF8=True, **server)

    controller = Plain(handler)
    controller.start()
    try:
        yield handler, controller.port
    finally:
        controller.stop()


def sends() -> Any:
    return rule({"Relay": {"Relay": "r-exchange"}}, name="deliver")


def exchange(port: int) -> Any:
    return relay("exchange", "127.0.0.1", port)


def test_a_relay_on_loopback_is_used_as_it_is(world: Make) -> None:
    with sink() as (taken, port):
        office = world([sends()], relays=[exchange(port)])
        mail = office.carry(MESSAGE + b".\r\n..dots\r\n", "bob@example.com", "eve@example.com")
    ((mail_from, recipients, content),) = taken.mail
    assert (mail_from, recipients) == ("ann@example.org", ["bob@example.com", "eve@example.com"])
    first, _, rest = content.partition(b"\r\n")
    assert first.startswith(b"Received: from mx.example.org ([203.0.113.7]) by ")
    assert mail.id.encode() in first
    assert rest == MESSAGE + b".\r\n..dots\r\n"
    (delivered,) = office.events("delivered")
    assert delivered["host"] == f"127.0.0.1:{port}"
    assert delivered["reply"] == "250 taken"
    assert [each["status"] for each in office.events("action")] == ["IN_PROGRESS", "SUCCESS"]
    assert office.waiting() == []
    lines = office.content("logs/rule-set-application.jsonl").splitlines()
    told = [json.loads(line)["action_metadata"]["action_status"] for line in lines]
    assert told == ["IN_PROGRESS", "SUCCESS"]


def test_another_host_gets_nothing_unless_the_command_line_says_so(world: Make) -> None:
    hosts = ("mail.example.com", "127.0.0.1.example.com", "192.0.2.1", "127.1", "2130706433", "::")
    for host in hosts:
        office = world([sends()], relays=[relay("exchange", host, 9)])
        office.carry()
        assert office.events("delivered")[-1]["host"] == "maildir", host
    with sink() as (taken, port):
        told = {"exchange": HostPort(host="127.0.0.1", port=port)}
        office = world([sends()], relays=[relay("exchange", "mail.example.com")], deliver=told)
        office.carry()
        assert len(taken.mail) == 1
        assert office.events("delivered")[-1]["host"] == f"127.0.0.1:{port}"


def test_recipients_are_taken_refused_and_tried_again_one_by_one(world: Make) -> None:
    with sink() as (taken, port):
        taken.replies = {
            "later@example.com": ["450 4.2.1 busy", "451 4.3.0 still busy"],
            "never@example.com": ["550 5.1.1 no such user"],
        }
        office = world([sends()], relays=[exchange(port)])
        names = ("bob@example.com", "later@example.com", "never@example.com")
        with office.open() as post:
            post.take(office.accept(MESSAGE, *names), office.configuration)
            until(lambda: not office.waiting())
    assert [each[1] for each in taken.mail] == [["bob@example.com"], ["later@example.com"]]
    delivered = [each["recipients"] for each in office.events("delivered")]
    assert delivered == [["bob@example.com"], ["later@example.com"]]
    waiting = office.events("waiting")
    assert [(each["reply"], each["tries"]) for each in waiting] == [
        ("450 4.2.1 busy", 1),
        ("451 4.3.0 still busy", 2),
    ]
    assert waiting[0]["next"] > waiting[0]["at"]
    (failed,) = office.events("failed")
    assert (failed["recipients"], failed["reply"]) == (
        ["never@example.com"],
        "550 5.1.1 no such user",
    )
    (told,) = office.events("report")
    assert (told["to"], told["about"]) == ("ann@example.org", ["never@example.com"])
    report: Any = message_from_bytes(office.content(told["file"]), policy=policy.default)
    assert report.get_content_type() == "multipart/report"
    status = list(report.iter_parts())[1].get_payload()[1]
    assert (status["Status"], status["Action"]) == ("5.1.1", "failed")
    assert office.kinds()[-1] == "finished"


def test_the_null_sender_gets_no_report(world: Make) -> None:
    with sink() as (taken, port):
        taken.replies = {"DATA": ["554 5.6.0 no"]}
        office = world([sends()], relays=[exchange(port)])
        office.carry(mail_from="")
    assert office.events("failed")[0]["reply"] == "554 5.6.0 no"
    assert office.events("report") == []
    assert office.files("reports") == []
    assert office.waiting() == []


def test_a_retry_survives_a_restart_and_what_is_done_is_not_repeated(world: Make) -> None:
    topic = "arn:aws:sns:eu-west-1:111122223333:alarms"
    role = "arn:aws:iam::111122223333:role/gateway"
    with refusing_port() as port:
        office = world(
            [rule({"PublishToSns": {"TopicArn": topic, "RoleArn": role}}), sends()],
            relays=[exchange(port)],
            retries=Retries(first=3600),
        )
        mail = office.carry()
    (waiting,) = office.events("waiting")
    assert waiting["reply"] == "connection refused"
    entry = json.loads(office.content(f"queue/{mail.id}.json"))
    (letter,) = entry["delivering"]["letters"]
    assert Letter.of_json(letter).to_json() == letter
    office.resume()
    assert len(office.events("waiting")) == 1, "it is not due"
    office.later = timedelta(hours=2)
    with sink() as (taken, other):
        letter["server"][1] = other
        (office.root / "queue" / f"{mail.id}.json").write_text(json.dumps(entry))
        office.resume()
    assert len(taken.mail) == 1
    assert office.waiting() == []
    assert len(office.content("sns/alarms.jsonl").splitlines()) == 1


def test_waiting_mail_goes_only_where_this_start_allows(world: Make) -> None:
    rules, relays = [sends()], [relay("exchange", "mail.example.com")]
    nobody = {"exchange": HostPort(host="127.0.0.1", port=1)}
    office = world(rules, relays=relays, deliver=nobody)
    mail = office.carry()
    entry = json.loads(office.content(f"queue/{mail.id}.json"))
    (letter,) = entry["delivering"]["letters"]
    letter.update(server=["192.0.2.1", 25], next=None)
    (office.root / "queue" / f"{mail.id}.json").write_text(json.dumps(entry))
    office = world(rules, relays=relays)
    office.resume()
    assert office.events("waiting")[-1]["reply"] == (
        "not tried: it was for 192.0.2.1:25, and no `--deliver exchange=HOST:PORT` is given"
    )
    with sink() as (taken, port):
        told = {"exchange": HostPort(host="127.0.0.1", port=port)}
        office = world(rules, relays=relays, deliver=told)
        office.resume()
        assert len(taken.mail) == 1, "a new server is tried at once"
    assert office.waiting() == []


def test_too_old_mail_is_given_up_and_reported(world: Make) -> None:
    retries = Retries(first=0.05, most=0.1, age=3600)
    with refusing_port() as port:
        office = world([sends()], relays=[exchange(port)], retries=retries)
        with office.open() as post:
            post.take(office.accept(), office.configuration)
            until(lambda: len(office.events("waiting")) > 1)
            office.later = timedelta(hours=2)
            until(lambda: not office.waiting())
    (failed,) = office.events("failed")
    assert failed["reply"] == "connection refused"
    assert office.events("report")[0]["to"] == "ann@example.org"


def hostile(answers: Callable[[socket.socket], None]) -> Any:
    """A server that does with each connection what the test says."""

    @contextmanager
    def serving() -> Iterator[int]:
        listening = socket.create_server(("127.0.0.1", 0))
        listening.settimeout(0.1)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                connection.settimeout(10)
                with connection:
                    try:
                        answers(connection)
                        ended.wait(0.2)
                    except OSError:
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            ended.set()
            thread.join(120)
            listening.close()

    return serving()


def endless(connection: socket.socket) -> None:
    for _ in range(2_000):
        connection.sendall(b"220-" + b"x" * 900 + b"\r\n")


NONSENSE: dict[str, Callable[[socket.socket], None]] = {
    "garbage": lambda connection: connection.sendall(b"\x00\xffHTTP/1.1 200 OK\r\n"),
    "a huge line": lambda connection: connection.sendall(b"220 " + b"x" * 1_000_000),
    "an endless reply": endless,
    "nothing": lambda _: None,
    "a refusal": lambda connection: connection.sendall(b"554 5.3.2 not here\r\n"),
    "a strange code": lambda connection: connection.sendall(b"999 what\r\n"),
    "half a line": lambda connection: connection.sendall(b"220 hal"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_server_that_answers_nonsense_makes_mail_wait(name: str, world: Make) -> None:
    with hostile(NONSENSE[name]) as port:
        patience = HowLong(connect=0.5, command=0.5, letter=2, function=1)
        office = world(
            [sends()], relays=[exchange(port)], patience=patience, retries=Retries(first=3600)
        )
        office.carry()
    (waiting,) = office.events("waiting")
    assert len(waiting["reply"]) < 600
    assert waiting["reply"].isprintable()
    assert len(office.waiting()) == 1
    assert office.troubles == []


def test_a_relay_that_hangs_holds_up_nobody_else(world: Make) -> None:
    released = threading.Event()

    def hang(connection: socket.socket) -> None:
        connection.sendall(b"220 wait\r\n")
        released.wait(120)

    with hostile(hang) as stuck, sink() as (taken, port):
        slow = rule({"Relay": {"Relay": "r-slow"}}, name="slow")
        office = world(
            [slow, sends()],
            relays=[relay("slow", "127.0.0.1", stuck), exchange(port)],
            patience=HowLong(connect=120, command=120, letter=120, function=1),
        )
        with office.open() as post:
            for _ in range(20):
                post.take(office.accept(), office.configuration)
            until(lambda: len(taken.mail) == 20)
            assert office.events("waiting") == []
            released.set()


def test_a_server_that_drips_is_cut_after_the_time_of_a_letter(world: Make) -> None:
    def drip(connection: socket.socket) -> None:
        waited = threading.Event()
        for _ in range(200):
            connection.sendall(b"220-x\r\n" if _ == 0 else b"2")
            waited.wait(0.1)

    patience = HowLong(connect=3, command=3, letter=0.5, function=1)
    with hostile(drip) as port:
        office = world(
            [sends()], relays=[exchange(port)], patience=patience, retries=Retries(first=3600)
        )
        office.carry()
    assert len(office.events("waiting")) == 1


def test_what_the_server_cannot_take_fails_before_it_is_sent(world: Make) -> None:
    with sink(data_size_limit=200) as (taken, port):
        office = world([sends()], relays=[exchange(port)])
        office.carry(MESSAGE + b"x" * 300 + b"\r\n")
    assert office.events("failed")[0]["reply"].startswith("552 5.3.4 the message has ")
    assert taken.options == []


def test_8_bit_mail_and_addresses_beyond_ascii_say_so(world: Make) -> None:
    with sink() as (taken, port):
        office = world([sends()], relays=[exchange(port)])
        office.carry(
            MESSAGE + "größer\r\n".encode(), "bøb@example.com", mail_from="änn@example.org"
        )
    assert "BODY=8BITMIME" in taken.options[0]
    assert "SMTPUTF8" in taken.options[0]
    assert taken.mail[0][:2] == ("änn@example.org", ["bøb@example.com"])


def test_one_recipient_beyond_ascii_is_enough_to_say_so(world: Make) -> None:
    with sink() as (taken, port):
        office = world([sends()], relays=[exchange(port)])
        office.carry(MESSAGE, "bob@example.com", "bøb@example.com")
    assert "SMTPUTF8" in taken.options[0]


def test_a_try_that_ends_later_says_nothing_of_other_rules(world: Make) -> None:
    with sink() as (_, port):
        rules = [rule({"Archive": {"TargetArchive": "gone"}}, name="first"), sends()]
        office = world(rules, relays=[exchange(port)])
        office.carry(MESSAGE)
    lines = office.content("logs/rule-set-application.jsonl").splitlines()
    told = [
        (each["rule_index"], each["action_metadata"]["action_status"])
        for each in map(json.loads, lines)
    ]
    assert told == [(1, "FAILURE"), (2, "IN_PROGRESS"), (2, "SUCCESS")]


def test_a_loop_ends(world: Make) -> None:
    looped = b"Received: from a by b; now\r\n" * 31
    with sink() as (taken, port):
        office = world([sends()], relays=[exchange(port)])
        office.carry(looped + MESSAGE)
    assert taken.mail == []
    assert office.events("failed")[0]["reply"].startswith("554 5.4.6 ")


class Guard:
    """Lets one user in."""

    def __call__(self, _: Any, __: Any, ___: Any, ____: Any, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given == LoginPassword(b"mm", b"s3cret")
        return AuthResult(success=right, handled=False)


def tls(folder: Path) -> ssl.SSLContext:
    """The context of a server with a certificate that nobody vouches for."""
    import datetime as dt  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_a_password_goes_over_tls_alone_and_is_never_written(world: Make, tmp_path: Path) -> None:
    context = tls(tmp_path)
    secrets = {"exchange": Secret(username="mm", password="s3cret")}
    asks = {
        "Authentication": {"SecretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"}
    }
    auth = {"authenticator": Guard(), "auth_required": True}
    with sink(tls_context=context, **auth) as (taken, port):
        office = world(
            [sends()], relays=[relay("exchange", "127.0.0.1", port, **asks)], secrets=secrets
        )
        office.carry()
        assert len(taken.mail) == 1
    with sink(auth_require_tls=False, authenticator=Guard()) as (taken, port):
        office = world(
            [sends()], relays=[exchange(port)], secrets=secrets, retries=Retries(first=3600)
        )
        office.carry()
        assert taken.mail == []
        assert "no STARTTLS" in office.events("waiting")[-1]["reply"]
    wrong = {"exchange": Secret(username="mm", password="other-secret")}
    with sink(tls_context=context, **auth) as (taken, port):
        office = world(
            [sends()], relays=[exchange(port)], secrets=wrong, retries=Retries(first=3600)
        )
        office.carry()
        assert "login refused: 535" in office.events("waiting")[-1]["reply"]
    everything = b"".join(office.content(file) for file in office.files("."))
    for secret in (b"s3cret", b"other-secret", b"bW0AczNjcmV0"):
        assert secret not in everything
    assert "s3cret" not in repr(DeliverySettings(secrets=secrets))


def test_tls_is_taken_where_it_is_offered_and_not_needed(world: Make, tmp_path: Path) -> None:
    with sink(tls_context=tls(tmp_path), require_starttls=True) as (taken, port):
        office = world([sends()], relays=[exchange(port)])
        office.carry()
    assert len(taken.mail) == 1


def test_a_relay_that_needs_a_secret_fails_where_mail_would_leave(world: Make) -> None:
    asks = {
        "Authentication": {"SecretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"}
    }
    told = {"exchange": HostPort(host="smtp.example.com", port=587)}
    office = world(
        [sends()], relays=[relay("exchange", "mail.example.com", 25, **asks)], deliver=told
    )
    office.carry()
    (failed,) = office.events("action")
    assert failed["status"] == "FAILURE"
    assert "--secret exchange=FILE" in failed["detail"]


def test_letters_behind_one_that_cannot_be_sent_wait_without_a_try(world: Make) -> None:
    count = 0

    def answer(connection: socket.socket) -> None:
        nonlocal count
        count += 1
        connection.sendall(b"421 4.3.2 closing\r\n")

    with hostile(answer) as port:
        office = world([sends()], relays=[exchange(port)], retries=Retries(first=3600))
        with office.open() as post:
            for _ in range(5):
                post.take(office.accept(), office.configuration)
            until(lambda: len(office.events("waiting")) == 5)
    assert count == 1
    assert len(office.waiting()) == 5


def test_a_letter_that_makes_the_server_hang_up_holds_up_nobody_else(world: Make) -> None:
    with sink() as (taken, port):
        taken.replies = {"bad@example.com": ["421 4.3.2 closing"] * 1000}
        office = world([sends()], relays=[exchange(port)])
        with office.open() as post:
            for name in ("bad@example.com", "bob@example.com", "eve@example.com"):
                post.take(office.accept(MESSAGE, name), office.configuration)
            until(lambda: len(taken.mail) == 2)
            until(lambda: len(office.waiting()) == 1)


def test_letters_that_were_not_tried_go_before_the_one_that_failed(world: Make) -> None:
    with sink() as (taken, port):
        taken.replies = {"bad@example.com": ["421 4.3.2 closing"] * 1000}
        office = world([sends()], relays=[exchange(port)], retries=Retries(first=3600))
        with office.open() as post:
            for name in ("bad@example.com", "bob@example.com", "eve@example.com"):
                post.take(office.accept(MESSAGE, name), office.configuration)
            until(lambda: len(office.events("waiting")) == 3)
    due = {each["recipients"][0][:3]: each["next"] for each in office.events("waiting")}
    assert due["bob"] == due["eve"] < due["bad"]


def test_a_stop_while_a_relay_hangs_keeps_what_was_done(world: Make) -> None:
    connected, released = threading.Event(), threading.Event()

    def hang(connection: socket.socket) -> None:
        connection.sendall(b"220 wait\r\n")
        connected.set()
        released.wait(120)

    topic = "arn:aws:sns:eu-west-1:111122223333:alarms"
    told = {"PublishToSns": {"TopicArn": topic, "RoleArn": "arn:aws:iam::111122223333:role/a"}}
    with hostile(hang) as stuck:
        office = world(
            [rule(told), sends()],
            relays=[exchange(stuck)],
            patience=HowLong(connect=120, command=120, letter=120, function=1),
        )
        with office.open() as post:
            mail = office.accept()
            post.take(mail, office.configuration)
            until(connected.is_set)
        released.set()
    (entry,) = office.waiting()
    members = json.loads(office.content(f"queue/{entry}"))
    with sink() as (taken, port):
        members["delivering"]["letters"][0]["server"][1] = port
        (office.root / "queue" / entry).write_text(json.dumps(members))
        office.resume()
    assert len(taken.mail) == 1
    assert len(office.content("sns/alarms.jsonl").splitlines()) == 1
    assert office.waiting() == []
    assert office.kinds().count("finished") == 1
