"""STARTTLS, AUTH and client certificates, with the clients of the standard library."""

from __future__ import annotations

import base64
import ipaddress
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from emulator.polling import until
from mmctl.emulator.data_folder import DataFolder
from mmctl.emulator.smtp.server_certificate import RENEWED, VALID, server_certificate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from emulator.smtp.conftest import Face, Talk

NOW = datetime.now(UTC)
PASSWORD = "correct-horse-battery"
OTHER = "another-horse-battery"
AUTH: dict[str, Any] = {
    "Type": "AUTH",
    "TlsPolicy": "REQUIRED",
    "IngressPointConfiguration": {"SmtpPassword": PASSWORD},
}


def trusting(face: Face) -> ssl.SSLContext:
    """A client that verifies this server's certificate."""
    return ssl.create_default_context(cafile=str(face.folder.root / "tls" / "server.crt"))


def secured(face: Face, port: int, context: ssl.SSLContext | None = None) -> smtplib.SMTP:
    client = smtplib.SMTP("localhost", port)
    client.ehlo("client.example.org")
    client.starttls(context=context or trusting(face))
    client.ehlo("client.example.org")
    return client


def send(client: smtplib.SMTP) -> None:
    client.sendmail("a@example.org", ["b@example.com"], b"Subject: x\r\n\r\nx\r\n")


def test_tls_is_required_where_the_policy_says_so_and_is_a_fact(face: Face) -> None:
    point = face.point(TlsPolicy="REQUIRED")
    port = face.port(point)
    with smtplib.SMTP("localhost", port) as plain:
        plain.ehlo("client.example.org")
        with pytest.raises(smtplib.SMTPSenderRefused, match="must issue a STARTTLS"):
            send(plain)
    with secured(face, port) as client:
        assert "starttls" not in client.esmtp_features
        send(client)
    (accepted,) = face.finished(1)
    assert accepted["session"]["tls"] == "TLS1_3"
    assert accepted["tls"]["protocol"] == "TLSv1.3"
    assert accepted["tls"]["cipher"].startswith("TLS_")


def test_tls_1_2_is_a_fact_too(face: Face) -> None:
    port = face.port(face.point("plain"))
    context = trusting(face)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+CHACHA20")
    with secured(face, port, context) as client:
        send(client)
    (accepted,) = face.finished(1)
    assert accepted["session"]["tls"] == "TLS1_2"
    assert "CHACHA20" in accepted["tls"]["cipher"]


def test_fips_refuses_what_is_no_suite_of_it(running: Callable[..., Face]) -> None:
    face = running()
    region = {"account": "111122223333", "region": "us-east-1"}
    policy = face.manager.call(
        "CreateTrafficPolicy",
        {"TrafficPolicyName": "policy", "DefaultAction": "ALLOW", "PolicyStatements": []},
        **region,
    )["TrafficPolicyId"]
    rules = face.manager.call(
        "CreateRuleSet",
        {"RuleSetName": "rules", "Rules": [{"Name": "d", "Actions": [{"Drop": {}}]}]},
        **region,
    )["RuleSetId"]
    found = face.manager.call(
        "CreateIngressPoint",
        {
            "IngressPointName": "fips",
            "Type": "OPEN",
            "TlsPolicy": "FIPS",
            "RuleSetId": rules,
            "TrafficPolicyId": policy,
        },
        **region,
    )["IngressPointId"]
    port = face.port(found)
    context = trusting(face)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+CHACHA20")
    with pytest.raises((ssl.SSLError, smtplib.SMTPException, ConnectionError)):
        secured(face, port, context)
    with secured(face, port) as client:
        send(client)
    (accepted,) = face.finished(1)
    assert "AES_256_GCM" in accepted["tls"]["cipher"]
    assert until(lambda: face.events("refused"))[0]["by"] == "TLS handshake"


def test_commands_in_the_packet_of_starttls_are_not_taken(
    face: Face, talk: Callable[..., Talk]
) -> None:
    client = talk(face.port(face.point()))
    client.say("STARTTLS", "MAIL FROM:<evil@example.org>")
    assert client.hear().startswith("503 5.5.0 ")
    assert client.hear() == "closed"


