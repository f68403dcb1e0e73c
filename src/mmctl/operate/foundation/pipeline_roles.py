"""The roles of pipelines: one for each job, trusted by OIDC, with the least that the job needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.language.stack import stack_prefix
from mmctl.live.iam.policies import pipeline_policy
from mmctl.live.iam.trusting import (
    CODEBUILD,
    GITHUB,
    Job,
    Pipeline,
    pipeline_of,
    pipeline_role,
    pipeline_trust,
)
from mmctl.operate.templates.intrinsic import equals, get_att, if_, ref
from mmctl.operate.templates.naming import logical_id
from mmctl.operate.templates.template import (
    Condition,
    Output,
    Parameter,
    TemplateResource,
    TemplateSection,
)
from mmctl.operate.templates.wildcards import wildcards_of
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.live.iam.scope import Place
    from mmctl.operate.foundation.home import Links

_ISSUER: Final = "token.actions.githubusercontent.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Provider:
    """Who vouches for the jobs of a server: there is one for each issuer and account."""

    title: str
    """`GitHub`, or `GitLab` with the words of a host of one's own."""
    host: str
    audience: str
    existing: str = ""
    """Its ARN where the account has it."""

    @property
    def name(self) -> str:
        return f"{self.title}Provider"

    @property
    def parameter(self) -> Parameter:
        return Parameter(
            name=f"{self.title}ProviderArn",
            comment=f"The OIDC provider {self.host}, if the account has it already; empty: it is "
            "made.",
            pattern=f"|arn:aws[a-z-]*:iam::[0-9]{{12}}:oidc-provider/{self.host}",
            default=self.existing,
        )

    @property
    def condition(self) -> Condition:
        return Condition(name=f"Makes{self.name}", value=equals(ref(self.parameter.name), ""))

    @property
    def arn(self) -> Any:
        return if_(self.condition.name, ref(self.name), ref(self.parameter.name))

    @property
    def resource(self) -> TemplateResource:
        return TemplateResource(
            name=self.name,
            type="AWS::IAM::OIDCProvider",
            comment="An account takes one for each issuer; others may use it, so it stays.",
            properties={"Url": f"https://{self.host}", "ClientIdList": [self.audience]},
            condition=self.condition.name,
            keeps_data=True,
        )


def pipeline_notes(project: Project) -> tuple[str, ...]:
    """Return which pipelines get no role, and why."""
    return tuple(
        f"roles of `{text.partition(',')[0]}` are not made: write its numbers, "
        f"`{text.partition(',')[0]},id=N,owner=N`"
        for text in _written(project)
        if not pipeline_of(text).complete
    )


def has_pipelines(project: Project) -> bool:
    """Return whether pipelines get roles in this environment."""
    return bool(_pipelines(project))


def pipeline_section(
    project: Project,
    desired: LiveConfiguration,
    place: Place,
    links: Links,
    existing: frozenset[str],
) -> TemplateSection:
    """Return a role for each job, and the providers that vouch for the jobs."""
    pipelines = _pipelines(project)
    providers = [
        replace(each, existing=arn if (arn := _arn(each, place)) in existing else "")
        for each in _providers(project)
    ]
    roles = [_role(job, pipelines, project, desired, place, links) for job in Job]
    return TemplateSection(
        title="Roles of pipelines",
        comment="No stored keys: a job shows who it is. `mmctl init --ci` writes the jobs.",
        parameters=tuple(each.parameter for each in providers),
        conditions=tuple(each.condition for each in providers),
        resources=(*(each.resource for each in providers), *roles),
        outputs=tuple(
            Output(
                name=f"{role.name}Arn",
                value=get_att(role.name, "Arn"),
                comment=f"The role for jobs that {job}.",
            )
            for job, role in zip(Job, roles, strict=True)
        ),
    )


def provider_arns(project: Project, place: Place) -> tuple[str, ...]:
    """Return the ARNs of the providers that the roles of pipelines trust."""
    return tuple(_arn(each, place) for each in _providers(project))


def _providers(project: Project) -> tuple[_Provider, ...]:
    found = (_provider(pipeline) for pipeline in _pipelines(project))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _arn(provider: _Provider, place: Place) -> str:
    return f"arn:{place.partition}:iam::{place.account}:oidc-provider/{provider.host}"


def _written(project: Project) -> tuple[str, ...]:
    stack = project.environment.stack
    return () if stack is None else stack.ci


def _pipelines(project: Project) -> list[Pipeline]:
    return [found for text in _written(project) if (found := pipeline_of(text)).complete]


def _provider(pipeline: Pipeline) -> _Provider | None:
    if pipeline.server == CODEBUILD:
        return None
    if pipeline.server == GITHUB:
        return _Provider(title="GitHub", host=_ISSUER, audience="sts.amazonaws.com")
    own = "" if pipeline.host == "gitlab.com" else logical_id("", pipeline.host)
    audience = f"https://{pipeline.host}"
    return _Provider(title=f"GitLab{own}", host=pipeline.host, audience=audience)


def _role(
    job: Job,
    pipelines: list[Pipeline],
    project: Project,
    desired: LiveConfiguration,
    place: Place,
    links: Links,
) -> TemplateResource:
    environment = project.environment
    prefix = stack_prefix(project.settings.project, environment.name, environment.stack)
    later = tuple(
        each.name
        for each in project.settings.environments.values()
        if each.after is not None and each.after.environment == environment.name
    )
    stack = environment.stack
    sender = stack is not None and stack.sender
    sends = sender or (stack is not None and stack.mail_server is not None) or _is_gate(project)
    trusts = [
        _trust(pipeline, number, job, environment.name, later, place, links)
        for number, pipeline in enumerate(pipelines, 1)
    ]
    allowed = pipeline_policy(job, desired, place, sends=sends, sender=sender)
    told = [each for _, each in trusts]
    return TemplateResource(
        name=f"Ci{job.title()}Role",
        type="AWS::IAM::Role",
        comment=f"What jobs that {job} may do; `mmctl plan --iam` prints the same.",
        properties={
            "RoleName": pipeline_role(prefix, job),
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [each for each, _ in trusts],
            },
            "Policies": [{"PolicyName": str(job), "PolicyDocument": links.value(allowed)}],
        },
        wildcards=wildcards_of([*told, *allowed["Statement"]]),
    )


def _is_gate(project: Project) -> bool:
    """Whether a later environment asks this one for evidence."""
    return any(
        each.after is not None
        and each.after.gate
        and each.after.environment == project.environment.name
        for each in project.settings.environments.values()
    )


def _trust(
    pipeline: Pipeline,
    number: int,
    job: Job,
    environment: str,
    later: tuple[str, ...],
    place: Place,
    links: Links,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The statement that trusts a pipeline: in the template's form, and as it was."""
    made = pipeline_trust(replace(pipeline, job=job), environment, place, later=later)
    (statement,) = made["Statement"]
    plain = {**statement, "Sid": f"Pipeline{number}"}
    found: dict[str, Any] = links.value(plain)
    provider = _provider(pipeline)
    if provider is not None:
        found["Principal"] = {"Federated": provider.arn}
    return found, plain
