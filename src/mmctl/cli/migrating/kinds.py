"""The table of what `mmctl import --from` reads: one row a kind; its module is imported if asked.

A kind reads rules of another gateway, which may differ here, imports Mail Manager's own resources
without loss, or reads the members of one address list.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.interchange.api_json import Imported
    from mmctl.interchange.migration.source import Reader, SourceOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """Rules of another gateway."""

    what: str
    """What the files are, for messages and the manual."""
    by: str
    """The module and function of a `Reader`."""

    @property
    def reader(self) -> Reader:
        """The reader."""
        found: Reader = _named(self.by)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """Mail Manager's own resources in another form."""

    what: str
    by: str
    """The module and function of what takes files and `SourceOptions`, and gives `Imported`."""
    system: str | None = None
    """The tool that a new project is imported from; None: no project is made."""

    @property
    def importer(self) -> Callable[[Mapping[str, bytes], SourceOptions], Imported]:
        """What takes the files."""
        found: Callable[[Mapping[str, bytes], SourceOptions], Imported] = _named(self.by)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ListsOfSenders:
    """Members of one address list, in tables of any columns."""

    what: str


Kind: TypeAlias = Reads | Imports | ListsOfSenders

KINDS: Final[Mapping[str, Kind]] = {
    "api-json": Imports(
        what="requests and answers of the Mail Manager API in JSON",
        by="mmctl.cli.migrating.lossless:import_json",
    ),
    "cloudformation": Imports(
        what="CloudFormation templates with Mail Manager in them, in YAML or JSON, also CDK's",
        by="mmctl.interchange.cloudformation.reading:import_cloudformation",
        system="CloudFormation",
    ),
    "terraform": Imports(
        what="plans and states of Terraform in JSON, and its `.tf` files",
        by="mmctl.interchange.terraform.reading:import_terraform",
        system="Terraform",
    ),
    "exchange": Reads(
        what="transport rules of Exchange in XML, JSON or CSV",
        by="mmctl.interchange.exchange.reading:read",
    ),
    "postfix": Reads(
        what="a main.cf of Postfix, its tables beside it, and a master.cf",
        by="mmctl.interchange.postfix.reading:read",
    ),
    "sieve": Reads(
        what="Sieve scripts, of everybody or of one person each (`--recipient`)",
        by="mmctl.interchange.sieve.reading:read",
    ),
    "ses-receipt-rules": Reads(
        what="SES receipt rules and IP address filters: JSON or YAML of the API, templates",
        by="mmctl.interchange.receipt_rules.reading:read",
    ),
    "google-workspace": Reads(
        what="settings of Gmail, as `policies.list` of the Cloud Identity API answers",
        by="mmctl.interchange.google_workspace.reading:read",
    ),
    "rspamd": Reads(
        what="maps, forced actions and settings of rspamd: its `.conf` files",
        by="mmctl.interchange.rspamd.reading:read",
    ),
    "csv": ListsOfSenders(
        what="lists of allowed or blocked senders of any gateway, for one address list",
    ),
}
"""The kinds by the word that `--from` takes, in the order of the manual."""


def kind_of(word: str) -> Kind:
    """The kind of a word.

    Raises:
        UsageError: there is none of this name.
    """
    known = KINDS.get(word)
    if known is None:
        raise UsageError(f"got `--from {word}`", help=f"one of {', '.join(KINDS)}")
    return known


def _named(where: str) -> Any:
    module, name = where.split(":")
    return getattr(import_module(module), name)
