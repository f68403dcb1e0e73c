"""moto's CloudFormation on a port of this machine, with the mistakes corrected that stop it.

What moto does not know it skips without a word; tests name those types.
"""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

ACCOUNT = "123456789012"
_SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:"


@contextmanager
def moto_stacks(patched: pytest.MonkeyPatch) -> Iterator[str]:
    """A server; its URL is that of all AWS services meanwhile."""
    _correct_tags_of_keys(patched)
    _correct_outputs(patched)
    _leave_out_what_is_not_made(patched)
    _add_names_of_endpoints(patched)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    for name, value in (
        ("AWS_ENDPOINT_URL", url),
        ("AWS_ACCESS_KEY_ID", ACCOUNT),
        ("AWS_SECRET_ACCESS_KEY", "moto"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ):
        patched.setenv(name, value)
    _forget(url)
    try:
        yield url
    finally:
        _forget(url)
        server.stop()


def _forget(url: str) -> None:
    """Empty all of moto: its state is that of the process."""
    request = Request(f"{url}/moto-api/reset", method="POST")  # noqa: S310 - this machine
    with urlopen(request, timeout=120) as answer:  # noqa: S310 - this machine
        assert answer.status == 200


def _correct_tags_of_keys(patched: pytest.MonkeyPatch) -> None:
    """A template tags a key as everything else; moto reads the tags of the API of KMS."""
    key: Any = importlib.import_module("moto.kms.models").Key
    create = key.create_from_cloudformation_json.__func__

    def corrected(cls: Any, name: str, document: dict[str, Any], *more: Any, **most: Any) -> Any:
        properties = dict(document["Properties"])
        properties["Tags"] = [
            {"TagKey": each["Key"], "TagValue": each["Value"]}
            for each in properties.get("Tags", ())
        ]
        return create(cls, name, {**document, "Properties": properties}, *more, **most)

    patched.setattr(key, "create_from_cloudformation_json", classmethod(corrected))


def _correct_outputs(patched: pytest.MonkeyPatch) -> None:
    """A stack has the template and the outputs of the change set that was carried out; moto keeps
    those that the stack began with: none.
    """
    change_set: Any = importlib.import_module("moto.cloudformation.models").ChangeSet
    apply = change_set.apply

    def corrected(self: Any) -> None:
        apply(self)
        self.stack.template, self.stack.template_dict = self.template, self.template_dict
        self.stack.output_map = self.stack._create_output_map()

    patched.setattr(change_set, "apply", corrected)


def _leave_out_what_is_not_made(patched: pytest.MonkeyPatch) -> None:
    """An output of what moto skipped has no value; moto fails on it, for all outputs together."""
    parsing: Any = importlib.import_module("moto.cloudformation.parsing")
    parse = parsing.parse_output

    def value_or_none(name: str, output: dict[str, Any], resources: Any) -> Any:
        try:
            found = parse(name, output, resources)
        except parsing.ValidationError:
            found = parsing.Output(name, "not made", "")
        if name.endswith("SecretArn"):  # moto skips secrets; rules name this one
            found = parsing.Output(name, f"{_SECRET}{name.removesuffix('Arn')}-a1b2c3", "")
        return found

    patched.setattr(parsing, "parse_output", value_or_none)


def _add_names_of_endpoints(patched: pytest.MonkeyPatch) -> None:
    """An endpoint has `DnsEntries`, which outputs read; moto has no attributes of it at all."""
    endpoint: Any = importlib.import_module("moto.ec2.models.vpcs").VPCEndPoint

    def attribute(self: Any, name: str) -> list[str]:
        return [f"Z0000000000000:{self.id}.vpce.example.com"] if name == "DnsEntries" else []

    patched.setattr(
        endpoint, "has_cfn_attr", classmethod(lambda _, name: name == "DnsEntries"), False
    )
    patched.setattr(endpoint, "get_cfn_attribute", attribute, False)
