"""Create an object once, no matter how an earlier try ended.

A create that may have happened, or that the service calls a conflict, is settled by looking: an
object with our tag is ours; any other is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.configuration import OWNER_TAG
from mmctl.live.state.canonical import digest_of
from mmctl.live.state.inventory import listed
from mmctl.live.state.service import ErrorCode, Members, OutcomeUnknown, ServiceAnswer

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveObject
    from mmctl.live.apply.calls import Calls
    from mmctl.live.state.service import MailManager
    from mmctl.model.kinds import Noun

_TOKEN_LENGTH: Final = 64


class Creation:
    """One create: the noun, the request, and the object of the project."""

    def __init__(
        self, service: MailManager, calls: Calls, noun: Noun, request: Members, thing: LiveObject
    ) -> None:
        self.service = service
        self.calls = calls
        self.noun = noun
        self.request = request
        self.thing = thing

    def run(self, plan_token: str) -> str:
        """Create an object, or find what an earlier try created; return the id.

        The ClientToken comes from `plan_token` and the logical name, so a retry is the same create.
        """
        token = digest_of([plan_token, self.noun, self.thing.name])[:_TOKEN_LENGTH]

        def create() -> str:
            return self.service.create(self.noun, self.request, token)

        operation = f"Create{self.noun}"
        try:
            return self.calls.write(operation, self.thing.name, create)
        except OutcomeUnknown:
            return self._find() or self.calls.write(operation, self.thing.name, create)
        except ServiceAnswer as answered:
            if answered.answer is not ErrorCode.CONFLICT:
                raise
            found = self._find() if self._is_leaving() else self.calls.found(self._find)
            if found is not None:
                self._make_so(found)
                return found
            if self._is_leaving():
                return self.calls.patiently(operation, self.thing.name, create)
            raise

    def _find(self) -> str | None:
        if self.noun is not self.thing.kind.api_noun:
            # A subscription has one instance.
            member = self.noun.name_member
            of_it = [
                each
                for each in self.service.list(self.noun)
                if each[member] == self.request[member]
            ]
            return of_it[0][self.noun.id_member] if of_it else None
        for line in listed(self.service, self.thing.kind):
            if line.live_name == self.thing.live_name and not line.going:
                arn = self.service.identity.arn(self.noun, line.id)
                if self.service.tags(arn).get(OWNER_TAG) == self.thing.project:
                    return line.id
        return None

    def _is_leaving(self) -> bool:
        """Whether an object of the same name is being deleted, so that waiting helps."""
        return self.thing.kind.row.waited_for and any(
            line.going and line.live_name == self.thing.live_name
            for line in listed(self.service, self.thing.kind)
        )

    def _make_so(self, id: str) -> None:
        """Update what an earlier create made to what is desired now."""
        if self.noun is not self.thing.kind.api_noun:
            return
        members = {m: self.request[m] for m in self.thing.kind.row.updatable if m in self.request}
        if members:
            self.calls.write(
                f"Update{self.noun}",
                self.thing.name,
                lambda: self.service.update(self.noun, id, members),
            )
