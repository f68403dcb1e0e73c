"""kill -9 in the middle of an apply: the process ends at once, and nothing is cleaned up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from live.conftest import World

SCRIPT = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from conftest import World

world = World(root=Path(sys.argv[2]), process=os.getpid())
count = 0

def observe(operation, parameters):
    global count
    count += not operation.startswith(("Get", "List"))
    if count == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

world.observe = observe
world.apply()
"""


def kill_at(world: World, number: int) -> int:
    here = str(Path(__file__).parent)
    command = [sys.executable, "-c", SCRIPT, here, str(world.root), str(number)]
    return subprocess.run(command, check=False, capture_output=True).returncode


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL elsewhere")
@pytest.mark.parametrize("number", [1, 6, 11])
def test_a_killed_apply_shows_as_unfinished_and_another_finishes_it(
    world: World, number: int
) -> None:
    assert kill_at(world, number) == -signal.SIGKILL
    entry = world.history.entries()[-1]
    assert entry.result == "unfinished"
    assert world.history.journal(entry.id)[-1]["moment"] == "before"

    again = world.apply()

    assert again is not None
    assert again.state_before == entry.id
    assert world.plan().empty


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL elsewhere")
def test_a_killed_apply_is_undone_by_a_rollback(world: World) -> None:
    assert kill_at(world, 8) == -signal.SIGKILL
    world.rollback(allow_delete=True, forced=("irreversible",))
    assert world.plan().live.objects == ()
