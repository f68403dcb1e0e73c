"""What two versions of the rules do with real mail: a corpus, judged by both and compared."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from mmctl.analysis.questions.counting import Counts, TwoGateways
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.questions.ways import ways_into
from mmctl.cli.changes.live_rules import project_of
from mmctl.cli.messages.corpus_judge import CorpusJudge, CountedBatch, by_outcomes
from mmctl.cli.messages.garbage import seldom_collected
from mmctl.cli.messages.messages import messages_of, watched
from mmctl.cli.progress import Progress
from mmctl.judge.ingress import gateway_behind
from mmctl.live.plan.plan import Behaviour
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from mmctl.analysis.questions.counting import CorpusCount
    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.live.plan.plan import Plan
    from mmctl.mail.left_out import Why
    from mmctl.render.documents.review import Changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Messages at some paths, and how many processes judge them."""

    paths: Sequence[str]
    workers: int = 1

    @property
    def name(self) -> str:
        """How reports call it."""
        return ", ".join(self.paths)


def with_behaviour(
    plan: Plan,
    change: LiveEnvironment,
    corpus: Corpus,
    show: Callable[[Changed], None] | None = None,
) -> Plan:
    """The plan with what it changes for the messages of a corpus; `show` gets each changed one.

    Raises:
        UsageError: a path cannot be read.
        CouldNot: a process was killed over and over.
    """
    live = project_of(plan.live, change.project)
    found = counted(change.run, (live, change.project), corpus, show=show)
    if found is None:
        note = "nothing that mail meets is both live and in the files: nothing can judge the corpus"
        return replace(plan, notes=(*plan.notes, note))
    kinds: Counter[str] = Counter()
    for each in found.changes:
        kinds[by_outcomes(each.change)] += each.copies
    behaviour = Behaviour(
        corpus=found.corpus,
        messages=found.messages,
        differing=found.differing,
        undecided=found.undecided,
        kinds=dict(kinds),
    )
    return replace(plan, behaviour=behaviour)


@seldom_collected()
def counted(
    run: Run,
    versions: tuple[Project, Project],
    corpus: Corpus,
    *,
    equality: Equality = Equality.MULTISET,
    show: Callable[[Changed], None] | None = None,
) -> CorpusCount | None:
    """How many messages of a corpus two versions treat differently; `show` gets each of them.

    None: nothing is in both versions.

    Raises:
        UsageError: a path cannot be read.
        CouldNot: a process was killed over and over.
    """
    one, other = versions
    ways = tuple(ways_into(one, other))
    if not ways:
        return None
    judge = CorpusJudge(
        gateways=[
            TwoGateways(way, gateway_behind(one, way), gateway_behind(other, way)) for way in ways
        ],
        equality=equality,
        environment=other.environment,
        unnamed=run.unnamed,
        listed=show is not None,
    )
    counts = Counts()
    judged = (_by_others if corpus.workers > 1 else _by_this_process)(run, other, corpus, judge)
    with closing(judged):
        for batch in judged:
            counts.merge(batch.counts)
            if show is not None:
                for each in batch.changed:
                    show(each)
    return counts.result(corpus.name)


def _by_this_process(
    run: Run, project: Project, corpus: Corpus, judge: CorpusJudge
) -> Generator[CountedBatch]:
    """What was counted of each message."""
    with Progress(run, "message") as progress:
        for message in messages_of(run, project, corpus.paths, judge.reader.needs, progress):
            batch = CountedBatch()
            judge.add(message, batch)
            yield batch
            progress.count(1)


def _by_others(
    run: Run, project: Project, corpus: Corpus, judge: CorpusJudge
) -> Generator[CountedBatch]:
    """The same, by processes that read the messages themselves."""
    from mmctl.cli.messages.sharing import shared
    from mmctl.cli.messages.unit_batches import inputs_at

    needs = judge.reader.needs
    inputs = inputs_at(corpus.paths, run.directory, project.environment, needs)
    left_out: Counter[Why] = Counter()
    done = shared(inputs, judge, corpus.workers)
    with Progress(run, "message") as progress:
        for batch in watched(run, corpus.paths, progress, left_out, done):
            left_out.update(each.why for each in batch.left_out)
            yield batch
            progress.count(batch.counts.messages)
