"""`mmctl prove`: what holds for every message, and the message that shows what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, assert_never

from mmctl.cli import world
from mmctl.cli.exit_codes import INTERRUPTED, UNKNOWN
from mmctl.cli.interruptions import end_without_further_interruptions
from mmctl.cli.result_table import FOUND_MESSAGE, PROOFS, write
from mmctl.errors import UsageError
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import typer
    from rich.text import Text

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.analysis.questions.gateway_proof import FoundMessage, GatewayProof, PhaseClaim
    from mmctl.cli.options.annotated import ParameterValues, Rules, RulesAs
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
            help="End after so many seconds, however hard a question is. Default: a fixed effort "
            "for each.",
            metavar="SECONDS",
            min=1,
        ),
    ] = None,
    rules: Rules = None,
    rules_as: RulesAs = None,
    parameter: ParameterValues = None,
) -> int:
    """Prove the invariants, that no mail is lost, and which rules never apply or must stay put.

    Each answer holds for every message, or comes with a message that shows the contrary, in
    .mmctl/witness. Exit 1: an invariant is broken, mail is lost, a rule never applies, or the order
    in a phase matters. Exit 4: something stayed undecided.
    """
    run = run.with_rules(rules, rules_as, parameter)
    project = run.project()
    ways = tuple(_ways(project, ingress_point, rule_set))
    is_over = None if timeout is None else _clock(timeout)
    if find is not None:
        return _find(run, project, ways, find, is_over)
    from mmctl.analysis.encoding.proof import Undecided
    from mmctl.analysis.questions.gateway_proof import Proving

    provings = [Proving(project, way, is_over=is_over) for way in ways]
    why = Undecided.TIME
    try:
        for each in provings:
            each.run()
    except KeyboardInterrupt:
        end_without_further_interruptions()
        why = Undecided.INTERRUPTED
    from mmctl.cli.files.witnesses import keeping

    keep = keeping(run)
    found = tuple(_kept(each.so_far(why), keep) for each in provings)
    write(run, PROOFS, found)
    if why == Undecided.INTERRUPTED:
        run.warn("interrupted: what is proved until then is above")
        return INTERRUPTED
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


def _find(
    run: Run,
    project: Project,
    ways: Sequence[Way],
    text: str,
    is_over: Callable[[], bool] | None,
) -> int:
    """Find a message that ends so, at the first gateway that has one."""
    from mmctl.analysis.encoding.proof import Refuted, Shown, Undecided
    from mmctl.analysis.questions.gateway_proof import FoundMessage, find
    from mmctl.cli.files.finding import wanted_by
    from mmctl.cli.files.witnesses import keep, options_in_place

    wanted = wanted_by(text, project)
    undecided = None
    for way in ways:
        if wanted.ingress_point not in {None, way.ingress_point}:
            continue
        answer = find(project, way, wanted, is_over=is_over)
        match answer:
            case Shown():
                kept = keep(run.root, "found", answer.witness, way, in_place=options_in_place(run))
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


def _kept(
    found: GatewayProof, keep: Callable[[str, Witness, Way], KeptMessage | None]
) -> GatewayProof:
    """The same, with the messages in files."""
    from mmctl.analysis.encoding.proof import Shown

    name = found.way.ingress_point or found.way.rule_set
    kept = [
        keep(f"{name} {claim.name}", claim.answer.witness, found.way)
        if isinstance(claim.answer, Shown)
        else None
        for claim in found.claims
    ]
    phases = tuple(_kept_orders(found, claim, keep) for claim in found.phases)
    return replace(found, kept=tuple(kept), phases=phases)


def _kept_orders(
    proof: GatewayProof,
    claim: PhaseClaim,
    keep: Callable[[str, Witness, Way], KeptMessage | None],
) -> PhaseClaim:
    """The same, with the messages for which the order of two rules matters in files."""
    from mmctl.analysis.questions.phases import OrderMatters

    name = f"{proof.way.ingress_point or proof.way.rule_set} order in {claim.phase.name}"
    kept = [
        keep(name, each.witness, proof.way) if isinstance(each, OrderMatters) else None
        for each in claim.found
    ]
    return replace(claim, kept=tuple(kept))


def human(run: Run, found: Sequence[GatewayProof]) -> Text:
    """What is proved, gateway by gateway."""
    from mmctl.render.text.proofs import human

    return human(found, verbose=run.verbose)


def sarif(_run: Run, found: Sequence[GatewayProof]) -> dict[str, Any]:
    """What does not hold, for code scanning, with the pages of the checks that say the same."""
    from mmctl.checks.catalogue import CHECKS
    from mmctl.render.documents.proof_problems import problems_of
    from mmctl.render.documents.sarif import sarif

    problems = problems_of(found)
    said = {each.check for each in problems}
    return sarif(problems, [check for check in CHECKS if check.id in said])


def found_sarif(_run: Run, _found: FoundMessage) -> dict[str, Any]:
    """A message that somebody looked for is no problem."""
    from mmctl.render.documents.sarif import sarif

    return sarif((), ())
