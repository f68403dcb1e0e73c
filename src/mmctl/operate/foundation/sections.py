"""The foundation of a project: one section for each kind of thing that its rules need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.stack import USUAL_LOG_RETENTION
from mmctl.operate.foundation import logs
from mmctl.operate.foundation.buckets import bucket_section
from mmctl.operate.foundation.home import Links, name_in
from mmctl.operate.foundation.identities import identity_section
from mmctl.operate.foundation.keys import key_section
from mmctl.operate.foundation.metadata import metadata_section
from mmctl.operate.foundation.needs import FoundationNeeds, needs_of
from mmctl.operate.foundation.pipelines import has_pipelines, pipeline_notes, pipeline_section
from mmctl.operate.foundation.roles import role_section
from mmctl.operate.foundation.topics import topic_section
from mmctl.operate.templates.alarm_topic import alarm_topic
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.live.iam.scope import Place
    from mmctl.operate.templates.template import TemplateSection


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """What a stack makes around the rules of a project."""

    sections: tuple[TemplateSection, ...]
    notes: tuple[str, ...] = ()
    """What rules name and the stack does not make, and why."""
    named: tuple[tuple[str, str], ...] = ()
    """Type and name of what has a fixed name: it may exist already."""
    log_groups: Mapping[str, str] = field(default_factory=dict)
    """The logical ids of the log groups in it, by their names."""
    existing: frozenset[str] = frozenset()
    """Those of the existing things that it would have made."""


def foundation_of(
    project: Project,
    desired: LiveConfiguration,
    place: Place,
    *,
    existing: frozenset[str] = frozenset(),
) -> Foundation:
    """Return what the project needs in its account, and nothing that it does not use."""
    needs = needs_of(project, desired, place, existing)
    return Foundation(
        sections=tuple(_sections(project, desired, needs)),
        notes=(*needs.notes, *logs.notes_of(needs), *pipeline_notes(project)),
        named=tuple(_named(needs)),
        log_groups={name_in(group.arn): group.id for group in needs.log_groups},
        existing=needs.existing,
    )


def _sections(
    project: Project, desired: LiveConfiguration, needs: FoundationNeeds
) -> Iterator[TemplateSection]:
    stack = project.environment.stack
    retention = USUAL_LOG_RETENTION if stack is None else stack.log_retention_days
    if needs.keys:
        yield key_section(needs)
    if needs.buckets:
        yield bucket_section(needs, None if stack is None else stack.object_lock_days)
    if needs.topics:
        yield topic_section(needs)
    if needs.roles:
        yield role_section(needs, _links(needs))
    if has_pipelines(project):
        yield pipeline_section(project, desired, needs.place, _links(needs))
    if needs.log_groups:
        yield logs.log_section(needs, retention)
    if needs.identities:
        yield identity_section(needs)
    if needs.metadata:
        yield alarm_topic(None if stack is None else stack.alarms_to)
        yield metadata_section(needs, retention)


def _links(needs: FoundationNeeds) -> Links:
    """References to what the stack makes, in the place of ARNs that rules name."""
    buckets = {each.thing.arn: f"${{{each.thing.id}.Arn}}" for each in needs.buckets}
    keys = {each.thing.arn: f"${{{each.thing.id}.Arn}}" for each in needs.keys}
    topics = {each.arn: f"${{{each.id}}}" for each in needs.topics}
    return Links(place=needs.place, made={**buckets, **keys, **topics})


def _named(needs: FoundationNeeds) -> Iterator[tuple[str, str]]:
    things = (
        *(("AWS::IAM::Role", role.thing.name) for role in needs.roles),
        *(("AWS::S3::Bucket", bucket.thing.name) for bucket in needs.buckets),
        *(("AWS::SNS::Topic", topic.name) for topic in needs.topics),
        *(("AWS::Logs::LogGroup", group.name) for group in needs.log_groups),
        *(("AWS::KMS::Alias", key.alias) for key in needs.keys),
        *(("AWS::SES::EmailIdentity", domain) for domain in needs.identities),
    )
    yield from ((type_, name) for type_, name in things if name is not None)
