"""`mmctl simulate --join FOLDER...`: the results of all shards, as if one run had made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.exit_codes import UNKNOWN
from mmctl.cli.messages.manifest import WHOLE
from mmctl.cli.messages.result_folder import ResultFolder, refuse_not_empty
from mmctl.cli.messages.stored_run import StoredRun
from mmctl.cli.result_table import STORED, write
from mmctl.counted import counted
from mmctl.errors import Refused, UsageError
from mmctl.judge.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cli.messages.manifest import Manifest
    from mmctl.cli.messages.result_folder import EndedRun, Stored
    from mmctl.cli.messages.wanted import Wanted
    from mmctl.cli.run import Run


def join_results(run: Run, wanted: Wanted) -> int:
    """Add up results, write the counts, and store all in one folder if that is requested.

    Raises:
        UsageError: a folder holds no complete results, or the new one cannot be written.
        Refused: the folders do not belong together, or some are missing.
    """
    folders = [ResultFolder(run.directory / path, path) for path in wanted.paths]
    shards = [(folder, folder.manifest()) for folder in folders]
    _refuse_foreign(shards)
    _refuse_incomplete(shards)
    ended = [folder.ended() for folder in folders]
    _refuse_other_inputs(folders, ended)
    manifest = shards[0][1].without_shard()
    tally = Tally()
    for _, stored in _batches(shards, ended[0]):
        tally.merge(stored.tally)
    joined = StoredRun(
        name=wanted.results or "",
        tally=tally,
        against=manifest.against,
        inputs=ended[0].inputs,
        batches=ended[0].batches,
        listed=ended[0].listed,
        shard=WHOLE,
    )
    if wanted.results is not None:
        into = ResultFolder(run.directory / wanted.results, wanted.results)
        with into.held():
            refuse_not_empty(into, help="name another folder")
            into.begin(manifest)
            for folder, stored in _batches(shards, ended[0]):
                into.take(manifest, folder, stored)
            into.end(joined.document)
        run.say(f"joined {counted(joined.batches, 'file')} in `{into.name}`")
    write(run, STORED, joined)
    return UNKNOWN if wanted.strict and tally.unknown else 0


def _refuse_foreign(shards: Sequence[tuple[ResultFolder, Manifest]]) -> None:
    """Refuse results that depend on something else than the first."""
    first, manifest = shards[0]
    for folder, other in shards[1:]:
        differences = manifest.without_shard().differences(other.without_shard())
        if differences:
            raise Refused(
                f"the results in `{folder.name}` do not belong to those in `{first.name}`",
                details=differences,
                why="results that depend on different things would be mixed",
                help="join the folders of one command that differ in --shard alone",
            )
        if other.shard.of != manifest.shard.of:
            raise Refused(
                f"`{first.name}` is shard {manifest.shard}, and `{folder.name}` is {other.shard}",
                why="parts of two divisions overlap",
                help="join the folders of one command that differ in the number of --shard alone",
            )


def _refuse_incomplete(shards: Sequence[tuple[ResultFolder, Manifest]]) -> None:
    """Refuse a shard that is named twice, or not at all."""
    named: dict[int, str] = {}
    for folder, manifest in shards:
        number = manifest.shard.number
        if number in named:
            raise Refused(
                f"`{named[number]}` and `{folder.name}` are both shard {manifest.shard}",
                why="its messages would be counted twice",
                help="name the folder of each shard once",
            )
        named[number] = folder.name
    of = shards[0][1].shard.of
    missing = [f"{number}/{of}" for number in range(1, of + 1) if number not in named]
    if missing:
        raise Refused(
            f"{counted(len(missing), 'shard')} missing: {', '.join(missing)}",
            why="the counts would be those of a part of the messages",
            help=f"judge it with `--shard {missing[0]}`, and name its folder too",
        )


def _refuse_other_inputs(folders: Sequence[ResultFolder], ended: Sequence[EndedRun]) -> None:
    """Refuse shards of inputs that were not the same everywhere."""
    for folder, other in zip(folders, ended, strict=True):
        if other != ended[0]:
            raise Refused(
                f"`{folder.name}` was made of other inputs than `{folders[0].name}`",
                details=(
                    f"{counted(ended[0].inputs, 'input')}, and {counted(other.inputs, 'input')}",
                ),
                why="a message could be counted twice, or not at all",
                help="judge all shards where the inputs are the same: names, sizes and order",
            )


def _batches(
    shards: Sequence[tuple[ResultFolder, Manifest]], ended: EndedRun
) -> Iterator[tuple[ResultFolder, Stored]]:
    """All batches in the order of the inputs.

    Raises:
        UsageError: one is missing or damaged.
    """
    by_shard = {manifest.shard.number: (folder, manifest) for folder, manifest in shards}
    place = 0
    for number in range(ended.batches):
        folder, manifest = by_shard[number % len(shards) + 1]
        stored = folder.stored(manifest, place)
        if stored is None or stored.number != number:
            raise _damaged(folder)
        yield folder, stored
        place = stored.end
    if place != ended.inputs:
        raise _damaged(shards[0][0])


def _damaged(folder: ResultFolder) -> UsageError:
    return UsageError(
        f"results in `{folder.name}` are missing or damaged",
        help="run the command that made them again, with --resume",
    )
