"""The embedded Mail Manager: any operation in, its answer or its error out.

It also answers what its log deliveries need of CloudWatch Logs, as a separate service.

This is the only way in: the in-process hook and every other face call `EmbeddedMailManager.call`.
Nothing here depends on how a request arrived; nothing here opens a socket.
"""

from __future__ import annotations

import secrets
import string
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from mmctl.emulator import import_jobs
from mmctl.emulator.archive import jobs as archive_jobs
from mmctl.emulator.archive.exports import EXPORT, export_work, objects_below
from mmctl.emulator.archive.index import ArchiveIndex
from mmctl.emulator.archive.searches import SEARCH, search_work
from mmctl.emulator.call import Call
from mmctl.emulator.database import IN_MEMORY, Database
from mmctl.emulator.operations import MAIL_MANAGER, OPERATIONS, READING, S3
from mmctl.emulator.references import References
from mmctl.emulator.service_error import ServiceError
from mmctl.emulator.store import ResourceStore, Scope
from mmctl.emulator.validation import project, validate, without_nulls
from mmctl.model.quotas import ADDRESSES, EXPORT_MESSAGES, SEARCH_ROWS
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from botocore.model import ServiceModel, StructureShape

    from mmctl.emulator.archive.exports import PutObject
    from mmctl.model.quotas import Quota

ID_LENGTH: Final = 26
ID_CHARACTERS: Final = string.ascii_lowercase + "234567"
"""Base32 in lower case: the characters in the service's ids of ingress points."""


class MailManagerApi(Protocol):
    """Anything that answers as Mail Manager: the embedded one, or the one that makes faults."""

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        account: str,
        region: str,
        service: str = MAIL_MANAGER,
    ) -> dict[str, Any]:
        """Answer one call of a service by botocore's name, or raise ServiceError."""
        ...


def random_id() -> str:
    """Return 26 random letters and digits; kinds with shorter ids take the last ones."""
    return "".join(secrets.choice(ID_CHARACTERS) for _ in range(ID_LENGTH))


