"""Where a project file may lead: no file chooses a server that gets credentials or addresses."""

from __future__ import annotations

import pytest

from mmctl.language.parsing.load import read_text

RULES = "version: 1\narchives:\n  all-mail: {retention: ONE_YEAR}\n"


def told(environment: str, more: str = "") -> list[str]:
    main = f"version: 1\nproject: acme\n{more}environments:\n  prod: {{{environment}}}\n"
    _, problems = read_text({"mmctl.yaml": main, "rules/a.yaml": RULES})
    return [f"{each.position}: {each.message}" for each in problems]


@pytest.mark.parametrize(
    "url",
    [
        "embedded",
        "http://127.0.0.1:4579",
        "https://mail-manager.eu-west-1.amazonaws.com",
        "https://mail-manager-fips.us-gov-west-1.amazonaws.com",
        "https://mail-manager.eu-central-1.api.aws",
    ],
)
def test_a_file_may_name_mail_managers_endpoints_and_this_machine(url: str) -> None:
    assert told(f"endpoint: '{url}'") == []


@pytest.mark.parametrize(
    "url",
    [
        "http://ec2-192-0-2-1.compute-1.amazonaws.com",
        "https://ec2-192-0-2-1.compute-1.amazonaws.com",
        "http://mail-manager.us-east-1.amazonaws.com",
        "https://mail-manager.us-east-1.amazonaws.com.example.com",
        "https://mail-manager.us-east-1.amazonaws.com@example.com",
        "http://127.0.0.1@example.com",
        "EMBEDDED",
    ],
)
def test_another_endpoint_is_a_problem_at_its_place(url: str) -> None:
    assert told(f"endpoint: '{url}'") == [
        f"mmctl.yaml:4:20: endpoint `{url}` is neither one of Mail Manager's nor on this machine"
    ]


@pytest.mark.parametrize("where", [".mmctl/snapshots", "s3://acme-mmctl/prod", "s3://acme.mmctl"])
def test_snapshots_go_to_a_folder_or_a_bucket(where: str) -> None:
    assert told(f"snapshots: '{where}'", f"snapshots: '{where}'\n") == []


@pytest.mark.parametrize(
    "where",
    [
        "https://example.com/x",
        "s3://u@example.com/x",
        "s3://acme:80/x",
        "s3://arn:aws:s3:us-east-1:111122223333:accesspoint/x",
        "s3://",
        "S3://acme-mmctl/prod",
        "s3://acme-mmctl/*",
        "s3://acme-mmctl/{{resolve:ssm:x}}",
    ],
)
def test_another_store_is_a_problem_in_an_environment_and_above(where: str) -> None:
    message = f"`snapshots: {where}` is neither a folder nor an S3 bucket"
    assert told("endpoint: embedded", f"snapshots: '{where}'\n") == [f"mmctl.yaml:3:12: {message}"]
    assert told(f"snapshots: '{where}'") == [f"mmctl.yaml:4:21: {message}"]


def test_what_cannot_be_the_name_of_a_folder_is_no_store() -> None:
    assert told("endpoint: embedded", 'snapshots: "a\\0b"\n') == [
        "mmctl.yaml:3:12: `snapshots: a\0b` is neither a folder nor an S3 bucket"
    ]
    assert len(told("endpoint: embedded", f"snapshots: {'x' * 256}\n")) == 1
    assert told("endpoint: embedded", f"snapshots: {'x' * 255}\n") == []


CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"


def told_of_store(ca: str, files: dict[str, str]) -> list[str]:
    rules = (
        "version: 1\ningress_points:\n  mx-1:\n    type: mtls\n    traffic_policy: id:tp-1\n"
        f"    rule_set: id:rs-1\n    mtls: {{ca_file: {ca}}}\n"
    )
    main = "version: 1\nproject: acme\n"
    _, problems = read_text({"mmctl.yaml": main, "rules/a.yaml": rules, **files})
    return [f"{each.position}: {each.message}" for each in problems]


def test_a_trust_store_takes_certificates() -> None:
    assert told_of_store("ca.pem", {"rules/ca.pem": CERTIFICATE}) == []


@pytest.mark.parametrize(
    ("text", "got"),
    [
        (KEY, "a private key"),
        (CERTIFICATE + KEY, "a private key"),
        ('{"token": "x"}', "no `-----BEGIN CERTIFICATE-----`"),
        ("-----BEGIN X509 CRL-----\n", "no `-----BEGIN CERTIFICATE-----`"),
    ],
)
def test_a_trust_store_takes_no_other_file_of_this_machine(text: str, got: str) -> None:
    assert told_of_store("credentials.json", {"rules/credentials.json": text}) == [
        f"rules/a.yaml:7:21: `credentials.json` holds {got}, "
        "expected PEM blocks of the kind `CERTIFICATE` alone"
    ]


@pytest.mark.parametrize("path", [".env", "../.git/config", "sub/.hidden/x.pem", "./.env"])
def test_no_file_names_a_hidden_one(path: str) -> None:
    files = {".git/config": CERTIFICATE, "rules/.env": CERTIFICATE}
    assert told_of_store(path, files) == [
        f"rules/a.yaml:7:21: `{path}` is hidden: "
        "a path that begins with a dot is not part of the project"
    ]
    rules = f"version: 1\naddress_lists:\n  blocked: {{members_file: {path}}}\n"
    _, problems = read_text({"mmctl.yaml": "version: 1\nproject: a\n", "rules/a.yaml": rules})
    assert [each.message for each in problems] == [
        f"`{path}` is hidden: a path that begins with a dot is not part of the project"
    ]
