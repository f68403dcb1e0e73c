"""Exports of archives: objects in a bucket, or why there are none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.archive.conftest import Keep

FROM = 1_795_000_000
TO = 1_797_000_000


def asked(archive: str, location: str = "s3://bucket/a/b", **more: Any) -> dict[str, Any]:
    return {
        "ArchiveId": archive,
        "FromTimestamp": FROM,
        "ToTimestamp": TO,
        "ExportDestinationConfiguration": {"S3": {"S3Location": location}},
        **more,
    }


def code_of(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    found: str = error.value.response["Error"]["Code"]
    return found


def test_an_export_is_a_folder_of_messages(
    keep: Keep, client: Any, archive: str, data: Path
) -> None:
    one, two = keep("m1", "Subject: 1"), keep("m2", "Subject: 2")
    export = client.start_archive_export(**asked(archive, IncludeMetadata=True))["ExportId"]
    answer = client.get_archive_export(ExportId=export)
    assert answer["Status"]["State"] == "COMPLETED"
    assert answer["ExportDestinationConfiguration"]["S3"]["S3Location"] == "s3://bucket/a/b"
    folder = data / "s3" / "bucket" / "a" / "b" / export
    names = [f"{id_}{end}" for id_ in (one, two) for end in (".eml", ".json")]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    assert (folder / f"{one}.eml").read_bytes() == b"Subject: 1\r\n\r\nHello.\r\n"
    told = json.loads((folder / f"{two}.json").read_text())
    assert told["Envelope"]["To"] == ["info@example.com"]
    assert told["Metadata"]["RuleSetId"] == "rs-1"


def test_filters_and_a_number_bound_an_export(
    keep: Keep, client: Any, archive: str, data: Path
) -> None:
    for number in range(4):
        keep(f"m{number}", f"Subject: {number % 2}", at=f"2026-11-2{number}T00:00:00.000Z")
    include = {
        "StringExpression": {
            "Evaluate": {"Attribute": "SUBJECT"},
            "Operator": "CONTAINS",
            "Values": ["1"],
        }
    }
    more = {"Filters": {"Include": [include]}, "MaxResults": 1}
    export = client.start_archive_export(**asked(archive, "s3://bucket", **more))["ExportId"]
    client.get_archive_export(ExportId=export)
    names = [path.name[:2] for path in (data / "s3" / "bucket" / export).iterdir()]
    assert names == ["m3"]


def test_objects_go_where_the_caller_says(
    keep: Keep, make_embedded: Any, client_of: Any, data: Path
) -> None:
    put: dict[tuple[str, str], bytes] = {}
    fails = ""

    def put_object(bucket: str, key: str, content: bytes) -> None:
        if fails:
            raise OSError(fails)
        put[bucket, key] = content

    client = client_of(make_embedded(data=data, put_object=put_object))()
    other = client.create_archive(ArchiveName="other")["ArchiveId"]
    keep("m2", "Subject: y", archive=other)
    export = client.start_archive_export(**asked(other))["ExportId"]
    client.get_archive_export(ExportId=export)
    assert put == {("bucket", f"a/b/{export}/m2-{other[-8:]}.eml"): b"Subject: y\r\n\r\nHello.\r\n"}
    fails = "NoSuchBucket"
    export = client.start_archive_export(**asked(other))["ExportId"]
    status = client.get_archive_export(ExportId=export)["Status"]
    assert (status["State"], status["ErrorMessage"]) == (
        "FAILED",
        "Could not write to s3://bucket/a/b: NoSuchBucket",
    )


def test_an_export_can_be_stopped_and_only_one_runs(
    keep: Keep, make_embedded: Any, client_of: Any, data: Path, clock: Any
) -> None:
    client = client_of(make_embedded(settle_seconds=10, data=data))()
    archive = client.create_archive(ArchiveName="slow")["ArchiveId"]
    keep("m1", "Subject: x", archive=archive)
    first = client.start_archive_export(**asked(archive))["ExportId"]
    again = code_of(client.start_archive_export, **asked(archive))
    assert again == "ServiceQuotaExceededException"
    clock.advance(seconds=6)
    shown = client.list_archive_exports(ArchiveId=archive)["Exports"]
    assert [(each["ExportId"], each["Status"]["State"]) for each in shown] == [
        (first, "PROCESSING")
    ]
    client.stop_archive_export(ExportId=first)
    clock.advance(seconds=60)
    assert client.get_archive_export(ExportId=first)["Status"]["State"] == "CANCELLED"
    assert not (data / "s3").exists()


def test_what_no_export_can_be_is_refused(client: Any, lenient_client: Any, archive: str) -> None:
    cases: Any = (
        ("s3://bucket/../x", {}),
        ("s3://bucket/a/./x", {}),
        ("s3://..", {}),
        ("http://bucket", {}),
        ("", {}),
        ("s3://bucket", {"MaxResults": -1}),
        ("s3://bucket", {"MaxResults": 250_001}),
        ("s3://bucket", {"FromTimestamp": TO + 1}),
        ("s3://bucket", {"ExportDestinationConfiguration": {}}),
        ("s3://bucket", {"ExportDestinationConfiguration": {"S3": {}}}),
    )
    wrong = [
        (location, more)
        for location, more in cases
        if code_of(lenient_client.start_archive_export, **asked(archive, location, **more))
        != "ValidationException"
    ]
    assert wrong == []
    client.delete_archive(ArchiveId=archive)
    assert code_of(client.start_archive_export, **asked(archive)) == "ResourceNotFoundException"
    assert code_of(client.get_archive_export, ExportId="none") == "ValidationException"
