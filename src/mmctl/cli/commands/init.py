"""`mmctl init`: a small project that works, as a start."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.origin import is_requirement, requirement
from mmctl.cli.run import Run
from mmctl.errors import Refused, UsageError
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.records import replace

if TYPE_CHECKING:
    import typer

    from mmctl.cli.pipelines.made import CiServer

_WORKFLOW: Final = ".github/workflows/mail-rules.yaml"
_FILES: Final = {
    "mmctl.yaml": "mmctl.yaml",
    "gateway.yaml": "rules/gateway.yaml",
    "security.yaml": "rules/security.yaml",
    "cases.yaml": "cases/gateway.yaml",
    "invoice.eml": "cases/messages/invoice.eml",
    "lookalike.eml": "cases/messages/lookalike.eml",
    "gitignore": ".gitignore",
    "settings.json": ".vscode/settings.json",
    "workflow.yaml": _WORKFLOW,
}
"""The templates, and where they go."""
_RELEASE: Final = "release"
_RELEASE_FILE: Final = "rules/release.yaml"
_SCHEMAS: Final = ("project", "rules")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_NO_SERVICE: Final = "region-without-mail-manager"
_NO_AWS: Final = """\
  # prod:
  #   account: "111122223333"
  #   region: us-east-1
  #   protected: true  # apply takes only a saved plan
"""
_NOT_KNOWN: Final = """\
      # Where your mmctl comes from: set the variable MMCTL_REQUIREMENT of the repository, such as
      # mmctl @ git+https://git.example.com/mail/mmctl@v0.1.0 (or name it here, pinned).
      - run: pip install "${MMCTL_REQUIREMENT:?is not set, so where does mmctl come from}"
        env:
          MMCTL_REQUIREMENT: ${{ vars.MMCTL_REQUIREMENT }}
