"""Where the history of a run is kept, with or without a project: a folder, or a place in S3.

A store that version control tracks is refused: whoever may open a pull request could write there
what a rollback makes live.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.store_folders import Kept, kept_in
from mmctl.counted import counted
from mmctl.errors import Refused, UsageError
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.cli.options.store import StoreOptions
    from mmctl.cli.run import Run
    from mmctl.language.project import Environment, Project
    from mmctl.live.history.history import History
    from mmctl.live.history.store import Store

_S3: Final = "s3://"
_WAIT_SECONDS: Final = 20


def history_of(run: Run, project: Project, account: str, region: str) -> History:
    """The history of an account, region and project; damage in it is reported.

    Raises:
        UsageError: its location is neither a folder nor a bucket.
        Refused: version control tracks it.
        CouldNot: there are no credentials for the bucket.
    """
    from mmctl.live.history.history import History

    where = project.environment.snapshots or project.settings.snapshots
    kept = Kept(account=account, region=region, project=project.settings.project)
    return History(_store(run.root, where, kept.folder, project.environment), warn=run.warn)


def _store(root: Path, where: str, folder: str, environment: Environment) -> Store:
    from mmctl.language.parsing.endpoints import is_store, no_store
    from mmctl.live.aws.connect import open_bucket
    from mmctl.live.history.s3 import S3Store
    from mmctl.live.history.store import DirectoryStore

    if not is_store(where):
        message, advice = no_store(where)
        raise UsageError(message, help=advice)
    if where.startswith(_S3):
        bucket, _, prefix = where.removeprefix(_S3).partition("/")
        return S3Store(open_bucket(environment, bucket), f"{prefix}/{folder}")
    directory = root / world.with_home(where) / folder
    refuse_tracked(directory)
    return DirectoryStore(directory)


def refuse_tracked(directory: Path) -> None:
    """Refuse a store in which git tracks a file.

    Raises:
        Refused: it does.
    """
    folder = directory.resolve()
    around = next((above for above in folder.parents if (above / ".git").exists()), None)
    if not folder.is_dir() or around is None:
        return
    # Ask from its top: the folder itself may look like a repository, and one that tracks nothing.
    # Turn off what a repository's settings may make git run; its owner does not matter.
    import subprocess

    options = ["-c", "safe.directory=*", "-c", "core.fsmonitor=false"]
    command = ["git", *options, "-C", str(around), "ls-files", "-z", "--"]
    command.append(f":(literal){folder.relative_to(around).as_posix()}")
    try:
        done = subprocess.run(  # noqa: S603 - git itself, no shell
            command, capture_output=True, timeout=_WAIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    tracked = [name for name in done.stdout.decode(errors="replace").split("\0") if name]
    if tracked:
        raise Refused(
            f"git tracks {counted(len(tracked), 'file')} of the store {folder}: {tracked[0]}",
            why="whoever can open a pull request could choose what a rollback makes live",
            help=f"git rm -r --cached {folder}, and a line in .gitignore; "
            "or set `snapshots:` in mmctl.yaml to a bucket",
        )


def store_elsewhere(run: Run, named: StoreOptions) -> Project:
    """What a store alone says about a project that is not here: its name and where it is.

    Raises:
        UsageError: the store does not hold it, or holds several and none is named.
        CouldNot: the store cannot be read.
    """
    from mmctl.language.parsing.settings import default_settings
    from mmctl.language.project import Project

    where, kept = _found(run, named)
    settings = replace(default_settings(kept.project), snapshots=where)
    return Project(settings=settings, environment=_access(named, kept))


def project_elsewhere(run: Run, named: StoreOptions, snapshot: str | None) -> Project:
    """The same, with the environment and brakes from the snapshot that a rollback goes to.

    No network call relies on a snapshot that was edited, and one that is not in the history
    loosens nothing.

    Raises:
        UsageError: there is no such snapshot.
        Refused: version control tracks the store, or the snapshot was edited.
        CouldNot: the store or the snapshot cannot be read.
    """
    from mmctl.language.project import EMBEDDED
    from mmctl.live.apply.rollback import check_standing, goal
    from mmctl.live.history.snapshots import Standing

    found = store_elsewhere(run, named)
    access = found.environment
    history = history_of(run, found, access.account or "", access.region or "")
    entry = goal(history, snapshot)
    known = check_standing(history, entry) is Standing.KEPT
    before = history.snapshot(entry.id)
    if before.endpoint == EMBEDDED:
        _check_embedded(run)
    environment = replace(access, name=before.environment, endpoint=before.endpoint)
    if known:
        environment = replace(environment, protected=before.protected, brakes=before.brakes)
    return replace(found, environment=environment)


def _access(named: StoreOptions, kept: Kept) -> Environment:
    from mmctl.language.project import Environment
    from mmctl.problem import Position

    return Environment(
        name=kept.project,
        account=kept.account,
        region=kept.region,
        profile=named.profile,
        protected=True,
        position=Position(file=named.store),
    )


def _found(run: Run, named: StoreOptions) -> tuple[str, Kept]:
    """Where the store is, and which of the histories in it is meant."""
    if named.store.startswith(_S3):
        where, folders = _in_bucket(named)
    else:
        place = (run.directory / world.with_home(named.store)).resolve()
        if not place.is_dir():
            raise UsageError(
                f"there is no folder `{place}`", help="--store FOLDER or s3://BUCKET/…"
            )
        where, folders = str(place), [path.name for path in place.iterdir() if path.is_dir()]
    itself = kept_in(where.rstrip("/").rpartition("/")[2])
    if itself is not None:
        where, folders = where.rstrip("/").rpartition("/")[0], [itself.folder]
    every = [kept for kept in map(kept_in, sorted(folders)) if kept is not None]
    return where, _meant(run, named, every)


def _in_bucket(named: StoreOptions) -> tuple[str, list[str]]:
    from mmctl.live.aws.connect import open_bucket

    bucket, _, prefix = named.store.removeprefix(_S3).partition("/")
    kept = Kept(account=named.account or "", region=named.region or "", project="")
    environment = replace(_access(named, kept), account=None, region=named.region)
    prefix = f"{prefix.strip('/')}/".lstrip("/")
    folders = [*open_bucket(environment, bucket).folders(prefix)]
    return f"{_S3}{bucket}/{prefix}".rstrip("/"), folders


def _meant(run: Run, named: StoreOptions, every: list[Kept]) -> Kept:
    """The one that is left after the options, or that a person chooses."""
    wanted = {"account": named.account, "region": named.region, "project": named.project}
    left = [
        kept
        for kept in every
        if named.account in {None, kept.account}
        and named.region in {None, kept.region}
        and named.project in {None, kept.project}
    ]
    if len(left) == 1:
        return left[0]
    if not left:
        listed = ", ".join(kept.folder for kept in every) or "nothing"
        raise UsageError(
            f"`{named.store}` has no history of{_words(wanted)}",
            help=f"it has {listed}",
        )
    if run.can_ask():
        for kept in left:
            run.say(f"  {kept.project}  account {kept.account}  {kept.region}")
        answer = run.ask("which project? ")
        chosen = [kept for kept in left if kept.project == answer]
        if len(chosen) == 1:
            return chosen[0]
    listed = "; ".join(
        f"--account {kept.account} --region {kept.region} --project {kept.project}" for kept in left
    )
    raise UsageError(f"`{named.store}` has {len(left)} histories", help=f"select one: {listed}")


def _words(wanted: dict[str, str | None]) -> str:
    words = [f" {name} {value}" for name, value in wanted.items() if value is not None]
    return ",".join(words) or " a project"


def _check_embedded(run: Run) -> None:
    """An embedded gateway is a file in the project: without it there is nothing to roll back."""
    from mmctl.cli.embedded import EMBEDDED_STATE

    if not (run.root / EMBEDDED_STATE).is_file():
        raise UsageError(
            f"the gateway of this history is embedded, and `{run.root / EMBEDDED_STATE}` is "
            f"missing",
            help="name the folder that has it: -C DIR",
        )
