"""The options that name a history without a project, for use when its files are missing."""

from __future__ import annotations

from mmctl.errors import UsageError
from mmctl.records import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOptions:
    """The options that name a history without a project."""

    store: str
    account: str | None = None
    region: str | None = None
    profile: str | None = None
    project: str | None = None

    @property
    def words(self) -> str:
        """The options as they were written."""
        return "".join(f" --{name} {value}" for name, value in asdict(self).items() if value)


def elsewhere(
    store: str | None,
    account: str | None,
    region: str | None,
    profile: str | None,
    project: str | None,
) -> StoreOptions | None:
    """The history that options name; None: that of the project here.

    Raises:
        UsageError: there are options about a store and no store.
    """
    others = {"account": account, "region": region, "profile": profile, "project": project}
    if store is not None:
        return StoreOptions(store=store, **others)
    given = [name for name, value in others.items() if value is not None]
    if given:
        raise UsageError(
            f"got `--{given[0]}` without `--store`",
            help="in a project, mmctl.yaml states it; without one: --store FOLDER or s3://BUCKET/…",
        )
    return None
