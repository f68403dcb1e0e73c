"""What results depend on: rules, readings, options and inputs, by their digests.

Results of one manifest can be gone on with, and those of its shards joined; others never mix.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from mmctl import __version__
from mmctl.cli.engines import StoredAs
from mmctl.errors import UsageError
from mmctl.inputs import FILE_AT_MOST, read_file
from mmctl.live.state.canonical import digest_of
from mmctl.records import asdict, dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.cli.messages.judging import Judging
    from mmctl.cli.messages.wanted import Wanted
    from mmctl.cli.run import Run
    from mmctl.judge.submission import Gateway

SCHEMA: Final = "mmctl/results@1"
_SHARDS: Final = 10_000
"""The most parts: folders that one command joins."""
STORED_BATCH: Final = 500
"""The most inputs in one file of results."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several parts of the inputs."""

    number: int
    of: int

    @classmethod
    def named(cls, text: str) -> Shard:
        """The shard that `3/8` names.

        Raises:
            UsageError: it names none.
        """
        number, _, of = text.partition("/")
        if not (_is_number(number) and _is_number(of) and 1 <= int(number) <= int(of) <= _SHARDS):
            raise UsageError(
                f"got `--shard {text}`",
                help=f"`--shard 3/8` judges the third of eight parts; at most {_SHARDS:,} parts",
            )
        return cls(int(number), int(of))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def has(self, batch: int) -> bool:
        """Whether a batch is in this part."""
        return batch % self.of == self.number - 1


WHOLE: Final = Shard(1, 1)
"""All of the inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What results depend on."""

    version: str
    judged_by: Mapping[str, str]
    """Digests of the rules and what else decides, by name."""
    options: tuple[tuple[str, str], ...]
    against: str | None
    inputs: tuple[str, ...]
    form: StoredAs
    batch: int
    shard: Shard = WHOLE

    @property
    def document(self) -> dict[str, Any]:
        """The manifest as it is written."""
        return {
            "schema": SCHEMA,
            "mmctl": self.version,
            "judged_by": dict(self.judged_by),
            "options": [list(each) for each in self.options],
            "against": self.against,
            "inputs": list(self.inputs),
            "format": self.form.value,
            "batch": self.batch,
            "shard": None if self.shard == WHOLE else str(self.shard),
        }

    @classmethod
    def of(cls, document: Any) -> Manifest:
        """The manifest that was written.

        Raises:
            KeyError, ValueError, TypeError: it is not such a document.
            UsageError: so is its shard.
        """
        if document["schema"] != SCHEMA:
            raise ValueError(document["schema"])
        shard = document["shard"]
        return cls(
            version=document["mmctl"],
            judged_by={str(key): str(value) for key, value in document["judged_by"].items()},
            options=tuple((name, value) for name, value in document["options"]),
            against=document["against"],
            inputs=tuple(map(str, document["inputs"])),
            form=StoredAs(document["format"]),
            batch=int(document["batch"]),
            shard=WHOLE if shard is None else Shard.named(shard),
        )

    def differences(self, other: Manifest) -> tuple[str, ...]:
        """What is not the same in another one, each as a line."""
        names = dict.fromkeys([*self.judged_by, *other.judged_by])
        lines = [
            f"other {name}"
            for name in names
            if self.judged_by.get(name) != other.judged_by.get(name)
        ]
        for what, mine, theirs in (
            ("options", _options(self), _options(other)),
            ("inputs", " ".join(self.inputs), " ".join(other.inputs)),
            ("--results-as", self.form, other.form),
            ("--shard", str(self.shard), str(other.shard)),
            ("version of mmctl", self.version, other.version),
            ("inputs in a file", str(self.batch), str(other.batch)),
        ):
            if mine != theirs:
                lines.append(f"{what}: `{mine}`, now `{theirs}`")
        return tuple(lines)

    def without_shard(self) -> Manifest:
        """The manifest of all shards together."""
        return replace(self, shard=WHOLE)


def manifest_of(run: Run, wanted: Wanted, judging: Judging, form: StoredAs) -> Manifest:
    """What the results of a run depend on.

    Raises:
        UsageError: the zone file cannot be read.
    """
    options = list(wanted.options.written())
    if wanted.authenticate:
        options.append(("--authenticate", ""))
    if wanted.zone is not None:
        options.append(("--zone", wanted.zone))
    judged_by = _digests(judging.gateway)
    if wanted.zone is not None:
        judged_by["zone"] = _digest_of_file(run, wanted.zone)
    if judging.against is not None:
        judged_by |= {f"{name} of --against": it for name, it in _digests(judging.against).items()}
    return Manifest(
        version=__version__,
        judged_by=judged_by,
        options=tuple(options),
        against=judging.against_name,
        inputs=tuple(wanted.paths),
        form=form,
        batch=STORED_BATCH,
        shard=WHOLE if wanted.shard is None else Shard.named(wanted.shard),
    )


def _digests(gateway: Gateway) -> dict[str, str]:
    """Digests of all that decides; where it is written does not count."""
    rules = [[each.name, each.stop, each.shadow, each.rule.to_api()] for each in gateway.rules]
    policy = None if gateway.policy is None else gateway.policy.to_api()
    lists = {
        name: None if members is None else sorted(members.entries)
        for name, members in gateway.lists.items()
    }
    return {
        "rules": digest_of(rules),
        "traffic policy": digest_of([policy, list(gateway.statement_names)]),
        "address lists": digest_of(lists),
        "readings": digest_of(asdict(gateway.readings)),
        "ingress point": digest_of([gateway.certificates, gateway.ip_type, gateway.closed]),
    }


def _options(manifest: Manifest) -> str:
    return " ".join(f"{name} {value}".strip() for name, value in manifest.options) or "none"


def _digest_of_file(run: Run, name: str) -> str:
    try:
        content = read_file(run.directory / name, at_most=FILE_AT_MOST)
    except OSError as error:
        raise UsageError(f"cannot read `{name}`: {(error.strerror or '').lower()}") from None
    return sha256(content).hexdigest()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(_SHARDS))
