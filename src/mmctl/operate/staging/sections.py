"""What an environment for integration needs of AWS, as sections of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.operate.staging.endpoints import endpoints_section, points_in_vpc
from mmctl.operate.staging.mail_server import mail_server_section
from mmctl.operate.staging.network import network_section
from mmctl.operate.staging.sender import sender_section
from mmctl.operate.templates.tagging import tags_of
from mmctl.operate.templates.template import Template, TemplateSection

if TYPE_CHECKING:
    from mmctl.language.project import Project

_USUAL_REGION: Final = "us-east-1"
_S3: Final = "s3://"


def staging_of(project: Project) -> tuple[TemplateSection, ...]:
    """The sections of an environment's staging stack; none if it is not one for staging."""
    stack = project.environment.stack
    if stack is None or (stack.mail_server is None and not stack.sender):
        return ()
    region = project.environment.region or _USUAL_REGION
    sections = [network_section(stack.network, stack.log_retention_days)]
    points = points_in_vpc(project)
    if points:
        sections.append(endpoints_section(points, stack.network, region))
    if stack.mail_server is not None:
        sections.append(mail_server_section(stack.mail_server, region))
    if stack.sender:
        bucket, prefix = store_of(project)
        sections.append(sender_section(stack, bucket, prefix))
    return tuple(sections)


def store_of(project: Project) -> tuple[str, str]:
    """The bucket of an environment's store, and the prefix there, with a slash if there is one.

    Raises:
        UsageError: the store is no bucket.
    """
    environment = project.environment
    place = environment.snapshots or project.settings.snapshots
    if not place.startswith(_S3):
        raise UsageError(
            f"the sender of `{environment.name}` needs a store in Amazon S3, got `{place}`",
            help="write `snapshots: s3://BUCKET/PREFIX` for the environment",
        )
    bucket, _, prefix = place.removeprefix(_S3).partition("/")
    return bucket, f"{prefix.strip('/')}/" if prefix.strip("/") else ""


def staging_template(project: Project) -> Template:
    """The staging stack of an environment as one template."""
    name, environment = project.settings.project, project.environment.name
    return Template(
        description=f"{name}, {environment}: network, mail server and sender for integration",
        tags=tags_of(name, environment),
        sections=staging_of(project),
    )