def test_a_client_that_breaks_the_handshake_harms_nobody(
    face: Face, talk: Callable[..., Talk]
) -> None:
    port = face.port(face.point())
    client = talk(port)
    assert client.ask("STARTTLS").startswith("220 ")
    client.raw(b"MAIL FROM:<evil@example.org>\r\n")
    client.socket.settimeout(120)
    while client.socket.recv(4096):
        pass
    assert until(lambda: face.events("refused"))[0]["by"] == "TLS handshake"
    with secured(face, port) as other:
        send(other)
    assert len(face.finished(1)) == 1


def test_passwords_are_taken_after_tls_alone_by_plain_and_login(face: Face) -> None:
    point = face.point(**AUTH)
    port = face.port(point)
    with smtplib.SMTP("localhost", port) as plain:
        plain.ehlo("client.example.org")
        assert "auth" not in plain.esmtp_features
        assert plain.docmd("AUTH", "PLAIN AGEAYg==")[0] in {530, 538}
    with secured(face, port) as client:
        assert client.esmtp_features["auth"].split() == ["PLAIN", "LOGIN"]
        with pytest.raises(smtplib.SMTPSenderRefused, match="authentication required"):
            send(client)
        client.user, client.password = point, PASSWORD
        client.auth("LOGIN", client.auth_login)
        send(client)
    with secured(face, port) as client:
        client.user, client.password = point, PASSWORD
        client.auth("PLAIN", client.auth_plain)
        assert client.docmd("AUTH PLAIN")[0] == 503
        send(client)
    assert {each["user"] for each in face.finished(2)} == {point}


def test_wrong_passwords_are_refused_and_three_are_enough(face: Face) -> None:
    point = face.point(**AUTH)
    port = face.port(point)
    for user, password in ((point, "wrong"), ("inbound", PASSWORD), (point, "é" * 30)):
        with secured(face, port) as client:
            written = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
            code, reply = client.docmd("AUTH PLAIN", written)
            assert (code, reply[:5]) == (535, b"5.7.8")
    with secured(face, port) as client:
        for broken, expected in (
            ("AUTH PLAIN %%%", 501),
            ("AUTH GSSAPI", 504),
            ("AUTH PLAIN " + base64.b64encode(b"no parts").decode(), 501),
        ):
            assert client.docmd(broken)[0] == expected
        assert client.docmd("AUTH PLAIN " + base64.b64encode(b"\0a\0b").decode())[0] == 535
        assert client.getreply()[0] == 421
    assert until(lambda: face.events("refused"))[0]["by"] == "password"


def test_an_endless_password_ends_the_connection_and_nothing_else(face: Face) -> None:
    point = face.point(**AUTH)
    with secured(face, face.port(point)) as client:
        assert client.docmd("AUTH", "LOGIN")[0] == 334
        client.send("A" * 200_000 + "\r\n")
        assert client.getreply()[0] == 500
    assert [note for note in face.notes if "because of an error" in note] == []


def test_a_changed_password_counts_at_once_and_the_one_before_for_its_time(face: Face) -> None:
    point = face.point(**AUTH)
    port = face.port(point)
    face.call(
        "UpdateIngressPoint",
        IngressPointId=point,
        IngressPointConfiguration={"SmtpPassword": OTHER},
    )
    for password in (OTHER, PASSWORD):
        with secured(face, port) as client:
            client.login(point, password)
            send(client)
    assert len(face.finished(2)) == 2


def test_a_password_in_a_secret_is_what_the_command_line_says(
    running: Callable[..., Face],
) -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:smtp-AbCdEf"
    members = {**AUTH, "IngressPointConfiguration": {"SecretArn": arn}}
    without = running("without")
    port = without.port(without.point(**members))
    with (
        secured(without, port) as client,
        pytest.raises(smtplib.SMTPAuthenticationError, match="no access to the secret"),
    ):
        client.login("inp-x", PASSWORD)
    assert any("--ingress-secret inbound=FILE" in note for note in without.notes)
    given = running("given", passwords={"inbound": PASSWORD})
    point = given.point(**members)
    with secured(given, given.port(point)) as client:
        client.login(point, PASSWORD)
        send(client)
    assert given.finished(1)[0]["user"] == point