class EmbeddedMailManager:
    """Mail Manager's control plane over a SQLite file.

    `settle_seconds` is how long an ingress point is PROVISIONING, UPDATING or DEPROVISIONING; with
    0 it is ACTIVE, or gone, at the next read. `clock` gives the time and `ids` the parts of ids
    behind the prefix, 26 letters and digits. `service_model` is botocore's, such as a client's
    `meta.service_model`; without one it is loaded at the first call. `references` decides what
    happens to requests that leave rules naming something that does not exist; if such a request is
    carried out, `on_note` is called after the call. `data` is the folder with the archived mail;
    without one there is none. Exports go there, or to `put_object`.

    Raises:
        UsageError: the file is damaged, or a database of another program.
        CouldNot: the file cannot be opened or written.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        clock: Callable[[], datetime],
        ids: Callable[[], str] = random_id,
        settle_seconds: float = 0.0,
        quotas: Mapping[Quota, int] | None = None,
        service_model: ServiceModel | None = None,
        references: References = References.LOOSE,
        on_note: Callable[[str], object] | None = None,
        data: Path | None = None,
        put_object: PutObject | None = None,
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._settle_seconds = settle_seconds
        self._quotas = quotas or {}
        self._given_model = service_model
        self._references = references
        self._on_note = on_note
        self._data = data
        self._put_object = put_object or (objects_below(data) if data is not None else None)
        self._archived = ArchiveIndex(data)
        self._database = Database(path)
        self._store = ResourceStore(self._database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; it holds every change that was answered."""
        self._archived.close()
        self._database.close()

    def copy(self) -> EmbeddedMailManager:
        """Return a copy with the present state, in memory; close it after use."""
        other = EmbeddedMailManager(
            IN_MEMORY,
            clock=self._clock,
            ids=self._ids,
            settle_seconds=self._settle_seconds,
            quotas=self._quotas,
            service_model=self._given_model,
            references=self._references,
            data=self._data,
            put_object=self._put_object,
        )
        self._database.copy_to(other._database)
        return other

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        account: str,
        region: str,
        service: str = MAIL_MANAGER,
    ) -> dict[str, Any]:
        """Answer one call; times in the answer are datetimes in UTC.

        Raises:
            ServiceError: what the service would answer instead; nothing was changed.
            CouldNot: the file cannot be read or written; nothing was changed.
        """
        known = self._known(service, operation)
        known.validate(parameters)
        parameters = without_nulls(parameters)
        write = not operation.startswith(READING)
        scope = Scope(account=account, region=region)
        notes: list[str] = []
        if "AddressList" in operation:
            self._finish_imports(scope)
        if "Archive" in operation:
            self._finish_archive_jobs(scope)
        with self._database.transaction(write=write):
            call = Call(
                operation=operation,
                parameters=parameters,
                scope=scope,
                now=self._clock().timestamp(),
                store=self._store,
                archived=self._archived,
                new_id=self._ids,
                quotas=self._quotas,
                settle_seconds=self._settle_seconds,
                declared=known.errors,
                strict=self._references is References.STRICT,
                notes=notes,
            )
            if write:
                self._store.purge(call.now)
            answer = OPERATIONS[service][operation](call)
        if self._on_note is not None:
            for note in notes:
                self._on_note(note)
        return answer if service == S3 else project(known.answer, answer)

    def _finish_imports(self, scope: Scope) -> None:
        """Carry out what import jobs would have done by now; nothing runs between calls."""
        now = self._clock().timestamp()
        with self._database.transaction(write=False):
            if not import_jobs.due(self._store, scope, now):
                return
        with self._database.transaction(write=True):
            for job in import_jobs.due(self._store, scope, now):
                most = self._quotas.get(ADDRESSES, ADDRESSES.most)
                import_jobs.finish(self._store, scope, job, most=most, now=now)

    def _finish_archive_jobs(self, scope: Scope) -> None:
        """Carry out the searches and exports that should be done by now.

        They can take long, so they are done outside of the transaction that records their end.
        """
        works = (
            (SEARCH.kind, SEARCH_ROWS, search_work),
            (EXPORT.kind, EXPORT_MESSAGES, export_work(self._put_object)),
        )
        for kind, quota, work in works:
            now = self._clock().timestamp()
            with self._database.transaction(write=False):
                found = [
                    (job, archive_jobs.wanted_of(self._store, scope, job, quota.most))
                    for job in archive_jobs.due(self._store, scope, kind, now)
                ]
            for job, wanted in found:
                gone = {"State": "FAILED", "Error": "The archive no longer exists"}
                done = gone if wanted is None else work(self._archived, wanted, job)
                with self._database.transaction(write=True):
                    archive_jobs.finish(self._store, scope, job, done, now)

    def _model(self, service: str) -> ServiceModel:
        if self._given_model is not None and service == MAIL_MANAGER:
            return self._given_model
        return _loaded(service)

    def _known(self, service: str, operation: str) -> _Operation:
        if service == S3:
            # What a pre-signed URL leads to has no model: the face gives the URL, and a body.
            return _Operation(None, None, frozenset())
        model = self._model(service)
        if operation not in model.operation_names:
            raise ServiceError("UnknownOperationException", f"unknown operation {operation}", 400)
        if operation not in OPERATIONS[service]:
            message = f"{operation} is not part of the embedded Mail Manager"
            raise ServiceError("NotImplemented", message, 501)
        known = model.operation_model(operation)
        errors = frozenset(shape.name for shape in known.error_shapes)
        return _Operation(known.input_shape, known.output_shape, errors)


def _as_declared(error: ServiceError, declared: frozenset[str]) -> ServiceError:
    """Rename the error for tags of CloudWatch Logs, whose older half has another name for it."""
    older = "InvalidParameterException"
    return ServiceError(older, error.message, error.status) if older in declared else error


@cache
def _loaded(service: str) -> ServiceModel:
    # Imported here, so that callers with a model do not wait for the loader.
    from botocore.loaders import Loader  # noqa: PLC0415 - see the line above
    from botocore.model import ServiceModel  # noqa: PLC0415 - see the line above

    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


@dataclass(frozen=True, slots=True)
class _Operation:
    """What the service model says about an operation."""

    request: StructureShape | None
    answer: StructureShape | None
    errors: frozenset[str]

    def validate(self, parameters: object) -> None:
        """Refuse a request that the model does not allow.

        Raises:
            ServiceError: a ValidationException, or what the operation calls it.
        """
        try:
            validate(self.request, parameters)
        except ServiceError as error:
            raise _as_declared(error, self.errors) from error
