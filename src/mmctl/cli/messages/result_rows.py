"""Results as rows, one for each recipient of each message: as JSON lines or as Parquet.

`results.schema.json` says what is in a row. A new version may add members; it changes none.
"""

from __future__ import annotations

import io
import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from mmctl.cli.engines import StoredAs
from mmctl.errors import UsageError
from mmctl.judge.comparison import same_treatment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.judge.comparison import MessageEnd
    from mmctl.judge.judged import Ended
    from mmctl.judge.readings.matter import Dependence

Row: TypeAlias = dict[str, Any]


def checked(form: StoredAs) -> StoredAs:
    """A format in which rows can be written here.

    Raises:
        UsageError: its package is not installed.
    """
    if form is StoredAs.PARQUET and find_spec("pyarrow") is None:
        raise UsageError(
            "`--results-as parquet` needs the package `pyarrow`, which is not installed",
            help="install it: pip install 'mmctl[parquet]'",
        )
    return form


def rows_of(message: MessageEnd) -> Iterator[Row]:
    """The rows of a message; without a known recipient it has one."""
    judged = message.judged
    others = iter(()) if message.against is None else iter(message.against.recipients)
    dependences: dict[str, list[Dependence]] = {}
    for dependence in judged.dependences:
        dependences.setdefault(dependence.recipient, []).append(dependence)
    for recipient, ended in judged.recipients:
        other = next(others, None)
        yield {
            "message": message.message,
            "recipient": recipient,
            **_end(ended),
            "possible": list(ended.possible),
            "missing": list(dict.fromkeys(fact.fact for fact in ended.missing)),
            "depends_on": [
                {
                    "reading": each.reading,
                    "other": each.other,
                    "outcome_if_other": each.outcome_if_other,
                }
                for each in dependences.get(recipient, ())
            ],
            "notes": list(judged.notes),
            "against": None
            if other is None
            else {**_end(other.ended), "differs": not same_treatment(other.ended, ended)},
        }
    if not judged.recipients:
        yield {
            "message": message.message,
            "recipient": None,
            "outcome": None,
            "by": None,
            "rules": [],
            "actions": [],
            "possible": [],
            "missing": [],
            "depends_on": [],
            "notes": list(judged.notes),
            "against": None,
        }


def _end(ended: Ended) -> Row:
    return {
        "outcome": ended.outcome,
        "by": ended.by,
        "rules": list(ended.rules),
        "actions": list(ended.actions),
    }


def encoded(rows: Sequence[Row], form: StoredAs) -> bytes:
    """Rows as the content of a file."""
    match form:
        case StoredAs.JSONL:
            # All beyond ASCII is escaped: a name need not be Unicode.
            encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
            return "".join([f"{encode(row)}\n" for row in rows]).encode("ascii")
        case StoredAs.PARQUET:
            return _parquet(rows)
        case never:
            assert_never(never)


def _parquet(rows: Sequence[Row]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    text, texts = pa.string(), pa.list_(pa.string())
    ended = [("outcome", text), ("by", text), ("rules", texts), ("actions", texts)]
    dependence = [("reading", text), ("other", text), ("outcome_if_other", text)]
    schema = pa.schema(
        [
            ("message", text),
            ("recipient", text),
            *ended,
            ("possible", texts),
            ("missing", texts),
            ("depends_on", pa.list_(pa.struct(dependence))),
            ("notes", texts),
            ("against", pa.struct([*ended, ("differs", pa.bool_())])),
        ]
    )
    readable = [{**row, "message": _unicode(row["message"])} for row in rows]
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(readable, schema), buffer)
    return buffer.getvalue()


def _unicode(name: str) -> str:
    """A name that Parquet can hold: what is not Unicode in it is written with a backslash."""
    return name.encode("utf-8", "backslashreplace").decode()
