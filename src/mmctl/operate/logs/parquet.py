"""Records in a Parquet file, batch by batch, with pyarrow."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import UsageError
from mmctl.mail.allowance import Allowance, TooMuchError
from mmctl.operate.logs.values import Damage, Value, from_cell

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC: Final = b"PAR1"
_BATCH: Final = 1000


def values_of_parquet(path: Any, name: str, size: int | None) -> Iterator[Value | Damage]:
    """The rows of a file, which may be open, as JSON values; the line is the number of the row.

    Raises:
        UsageError: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise UsageError(
            f"`{name}` is a Parquet file, which needs the package `pyarrow`",
            help="install it: pip install 'mmctl[parquet]'",
        )
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and not always there
    from pyarrow import parquet  # noqa: PLC0415 - slow to import, and not always there

    row = 0
    try:
        with parquet.ParquetFile(path) as file:
            allowance = Allowance.of(size)
            for number in range(file.metadata.num_row_groups):
                allowance.take(file.metadata.row_group(number).total_byte_size)
            for batch in file.iter_batches(batch_size=_BATCH):
                for each in batch.to_pylist():
                    row += 1
                    yield Value(line=row, value=_plain(each))
    except TooMuchError as error:
        yield Damage(line=1, reason=str(error))
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        yield Damage(line=row + 1, reason=f"cannot be read as Parquet: {reason}")


def _plain(value: Any) -> Any:
    """A row without what it lacks; texts that hold lists and objects are those."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return from_cell(value) if isinstance(value, str) else value
