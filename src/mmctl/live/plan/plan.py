"""The plan: what would change, in which order, and what it was made from.

A plan is a value; it is made here, checked by `brakes/`, saved by `planfile.py`, and carried out
by `apply.py`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mmctl.compiler.fit_lines import fit_of
from mmctl.compiler.refusing import IN_A_TRAFFIC_POLICY
from mmctl.live.compare.diff import diff, packed_diff
from mmctl.live.compare.edits import Edit, Summary
from mmctl.live.ordinary.values import ProjectMail
from mmctl.live.plan.ordering import ordered_steps
from mmctl.live.plan.proposals import identity_notes
from mmctl.live.plan.unknown_members import notes_of, unknown_members, warnings_of
from mmctl.live.state.canonical import canonical_pair, digest, digest_of, forms_of
from mmctl.live.state.names import named_desired
from mmctl.model.kinds import Kind
from mmctl.model.quotas import RULES
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.analysis.questions.behavior import EveryMessage
    from mmctl.compiler.configuration import LiveConfiguration, RuleLeftOut
    from mmctl.language.project import Brakes, Environment
    from mmctl.live.ordinary.values import OrdinaryMail
    from mmctl.live.plan.promotion_values import Promotion, ValueChange
    from mmctl.live.plan.steps import Step
    from mmctl.live.plan.trust import Trust
    from mmctl.live.plan.unknown_members import Unknown
    from mmctl.live.state.read import LiveState
    from mmctl.live.state.service import Identity


_STATEMENT: Final = ", statement "
"""What follows where a rule is in a traffic policy."""
_FEW: Final = 3
"""So many rules that policies refuse have a sentence of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The environment that a plan is for, and its settings."""

    environment: str
    identity: Identity
    brakes: Brakes
    protected: bool = False
    known_members: tuple[str, ...] = ()
    """Members of a newer API that somebody looked at: `RuleSet.Rules.Enabled`."""
    plan_key: str | None = None
    """ARN of the key that must have signed a plan; None: plans need not be signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """How the logical rules of a rule set fit the service's limit of live rules."""

    rule_set: str
    logical: int
    live: int
    limit: int = RULES.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What a plan changes for the messages of a corpus, judged by live and desired rules."""

    corpus: str
    """What the corpus is called."""
    messages: int
    differing: int
    """Messages with a recipient that is treated differently."""
    undecided: int = 0
    """Messages without a recipient, or with too little known to say what happens."""
    kinds: Mapping[str, int] = field(default_factory=dict)
    """Recipients by kind of change: `delivered → dropped`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the history held when a plan was made."""

    last: str | None
    """The id of its last entry; None: it had none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that changes, and the state that the plan was made from."""

    target: Target
    desired: LiveConfiguration
    live: LiveConfiguration
    """What it was made from."""
    edits: tuple[Edit, ...]
    steps: tuple[Step, ...]
    digests: Mapping[str, str]
    """SHA-256 of each live object it was made from, by `kind/name`."""
    digest_before: str
    digest_after: str
    serial: int = 0
    """How many applies and rollbacks there were before: makes each plan's creates unique."""
    past: Past | None = None
    """None: it may be carried out after any other apply, if it still fits what is live."""
    seal: str | None = None
    """The digest of the file that it comes from; None: it was not saved."""
    new_passwords: frozenset[str] = frozenset()
    """Ingress points whose password differs from the one in the service."""
    goes_back_to: str | None = None
    """The snapshot that a rollback uses as the desired state."""
    kept: tuple[Edit, ...] = ()
    """For a rollback: what was done by hand since, and stays in addition to the restored state."""
    partial: bool = False
    """Whether it changes only what a person named."""
    failed_cases: int = 0
    """Cases and invariants that failed for the files it was made from."""
    lint_errors: int = 0
    """Errors of lint that were ignored on request."""
    behaviour: Behaviour | None = None
    """None: no corpus was given."""
    trust: Trust | None = None
    """None: the environment was not compared with a base."""
    project_mail: ProjectMail = field(default_factory=ProjectMail)
    """What the project adds to the mail that is judged without a corpus."""
    ordinary: OrdinaryMail | None = None
    """What it changes for ordinary mail; None: not judged yet."""
    every_message: EveryMessage | None = None
    """What it does to every message; None: not asked."""
    yesterday: LiveConfiguration | None = None
    """The oldest state of the last 24 hours; None: it is the live one, or unknown."""
    rules: str | None = None
    """The digest of the logical rules of the files; None: it is of a part, or a rollback."""
    values: Mapping[str, str] = field(default_factory=dict)
    """The values of variables and bindings that it was made with, by name."""
    changed_values: tuple[ValueChange, ...] = ()
    """Those that are others than at the last apply."""
    promotion: Promotion | None = None
    """Whether its rules were tried in the environment before; None: nothing requires it."""
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the live state is already the desired one."""
        return not self.edits and not self.steps

    @property
    def summary(self) -> Summary:
        """Rules and objects to add, change, move, delete, rename."""
        return Summary.of(self.edits)

    @property
    def live_edits(self) -> tuple[Edit, ...]:
        """What `edits` mean for packed live rules, and for the lists that the compiler makes."""
        return packed_diff(self.desired, self.live)

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """The members of live objects that this version does not know."""
        edits = (*self.edits, *self.live_edits)
        return unknown_members(self.live, edits, self.steps, self.target.known_members)

    @property
    def budget(self) -> tuple[BudgetLine, ...]:
        """The number of rules in each rule set."""
        return tuple(
            BudgetLine(
                rule_set=thing.name,
                logical=thing.logical_rules or len(rules),
                live=len(rules),
            )
            for thing in self.desired.of_kind(Kind.RULE_SET)
            for rules in (thing.shape.to_api()["Rules"],)
        )

    @property
    def fits(self) -> tuple[tuple[str, str], ...]:
        """Each rule set, and how its rules fit, with those that are in a traffic policy."""
        refused = Counter(
            each.rule_set
            for each in self.desired.left_out
            if each.reason.startswith(IN_A_TRAFFIC_POLICY)
        )
        return tuple(
            (line.rule_set, fit_of(line.logical, refused[line.rule_set], line.live))
            for line in self.budget
        )

    @property
    def token(self) -> str:
        """What the tokens of this plan's creates are made from."""
        return digest_of([self.digest_before, self.digest_after, self.serial])


