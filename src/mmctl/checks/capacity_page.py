"""A rule set that does not fit into what the service takes, however its rules are packed.

What it does:
Packs the rules of each set into at most 40 live rules and 10 relay or send actions: rules that
do the same become one, long lists of addresses become address lists, and each step is proved.
Reports a rule set that does not fit then, with the least that any order of its rules takes, and
one that fits of which it is not proved that mail is treated as the rules say. It also reports
a rule that is too large to be split. `mmctl budget` shows what pins the order of the rules,
with a message for each pair, and tries what to change.

Why it is bad:
The service takes no more, and none of its limits can be raised: nothing of the rule set could
go live.

Bad:
version: 1
rule_sets:
  inbound:
    rules:
      - name: sales
        conditions: [{recipient: {equals: sales@example.com}}]
        actions: [{relay: {to: sales}}]
      - name: hr
        conditions: [{recipient: {equals: hr@example.com}}]
        actions: [{relay: {to: hr}}]
      - name: legal
        conditions: [{recipient: {equals: legal@example.com}}]
        actions: [{relay: {to: legal}}]
      - name: press
        conditions: [{recipient: {equals: press@example.com}}]
        actions: [{relay: {to: press}}]
      - name: it
        conditions: [{recipient: {equals: it@example.com}}]
        actions: [{relay: {to: it}}]
      - name: lab
        conditions: [{recipient: {equals: lab@example.com}}]
        actions: [{relay: {to: lab}}]
      - name: fleet
        conditions: [{recipient: {equals: fleet@example.com}}]
        actions: [{relay: {to: fleet}}]
      - name: store
        conditions: [{recipient: {equals: store@example.com}}]
        actions: [{relay: {to: store}}]
      - name: plant
        conditions: [{recipient: {equals: plant@example.com}}]
        actions: [{relay: {to: plant}}]
      - name: board
        conditions: [{recipient: {equals: board@example.com}}]
        actions: [{relay: {to: board}}]
      - {name: others, actions: [{relay: {to: exchange}}]}
relays:
  sales: {server: sales.example.com, port: 25, authentication: none}
  hr: {server: hr.example.com, port: 25, authentication: none}
  legal: {server: legal.example.com, port: 25, authentication: none}
  press: {server: press.example.com, port: 25, authentication: none}
  it: {server: it.example.com, port: 25, authentication: none}
  lab: {server: lab.example.com, port: 25, authentication: none}
  fleet: {server: fleet.example.com, port: 25, authentication: none}
  store: {server: store.example.com, port: 25, authentication: none}
  plant: {server: plant.example.com, port: 25, authentication: none}
  board: {server: board.example.com, port: 25, authentication: none}
  exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
version: 1
rule_sets:
  inbound:
    rules:
      - name: plants
        conditions: [{recipient: {equals: [lab@example.com, plant@example.com]}}]
        actions: [{relay: {to: plants}}, stop]
      - name: others
        actions: [{relay: {to: exchange}}]
relays:
  plants: {server: plants.example.com, port: 25, authentication: none}
  exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import Final

from mmctl.checks.explained import ExplainedCheck
from mmctl.checks.page import page_of

CAPACITY: Final = "capacity"


def capacity_page() -> ExplainedCheck:
    """What `mmctl explain capacity` shows: the compiler reports it, and no comment ignores it."""
    return ExplainedCheck(CAPACITY, "error", page_of(CAPACITY, __doc__))
