"""A packing as a document that a memory can keep, and back: the same question is answered once.

A document says which logical rules it means by their places, and only rules that were made are
written out. What comes back is checked: it must be whole, for the same question, with lists that
are named by their content and numbers that are counted again. Else the rules are packed again.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from mmctl.compiler.packing.memory import IN_PROCESS
from mmctl.compiler.packing.names import list_name
from mmctl.compiler.packing.packed import (
    ActionBound,
    Bounds,
    CompiledList,
    LeftOutRule,
    Obstacle,
    PackedRule,
    Packing,
    PackingProof,
)
from mmctl.compiler.packing.written import as_written, is_within
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.language.project import PROOF_EFFORT, LogicalRule
from mmctl.language.readings import CHOICES
from mmctl.model.conditions import listed_by
from mmctl.model.rules import Rule, RuleAction
from mmctl.model.shape import ShapeError
from mmctl.problem import Positions
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.compiler.packing.memory import CompilerMemory
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRuleSet, Project

FORMAT: Final = 1
"""Of documents: another one is not understood."""


def packed_once(
    project: Project,
    rule_set: LogicalRuleSet,
    memory: CompilerMemory | None = None,
    *,
    gateway: Gateway | None = None,
    ingress_point: str | None = None,
) -> Packing:
    """A rule set as it goes live (`pack.packed`), from a memory if the same was asked before."""
    logical = gateway or gateway_of_rule_set(project, rule_set.name)
    effort = max(PROOF_EFFORT, project.settings.lint.proof_effort)
    key = key_of(rule_set, logical, ingress_point, effort=effort)
    memories = [IN_PROCESS, *([] if memory is None else [memory])]
    for each in memories:
        known = recalled(each, key, rule_set, logical)
        if known is not None:
            return known
    # Formulas and their solver are loaded when something is packed.
    from mmctl.analysis.sat.solver import SolverMissing  # noqa: PLC0415
    from mmctl.compiler.packing.pack import packed  # noqa: PLC0415

    try:
        made = packed(project, rule_set, gateway=logical, ingress_point=ingress_point)
    except SolverMissing as error:
        return replace(
            as_written(rule_set, logical.rules, fits=False),
            ingress_point=ingress_point,
            proof=PackingProof(proved=False, why=error.message, missing=error.help or ""),
        )
    for each in memories:
        keep(each, key, made, logical)
    return made


def key_of(
    rule_set: LogicalRuleSet,
    logical: Gateway,
    ingress_point: str | None = None,
    *,
    effort: int = PROOF_EFFORT,
) -> str:
    """A digest of everything on which the packing of some rules depends, but for the program."""
    said = json.dumps(
        [
            FORMAT,
            effort,
            rule_set.name,
            ingress_point,
            rule_set.duplicates_ignored,
            [[phase.name, phase.on_overlap, phase.rules] for phase in rule_set.phases],
            [_said(rule) for rule in logical.rules],
            logical.policy.to_api() if logical.policy is not None else None,
            [logical.certificates, logical.ip_type, logical.closed],
            {name: logical.readings.choice(name) for name in CHOICES},
            dict(_lists(logical)),
        ],
        sort_keys=True,
    )
    return sha256(said.encode()).hexdigest()


def _said(rule: LogicalRule) -> list[object]:
    """What of a rule counts: not where it is written, and nothing that is for people."""
    counts = rule.stop, rule.shadow, rule.count_own, rule.refuse, rule.final
    return [rule.name, rule.phase, counts, rule.rule.to_api()]


def _lists(logical: Gateway) -> Iterator[tuple[str, list[str] | None]]:
    """The members of the lists that conditions name; None: they are unknown, or there is none."""
    policy = logical.policy.policy_statements if logical.policy is not None else ()
    for rule in logical.rules:
        for condition in (*rule.conditions, *rule.unless):
            yield from _listed(logical, listed_by(condition))
    for statement in policy:
        for asked in statement.conditions:
            yield from _listed(logical, listed_by(asked))


def _listed(logical: Gateway, listed: Any) -> Iterator[tuple[str, list[str] | None]]:
    for name in listed.address_lists if listed is not None else ():
        members = logical.lists.get(name)
        entries = None if members is None else sorted(members.entries)
        yield f"{name} {name in logical.lists}", entries


def recalled(
    memory: CompilerMemory, key: str, rule_set: LogicalRuleSet, logical: Gateway
) -> Packing | None:
    """The packing that a memory has for a question; None: none that can be used."""
    document = memory.get(key)
    if document is None:
        return None
    try:
        body = document["packing"]
        if (document["format"], document["key"]) != (FORMAT, key):
            return None
        if document["digest"] != digest_of(body):
            return None
        packing = _Reading(logical.rules).packing(body)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ShapeError):
        return None
    return packing if _is_sound(packing, rule_set) else None


def _is_sound(packing: Packing, rule_set: LogicalRuleSet) -> bool:
    """Whether all that can be checked without a proof is so."""
    named = all(each.name == list_name(rule_set.name, each.members) for each in packing.lists)
    return (
        named
        and packing.rule_set == rule_set.name
        and packing.fits == is_within(rule_set, packing.live)
    )


def keep(memory: CompilerMemory, key: str, packing: Packing, logical: Gateway) -> None:
    """Put a packing into a memory, if what comes back is the same."""
    try:
        body = _PackingDocument(logical.rules).packing(packing)
        same = _Reading(logical.rules).packing(body) == packing
    except (KeyError, ShapeError):
        return  # it has a rule that is not among the logical ones, or that no service takes
    if same:
        memory.put(key, {"format": FORMAT, "key": key, "digest": digest_of(body), "packing": body})


def digest_of(body: Mapping[str, Any]) -> str:
    """What tells a whole document from a damaged one."""
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


class _PackingDocument:
    """Packings as documents: logical rules are places."""

    def __init__(self, rules: Sequence[LogicalRule]) -> None:
        self._place = {id(rule): place for place, rule in enumerate(rules)}

    def packing(self, packing: Packing) -> dict[str, Any]:
        """The document of a packing.

        Raises:
            KeyError: it names a rule that is not among the logical ones.
        """
        proof = packing.proof
        return {
            "rule_set": packing.rule_set,
            "ingress_point": packing.ingress_point,
            "rules": [self._packed(each) for each in packing.rules],
            "lists": [[each.name, list(each.members)] for each in packing.lists],
            "left_out": [[self._at(each.rule), each.why] for each in packing.left_out],
            "bounds": [self._bound(each) for each in packing.bounds.by_actions],
            "proof": [proof.proved, proof.why, proof.equality, dict(proof.readings)],
            "survives": packing.survives_first_match,
            "fits": packing.fits,
            "obstacles": [self._obstacle(each) for each in packing.obstacles],
        }

    def _at(self, rule: LogicalRule) -> int:
        return self._place[id(rule)]

    def _packed(self, packed: PackedRule) -> dict[str, Any]:
        sources = [self._at(each) for each in packed.sources]
        document: dict[str, Any] = {"sources": sources, "step": packed.step}
        if not packed.is_written:
            document["name"] = packed.rule.name
            document["stop"] = packed.rule.stop
            document["rule"] = packed.rule.rule.to_api()
        return document

    def _bound(self, bound: ActionBound) -> list[Any]:
        actions = [each.to_api() for each in bound.actions]
        rules = [self._at(each) for each in bound.rules]
        return [actions, bound.stop, rules, bound.least, bound.handed_on]

    def _obstacle(self, obstacle: Obstacle) -> list[Any]:
        pair = [self._packed(each) for each in (obstacle.one, obstacle.other)]
        named = [
            None if each is None else self._at(each) for each in (obstacle.between, obstacle.pinned)
        ]
        return [*pair, *named]


class _Reading:
    """Documents as packings of the logical rules that there are now."""

    def __init__(self, rules: Sequence[LogicalRule]) -> None:
        self._rules = rules

    def packing(self, document: Mapping[str, Any]) -> Packing:
        """The packing of a document.

        Raises:
            Exception: it is not one; see `recalled`.
        """
        proved, why, equality, readings = document["proof"]
        return Packing(
            rule_set=_text(document["rule_set"]),
            ingress_point=document["ingress_point"],
            rules=tuple(map(self._packed, document["rules"])),
            lists=tuple(
                CompiledList(name=_text(name), members=tuple(map(_text, members)))
                for name, members in document["lists"]
            ),
            left_out=tuple(
                LeftOutRule(rule=self._at(place), why=_text(why))
                for place, why in document["left_out"]
            ),
            bounds=Bounds(by_actions=tuple(map(self._bound, document["bounds"]))),
            proof=PackingProof(
                proved=_flag(proved), why=_text(why), equality=_text(equality), readings=readings
            ),
            survives_first_match=document["survives"],
            fits=_flag(document["fits"]),
            obstacles=tuple(map(self._obstacle, document["obstacles"])),
        )

    def _at(self, place: Any) -> LogicalRule:
        if not isinstance(place, int) or place < 0:
            raise ValueError(place)
        return self._rules[place]

    def _packed(self, document: Mapping[str, Any]) -> PackedRule:
        sources = tuple(map(self._at, document["sources"]))
        first, step = sources[0], _text(document["step"])
        if "rule" not in document:
            return PackedRule(rule=first, sources=sources, step=step)
        name, stop = _text(document["name"]), _flag(document["stop"])
        shape = Rule.logical(document["rule"])
        if len(sources) == 1 and name == first.name:
            rule = replace(first, rule=shape, stop=stop)
        else:
            rule = LogicalRule(
                name=name,
                rule=shape,
                stop=stop,
                phase=first.phase,
                position=first.position,
                positions=Positions({(): first.position}),
            )
        return PackedRule(rule=rule, sources=sources, step=step)

    def _bound(self, document: Sequence[Any]) -> ActionBound:
        actions, stop, rules, least, handed_on = document
        return ActionBound(
            actions=tuple(map(RuleAction.logical, actions)),
            stop=_flag(stop),
            rules=tuple(map(self._at, rules)),
            least=int(least),
            handed_on=int(handed_on),
        )

    def _obstacle(self, document: Sequence[Any]) -> Obstacle:
        one, other, between, pinned = document
        return Obstacle(
            one=self._packed(one),
            other=self._packed(other),
            between=None if between is None else self._at(between),
            pinned=None if pinned is None else self._at(pinned),
        )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value
