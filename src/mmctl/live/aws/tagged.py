"""What carries the tags of an environment, also after its stack is gone: by the tagging API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.live.aws.answers import reading, unreadable
from mmctl.live.state.service import ServiceAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PAGES_AT_MOST: Final = 200
_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


def tagged_arns(client: Any, tags: Mapping[str, str]) -> tuple[str, ...]:
    """The ARNs of what has all of these tags, sorted.

    Raises:
        CouldNot: the service cannot be asked.
    """
    try:
        with reading("GetResources"):
            return tuple(sorted(set(_arns(client, tags))))
    except ServiceAnswer as answered:
        if answered.code in _DENIED:
            raise CouldNot(
                "no permission: tag:GetResources", help="allow tag:GetResources"
            ) from None
        raise unreadable(answered) from answered


def _arns(client: Any, tags: Mapping[str, str]) -> Iterator[str]:
    more: dict[str, str] = {}
    filters = [{"Key": key, "Values": [value]} for key, value in tags.items()]
    for _ in range(_PAGES_AT_MOST):
        page = client.get_resources(TagFilters=filters, **more)
        for each in page.get("ResourceTagMappingList", ()):
            yield str(each.get("ResourceARN", ""))
        if not page.get("PaginationToken"):
            return
        more = {"PaginationToken": page["PaginationToken"]}
