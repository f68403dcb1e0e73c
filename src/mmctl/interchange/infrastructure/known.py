"""Which tool a file is of: its content says so, not its name alone."""

from __future__ import annotations

from typing import Final

from mmctl.patterns import Pattern

_TEMPLATE: Final = Pattern(rb"""["']?Type["']?[ \t]*:[ \t\r\n]*["']?AWS::[A-Za-z0-9]+::""")
_RESOURCES: Final = Pattern(rb"""(?:^|[{,\s])["']?Resources["']?[ \t]*:""")
_MANAGER: Final = b"AWS::SES::MailManager"
_OF_TERRAFORM: Final = Pattern(
    rb'"(?:format_version|terraform_version|planned_values|prior_state)"[ \t]*:'
)
_VALUES: Final = Pattern(rb'"(?:planned_values|values|resource_changes|lineage|resources)"[ \t]*:')
_BLOCK: Final = Pattern(
    rb'(?m)^[ \t]*(?:resource|data)[ \t]+"?[A-Za-z0-9_]+"?[ \t]+"?[\w-]+"?[ \t]*\{'
)
CLOUDFORMATION: Final = "cloudformation"
TERRAFORM: Final = "terraform"


def form_of(path: str, content: bytes) -> str | None:
    """`cloudformation` or `terraform`; None: the file is of neither.

    A template has `Resources` with types of AWS. What Terraform prints has a format or version of
    it beside values. A `.tf` file has a resource, or is called so; `.tfvars` are values of its
    variables.
    """
    if path.endswith((".tf", ".tf.json", ".tfvars")):
        return TERRAFORM
    if _OF_TERRAFORM.search(content) and _VALUES.search(content):
        return TERRAFORM
    if _RESOURCES.search(content) and (_MANAGER in content or _TEMPLATE.search(content)):
        return CLOUDFORMATION
    return TERRAFORM if _BLOCK.search(content) else None
