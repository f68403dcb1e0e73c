"""`mmctl plan`: what would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from mmctl.cli.changes.change import open_change
from mmctl.cli.changes.planning import plan_of, preflight
from mmctl.cli.formats import FORMATS
from mmctl.cli.options.signatures import signer
from mmctl.cli.options.workers import checked_workers
from mmctl.cli.result_table import PLAN, write
from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    import typer

    from mmctl.cli.options.annotated import Base, PasswordEnv, Sign
    from mmctl.cli.options.messages import ShowMail, Workers

NO = 1
CHANGES = 2


def plan(
    run: Run,
    save: Annotated[
        Path | None, typer.Option("--save", help="Write the plan for apply.", metavar="FILE")
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when there are changes.")
    ] = False,
    iam: Annotated[
        str | None,
        typer.Option(
            "--iam",
            help="Print the least IAM policy of one role instead, without credentials: plan, "
            "apply (also for rollback), rules[:ROLE], list:NAME, look, release, send, watchdog, "
            "doctor, foundation, staging, trust.",
            metavar="WHAT",
        ),
    ] = None,
    oidc: Annotated[
        str | None,
        typer.Option(
            "--oidc",
            help="With --iam trust: the pipeline that may assume the role, github:OWNER/REPO, "
            "gitlab:GROUP/PROJECT or codebuild:ACCOUNT/PIPELINE, with ,job=plan, apply or watch.",
            metavar="REPOSITORY",
        ),
    ] = None,
    known_ids: Annotated[
        bool,
        typer.Option("--known-ids", help="With --iam: also take ids from a history in S3."),
    ] = False,
    corpus: Annotated[
        list[str] | None,
        typer.Option("--corpus", help="Messages, to show whose mail changes.", metavar="MESSAGES"),
    ] = None,
    messages: Annotated[
        bool, typer.Option("--messages", help="List the messages of the corpus that change.")
    ] = False,
    workers: Workers = None,
    show_mail: ShowMail = False,
    no_preflight: Annotated[
        bool,
        typer.Option("--no-preflight", help="Do not ask AWS whether resources in rules exist."),
    ] = False,
    force: Annotated[
        list[str] | None,
        typer.Option(
            "--force",
            help="`lint`: plan in spite of errors; `trust`: use the target in the files, not the "
            "base.",
        ),
    ] = None,
    sign: Sign = None,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
    base: Base = None,
    password_env: PasswordEnv = None,
) -> int:
    """Show what would change: lint and cases first, then live against the files."""
    from mmctl.cli.changes.gate import forced_in_plan
    from mmctl.cli.changes.reviewing import ReviewFindings, stops_written

    if iam is not None:
        from mmctl.cli.changes.policies import print_policy
        from mmctl.cli.staging.policy_stacks import policy_stacks

        print_policy(run, iam, oidc, policy_stacks, known_ids=known_ids)
        return 0
    if oidc is not None or known_ids:
        raise UsageError("`--oidc` and `--known-ids` go with `--iam`")
    processes = checked_workers(workers, corpus=corpus)
    run = run.with_passwords_of(password_env).for_others(show_mail=show_mail)
    if sign is not None and save is None:
        raise UsageError("`--sign` goes with `--save FILE`")
    released = forced_in_plan(force or ())
    report = FORMATS[run.format].for_others
    found = ReviewFindings(forced=released, report=report)
    with stops_written(run):
        change = open_change(
            run, endpoint_url=endpoint_url, base=base, forced=released, to_plan=True
        )
        made = plan_of(change, found.gate)
    if corpus:
        from mmctl.cli.messages.corpus import Corpus, with_behaviour

        listed = found.messages.append if messages else None
        made = with_behaviour(made, change, Corpus(paths=corpus, workers=processes), listed)
    from mmctl.cli.changes.ordinary import with_limits_said, with_ordinary_mail
    from mmctl.cli.files.every_message import with_every_message

    made = with_every_message(change, made)
    made = with_limits_said(with_ordinary_mail(change, made))
    if made.edits and not made.target.identity.embedded:
        from mmctl.cli.costs import with_costs_said

        made = with_costs_said(made)
    if not report:
        write(run, PLAN, found.review(made))
    if save is not None:
        from mmctl.live.plan.planfile import save_plan

        environment = change.project.environment
        save_plan(made, save, None if sign is None else signer(environment, sign))
        run.say(f"saved to {save}; to apply it: mmctl apply {save}")
        if sign is None and environment.plan_key is not None:
            run.say(
                f"it is not signed, and {environment.name} takes only signed plans: "
                f"--sign {environment.plan_key}"
            )
    findings = () if no_preflight else preflight(change, made)
    if report:
        write(run, PLAN, found.review(made, findings))
    if any(finding.certain for finding in findings):
        return NO
    return CHANGES if detailed_exitcode and not made.empty else 0
