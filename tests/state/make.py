"""Keep what the program of today writes, so that every later one is held to reading it.

    python tests/state/make.py tests/state/0.1.0

Run it once a release, with that release; what is there already is history and stays unchanged.
Applies, a rollback with its pins, a saved plan, an apply that was killed in the middle, and the
schemas of documents.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

PROJECT: Final = """\
version: 1
project: acme
environments:
  local: {endpoint: embedded}
default_environment: local
"""
RULES: Final = """\
version: 1
address_lists:
  partners: {members: ["*@partner.example", "one@vendor.example"]}
archives:
  compliance: {retention: SEVEN_YEARS}
relays:
  exchange: {server: mail.corp.example.com, port: 25, authentication: none}
traffic_policies:
  edge:
    default: deny
    statements:
      - allow:
          - recipient: {ends_with: "@example.com"}
rule_sets:
  inbound:
    rules:
      - name: block-lookalike
        conditions:
          - from: {ends_with: ["@examp1e.com"]}
        unless:
          - mail_from: {in_address_list: partners}
        actions: [drop]
      - name: archive-all
        actions:
          - archive: {to: compliance, on_failure: continue}
      - name: deliver
        actions:
          - relay: {to: exchange}
ingress_points:
  public-mx: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: required}
"""
OF_FILES: Final = ("project", "rules")
"""Schemas of what people write: these may change in a version."""
KILLED_AT: Final = 2
"""The write in whose place the last apply ends: a member is added then, the relay is as it was."""

BAD: Final = ('["@examp1e.com"]', '["@example.org"]')
GOOD: Final = ('["@examp1e.com"]', '["@examp1e.com", "@exarnple.com"]')
CUT_OFF: Final = (
    ("one@vendor.example", "two@vendor.example"),
    ("port: 25,", "port: 2525,"),
    ('"@exarnple.com"', '"@example.net"'),
)


def main(kept: Path) -> None:
    """Make the state in a scratch folder and keep it."""
    if kept.exists():
        sys.exit(f"{kept} is there already: it is what an earlier program wrote")
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        (root / "rules").mkdir()
        (root / "mmctl.yaml").write_text(PROJECT, encoding="utf-8")
        _write(root, RULES)
        _run(root, "apply", "--yes")
        bad = RULES.replace(*BAD)
        _write(root, bad)
        _run(root, "apply", "--yes")
        _run(root, "rollback", "--yes", "--reason", "blocked a customer")
        good = RULES.replace(*GOOD)
        _write(root, good)
        _run(root, "apply", "--yes")
        for old, new in CUT_OFF:
            assert old in good
            good = good.replace(old, new)
        _write(root, good)
        _run(root, "plan", "--save", "saved.plan.json")
        _run(root, "apply", "--yes", "--force", "relay-target", kill=KILLED_AT)
        _keep(root, kept)


def _write(root: Path, text: str) -> None:
    (root / "rules" / "all.yaml").write_text(text, encoding="utf-8")


def _run(root: Path, *words: str, kill: int = 0) -> None:
    command = [sys.executable, __file__, "--run", str(kill), "-C", str(root), *words]
    done = subprocess.run(command, cwd=root, env={**os.environ, "LOGNAME": "alex"}, check=False)
    assert done.returncode == (9 if kill else 0), words


def _keep(root: Path, kept: Path) -> None:
    kept.mkdir(parents=True)
    for name in ("mmctl.yaml", "rules", "saved.plan.json"):
        copy = shutil.copytree if (root / name).is_dir() else shutil.copy
        copy(root / name, kept / name)
    shutil.copytree(root / ".mmctl" / "snapshots", kept / "snapshots")
    _run(kept, "schema", "--into", "schemas")
    for name in OF_FILES:
        (kept / "schemas" / f"{name}.schema.json").unlink()
    for path in (root / ".mmctl").glob("embedded.db*"):
        if not path.name.endswith("-shm"):  # of processes that run alone
            shutil.copy(path, kept / path.name)


def _inside(kill: int, words: list[str]) -> None:
    """Run one command in this process, which ends at once in the place of a write."""
    import platform  # noqa: PLC0415 - of this process alone

    from mmctl.cli.main import exit_code  # noqa: PLC0415 - slow
    from mmctl.emulator.core import EmbeddedMailManager  # noqa: PLC0415 - slow

    platform.node = lambda: "gateway-1"
    answer, count = EmbeddedMailManager.call, 0

    def call(self: EmbeddedMailManager, operation: str, given: Any, **place: str) -> Any:
        nonlocal count
        count += not operation.startswith(("Get", "List", "Describe"))
        if kill and count == kill:
            os._exit(9)
        return answer(self, operation, given, **place)

    EmbeddedMailManager.call = call  # type: ignore[method-assign,assignment] # of this process alone
    sys.exit(exit_code(words))


if __name__ == "__main__":
    if sys.argv[1] == "--run":
        _inside(int(sys.argv[2]), sys.argv[3:])
    else:
        main(Path(sys.argv[1]))
