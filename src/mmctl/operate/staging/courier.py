"""Errands for the sender of an environment: through the store's bucket, by Systems Manager.

The machine is in a private network without a way out. It gets the modules that send, as they are
here, and the errand, both from the bucket; their digests are in the command. What came of it comes
back the same way.
"""

from __future__ import annotations

import base64
import json
import shlex
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from mmctl.errors import CouldNot
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.operate.staging.arrived import RunsCommands

PREFIX: Final = "sender/"
"""Where in the store all of this lies; the machine may read and write nothing else."""
PYTHON: Final = "python3.11"
_LONG_AGO: Final = (2026, 1, 1, 0, 0, 0)
_DIGEST: Final = 64
_MAIN: Final = b"from mmctl.client.errand_runner import main\nimport sys\nmain(*sys.argv[1:3])\n"


class ErrandBucket(Protocol):
    """Where errands go."""

    @property
    def place(self) -> str:
        """The bucket as a URL."""

    def get(self, key: str) -> tuple[str, str] | None:
        """The text of an object and its version; None: there is none."""

    def put(self, key: str, text: str, *, new: bool = False, over: str | None = None) -> str | None:
        """Write an object."""

    def delete(self, key: str) -> None:
        """Delete an object; a missing one is already deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Sends errands to the sender of an environment."""

    bucket: ErrandBucket
    prefix: str
    """Of the store in its bucket; empty, or with a slash at its end."""
    machine: RunsCommands
    instance: str
    region: str
    program: bytes
    """The modules that send, as a zip."""

    def run(self, errand: Mapping[str, Any], id_: str) -> dict[str, Any]:
        """Have an errand done under an id of its own, and return what became of it.

        Raises:
            CouldNot: the bucket or the machine cannot be used, or the answer is not whole.
        """
        text = json.dumps(errand)
        job, result = self._key(f"{id_}.job.json"), self._key(f"{id_}.result.json")
        program = self._stored_program()
        self.bucket.put(job, text)
        try:
            said = self.machine.run(self.instance, self._command(program, job, result, text))
            answer = self.bucket.get(result)
        finally:
            self.bucket.delete(job)
            self.bucket.delete(result)
        return _whole(said, None if answer is None else answer[0])

    def _stored_program(self) -> str:
        """The key of the modules, which are stored where they are not yet."""
        key = self._key(f"program-{sha256(self.program).hexdigest()}.base64")
        if self.bucket.get(key) is None:
            self.bucket.put(key, base64.b64encode(self.program).decode())
        return key

    def _key(self, name: str) -> str:
        return f"{self.prefix}{PREFIX}{name}"

    def _command(self, program: str, job: str, result: str, text: str) -> str:
        digests = (sha256(self.program).hexdigest(), sha256(text.encode()).hexdigest())
        copy = f"aws s3 cp --quiet --region {shlex.quote(self.region)}"

        def at(key: str) -> str:
            return shlex.quote(f"{self.bucket.place}/{key}")

        return f"""set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
{copy} {at(program)} program.base64
{copy} {at(job)} job.json
base64 --decode program.base64 >program.zip
echo '{digests[0]}  program.zip' | sha256sum --check --quiet
echo '{digests[1]}  job.json' | sha256sum --check --quiet
{PYTHON} -I program.zip job.json result.json
{copy} result.json {at(result)}
sha256sum result.json
"""


def packed_program(modules: Mapping[str, bytes]) -> bytes:
    """Modules by their paths as a zip that Python runs; the same modules give the same bytes."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in sorted({**modules, "__main__.py": _MAIN}.items()):
            about = ZipInfo(name, _LONG_AGO)
            about.compress_type = ZIP_DEFLATED
            archive.writestr(about, content)
    return made.getvalue()


def _whole(said: str, answer: str | None) -> dict[str, Any]:
    """The answer, if it is the one whose digest the machine printed.

    Raises:
        CouldNot: it is not.
    """
    digest = said.strip().rpartition("\n")[2][:_DIGEST]
    try:
        if answer is None or sha256(answer.encode()).hexdigest() != digest:
            raise ValueError  # noqa: TRY301 - one way out for all that is wrong
        found = json.loads(answer)
        if isinstance(found, dict):
            return found
    except (ValueError, RecursionError):
        pass
    raise CouldNot(
        "the sender's answer is not whole",
        help="send again; if it stays so, look at the machine: mmctl staging status",
    )
