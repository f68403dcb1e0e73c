"""Invariants that name nothing would hold for every message: they are mistakes, not proofs."""

from __future__ import annotations

from typing import Final

from mmctl.language.parsing.load import read_text

GATEWAY: Final = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
rule_sets:
  inbound:
    rules: [{name: rest, actions: [{relay: {to: exchange}}]}]
"""
MISTAKES: Final = {
    "never: {relay: {to: exchagne}}": "there is no relay `exchagne`",
    "never: {relay: exchagne}": "there is no relay `exchagne`",
    "never: {relay: [exchange, exchagne]}": "there is no relay `exchagne`",
    "never: {relay: {foo: exchange}}": "a claim about `relay` has no key `foo`",
    "only: {relay: [exchagne]}": "there is no relay `exchagne`",
    "only: {archive: nowhere}": "there is no archive `nowhere`",
    "only: {dropped: exchange}": "has no key `dropped`",
    "always: archive, before: relya": "got `relya`, expected",
    "always: archive, before: delivered": "got `delivered`, expected",
    "never: []": "expected a list of at least 1",
    "never: unknown": "a claim has no key `unknown`",
    "never: dropped, ingress_point: mmx": "there is no ingress point `mmx`",
    "never: dropped, when: [{recipient: {in_address_list: nobody}}]": (
        "there is no address list `nobody`"
    ),
}
SOUND: Final = (
    "never: {relay: {to: [exchange]}}",
    "never: {relay: {to: id:r-1}}",
    "never: [dropped, drop, {relay: exchange}]",
    "only: {relay: [exchange], send: []}",
    "always: archive, before: relay",
    "never: {add_header: {name: X-Seen}}",
)


def mistakes(invariant: str) -> list[str]:
    """What is wrong with an invariant."""
    text = f"{GATEWAY}invariants: [{{name: it, {invariant}}}]\n"
    _, problems = read_text({"rules.yaml": text})
    return [each.message for each in problems]


def test_a_claim_that_names_nothing_is_a_mistake() -> None:
    """Each was proved for every message before."""
    found = {invariant: mistakes(invariant) for invariant in (*MISTAKES, *SOUND)}
    assert not {
        invariant: found[invariant]
        for invariant, message in MISTAKES.items()
        if not any(message in each for each in found[invariant])
    }
    assert not {invariant: found[invariant] for invariant in SOUND if found[invariant]}