"""


def init(
    run: Run,
    folder: Annotated[
        Path | None, typer.Argument(help="The folder. Default: the current one.", metavar="DIR")
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", help="The AWS account, 12 digits.", metavar="ID")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="The AWS region.", metavar="REGION")
    ] = None,
    install_from: Annotated[
        str | None,
        typer.Option(
            "--install-from",
            help="What pip installs in CI. Default: the source of this mmctl.",
            metavar="REQUIREMENT",
        ),
    ] = None,
    release: Annotated[
        str | None,
        typer.Option(
            "--release",
            help="In a project: write only a way for released mail, to this relay.",
            metavar="RELAY",
        ),
    ] = None,
    ci: Annotated[
        str | None,
        typer.Option(
            "--ci",
            help="Write a pipeline for github, gitlab or codebuild (AWS CodePipeline); in a "
            "project, only that.",
            metavar="SERVER",
        ),
    ] = None,
) -> int:
    """Make a small working project: rules, cases, editor and CI settings."""
    if release is not None:
        if any(each is not None for each in (folder, account, region, ci)):
            raise UsageError(
                "got `--release` with something else", help="run it in the project: -C DIR"
            )
        return _write_release(run, release)
    server = _server(ci)
    source = _source(install_from)
    where = run.directory / folder if folder is not None else run.directory
    if server is not None and (where / PROJECT_FILE).exists():
        if account is not None or region is not None:
            raise UsageError(
                "got `--account` or `--region` in a project", help="its mmctl.yaml says them"
            )
        from mmctl.cli.pipelines.into_project import write_pipeline

        plain = _contents(None, None, source)[_WORKFLOW]
        return write_pipeline(replace(run, directory=where), server, source, plain)
    account, region = _asked(run, where, account, region)
    contents = _contents(account, region, source)
    notes: tuple[str, ...] = ()
    if server is not None:
        contents, notes = _with_pipeline(contents, server, source)
    _refuse_what_is_there(where, contents)
    _write(where, contents)
    for path in contents:
        run.say(f"wrote {where / path}")
    if source is None:
        run.say("the source of mmctl for CI is unknown: the workflow says what to set")
    for note in notes:
        run.say(note)
    here = "" if folder is None else f"cd {folder} && "
    run.say(f"next: {here}mmctl lint && mmctl simulate && mmctl plan")
    return 0


def _server(ci: str | None) -> CiServer | None:
    from mmctl.cli.pipelines.made import CiServer

    if ci is None:
        return None
    if ci not in {*CiServer}:
        raise UsageError(f"got `--ci {ci}`", help=f"expected one of {', '.join(CiServer)}")
    return CiServer(ci)


def _with_pipeline(
    contents: dict[str, bytes], server: CiServer, source: str | None
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """A new project with the pipeline in place of the workflow that only checks."""
    from mmctl.cli.pipelines.made import pipeline_of_project
    from mmctl.language.parsing.load import read_text

    rest = {path: text for path, text in contents.items() if path != _WORKFLOW}
    texts = {path: text.decode() for path, text in rest.items() if path.endswith(".yaml")}
    made = pipeline_of_project(server, read_text(texts)[0], rest.__getitem__, source)
    return {**rest, **made.contents}, made.notes


def _write_release(run: Run, relay: str) -> int:
    """Write the way for released mail into a project."""
    from mmctl.language.text.suggest import did_you_mean

    project = run.project()
    if relay not in project.relays:
        raise UsageError(
            f"there is no relay `{relay}`",
            help=did_you_mean(relay, project.relays)
            or f"one of {', '.join(project.relays) or 'none: add one first'}",
        )
    for taken in (project.ingress_points, project.rule_sets, project.traffic_policies):
        if _RELEASE in taken:
            place = taken[_RELEASE].position
            raise Refused(
                f"the project has a `{_RELEASE}` already, in {place.file}",
                why="mmctl does not overwrite it",
                help="change it there; `mmctl lint` says whether others reach it",
            )
    template = (files("mmctl.cli") / "templates" / "release.yaml").read_bytes()
    contents = {_RELEASE_FILE: template.replace(b"#RELAY#", relay.encode())}
    _refuse_what_is_there(run.root, contents)
    _write(run.root, contents)
    run.say(f"wrote {run.root / _RELEASE_FILE}")
    if len(project.ingress_points) == 1 and project.cases:
        name = next(iter(project.ingress_points))
        run.say(f"there are two ingress points now: cases must say `ingress_point: {name}`")
    run.say("next: export MMCTL_SMTP_RELEASE=…, a password; then mmctl lint && mmctl plan")
    return 0


def _asked(
    run: Run, folder: Path, account: str | None, region: str | None
) -> tuple[str | None, str | None]:
    """Account and region, from options or from the person at the terminal; both or none."""
    there = folder / "mmctl.yaml"
    if account is None and run.can_ask() and not there.exists():
        account = run.ask("AWS account (12 digits; empty: none yet): ") or None
    if account is None:
        if region is not None:
            raise UsageError("got `--region` without `--account`", help="give both")
        return None, None
    if not _ACCOUNT.fullmatch(account):
        raise UsageError(f"got the account `{account}`, expected 12 digits")
    if region is None and run.can_ask():
        region = run.ask("AWS region (empty: us-east-1): ")
    region = region or "us-east-1"
    if not _REGION.fullmatch(region):
        raise UsageError(f"got the region `{region}`, expected one such as `us-east-1`")
    from mmctl.language.text.regions import said_of

    said = said_of(region)
    if said is not None and said.certain:
        raise UsageError(
            said.message,
            help=f"{said.help}; where AWS has come since: mmctl explain {_NO_SERVICE}",
        )
    return account, region


def _source(stated: str | None) -> str | None:
    """What CI installs: as stated, or this same mmctl if its origin is known."""
    if stated is None:
        return requirement()
    if not is_requirement(stated):
        raise UsageError(
            f"got `--install-from {stated}`, expected one requirement of pip",
            help='such as "mmctl @ git+https://git.example.com/mail/mmctl@v0.1.0"',
        )
    return stated


def _contents(account: str | None, region: str | None, source: str | None) -> dict[str, bytes]:
    """The content of every file, by its path."""
    from mmctl.cli.commands.schema import published, text_of

    templates = files("mmctl.cli") / "templates"
    contents = {path: (templates / name).read_bytes() for name, path in _FILES.items()}
    environment = _NO_AWS
    if account is not None:
        environment = (
            f'  prod:\n    account: "{account}"\n    region: {region}\n'
            "    # Apply takes only a saved plan, once snapshots go to a bucket:\n"
            "    # protected: true\n    # snapshots: s3://BUCKET/prefix\n"
        )
    contents["mmctl.yaml"] = contents["mmctl.yaml"].replace(b"#AWS#\n", environment.encode())
    from mmctl.cli.pipelines.written import marked

    install = _NOT_KNOWN if source is None else f'      - run: pip install "{source}"\n'
    workflow = contents[_WORKFLOW].replace(b"#INSTALL#\n", install.encode())
    contents[_WORKFLOW] = marked(workflow.decode()).encode()
    schemas = published()
    for name in _SCHEMAS:
        contents[f".vscode/{name}.schema.json"] = text_of(schemas[name]).encode()
    return contents


def _refuse_what_is_there(folder: Path, contents: dict[str, bytes]) -> None:
    there = [path for path in contents if (folder / path).exists()]
    if there:
        raise Refused(
            f"{len(there)} of {len(contents)} files exist in `{folder}`: "
            + ", ".join(f"`{path}`" for path in there),
            why="mmctl does not overwrite files",
            help="name a new folder: `mmctl init DIR`",
        )


def _write(folder: Path, contents: dict[str, bytes]) -> None:
    try:
        for path, content in contents.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            with (folder / path).open("xb") as file:
                file.write(content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write to `{folder}`: {reason}") from None
