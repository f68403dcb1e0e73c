"""`mmctl drift`: live against what was applied last, and against the files."""

from __future__ import annotations

from mmctl.cli.change import open_change
from mmctl.cli.main import command
from mmctl.cli.run import Run

DRIFT = 2


@command("human", "json")
def drift(run: Run) -> int:
    """Tell what was changed by hand from what is not applied yet; exit 2 when there is either."""
    from mmctl.live.drift import drift_of
    from mmctl.live.planfile import edit_document
    from mmctl.render import drift as render

    change = open_change(run)
    made = change.plan()
    found = drift_of(made, change.means.history)
    if run.format == "json":
        run.write_json(
            {
                "schema": "mmctl/drift@1",
                "environment": made.target.environment,
                "account": made.target.identity.account,
                "region": made.target.identity.region,
                "applied_before": found.known,
                "cut_off": found.cut_off,
                "by_hand": [edit_document(edit) for edit in found.by_hand],
                "not_applied": [edit_document(edit) for edit in found.not_applied],
            }
        )
        return DRIFT if found.any else 0
    run.show(render.human(found, made.target, width=run.console().width, verbose=run.verbose))
    return DRIFT if found.any else 0
