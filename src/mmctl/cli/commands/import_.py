"""`mmctl import`: the live configuration, or a configuration from elsewhere, as YAML."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from mmctl.cli.files.import_place import ImportPlace, project_around
from mmctl.cli.run import Run
from mmctl.errors import Refused, UsageError
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    import typer

    from mmctl.cli.options.migration import (
        Accept,
        Columns,
        DeliverTo,
        Domains,
        ListName,
        Only,
        Owners,
        Parameters,
        Recipients,
        Replace,
        Shadow,
        Subdomains,
        Take,
    )
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.live.state.service import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class _Live:
    """What an import from the service is asked for."""

    rule_set: str | None
    into: Path | None
    force: bool
    adopt: bool
    yes: bool
    place: ImportPlace


def import_(
    run: Run,
    files: Annotated[
        list[Path] | None, typer.Argument(help="The files; `-` is stdin.", metavar="[FILE...]")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", help="What the files are: see above.", metavar="KIND"),
    ] = None,
    domain: Domains = None,
    recipient: Recipients = None,
    parameter: Parameters = None,
    take: Take = None,
    deliver_to: DeliverTo = None,
    shadow: Shadow = False,
    owners: Owners = None,
    accept: Accept = None,
    list_: ListName = None,
    column: Columns = None,
    only: Only = None,
    replace_: Replace = False,
    subdomains: Subdomains = False,
    rule_set: Annotated[
        str | None, typer.Option("--rule-set", help="Only this live rule set.", metavar="NAME")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            "--into",
            help="Write one file per kind to it; in an empty folder, make a project.",
            metavar="DIR",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Overwrite existing files; with --from, rules that you changed are copied first.",
        ),
    ] = False,
    adopt: Annotated[bool, typer.Option("--adopt", help="Adopt the live objects.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm without a prompt.")] = False,
    account: Annotated[
        str | None,
        typer.Option("--account", help="Outside of a project: the AWS account.", metavar="ID"),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Its region.", metavar="REGION")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="A profile of the AWS configuration.", metavar="NAME"),
    ] = None,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
) -> int:
    """Turn the live configuration, or a configuration from elsewhere, into YAML.

    KIND: exchange, postfix, sieve, ses-receipt-rules, google-workspace, rspamd,
    csv, cloudformation, terraform, api-json. Of each rule of another gateway it
    says what became of it; exit 1: some differ, and nobody has accepted that.
    """
    folder = None if into is None else (run.directory / into).resolve()
    place = ImportPlace(account=account, region=region, profile=profile, endpoint_url=endpoint_url)
    if from_ is None and not files:
        asked = _Live(
            rule_set=rule_set,
            into=folder,
            force=force,
            adopt=adopt,
            yes=yes,
            place=place,
        )
        return _import_live(run, asked)
    if from_ is None or not files:
        raise UsageError("nothing to import", help="`mmctl import --from KIND FILE...`")
    if rule_set is not None or adopt:
        option = "--adopt" if adopt else "--rule-set"
        raise UsageError(f"got `{option}` with `--from`", help="it is for imports from the service")
    from mmctl.cli.migrating.asking import FileImport, import_files

    wanted = FileImport(
        kind=from_,
        files=tuple(files),
        into=folder,
        force=force,
        domains=tuple(domain or ()),
        recipients=tuple(recipient or ()),
        parameters=tuple(parameter or ()),
        take=tuple(take or ()),
        deliver_to=deliver_to,
        shadow=shadow,
        owners=owners,
        accept=accept,
        list_name=list_,
        columns=tuple(column or ()),
        only=only,
        replace=replace_,
        subdomains=subdomains,
    )
    return import_files(run, wanted)


# -- from the service


def _import_live(run: Run, asked: _Live) -> int:
    from mmctl.cli.embedded import embedded_in
    from mmctl.cli.files.live_import import import_things, read_everything
    from mmctl.cli.migrating.lossless import finished, section_files, tell_certificates
    from mmctl.cli.migrating.output import write_files
    from mmctl.interchange.live_objects import yaml_of
    from mmctl.live.aws.connect import connect

    if asked.adopt and asked.into is None:
        raise UsageError("got `--adopt` without `--into`", help="an adoption needs the files")
    project = project_around(run, asked.place)
    embed = embedded_in(run.root, clock=run.now)
    service = connect(project.environment, embed, endpoint_url=asked.place.endpoint_url)
    identity = service.identity
    where = "the embedded endpoint" if identity.embedded else identity.endpoint
    run.say(f"reading account {identity.account}, {identity.region}, as {identity.caller}: {where}")
    read = read_everything(service)
    new = asked.into is not None and _makes_project(run, project, asked.into)
    imported, bindings = import_things(
        read,
        project,
        service.identity,
        rule_set=asked.rule_set,
        bind=new,
        list_files=asked.into is not None,
        states=_known(run, project, service.identity),
    )
    heading = _heading(project, service.identity)
    if not imported.sections and not imported.unsaid:
        run.say(f"nothing is live: {heading}")
    elif asked.into is None:
        run.write_exactly(yaml_of(imported, *imported.sections, heading=heading))
        tell_certificates(run, imported)
    else:
        texts = section_files(imported, heading=heading)
        if new or (asked.into / "mmctl.yaml").exists():
            texts = {f"rules/{file}": text for file, text in texts.items()}
        if new:
            texts = _as_project(asked, project, service.identity, read.owner, bindings, texts)
        write_files(run, texts, asked.into, force=asked.force)
        _copy_embedded(run, project, asked.into, new=new)
    code = finished(run, imported)
    if asked.into is not None and imported.sections:
        code = _adopted(replace(run, directory=asked.into), asked)
    return code


def _known(run: Run, project: Project, identity: Identity) -> Iterator[LiveConfiguration]:
    """The states in the history of the project, if there is one here."""
    from mmctl.cli.changes.stores import history_of
    from mmctl.cli.files.packed_import import known_states
    from mmctl.errors import MmctlError

    if project.settings.file is None:
        return
    try:
        yield from known_states(history_of(run, project, identity.account, identity.region))
    except MmctlError as error:
        run.say(f"the history is not read: {error.message}")


def _heading(project: Project, identity: Identity) -> str:
    where = "EMBEDDED, not AWS" if identity.embedded else identity.endpoint
    environment = project.environment.name
    return f"{environment}: account {identity.account}, {identity.region}, {where}"


def _makes_project(run: Run, project: Project, folder: Path) -> bool:
    """Whether a folder is empty, and the project does not read its rules from it."""
    from mmctl.cli.files.live_import import reads_rules_from

    visible = folder.exists() and any(not p.name.startswith(".") for p in folder.iterdir())
    return not visible and not reads_rules_from(run.root, project.settings, folder)


def _as_project(
    asked: _Live,
    project: Project,
    identity: Identity,
    owner: str | None,
    bindings: Any,
    texts: dict[str, str],
) -> dict[str, str]:
    """The files of a project: rule files and `mmctl.yaml`."""
    from mmctl.cli.files.import_place import project_name
    from mmctl.cli.files.live_import import project_file

    folder = asked.into.name if asked.into is not None else ""
    stated = project.settings.project if project.settings.file is not None else None
    name = owner or stated or project_name(folder)
    text = project_file(name, project.environment, identity, bindings)
    return {"mmctl.yaml": text, **texts}


def _copy_embedded(run: Run, project: Project, folder: Path, *, new: bool) -> None:
    """Copy the embedded Mail Manager of an import into the new project, in its present state."""
    from mmctl.cli.embedded import EMBEDDED_STATE
    from mmctl.language.project import EMBEDDED

    state = folder / EMBEDDED_STATE
    if not new or project.environment.endpoint != EMBEDDED or state.exists():
        return
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        for ending in ("", "-wal"):
            source = run.root / (EMBEDDED_STATE + ending)
            if source.exists():
                shutil.copyfile(source, state.with_name(state.name + ending))
    except OSError as error:
        raise UsageError(f"cannot write `{state}`: {(error.strerror or '').lower()}") from None
    run.say(f"copied the embedded Mail Manager to {state}")


def _adopted(run: Run, asked: _Live) -> int:
    """Adopt the live objects into the project if a flag asks for it."""
    from mmctl.cli.changes.agreement import agreed
    from mmctl.cli.changes.change import open_change, screen
    from mmctl.cli.changes.planning import plan_of
    from mmctl.cli.exit_codes import REFUSED
    from mmctl.live.apply.apply import apply, check_permitted
    from mmctl.live.apply.effects import Permissions
    from mmctl.live.compare.edits import EditKind
    from mmctl.render.text import plan as render

    if not asked.adopt:
        run.say(f"next: mmctl -C {run.root} plan; to adopt the live objects: apply --adopt")
        return 0
    change = open_change(run, endpoint_url=asked.place.endpoint_url)
    made = plan_of(change)
    others = [edit for edit in made.edits if edit.kind is not EditKind.ADOPTED]
    if others:
        raise Refused(
            f"{len(others)} differences between the files and the live configuration",
            why="an adoption changes only tags",
            help=f"to see them: mmctl -C {run.root} plan",
        )
    permissions = Permissions(adopt=True)
    with screen(change) as show:
        show(render.bare(made, width=run.console().width, verbose=run.verbose))
        if made.empty:
            return 0
        check_permitted(made, change.means, permissions)
        if not agreed(run, "adopt these? [y/N] ", yes=asked.yes):
            run.say("not adopted")
            return REFUSED
        entry = apply(made, change.means, permissions)
        if entry is not None:
            show(render.line(f"adopted as {entry.id}"))
    return 0
