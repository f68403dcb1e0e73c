"""Who judges very many messages, and the formats in which results are stored."""

from __future__ import annotations

from enum import StrEnum


class StoredAs(StrEnum):
    """The format of files of rows; also their suffix."""

    JSONL = "jsonl"
    PARQUET = "parquet"


class EngineKind(StrEnum):
    """Who judges."""

    PROCESSES = "processes"
    """Those of this machine."""
    DASK = "dask"
    """The workers of a cluster."""
