"""Topics that rules publish to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.templates.intrinsic import ref
from mmctl.operate.templates.template import Output, TemplateResource, TemplateSection

if TYPE_CHECKING:
    from mmctl.operate.foundation.needs import FoundationNeeds, WantedThing


def topic_section(needs: FoundationNeeds) -> TemplateSection:
    """Return the topics, encrypted by AWS's key for SNS, which roles of the account may use."""
    return TemplateSection(
        title="Topics",
        comment="Rules publish to them through their role; add subscriptions of your own.",
        resources=tuple(map(_topic, needs.topics)),
        outputs=tuple(
            Output(name=f"{topic.id}Arn", value=ref(topic.id), comment=f"The topic {_of(topic)}.")
            for topic in needs.topics
        ),
    )


def _of(topic: WantedThing) -> str:
    return topic.name or topic.id


def _topic(topic: WantedThing) -> TemplateResource:
    named = {} if topic.name is None else {"TopicName": topic.name}
    return TemplateResource(
        name=topic.id,
        type="AWS::SNS::Topic",
        comment="What rules publish is sent to whoever subscribes.",
        properties={**named, "KmsMasterKeyId": "alias/aws/sns"},
    )
