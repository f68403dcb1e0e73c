"""Members of address lists: added and removed by a call each, or many added by an import job.

An import job runs in the service: it gets a file, is started and waited for. It goes on when this
process ends; `settle_imports` handles what an earlier apply left behind.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.errors import CouldNot
from mmctl.live.apply.calls import Calls, WentWrong, polls, settled
from mmctl.live.aws.answers import ATTEMPTS
from mmctl.live.aws.uploads import OPERATION
from mmctl.live.plan.steps import AddMembers
from mmctl.live.state.canonical import digest_of
from mmctl.live.state.service import ErrorCode, OutcomeUnknown, ServiceAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.live.apply.effects import Means
    from mmctl.live.plan.steps import MemberStep
    from mmctl.live.state.service import Members

IMPORT_BEYOND: Final = 300
"""More members than this are added by an import job.

So many calls, sixteen in flight, take two seconds at 100 ms each. A job takes eight calls in a row
and what the service needs for it, which is seconds: it is the cheaper way for more.
"""
_TOLD_EACH: Final = 100
"""One line of progress is printed per this many members."""
_FIRST_LOOK: Final = 0.5
"""Seconds before the first look at an import under way; each wait doubles."""
_CREATE: Final = "CreateAddressListImportJob"
_CREATED: Final = "CREATED"
_UNDER_WAY: Final = "PROCESSING"
_FIRST_WAIT: Final = 0.5
_TOKEN_LENGTH: Final = 64


class MemberSteps:
    """The steps of one apply that change members of address lists."""

    def __init__(self, means: Means, calls: Calls, plan_token: str) -> None:
        self._means = means
        self._service = means.service
        self._calls = calls
        self._plan_token = plan_token

    def run(self, step: MemberStep, live_id: str) -> None:
        """Add or remove the addresses of a step.

        Raises:
            WentWrong: an import job failed, was stopped, or does not end.
            ServiceAnswer, OutcomeUnknown, CouldNot: as `Calls` does.
        """
        addresses: Sequence[str] = step.addresses
        adds = isinstance(step, AddMembers)
        if adds and len(addresses) > IMPORT_BEYOND and self._import(step.name, live_id, addresses):
            addresses = self._missing(step.name, live_id, addresses)
        operation = "RegisterMember" if adds else "DeregisterMember"
        change = self._service.add_member if adds else self._service.remove_member
        at_once = self._service.at_once
        for start in range(0, len(addresses), at_once):
            some = addresses[start : start + at_once]
            calls = [(address, partial(change, live_id, address)) for address in some]
            self._calls.all_twice(operation, calls)
            done = start + len(some)
            if done // _TOLD_EACH > start // _TOLD_EACH:
                self._means.say(f"  address list {step.name}: {done:,} of {len(addresses):,}")

    def _import(self, name: str, live_id: str, addresses: Sequence[str]) -> bool:
        """Add addresses by a job; whether that is permitted: a role may only add each by itself."""
        self._means.say(f"  address list {name}: {len(addresses):,} addresses by an import job")
        job_name = "mmctl-" + digest_of([live_id, addresses])[:16]
        token = digest_of([self._plan_token, _CREATE, job_name])[:_TOKEN_LENGTH]
        create = partial(self._service.create_import_job, live_id, job_name, token)
        try:
            job_id = self._calls.write(_CREATE, name, create)
        except OutcomeUnknown:
            # The same token gives the same job.
            job_id = self._calls.write(_CREATE, name, create)
        except ServiceAnswer as answered:
            if answered.answer is not ErrorCode.DENIED:
                raise
            self._means.say(
                f"  address list {name}: no permission for import jobs, a call for each"
            )
            return False
        self._upload(name, _job(self._means, name, job_id)["PreSignedUrl"], addresses)
        self._start(name, job_id)
        job = wait_for_import(self._means, name, job_id)
        if job["Status"] != "COMPLETED":
            why = f": {job['Error']}" if job.get("Error") else ""
            raise WentWrong(f"import job {job_id} of address list {name} is {job['Status']}{why}")
        return True

    def _upload(self, name: str, url: str, addresses: Sequence[str]) -> None:
        """Send the file; the same file sent again replaces it."""
        items = [{"address": address} for address in addresses]
        body = json.dumps({"items": items}, ensure_ascii=False).encode()
        put = partial(self._service.upload, url, body)
        for attempt in range(1, ATTEMPTS):
            try:
                return self._calls.write(OPERATION, name, put)
            except OutcomeUnknown:
                self._means.sleep(_FIRST_WAIT * 2.0**attempt)
        return self._calls.write(OPERATION, name, put)

    def _start(self, name: str, job_id: str) -> None:
        """Start the job; if it is no longer CREATED, an earlier try started it."""
        start = partial(self._service.start_import_job, job_id)
        try:
            self._calls.write("StartAddressListImportJob", name, start)
        except (OutcomeUnknown, ServiceAnswer) as error:
            conflict = isinstance(error, ServiceAnswer) and error.answer is ErrorCode.CONFLICT
            if isinstance(error, ServiceAnswer) and not conflict:
                raise
            if _job(self._means, name, job_id)["Status"] == _CREATED:
                self._calls.write("StartAddressListImportJob", name, start)

    def _missing(self, name: str, live_id: str, addresses: Sequence[str]) -> list[str]:
        """What the import left out; a few are then added one by one, which shows the reason."""

        def look() -> list[str]:
            there = {address.lower() for address in self._service.members(live_id) or ()}
            return [address for address in addresses if address.lower() not in there]

        missing = settled(self._means, look, lambda missing: not missing, is_old=bool)
        if len(missing) > IMPORT_BEYOND:
            raise WentWrong(
                f"the import into address list {name} left out {len(missing):,} of "
                f"{len(addresses):,} addresses, such as {missing[0]}"
            )
        return missing


def _job(means: Means, name: str, job_id: str) -> Members:
    look = partial(means.service.import_job, job_id)
    job = settled(means, look, lambda job: job is not None, is_old=lambda _: True)
    if job is None:
        raise WentWrong(f"import job {job_id} of address list {name} no longer exists")
    return job


def wait_for_import(means: Means, name: str, job_id: str) -> Members:
    """Wait until an import job is no longer under way; return the job.

    Raises:
        WentWrong: it is gone, or takes too long.
        CouldNot: the service cannot be asked.
    """
    for look in range(polls(means)):
        job = _job(means, name, job_id)
        # It was started: CREATED is an old answer.
        if job["Status"] not in {_CREATED, _UNDER_WAY}:
            return job
        done = f", {job['ImportedItemsCount']:,} so far" if job.get("ImportedItemsCount") else ""
        means.say(f"  address list {name}: import {_UNDER_WAY}{done}")
        means.sleep(min(means.poll_seconds, _FIRST_LOOK * 2.0**look))
    raise WentWrong(f"import job {job_id} of address list {name} is still {_UNDER_WAY}")


def settle_imports(means: Means, *, stop: bool) -> None:
    """Wait for the imports that a cut-off apply left under way; `stop`: end them.

    Raises:
        CouldNot: one takes too long, or the service cannot be asked.
    """
    entry = means.history.unended()
    if entry is None:
        return
    jobs = [
        (line["subject"], line["detail"])
        for line in means.history.journal(entry.id)
        if line["operation"] == _CREATE and line["moment"] == "after"
    ]
    calls = Calls(means, entry.id)
    for name, job_id in jobs:
        job = means.service.import_job(job_id)
        if job is None or job["Status"] != _UNDER_WAY:
            continue
        try:
            if stop:
                _stop(calls, means, name, job_id)
            wait_for_import(means, name, job_id)
        except WentWrong as error:
            raise CouldNot(str(error), help="nothing was written; try again later") from error


def _stop(calls: Calls, means: Means, name: str, job_id: str) -> None:
    """End a job; a conflict means that it has already ended."""
    means.say(f"  address list {name}: import job {job_id} is stopped")
    try:
        calls.twice(
            "StopAddressListImportJob", name, partial(means.service.stop_import_job, job_id)
        )
    except ServiceAnswer as answered:
        if answered.answer is not ErrorCode.CONFLICT:
            raise CouldNot(str(answered), help="stop it, then roll back again") from answered
    except OutcomeUnknown as unknown:
        raise CouldNot(str(unknown), help="stop it, then roll back again") from unknown
