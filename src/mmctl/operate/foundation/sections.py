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
from mmctl.operate.foundation.pipeline_roles import (
    has_pipelines,
    pipeline_notes,
    pipeline_section,
    provider_arns,
)
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
    """Type and ARN (of buckets and domains the name) of what has a fixed name: it may exist."""
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
        sections=tuple(_sections(project, desired, needs, existing)),
        notes=(*needs.notes, *logs.notes_of(needs), *pipeline_notes(project)),
        named=tuple(_named(project, needs)),
        log_groups={name_in(group.arn): group.id for group in needs.log_groups},
        existing=needs.existing | (existing & {*provider_arns(project, needs.place)}),
    )


def _sections(
    project: Project,
    desired: LiveConfiguration,
    needs: FoundationNeeds,
    existing: frozenset[str],
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
        yield pipeline_section(project, desired, needs.place, _links(needs), existing)
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


def _named(project: Project, needs: FoundationNeeds) -> Iterator[tuple[str, str]]:
    named: tuple[tuple[str, str | None, str], ...] = (
        *(("AWS::IAM::Role", each.thing.name, each.thing.arn) for each in needs.roles),
        *(("AWS::SNS::Topic", each.name, each.arn) for each in needs.topics),
        *(("AWS::Logs::LogGroup", each.name, each.arn) for each in needs.log_groups),
        *(("AWS::KMS::Alias", each.alias, each.thing.arn) for each in needs.keys),
    )
    yield from ((type_, arn) for type_, name, arn in named if name is not None)
    names = (each.thing.name for each in needs.buckets)
    yield from (("AWS::S3::Bucket", name) for name in names if name is not None)
    yield from (("AWS::SES::EmailIdentity", domain) for domain in needs.identities)
    for arn in provider_arns(project, needs.place):
        yield ("AWS::IAM::OIDCProvider", arn)
