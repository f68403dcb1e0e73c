"""The page of the manual about faults, made from the looks of the doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmctl.operate.doctor.look import DoctorLook
    from mmctl.operate.doctor.said import Symptom

PARTS: Final = ("Looked at", "Corrected by")
_HEAD: Final = """\
# Troubleshooting

Begin with what you see:

| You see | Ask |
| --- | --- |
| The sender has `250`, and nobody has the message | \
`mmctl where --to ADDRESS --env ENV`: [what became of it](logs.md#where-is-my-mail), \
with its id; then [why](#mail-is-accepted-and-gone), with that id |
| Senders cannot connect, or are refused | [The SMTP connection fails](#the-smtp-connection-fails) |
| A rule does nothing, or takes the wrong mail | `mmctl why FILE --rcpt ADDRESS`, \
with the message in a file; then [the causes](#a-rule-does-not-take-effect) |
| It began with the last change | [Outage](outage.md): go back first, then look |
| Nothing that you can name | `mmctl doctor --env ENV` alone |

`mmctl doctor` makes the looks below in their order, and says of each what it looked at, what it
found, what it did not look at and why, and the command that corrects it. Nothing is changed. One
look that fails (no permission, throttling, an answer that makes no sense) ends no other.

```
mmctl doctor --env prod
mmctl doctor --env prod --ingress-point public-mx --probe
mmctl doctor --env prod --rule block-lookalike --message mail.eml --rcpt bob@example.com
mmctl doctor --env prod --message-id q1pm0lv8s7ib94cnq004ujd544f169sog39bc9ug2
```

| Exit code | Means |
| --- | --- |
| 0 | nothing found, and all that was asked for could be looked at |
| 1 | something is wrong |
| 5 | nothing found, but something could not be looked at, which is said with what was missing |

- Without `--probe` it connects to nothing but AWS's API. `--probe` connects to the A records that
  the service gave for your ingress points, and asks DNS; it prints the hosts first and asks
  (`--yes` agrees). A password (`smtp_password_env`, a variable `MMCTL_SMTP_…`) is sent only to such
  an A record, after its certificate is verified; to the embedded Mail Manager on this machine
  without.
- `--zone FILE` reads DNS records from a file instead.
- Logs are those of the environment, or `--logs SOURCE` as in [logs](logs.md).
- Secrets are looked at for their keys; their values are never printed.
- Policies are asked of IAM's simulator. Where that is not permitted, `mmctl` reads them itself, and
  says `could not look` where they depend on what it does not know.
- An environment on this machine has no AWS around it, unless `AWS_ENDPOINT_URL` or
  `AWS_ENDPOINT_URL_SERVICE` names one.
- `--format json` is `mmctl/doctor@1`, with the names of the looks below.
"""


def page(looks: Sequence[DoctorLook], commands: Mapping[Symptom, str]) -> str:
    """The page: by symptom one command, then the causes that it looks for."""
    told = {look.symptom for look in looks}
    return _HEAD + "".join(_part(each, looks, commands) for each in commands if each in told)


def _part(symptom: Symptom, looks: Iterable[DoctorLook], commands: Mapping[Symptom, str]) -> str:
    rows = "".join(_rows(each for each in looks if each.symptom is symptom))
    head = "| Cause | Looked at | Corrected by | Look |\n| --- | --- | --- | --- |\n"
    return f"\n## {symptom.sentence}\n\n```\n{commands[symptom]}\n```\n\n{head}{rows}"


def _rows(looks: Iterable[DoctorLook]) -> Iterator[str]:
    for look in looks:
        looked_at, corrected_by = (look.part(part).rstrip(".") for part in PARTS)
        cells = (look.fault, looked_at, corrected_by, f"`{look.id}`")
        yield "| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |\n"
