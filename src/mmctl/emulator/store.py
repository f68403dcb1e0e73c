"""Resources, their tags and the members of address lists, as rows.

How to write and find a resource lives here. The meaning of its members lives with the kinds of
resource; the file itself is in `database`. Everything here runs inside a transaction.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.database import UnreadableRow
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.emulator.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The account and region of a call; nothing of another account or region is visible."""

    account: str
    region: str


@dataclass(slots=True, kw_only=True)
class StoredResource:
    """One resource: the members of the API in `body`, times in seconds since 1970.

    `name` is unique among the resources of the kind; None once it is free again. `token` and
    `request` are the ClientToken that created it and a digest of that request. From `gone_at` on
    the resource does not exist.
    """

    kind: str
    id: str
    arn: str
    name: str | None
    body: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)
    token: str | None = None
    request: str | None = None
    members: int = 0
    gone_at: float | None = None
    sequence: int = 0


LAST_CHARACTER: Final = "\U0010ffff"
COLUMNS: Final = (
    "sequence, kind, id, arn, name, token, request, body, tags, members, gone_at from resource"
    " where account = ? and region = ? and (gone_at is null or gone_at > ?)"
)


class ResourceStore:
    """The resources in a database; times are seconds since 1970."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Resources

    def by_id(self, scope: Scope, kind: str, id_: str, now: float) -> StoredResource | None:
        """Return the resource with this id."""
        return self._one(scope, now, "and kind = ? and id = ?", kind, id_)

    def by_name(self, scope: Scope, kind: str, name: str, now: float) -> StoredResource | None:
        """Return the resource with this name."""
        return self._one(scope, now, "and kind = ? and name = ?", kind, name)

    def by_token(self, scope: Scope, kind: str, token: str, now: float) -> StoredResource | None:
        """Return the resource that was created with this ClientToken."""
        return self._one(scope, now, "and kind = ? and token = ?", kind, token)

    def by_arn(self, scope: Scope, arn: str, now: float) -> StoredResource | None:
        """Return the resource with this ARN, whatever its kind."""
        return self._one(scope, now, "and arn = ?", arn)

    def all(self, scope: Scope, kind: str, now: float) -> Iterator[StoredResource]:
        """Yield all resources of a kind, oldest first."""
        return self._many(scope, now, "and kind = ? order by sequence", kind)

    def scopes(self, kind: str) -> list[Scope]:
        """Return the accounts and regions that have a resource of the kind, or had one."""
        found = self._database.execute(
            "select distinct account, region from resource where kind = ? order by 1, 2", (kind,)
        ).fetchall()
        return [Scope(account=account, region=region) for account, region in found]

    def after(
        self, scope: Scope, kind: str, now: float, *, sequence: int, limit: int
    ) -> list[StoredResource]:
        """Return at most `limit` resources created later than the one numbered `sequence`."""
        clause = "and kind = ? and sequence > ? order by sequence limit ?"
        return list(self._many(scope, now, clause, kind, sequence, limit))

    def named(self, scope: Scope, kind: str, now: float) -> list[StoredResource]:
        """Return the resources of a kind that have a name: those that count toward quotas."""
        return list(self._many(scope, now, "and kind = ? and name is not null", kind))

    def mentioning(self, scope: Scope, kind: str, text: str, now: float) -> StoredResource | None:
        """Return a resource of the kind with `text` as a value anywhere inside."""
        quoted = json.dumps(text)
        return self._one(scope, now, "and kind = ? and instr(body, ?) > 0 limit 1", kind, quoted)

    def has_id(self, scope: Scope, kind: str, id_: str) -> bool:
        """Return whether an id was issued, perhaps to a resource that is gone."""
        found = self._database.execute(
            "select 1 from resource where account = ? and region = ? and kind = ? and id = ?",
            (scope.account, scope.region, kind, id_),
        )
        return found.fetchone() is not None

    def insert(self, scope: Scope, record: StoredResource) -> None:
        """Add a resource."""
        self._database.execute(
            "insert into resource (account, region, kind, id, arn, name, token, request, body,"
            " tags, gone_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                scope.account,
                scope.region,
                record.kind,
                record.id,
                record.arn,
                record.name,
                record.token,
                record.request,
                json.dumps(record.body),
                json.dumps(record.tags),
                record.gone_at,
            ),
        )

    def save(self, record: StoredResource) -> None:
        """Write what may change in a resource: name, token, body, tags and when it is gone."""
        self._database.execute(
            "update resource set name = ?, token = ?, body = ?, tags = ?, gone_at = ?"
            " where sequence = ?",
            (
                record.name,
                record.token,
                json.dumps(record.body),
                json.dumps(record.tags),
                record.gone_at,
                record.sequence,
            ),
        )

    def remove(self, record: StoredResource) -> None:
        """Delete a resource, with its tags and members."""
        self._database.execute("delete from resource where sequence = ?", (record.sequence,))

    def purge(self, now: float) -> None:
        """Delete what is gone by now."""
        self._database.execute("delete from resource where gone_at <= ?", (now,))

    # Members of address lists

    def add_member(self, of: StoredResource, address: str, now: float) -> bool:
        """Add an address; False if the list already has it."""
        added = self._database.execute(
            "insert or ignore into member values (?, ?, ?)", (of.sequence, address, now)
        ).rowcount
        return self._count_members(of, added)

    def add_members(self, of: StoredResource, addresses: Sequence[str], now: float) -> None:
        """Add addresses; those that the list already has stay."""
        added = self._database.execute(
            "insert or ignore into member select ?, value, ? from json_each(?)",
            (of.sequence, now, json.dumps(addresses)),
        ).rowcount
        self._count_members(of, added)

    def members_missing(self, source: StoredResource, of: StoredResource) -> int:
        """Return how many addresses of one list are not in another."""
        found = self._database.execute(
            "select count(*) from member as one where list = ? and not exists"
            " (select 1 from member where list = ? and address = one.address)",
            (source.sequence, of.sequence),
        )
        return int(found.fetchone()[0])

    def copy_members(self, source: StoredResource, of: StoredResource, now: float) -> None:
        """Add the addresses of one list to another."""
        added = self._database.execute(
            "insert or ignore into member select ?, address, ? from member where list = ?",
            (of.sequence, now, source.sequence),
        ).rowcount
        self._count_members(of, added)

    def clear_members(self, of: StoredResource) -> None:
        """Remove all addresses."""
        removed = self._database.execute(
            "delete from member where list = ?", (of.sequence,)
        ).rowcount
        self._count_members(of, -removed)

    def remove_member(self, of: StoredResource, address: str) -> bool:
        """Remove an address; False if the list does not have it."""
        removed = self._database.execute(
            "delete from member where list = ? and address = ?", (of.sequence, address)
        ).rowcount
        return self._count_members(of, -removed)

    def member(self, of: StoredResource, address: str) -> float | None:
        """Return when an address was added; None if the list does not have it."""
        found = self._database.execute(
            "select created from member where list = ? and address = ?", (of.sequence, address)
        ).fetchone()
        return None if found is None else float(found[0])

    def all_members(self, of: StoredResource) -> list[str]:
        """Return all addresses of a list, in the order of their text."""
        found = self._database.execute(
            "select address from member where list = ? order by address", (of.sequence,)
        )
        return [address for (address,) in found]

    def members_after(
        self, of: StoredResource, *, address: str, prefix: str, limit: int
    ) -> list[tuple[str, float]]:
        """Return at most `limit` addresses that sort after `address` and begin with `prefix`."""
        return self._database.execute(
            "select address, created from member"
            " where list = ? and address > ? and address >= ? and address < ?"
            " order by address limit ?",
            (of.sequence, address, prefix, prefix + LAST_CHARACTER, limit),
        ).fetchall()

    # Inside

    def _count_members(self, of: StoredResource, change: int) -> bool:
        self._database.execute(
            "update resource set members = members + ? where sequence = ?", (change, of.sequence)
        )
        return change != 0

    def _one(self, scope: Scope, now: float, clause: str, *values: object) -> StoredResource | None:
        return next(self._many(scope, now, clause, *values), None)

    def _many(
        self, scope: Scope, now: float, clause: str, *values: object
    ) -> Iterator[StoredResource]:
        # The clauses are the literals above; every value is bound.
        rows = self._database.execute(
            f"select {COLUMNS} {clause}",
            (scope.account, scope.region, now, *values),
        ).fetchall()
        return map(_record, rows)


def _record(row: tuple[Any, ...]) -> StoredResource:
    sequence, kind, id_, arn, name, token, request, body, tags, members, gone_at = row
    return StoredResource(
        sequence=sequence,
        kind=kind,
        id=id_,
        arn=arn,
        name=name,
        token=token,
        request=request,
        body=_read(body),
        tags=_read(tags),
        members=members,
        gone_at=gone_at,
    )


def _read(text: str) -> dict[str, Any]:
    try:
        members: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise UnreadableRow(str(error)) from error
    return members
