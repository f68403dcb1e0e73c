"""The theories of networks, sizes and choices: exact both ways."""

from __future__ import annotations

import random
from ipaddress import IPv6Address, ip_address
from itertools import product
from typing import TYPE_CHECKING

from exactness import faults_of, new_circuit

from mmctl.analysis.theories.choices import ChoiceTheory
from mmctl.analysis.theories.networks import NetworkTheory
from mmctl.analysis.theories.sizes import SizeTheory
from mmctl.judge.compare import client_address, network, networks_around, number_matches
from mmctl.model.enums import RuleNumberOperator

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.judge.compare import IpAddress

_NETWORKS = (
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "192.0.2.0/24",
    "192.0.2.0/25",
    "192.0.2.128/25",
    "192.0.2.7/32",
    "255.255.255.255/32",
    "::/0",
    "::/1",
    "8000::/1",
    "::ffff:0:0/96",
    "::ffff:192.0.2.0/120",
    "::fffe:0:0/95",
    "::/80",
    "::1:0:0:0/80",
    "2001:db8::/32",
    "2001:db8::/33",
    "2001:db8:8000::/33",
    "ffff::/16",
)


def test_networks_have_exactly_the_models_of_real_addresses() -> None:
    values = sorted(_around_ends(), key=lambda address: (address.version, int(address)))
    faults = []
    for seed in range(40):
        chance = random.Random(seed)  # noqa: S311 - examples, not secrets
        circuit = new_circuit()
        theory = NetworkTheory(circuit)
        tests: dict[int, Callable[[IpAddress], bool]] = {
            theory.version(6): lambda address: address.version == 6
        }
        for text in chance.sample(_NETWORKS, chance.randint(2, 8)):
            found = network(text)
            assert found is not None
            tests.setdefault(theory.inside(found), _judged_network(text))
            if chance.random() < 0.3:
                theory.settle()
        faults += [f"{seed}: {fault}" for fault in faults_of(circuit, theory, tests, values)]
    assert faults == []


def _around_ends() -> set[IpAddress]:
    """The addresses at both ends of every network and beside them, as the judge reads them."""
    found = set()
    for text in _NETWORKS:
        around = network(text)
        assert around is not None
        for end in (around.network_address, around.broadcast_address):
            for beside in (-1, 0, 1):
                if 0 <= int(end) + beside < 1 << end.max_prefixlen:
                    found.add(client_address(str(end + beside)))
    return {address for address in found if address is not None}


def _judged_network(text: str) -> Callable[[IpAddress], bool]:
    return lambda address: bool(networks_around(address, (text,)))


def test_an_address_is_an_example_where_it_can_be() -> None:
    circuit = new_circuit()
    theory = NetworkTheory(circuit)
    sixth = theory.version(6)
    theory.settle()
    circuit.solver.solve(theory.plain(), conflicts=None)
    assert str(theory.value(circuit.solver.model())) == "192.0.2.1"
    circuit.solver.solve((sixth,), conflicts=None)
    assert theory.value(circuit.solver.model()) == IPv6Address("2001:db8::1")


def test_an_address_is_read_back_as_itself() -> None:
    for text in ("192.0.2.1", "::fffe:ffff:ffff", "::1:0:0:0", "ffff::"):
        circuit = new_circuit()
        theory = NetworkTheory(circuit)
        found = network(text)
        assert found is not None
        inside = theory.inside(found)
        theory.settle()
        circuit.solver.solve((inside,), conflicts=None)
        address = theory.value(circuit.solver.model())
        assert address == ip_address(text) == client_address(str(address))


def test_sizes_have_exactly_the_models_of_real_sizes() -> None:
    numbers = (0, 1, 7, 7.0, 7.5, 8, 9.999, 10, -3, -0.5, float("inf"), float("-inf"), float("nan"))
    questions = list(product(RuleNumberOperator, numbers))
    faults = []
    for seed in range(40):
        chance = random.Random(seed)  # noqa: S311 - examples, not secrets
        circuit = new_circuit()
        least = chance.choice((0, 1, 8))
        theory = SizeTheory(circuit, least)
        tests: dict[int, Callable[[int], bool]] = {}
        for operator, number in chance.sample(questions, chance.randint(1, 6)):
            literal = theory.meets(operator, number)
            tests.setdefault(literal, _judged_size(operator, number))
            if chance.random() < 0.3:
                theory.settle()
        faults += [
            f"{seed}: {each}" for each in faults_of(circuit, theory, tests, range(least, 13))
        ]
    assert faults == []


def _judged_size(operator: RuleNumberOperator, number: float) -> Callable[[int], bool]:
    return lambda size: number_matches(operator, size, number)


def test_choices_have_exactly_the_models_of_words() -> None:
    for count in range(1, 7):
        words = tuple(f"word {number}" for number in range(count))
        circuit = new_circuit()
        theory = ChoiceTheory(circuit, words)
        tests = {theory.is_(word): _equal(word) for word in words}
        assert faults_of(circuit, theory, tests, words) == []


def _equal(word: str) -> Callable[[str], bool]:
    return lambda other: other == word