def make_plan(
    target: Target,
    desired: LiveConfiguration,
    state: LiveState,
    *,
    serial: int = 0,
    goes_back_to: str | None = None,
    partial: bool = False,
    new_passwords: frozenset[str] = frozenset(),
) -> Plan:
    """Compare desired and live, and order the calls that make live the desired one."""
    desired = named(desired, state)
    made = plan_between(target, desired, state.configuration, new_passwords=new_passwords)
    return replace(
        made,
        serial=serial,
        goes_back_to=goes_back_to,
        partial=partial,
        notes=(*_notes(desired, state), *made.notes),
    )


def named(desired: LiveConfiguration, state: LiveState) -> LiveConfiguration:
    """A desired configuration that refers to live objects by their logical names."""
    objects = tuple(named_desired(thing, state.names) for thing in desired.objects)
    return replace(desired, objects=objects)


def plan_between(
    target: Target,
    desired: LiveConfiguration,
    live: LiveConfiguration,
    *,
    new_passwords: frozenset[str] = frozenset(),
) -> Plan:
    """The parts of a plan that follow from both sides alone."""
    before, after = _digests(desired, live)
    plan = Plan(
        target=target,
        desired=desired,
        live=live,
        edits=diff(desired, live, new_passwords),
        steps=ordered_steps(desired, live, new_passwords=new_passwords),
        digests=object_digests(live),
        digest_before=before,
        digest_after=after,
        new_passwords=new_passwords,
    )
    unknown = plan.unknown
    return replace(
        plan,
        warnings=tuple(warnings_of(unknown)),
        notes=(*identity_notes(desired, live), *notes_of(unknown)),
    )


def target_of(
    environment: Environment, identity: Identity, known_members: tuple[str, ...] = ()
) -> Target:
    """The target of an environment of the project."""
    return Target(
        environment=environment.name,
        identity=identity,
        brakes=environment.brakes,
        protected=environment.protected,
        known_members=known_members,
        plan_key=environment.plan_key,
    )


def object_digests(live: LiveConfiguration) -> dict[str, str]:
    """The digest of each object by `kind/name`."""
    return {f"{thing.kind}/{thing.name}": digest(thing) for thing in live.objects}


def _digests(desired: LiveConfiguration, live: LiveConfiguration) -> tuple[str, str]:
    """Digests of both sides, without what the service filled in by itself."""
    before, after = forms_of(live), forms_of(desired)
    wanted = desired.by_key()
    for thing in live.objects:
        counterpart = wanted.get(thing.key)
        if counterpart is not None:
            before[f"{thing.kind}/{thing.name}"] = canonical_pair(counterpart, thing)[1]
    return digest_of(before), digest_of(after)


def _left_out(desired: LiveConfiguration) -> Iterator[str]:
    """The rules that are in no live rule; many for one reason in one sentence."""
    alike: dict[tuple[str, str], list[str]] = {}
    for rule in desired.left_out:
        alike.setdefault((rule.rule_set, _why_left_out(rule)), []).append(rule.rule)
    for rule in desired.left_out:
        why = _why_left_out(rule)
        rules = alike[rule.rule_set, why]
        if len(rules) <= _FEW:
            yield f"rule {rule.rule} of {rule.rule_set} is left out: {rule.reason}"
        elif rule.rule == rules[0]:
            yield f"{len(rules)} rules of {rule.rule_set} are {why}: {rules[0]} … {rules[-1]}"


def _why_left_out(rule: RuleLeftOut) -> str:
    """What rules that are left out may share: the traffic policy that has them, or the reason."""
    where, statement, _ = rule.reason.partition(_STATEMENT)
    return where if statement else f"left out, {rule.reason}"


def _notes(desired: LiveConfiguration, state: LiveState) -> Iterator[str]:
    used = {thing.shape.to_api()["RuleSetId"] for thing in desired.of_kind(Kind.INGRESS_POINT)}
    for thing in desired.of_kind(Kind.RULE_SET):
        if thing.name not in used:
            yield f"no ingress point of this project uses rule set {thing.name}"
    for thing in desired.of_kind(Kind.INGRESS_POINT):
        if thing.smtp_password_env:
            variable = f"the environment variable {thing.smtp_password_env}"
            yield f"the SMTP password of ingress point {thing.name} comes from {variable}"
    yield from _left_out(desired)
    for thing in desired.objects:
        if (thing.kind, thing.live_name) in state.pending:
            what = f"{thing.kind.noun} {thing.live_name}"
            yield f"{what} is still being deleted, its name may be taken"
    for thing in state.configuration.of_kind(Kind.INGRESS_POINT):
        if thing.status not in {None, "ACTIVE", "CLOSED"}:
            unsure = ": whether it will be closed is unknown yet" * (thing.status == "UPDATING")
            yield f"ingress point {thing.name} is {thing.status}{unsure}"
