"""`mmctl prove`: what holds for every message, and the message that shows what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, assert_never

from mmctl.cli import world
from mmctl.cli.exit_codes import UNKNOWN
from mmctl.cli.result_table import FOUND_MESSAGE, PROOFS, write
from mmctl.errors import UsageError
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import typer
    from rich.text import Text

    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.analysis.questions.gateway_proof import GatewayProof
    from mmctl.cli.run import Run
    from mmctl.judge.ingress import Way
    from mmctl.language.project import Project


def prove(
    run: Run,
    find: Annotated[
        str | None,
        typer.Option(
            "--find",
            help="Find one message instead: an outcome, an action, or the members of an invariant "
            "that it breaks.",
            metavar="YAML",
        ),
    ] = None,
    ingress_point: Annotated[
        str | None,
        typer.Option("--ingress-point", help="Only this ingress point.", metavar="NAME"),
    ] = None,
    rule_set: Annotated[
        str | None,
        typer.Option("--rule-set", help="Only this rule set, by itself.", metavar="NAME"),
    ] = None,
    timeout: Annotated[
        int | None,
        typer.Option(
            "--timeout",
            help="Search hard questions for so many seconds. Default: a fixed effort for each.",
            metavar="SECONDS",
            min=1,
        ),
    ] = None,
) -> int:
    """Prove the invariants, that no accepted mail is lost, and which rules never apply.

    Each answer holds for every message, or comes with a message that shows the contrary, in
    .mmctl/witness. Exit 1: an invariant is broken, mail is lost, or a rule never applies.
    Exit 4: something stayed undecided.
    """
    project = run.project()
    ways = tuple(_ways(project, ingress_point, rule_set))
    if find is not None:
        return _find(run, project, ways, find)
    from mmctl.analysis.questions.gateway_proof import proof_of

    is_over = None if timeout is None else _clock(timeout)
    taken: set[str] = set()
    found = tuple(_kept(run, proof_of(project, way, is_over=is_over), taken) for way in ways)
    write(run, PROOFS, found)
    if any(each.wrong for each in found):
        return 1
    return UNKNOWN if any(each.undecided for each in found) else 0


def _clock(seconds: int) -> Callable[[], bool]:
    """Whether so many seconds have gone by since now."""
    end = world.elapsed() + seconds
    return lambda: world.elapsed() > end


def _ways(project: Project, ingress_point: str | None, rule_set: str | None) -> Iterator[Way]:
    from mmctl.analysis.questions.ways import ways_into
    from mmctl.judge.ingress import Way, gateway_behind

    if ingress_point is not None or rule_set is not None:
        way = Way(ingress_point=ingress_point, rule_set=rule_set)
        gateway_behind(project, way)
        yield way
        return
    ways = tuple(ways_into(project))
    if not ways:
        raise UsageError("there is nothing to prove: the project has no rule set")
    yield from ways


def _find(run: Run, project: Project, ways: Sequence[Way], text: str) -> int:
    """Find a message that ends so, at the first gateway that has one."""
    from mmctl.analysis.encoding.proof import Refuted, Shown, Undecided
    from mmctl.analysis.questions.gateway_proof import FoundMessage, find
    from mmctl.cli.files.finding import wanted_by
    from mmctl.cli.files.witnesses import keep

    wanted = wanted_by(text, project)
    undecided = None
    for way in ways:
        if wanted.ingress_point not in {None, way.ingress_point}:
            continue
        answer = find(project, way, wanted)
        match answer:
            case Shown():
                kept = keep(run.root, "found", answer.witness, way)
                found = FoundMessage(witness=answer.witness, kept=kept, way=way)
                write(run, FOUND_MESSAGE, found)
                return 0
            case Undecided(why=why):
                undecided = why
            case Refuted():
                pass
            case never:
                assert_never(never)
    write(run, FOUND_MESSAGE, FoundMessage(undecided=undecided))
    return 1 if undecided is None else UNKNOWN


def _kept(run: Run, found: GatewayProof, taken: set[str]) -> GatewayProof:
    """The same, with the messages in files."""
    from mmctl.analysis.encoding.proof import Shown
    from mmctl.cli.files.witnesses import keep

    name = found.way.ingress_point or found.way.rule_set
    kept: list[KeptMessage | None] = [
        keep(run.root, f"{name} {claim.name}", claim.answer.witness, found.way, taken)
        if isinstance(claim.answer, Shown)
        else None
        for claim in found.claims
    ]
    return replace(found, kept=tuple(kept))


def human(run: Run, found: Sequence[GatewayProof]) -> Text:
    """What is proved, gateway by gateway."""
    from mmctl.render.text.proofs import human

    return human(found, verbose=run.verbose)
