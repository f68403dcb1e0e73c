"""Where `mmctl import` reads from: the environment of the project, or the place that is stated.

Without a project nothing is guessed: options, the user's credentials or a question decide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.inputs import RULES_AT_MOST, read_file
from mmctl.language.parsing.files import MemoryFiles
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.project import Environment, Project
from mmctl.problem import Position
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from mmctl.cli.run import Run

_NO_RULES: Final = "none.yaml"
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_REGION: Final = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlace:
    """What the command line says about where the configuration is."""

    account: str | None = None
    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None

    @property
    def stated(self) -> bool:
        """Whether an account, a region or a profile is named."""
        return (self.account, self.region, self.profile) != (None, None, None)


def project_around(run: Run, place: ImportPlace) -> Project:
    """The project of the run, even with problems; it need not have any rules yet.

    Outside of a project, one with the environment that was stated, found or entered.

    Raises:
        UsageError: there is no such environment, or nothing says where to read.
        ProblemsFound: the project file says too little.
    """
    from mmctl.cli.run import refuse_other_spelling
    from mmctl.language.parsing.load import Sources
    from mmctl.language.parsing.settings import default_settings

    name = project_name(run.root.name)
    file = run.root / PROJECT_FILE
    if not file.is_file():
        refuse_other_spelling(run.root)
        environment = _environment(run, place)
        settings = replace(
            default_settings(name),
            environments={environment.name: environment},
            default_environment=environment.name,
        )
        return Project(settings=settings, environment=environment)
    if place.stated:
        raise UsageError(
            "got `--account`, `--region` or `--profile` in a project",
            help="its environments name account and region: use `--env NAME`, or another folder",
        )
    try:
        return run.read()[0]
    except UsageError:
        alone = _ProjectFile(
            {file.name: read_file(file, at_most=RULES_AT_MOST), _NO_RULES: "version: 1\n"}
        )
        return Sources(alone, name).read(run.environment)[0]


class _ProjectFile(MemoryFiles):
    """A project file, with an empty file for every pattern of rules."""

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The empty file."""
        del pattern
        return (_NO_RULES,)


def project_name(folder: str) -> str:
    """A folder's name as the name of a project."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", folder).strip("-")[:32] or "mail"


def _environment(run: Run, place: ImportPlace) -> Environment:
    from mmctl.cli.embedded import EMBEDDED_STATE
    from mmctl.language.parsing.settings import default_settings

    local = default_settings("").environments["local"]
    kept = (run.root / EMBEDDED_STATE).exists()
    if kept and not place.stated and place.endpoint_url is None and run.environment is None:
        return local
    _check(place)
    asked = _with_region(run, place)
    return Environment(
        name=run.environment or "prod",
        endpoint=_endpoint(place.endpoint_url),
        account=asked.account,
        region=asked.region,
        profile=asked.profile,
        position=Position(file=PROJECT_FILE),
    )


def _check(place: ImportPlace) -> None:
    if place.account is not None and not _ACCOUNT.fullmatch(place.account):
        raise UsageError(f"got the account `{place.account}`, expected 12 digits")
    if place.region is not None and not _REGION.fullmatch(place.region):
        raise UsageError(f"got the region `{place.region}`, expected one such as `us-east-1`")


def _with_region(run: Run, place: ImportPlace) -> ImportPlace:
    """The place with its region: as stated, from the credentials, or as a person enters it."""
    from mmctl.live.aws.sessions import own_region
    from mmctl.model.endpoints import is_loopback

    if place.endpoint_url is not None and is_loopback(place.endpoint_url):
        return place
    there, region = own_region(place.profile)
    if not there and run.can_ask():
        run.say("no AWS credentials found")
        profile = run.ask("profile of the AWS configuration (empty: stop): ") or None
        if profile is not None:
            place = replace(place, profile=profile)
            there, region = own_region(profile)
    if not there:
        raise UsageError(
            "nothing to import from: no project here, and no AWS credentials",
            help="--account ID --region REGION --profile NAME; or in a project, --env NAME",
        )
    region = place.region or region
    if region is None and run.can_ask():
        region = run.ask("AWS region: ") or None
    if region is None:
        raise UsageError("the region to import from is unknown", help="--region REGION")
    place = replace(place, region=region)
    _check(place)
    return place


def _endpoint(url: str | None) -> str | None:
    """The endpoint for the project file; one that no file may name stays an option."""
    from mmctl.language.parsing.endpoints import is_for_files

    return url if url is not None and is_for_files(url) else None