@dataclass
class Authority:
    """A certificate authority of a test."""

    name: str = "Test CA"

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        self.certificate = (
            self._builder(self.subject, self.key.public_key(), 1)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def _builder(
        self, subject: x509.Name, key: Any, serial: int, ends: datetime | None = None
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.subject)
            .public_key(key)
            .serial_number(serial)
            .not_valid_before(NOW - timedelta(days=10))
            .not_valid_after(ends or NOW + timedelta(days=10))
        )

    def issue(self, folder: Path, serial: int, ends: datetime | None = None) -> str:
        """The file of a new client certificate, with every name that rules can ask for."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.partner.example")])
        names: list[x509.GeneralName] = [
            x509.RFC822Name("post@partner.example"),
            x509.DNSName("mail.partner.example"),
            x509.DirectoryName(subject),
            x509.UniformResourceIdentifier("urn:partner:1"),
            x509.IPAddress(ipaddress.ip_address("192.0.2.7")),
            x509.RegisteredID(x509.ObjectIdentifier("1.3.6.1.4.1.1")),
        ]
        made = (
            self._builder(subject, key.public_key(), serial, ends)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        path = folder / f"{self.name}-{serial}.pem"
        path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + made.public_bytes(Encoding.PEM)
        )
        return str(path)

    def revoking(self, *serials: int) -> str:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.subject)
            .last_update(NOW - timedelta(days=1))
            .next_update(NOW + timedelta(days=1))
        )
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial)
            builder = builder.add_revoked_certificate(entry.revocation_date(NOW).build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def test_client_certificates_are_facts_and_bad_ones_are_refused(face: Face, tmp_path: Path) -> None:
    authority, stranger = Authority(), Authority("Other CA")
    point = face.point(
        Type="MTLS",
        TlsPolicy="REQUIRED",
        IngressPointConfiguration={
            "TlsAuthConfiguration": {
                "TrustStore": {"CAContent": authority.pem, "CrlContent": authority.revoking(7, 8)}
            }
        },
    )
    port = face.port(point)

    def tried(file: str | None) -> str:
        context = trusting(face)
        if file is not None:
            context.load_cert_chain(file)
        try:
            with secured(face, port, context) as client:
                send(client)
        except (OSError, smtplib.SMTPException) as error:
            return str(error)
        return "sent"

    assert tried(authority.issue(tmp_path, 0x0ABC)) == "sent"
    assert "revoked" in tried(authority.issue(tmp_path, 7))
    expired = authority.issue(tmp_path, 9, ends=NOW - timedelta(days=1))
    for file in (None, expired, stranger.issue(tmp_path, 9)):
        assert tried(file) != "sent"
    (accepted,) = face.finished(1)
    assert accepted["session"]["client_certificate"] == {
        "cn": ["mail.partner.example"],
        "serial_number": ["0ABC"],
        "san_rfc822_name": ["post@partner.example"],
        "san_dns_name": ["mail.partner.example"],
        "san_directory_name": ["CN=mail.partner.example"],
        "san_uniform_resource_identifier": ["urn:partner:1"],
        "san_ip_address": ["192.0.2.7"],
        "san_registered_id": ["1.3.6.1.4.1.1"],
    }
    refused = until(lambda: len(face.events("refused")) >= 4 and face.events("refused"))
    assert [each["by"] for each in refused].count("TLS handshake") == 3


def test_a_trust_store_that_is_none_lets_nobody_in(face: Face, talk: Callable[..., Talk]) -> None:
    pem = "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n"
    store = {"TlsAuthConfiguration": {"TrustStore": {"CAContent": pem}}}
    point = face.point(Type="MTLS", TlsPolicy="REQUIRED", IngressPointConfiguration=store)
    client = talk(face.port(point))
    assert client.ask("STARTTLS").startswith("454 4.7.0 ")
    assert client.ask("MAIL FROM:<a@example.org>").startswith("530 ")


def test_the_certificate_is_kept_and_made_again_before_it_ends(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "mail")
    folder.make()
    first = server_certificate(folder, NOW).read_bytes()
    assert (
        server_certificate(folder, NOW + VALID - RENEWED - timedelta(days=1)).read_bytes() == first
    )
    assert server_certificate(folder, NOW + VALID - RENEWED).read_bytes() != first
    path = folder.root / "tls" / "server.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"damaged")
    assert b"PRIVATE KEY" in server_certificate(folder, NOW).read_bytes()
