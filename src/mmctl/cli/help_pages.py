"""The pages of help, before they are laid out for a width.

Rendered from typer by `make rendered`, and held against it by a test: do not edit.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from typing import Final

    from mmctl.cli.help_layout import Page

HELP_PAGES: Final[dict[str, Page]] = {
    "": (
        (('Usage: ', '1;33'), ('mmctl [OPTIONS] COMMAND [ARGS]...', '1')),
        (
            ('', (('Rules as code for mail gateways on Amazon SES Mail Manager.', ''),)),
        ),
        (
            (
                'Options',
                False,
                (
                    ((('', (('--version', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print the version.', ''),)),)),
                    ((('', (('--install-completion', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Install completion for the current shell.', ''),)),)),
                    ((('', (('--show-completion', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show completion for the current shell, to copy it or customize the installation.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Write',
                True,
                (
                    ((('1;36', (('init      ', '1;36'),)),), (('', (('Make a small working project: rules, cases, editor and CI settings.', ''),)),)),
                    ((('1;36', (('fmt       ', '1;36'),)),), (('', (('Write files in the canonical layout, comments kept.', ''),)),)),
                    ((('1;36', (('import    ', '1;36'),)),), (('', (('Turn the live configuration, or API requests in JSON, into YAML.', ''),)),)),
                    ((('1;36', (('export    ', '1;36'),)),), (('', (('Write the desired configuration for CloudFormation, Terraform or the API.', ''),)),)),
                ),
            ),
            (
                'Test',
                True,
                (
                    ((('1;36', (('lint      ', '1;36'),)),), (('', (('Report every problem of the project at once.', ''),)),)),
                    ((('1;36', (('simulate  ', '1;36'),)),), (('', (('Run the test cases, or judge messages offline.', ''),)),)),
                    ((('1;36', (('why       ', '1;36'),)),), (('', (('Say why a message ended so: the rule that decided, or the condition that failed.', ''),)),)),
                    ((('1;36', (('send      ', '1;36'),)),), (('', (('Send mail to an SMTP endpoint as a test client, and report the dialogue.', ''),)),)),
                    ((('1;36', (('prove     ', '1;36'),)),), (('', (('Prove the invariants, that no mail is lost, and which rules never apply or must stay put.', ''),)),)),
                    ((('1;36', (('cases     ', '1;36'),)),), (('', (('Take test cases from the library, or see which kinds of mail no case is about.', ''),)),)),
                    ((('1;36', (('explain   ', '1;36'),)),), (('', (('Show what a check does and what to write instead, or where a rule is live.', ''),)),)),
                    ((('1;36', (('checks    ', '1;36'),)),), (('', (('List what lint looks for.', ''),)),)),
                    ((('1;36', (('budget    ', '1;36'),)),), (('', (("Show how the rules fit the service's quotas, none of which can be raised.", ''),)),)),
                ),
            ),
            (
                'Change',
                True,
                (
                    ((('1;36', (('plan      ', '1;36'),)),), (('', (('Show what would change: lint and cases first, then live against the files.', ''),)),)),
                    ((('1;36', (('apply     ', '1;36'),)),), (('', (('Make live what the files say: snapshot first, and read back afterwards.', ''),)),)),
                    ((('1;36', (('promote   ', '1;36'),)),), (('', (('Take `shadow: true` off a rule in its file, and show the plan that makes it act.', ''),)),)),
                    ((('1;36', (('list      ', '1;36'),)),), (('', (('Add an address to a list or take it off, in the file and live, and nothing else.', ''),)),)),
                    ((('1;36', (('rollback  ', '1;36'),)),), (('', (('Go back to the state before the last apply, or before a named one.', ''),)),)),
                    ((('1;36', (('unpin     ', '1;36'),)),), (('', (('Lift pins of rollbacks: what was rolled back can be applied again.', ''),)),)),
                    ((('1;36', (('foundation', '1;36'),)),), (('', (('Make what the rules need in AWS: roles, buckets, topics, logs, verified domains.', ''),)),)),
                    ((('1;36', (('staging   ', '1;36'),)),), (('', (('Bring an environment for integration up in AWS, send its cases as mail, take it away.', ''),)),)),
                    ((('1;36', (('dns       ', '1;36'),)),), (('', (('Show the DNS records that an environment wants, and how they differ from what is published.', ''),)),)),
                ),
            ),
            (
                'Look back',
                True,
                (
                    ((('1;36', (('history   ', '1;36'),)),), (('', (('List applies and rollbacks; `show ID` for one with its calls, `diff A B` for two.', ''),)),)),
                    ((('1;36', (('drift     ', '1;36'),)),), (('', (('Tell what was changed by hand from what is not applied yet; exit 2 when there is either.', ''),)),)),
                    ((('1;36', (('diff      ', '1;36'),)),), (('', (('Show how two versions of the configuration differ; exit 2 when they do.', ''),)),)),
                    ((('1;36', (('logs      ', '1;36'),)),), (('', (('Follow messages through the log records of Mail Manager, or count what these say.', ''),)),)),
                    ((('1;36', (('archive   ', '1;36'),)),), (('', (('Search archives, show or export their messages, and release what was held.', ''),)),)),
                    ((('1;36', (('where     ', '1;36'),)),), (('', (('Say where a message is: refused, delivered, waiting, dropped, held, lost, or not seen.', ''),)),)),
                    ((('1;36', (('monitor   ', '1;36'),)),), (('', (('Write the template of alarms, dashboard and watchdog; the foundation has it too.', ''),)),)),
                    ((('1;36', (('watchdog  ', '1;36'),)),), (('', (('Look for lost mail, changes by hand, silence, quotas; exit 1 when there is any.', ''),)),)),
                    ((('1;36', (('doctor    ', '1;36'),)),), (('', (('Look for the common faults of a live gateway, each with the command that corrects it.', ''),)),)),
                ),
            ),
            (
                'More',
                True,
                (
                    ((('1;36', (('emulate   ', '1;36'),)),), (('', (('Serve the embedded Mail Manager: API for boto3 and the aws command, and mail by SMTP.', ''),)),)),
                    ((('1;36', (('schema    ', '1;36'),)),), (('', (('Print the JSON Schemas, for editors and programs.', ''),)),)),
                ),
            ),
        ),
    ),
    "init": (
        (('Usage: ', '1;33'), ('mmctl init [OPTIONS] [DIR]', '1')),
        (
            ('', (('Make a small working project: rules, cases, editor and CI settings.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('DIR', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('path', '1;33'), ('>', '1;2;33'))),), (('', (('The folder. Default: the current one.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--account', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ID', '1;33'),)),), (('', (('The AWS account, 12 digits.', ''),)),)),
                    ((('', (('--region', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('REGION', '1;33'),)),), (('', (('The AWS region.', ''),)),)),
                    ((('', (('--install-from', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('REQUIREMENT', '1;33'),)),), (('', (('What pip installs in CI. Default: the source of this mmctl.', ''),)),)),
                    ((('', (('--release', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('RELAY', '1;33'),)),), (('', (('In a project: write only a way for released mail, to this relay.', ''),)),)),
                    ((('', (('--ci', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SERVER', '1;33'),)),), (('', (('Write a pipeline for github, gitlab or codebuild (AWS CodePipeline); in a project, only that.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "fmt": (
        (('Usage: ', '1;33'), ('mmctl fmt [OPTIONS] [paths]...', '1')),
        (
            ('', (('Write files in the canonical layout, comments kept.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('paths...', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('list[Path]', '1;33'), ('>', '1;2;33'))),), (('', (('Files and folders, or `-` for stdin. Default: the project.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--check', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Write nothing; exit with 1 where files would change.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "import": (
        (('Usage: ', '1;33'), ('mmctl import [OPTIONS] [[FILE...]]...', '1')),
        (
            ('', (('Turn the live configuration, or API requests in JSON, into YAML.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('[FILE...]', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('list[Path]', '1;33'), ('>', '1;2;33'))),), (('', (('The files; `-` is stdin.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--from', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('KIND', '1;33'),)),), (('', (('The format of the files: api-json.', ''),)),)),
                    ((('', (('--rule-set', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('Only this live rule set.', ''),)),)),
                    ((('', (('--into', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('Write one file per kind to it; in an empty folder, make a project.', ''),)),)),
                    ((('', (('--force', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Overwrite existing files.', ''),)),)),
                    ((('', (('--adopt', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Adopt the live objects.', ''),)),)),
                    ((('', (('--yes', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Confirm without a prompt.', ''),)),)),
                    ((('', (('--account', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ID', '1;33'),)),), (('', (('Outside of a project: the AWS account.', ''),)),)),
                    ((('', (('--region', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('REGION', '1;33'),)),), (('', (('Its region.', ''),)),)),
                    ((('', (('--profile', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('A profile of the AWS configuration.', ''),)),)),
                    ((('', (('--endpoint-url', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("An endpoint that is not AWS's.", ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "export": (
        (('Usage: ', '1;33'), ('mmctl export [OPTIONS]', '1')),
        (
            ('', (('Write the desired configuration for CloudFormation, Terraform or the API.', ''),)),
        ),
        (
            (
                'Options',
                False,
                (
                    ((('', (('--to', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('KIND', '1;33'),)),), (('', (('api-json, cloudformation or terraform.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, yaml, hcl.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "lint": (
        (('Usage: ', '1;33'), ('mmctl lint [OPTIONS] [paths]...', '1')),
        (
            ('', (('Report every problem of the project at once.', ''),)),
            ('', ()),
            ('2', (('While nothing has changed since, the last answer is given again, at once.\nAnswers are kept in $XDG_CACHE_HOME/mmctl, else in ~/.cache/mmctl; on Windows in\n%LOCALAPPDATA%/mmctl. Nothing that lies in the project is believed.', '2'),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('paths...', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('list[str]', '1;33'), ('>', '1;2;33'))),), (('', (('Files and folders, or `-` for a file on stdin. Default: the project.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--fail-on', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('error', '1;33'), ('|', '1;2;33'), ('warning', '1;33'), ('|', '1;2;33'), ('info', '1;33'), ('>', '1;2;33'))),), (('', (('Exit with 1 at this severity or a worse one.', ''),)), ('2', (('[default: error]', '2'),)))),
                    ((('', (('--fix', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Fix files where that is safe; keep comments.', ''),)),)),
                    ((('', (('--dry-run', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--fix', '1;36'), (': show the changes and write nothing.', ''))),)),
                    ((('', (('--all', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show all problems, not the first hundred.', ''),)),)),
                    ((('', (('--baseline', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Leave out the problems of an earlier report (written with ', ''), ('--format', '1;36'), (' json).', ''))),)),
                    ((('', (('--changed-since', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('REV', '1;33'),)),), (('', (('Leave out the problems that a git revision has too.', ''),)),)),
                    ((('', (('--base', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('REV', '1;33'),)),), (('', (('The git revision whose company rules (`lint: {forbid, require}`) count too. Default: the target branch on a CI server.', ''),)),)),
                    ((('', (('--no-cache', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Lint everything again, also where no file has changed.', ''),)),)),
                    ((('', (('--password-env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('A variable without the prefix MMCTL_SMTP_ that may have an SMTP password.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, sarif, github, junit.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "simulate": (
        (('Usage: ', '1;33'), ('mmctl simulate [OPTIONS] [messages]...', '1')),
        (
            ('', (('Run the test cases, or judge messages offline.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('messages...', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('list[str]', '1;33'), ('>', '1;2;33'))),), (('', (('Files, folders, archives, `s3://bucket/prefix`, `-`, or case files (.yaml). Default: the cases.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--trace', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show every decision.', ''),)),)),
                    ((('', (('--strict', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Exit with 4 where an outcome is unknown.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Cases',
                False,
                (
                    ((('', (('--run', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('Run only cases whose names match.', ''),)),)),
                    ((('', (('--fail-on-empty', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Exit with 1 where there is no case to run.', ''),)),)),
                    ((('', (('--coverage', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Count what the cases cover of the rules, and list the gaps.', ''),)),)),
                    ((('', (('--coverage-min', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('int', '1;33'), ('>', '1;2;33'))),), (('', (('Exit with 1 below this percentage of rules.', ''),)),)),
                    ((('', (('--mutate', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('List mistakes in rules that no case notices. `', ''), ('--mutate', '1;36'), (' N`: try N.', ''))),)),
                    ((('', (('--mutate-min', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('int', '1;33'), ('>', '1;2;33'))),), (('', (('Exit with 1 below this percentage of noticed mistakes.', ''),)),)),
                    ((('', (('--mutate-cases', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('Write the cases that would notice to this new file.', ''),)),)),
                    ((('', (('--strict-readings', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Exit with 1 where a case depends on an open reading.', ''),)),)),
                ),
            ),
            (
                'Messages',
                False,
                (
                    ((('', (('--mail-from', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('The envelope sender; `<>` is null.', ''),)),)),
                    ((('', (('--rcpt', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('An envelope recipient.', ''),)),)),
                    ((('', (('--ip', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (("The client's address.", ''),)),)),
                    ((('', (('--helo', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (("The name in the client's HELO.", ''),)),)),
                    ((('', (('--tls', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('VERSION', '1;33'),)),), (('', (('none, TLS1_2 or TLS1_3.', ''),)),)),
                    ((('', (('--spf', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('VERDICT', '1;33'),)),), (('', (('PASS, FAIL, GRAY or PROCESSING_FAILED.', ''),)),)),
                    ((('', (('--dkim', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('VERDICT', '1;33'),)),), (('', (('PASS, FAIL, GRAY or PROCESSING_FAILED.', ''),)),)),
                    ((('', (('--dmarc-policy', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('POLICY', '1;33'),)),), (('', (('NONE, QUARANTINE, REJECT or absent.', ''),)),)),
                    ((('', (('--add-on', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME.FIELD=VALUE', '1;33'),)),), (('', (("An add-on's answer.", ''),)),)),
                    ((('', (('--assume', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('pass', '1;33'),)),), (('', (('`pass`: assume that unknown verdicts are good.', ''),)),)),
                    ((('', (('--authenticate', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Compute SPF, DKIM and DMARC from DNS.', ''),)),)),
                    ((('', (('--zone', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Compute them from the records of a zone file, without DNS.', ''),)),)),
                    ((('', (('--ingress-point', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('The ingress point of the message.', ''),)),)),
                    ((('', (('--rule-set', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('Judge only by this rule set.', ''),)),)),
                    ((('', (('--against', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('RULES', '1;33'),)),), (('', (('Other rules to compare with: git:REV, live, a snapshot or a folder.', ''),)),)),
                    ((('', (('--record', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write cases from the outcomes; `-` is stdout.', ''),)),)),
                    ((('', (('--workers', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('N [x>=1', '1;33'), (']', '1;2;33'))),), (('', (('Processes for many messages.', ''),)),)),
                    ((('', (('--show-mail', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show addresses and messages in github, markdown and html too, not only digests.', ''),)),)),
                ),
            ),
            (
                'Very many messages',
                False,
                (
                    ((('', (('--results', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FOLDER', '1;33'),)),), (('', (('Store what happens to each recipient here.', ''),)),)),
                    ((('', (('--results-as', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FORMAT', '1;33'),)),), (('', (('The format: jsonl or parquet. Default: jsonl.', ''),)),)),
                    ((('', (('--resume', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Go on with results that are not complete.', ''),)),)),
                    ((('', (('--shard', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('N/OF', '1;33'),)),), (('', (('Judge one part of the inputs, such as 3/8.', ''),)),)),
                    ((('', (('--join', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Add up the results of all shards: the arguments are folders.', ''),)),)),
                    ((('', (('--engine', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ENGINE', '1;33'),)),), (('', (('Who judges: processes or dask. Default: processes.', ''),)),)),
                    ((('', (('--scheduler', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('The address of a Dask cluster: tcp://HOST:PORT.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, github, junit, lcov, markdown, html.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "why": (
        (('Usage: ', '1;33'), ('mmctl why [OPTIONS] [MESSAGE]', '1')),
        (
            ('', (('Say why a message ended so: the rule that decided, or the condition that failed.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('MESSAGE', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The message: a file, a case file (.yaml), or `-`.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--rcpt', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('The recipient to explain.', ''),)),)),
                    ((('', (('--rule', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('Explain why this rule applied, or did not.', ''),)),)),
                    ((('', (('--case', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('Use the message of this case.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Messages',
                False,
                (
                    ((('', (('--mail-from', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('The envelope sender; `<>` is null.', ''),)),)),
                    ((('', (('--ip', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (("The client's address.", ''),)),)),
                    ((('', (('--helo', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (("The name in the client's HELO.", ''),)),)),
                    ((('', (('--tls', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('VERSION', '1;33'),)),), (('', (('none, TLS1_2 or TLS1_3.', ''),)),)),
                    ((('', (('--spf', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('VERDICT', '1;33'),)),), (('', (('PASS, FAIL, GRAY or PROCESSING_FAILED.', ''),)),)),
                    ((('', (('--dkim', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('VERDICT', '1;33'),)),), (('', (('PASS, FAIL, GRAY or PROCESSING_FAILED.', ''),)),)),
                    ((('', (('--dmarc-policy', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('POLICY', '1;33'),)),), (('', (('NONE, QUARANTINE, REJECT or absent.', ''),)),)),
                    ((('', (('--add-on', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME.FIELD=VALUE', '1;33'),)),), (('', (("An add-on's answer.", ''),)),)),
                    ((('', (('--assume', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('pass', '1;33'),)),), (('', (('`pass`: assume that unknown verdicts are good.', ''),)),)),
                    ((('', (('--authenticate', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Compute SPF, DKIM and DMARC from DNS.', ''),)),)),
                    ((('', (('--zone', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Compute them from the records of a zone file, without DNS.', ''),)),)),
                    ((('', (('--ingress-point', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('The ingress point of the message.', ''),)),)),
                    ((('', (('--rule-set', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('Judge only by this rule set.', ''),)),)),
                    ((('', (('--against', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('RULES', '1;33'),)),), (('', (('Other rules to compare with: git:REV, live, a snapshot or a folder.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "send": (
        (('Usage: ', '1;33'), ('mmctl send [OPTIONS] [messages]...', '1')),
        (
            ('', (('Send mail to an SMTP endpoint as a test client, and report the dialogue.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('messages...', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('list[str]', '1;33'), ('>', '1;2;33'))),), (('', (('Files, folders, archives, or `-` for stdin.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Message',
                False,
                (
                    ((('', (('--scenario', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('A message of the library, such as phishing.', ''),)),)),
                    ((('', (('--mail-from', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('The envelope sender; `<>` is null.', ''),)),)),
                    ((('', (('--rcpt', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('An envelope recipient.', ''),)),)),
                    ((('', (('--header', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('HEADER', '1;33'),)),), (('', (('A header to put on top: `NAME: VALUE`.', ''),)),)),
                    ((('', (('--sign', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Sign by DKIM with a private key in PEM.', ''),)),)),
                    ((('', (('--sign-selector', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('Its selector. Default: mmctl.', ''),)),)),
                    ((('', (('--sign-domain', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DOMAIN', '1;33'),)),), (('', (('The domain that signs. Default: that of From.', ''),)),)),
                ),
            ),
            (
                'Connection',
                False,
                (
                    ((('', (('--to', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('HOST:PORT', '1;33'),)),), (('', (('The server. Default: the ingress point of the environment.', ''),)),)),
                    ((('', (('--ingress-point', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('The ingress point to send to.', ''),)),)),
                    ((('', (('--data', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FOLDER', '1;33'),)),), (('', (('The data folder of `mmctl emulate`. Default: .mmctl/mail.', ''),)),)),
                    ((('', (('--helo', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (("The name in EHLO. Default: this machine's.", ''),)),)),
                    ((('', (('--tls', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('MODE', '1;33'),)),), (('', (('required, optional, none or wrapped. Default: required.', ''),)),)),
                    ((('', (('--ca', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Trust the certificates that these issued.', ''),)),)),
                    ((('', (('--insecure', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Accept any certificate of the server.', ''),)),)),
                    ((('', (('--cert', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (("The client's certificate, in PEM.", ''),)),)),
                    ((('', (('--key', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Its private key. Default: in the same file.', ''),)),)),
                    ((('', (('--user', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('The user of AUTH. Default for an ingress point of type auth: its id.', ''),)),)),
                    ((('', (('--password-env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('The variable with the password.', ''),)),)),
                    ((('', (('--password-file', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('The file with the password, on one line.', ''),)),)),
                    ((('', (('--source-address', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('IP', '1;33'),)),), (('', (('An address of this machine to send from.', ''),)),)),
                    ((('', (('--pipelining', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Send the commands in one piece (RFC 2920).', ''),)),)),
                    ((('', (('--timeout', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SECONDS', '1;33'),)),), (('', (('How long a reply may take.', ''),)), ('2', (('[default: 30.0]', '2'),)))),
                    ((('', (('--wait', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SECONDS', '1;33'),)),), (('', (('How long to wait for what becomes of mail. Default: 10 with an embedded endpoint.', ''),)),)),
                ),
            ),
            (
                'Cases',
                False,
                (
                    ((('', (('--expect', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Send the cases of the project, or of case files that are named, and compare.', ''),)),)),
                    ((('', (('--run', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TEXT', '1;33'),)),), (('', (('Send only cases whose names match.', ''),)),)),
                    ((('', (('--record-evidence', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Keep in the store which rules were tried, and how it ended.', ''),)),)),
                    ((('', (('--via', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('WAY', '1;33'),)),), (('', (("staging: the environment's sender sends, from inside its network.", ''),)),)),
                    ((('', (('--logs', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SOURCE', '1;33'),)),), (('', (("Where the service's own log records are. Default: those of the embedded server.", ''),)),)),
                ),
            ),
            (
                'Load',
                False,
                (
                    ((('', (('--count', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('N', '1;33'),)),), (('', (('Send so many messages; loopback only.', ''),)),)),
                    ((('', (('--concurrency', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('N', '1;33'),)),), (('', (('Over so many connections. Default: 1.', ''),)),)),
                ),
            ),
            (
                'Probe',
                False,
                (
                    ((('', (('--probe', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('STEP', '1;33'),)),), (('', (('init FOLDER, run FOLDER, done FOLDER: find out which readings the service follows.', ''),)),)),
                    ((('', (('--write', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Settle what the probe found, and keep its evidence.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, junit.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "prove": (
        (('Usage: ', '1;33'), ('mmctl prove [OPTIONS]', '1')),
        (
            ('', (('Prove the invariants, that no mail is lost, and which rules never apply or must stay put.', ''),)),
            ('', ()),
            ('2', (('Each answer holds for every message, or comes with a message that shows the contrary, in\n.mmctl/witness. Exit 1: an invariant is broken, mail is lost, a rule never applies, or the order\nin a phase matters. Exit 4: something stayed undecided.', '2'),)),
        ),
        (
            (
                'Options',
                False,
                (
                    ((('', (('--find', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('YAML', '1;33'),)),), (('', (('Find one message instead: an outcome, an action, or the members of an invariant that it breaks.', ''),)),)),
                    ((('', (('--ingress-point', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('Only this ingress point.', ''),)),)),
                    ((('', (('--rule-set', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('Only this rule set, by itself.', ''),)),)),
                    ((('', (('--timeout', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SECONDS [x>=1', '1;33'), (']', '1;2;33'))),), (('', (('End after so many seconds, however hard a question is. Default: a fixed effort for each.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, sarif, html.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "cases": (
        (('Usage: ', '1;33'), ('mmctl cases [OPTIONS] {list|show|add|missing} [NAME]...', '1')),
        (
            ('', (('Take test cases from the library, or see which kinds of mail no case is about.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('31', (('*', '31'),)),), (('', ()),), (('', (('list|show|add|missing', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('list, show, add or missing.', ''),)), ('2;31', (('[required]', '2;31'),)))),
                    ((('', ()),), (('', ()),), (('', (('NAME', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('list[str]', '1;33'), ('>', '1;2;33'))),), (('', (('Cases of the library.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--kind', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('KIND', '1;33'),)),), (('', (('All cases of one kind.', ''),)),)),
                    ((('', (('--all', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Add all cases that this project can have.', ''),)),)),
                    ((('', (('--overwrite', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Write cases again that the project has.', ''),)),)),
                    ((('', (('--fail-on-missing', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Exit with 1 where a kind is missing.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "explain": (
        (('Usage: ', '1;33'), ('mmctl explain [OPTIONS] {check}', '1')),
        (
            ('', (('Show what a check does and what to write instead, or where a rule is live.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('31', (('*', '31'),)),), (('', ()),), (('', (('check', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The id of a check, in brackets in a report; or a rule.', ''),)), ('2;31', (('[required]', '2;31'),)))),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "checks": (
        (('Usage: ', '1;33'), ('mmctl checks [OPTIONS]', '1')),
        (
            ('', (('List what lint looks for.', ''),)),
        ),
        (
            (
                'Options',
                False,
                (
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "budget": (
        (('Usage: ', '1;33'), ('mmctl budget [OPTIONS] [RULE]', '1')),
        (
            ('', (("Show how the rules fit the service's quotas, none of which can be raised.", ''),)),
            ('', ()),
            ('2', (('Of rules it shows what is close to a limit; `', '2'), ('--verbose', '1;2;36'), ('` lists them all. Where rules do not fit,\nit says which pairs pin the order, with messages in .mmctl/witness, and tries what to change.\nExit 1: they do not fit. `', '2'), ('--cost', '1;2;36'), ('` shows what the environment costs in a month.', '2'))),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('RULE', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('A rule or a live rule: where it is, with which others, what it costs.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--cost', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show instead what the environment costs in a month.', ''),)),)),
                    ((('', (('--messages', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('N', '1;33'),)),), (('', (('With ', ''), ('--cost', '1;36'), (': messages a month. Default: only what is paid without mail.', ''))),)),
                    ((('', (('--size', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('KB', '1;33'),)),), (('', (('With ', ''), ('--cost', '1;36'), (': the average size of a message.', ''))),)),
                    ((('', (('--share', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME=PERCENT', '1;33'),)),), (('', (('With ', ''), ('--cost', '1;36'), (': how many of 100 messages an archive, add-on or kind of action gets. Default: all.', ''))),)),
                    ((('', (('--pricing-plan', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('PLAN', '1;33'),)),), (('', (('With ', ''), ('--cost', '1;36'), (': how the account pays, a-la-carte (the default) or essentials.', ''))),)),
                    ((('', (('--prices', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('With ', ''), ('--cost', '1;36'), (': prices that you know better.', ''))),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, markdown, html.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "plan": (
        (('Usage: ', '1;33'), ('mmctl plan [OPTIONS]', '1')),
        (
            ('', (('Show what would change: lint and cases first, then live against the files.', ''),)),
        ),
        (
            (
                'Options',
                False,
                (
                    ((('', (('--save', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the plan for apply.', ''),)),)),
                    ((('', (('--detailed-exitcode', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Exit with 2 when there are changes.', ''),)),)),
                    ((('', (('--iam', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('WHAT', '1;33'),)),), (('', (('Print the least IAM policy of one role instead, without credentials: plan, apply (also for rollback), rules[:ROLE], list:NAME, look, release, send, watchdog, doctor, foundation, staging, trust.', ''),)),)),
                    ((('', (('--oidc', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('REPOSITORY', '1;33'),)),), (('', (('With ', ''), ('--iam', '1;36'), (' trust: the pipeline that may assume the role, github:OWNER/REPO, gitlab:GROUP/PROJECT or codebuild:ACCOUNT/PIPELINE, with ,job=plan, apply or watch.', ''))),)),
                    ((('', (('--known-ids', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--iam', '1;36'), (': also take ids from a history in S3.', ''))),)),
                    ((('', (('--corpus', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('MESSAGES', '1;33'),)),), (('', (('Messages, to show whose mail changes.', ''),)),)),
                    ((('', (('--messages', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('List the messages of the corpus that change.', ''),)),)),
                    ((('', (('--no-preflight', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Do not ask AWS whether resources in rules exist.', ''),)),)),
                    ((('', (('--force', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('list[str]', '1;33'), ('>', '1;2;33'))),), (('', (('`lint`: plan in spite of errors; `trust`: use the target in the files, not the base.', ''),)),)),
                    ((('', (('--sign', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('KEY', '1;33'),)),), (('', (('Sign the saved plan with a key of AWS KMS, by its ARN.', ''),)),)),
                    ((('', (('--endpoint-url', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("An endpoint that is not AWS's.", ''),)),)),
                    ((('', (('--base', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('REV', '1;33'),)),), (('', (('The git revision that environments are compared with. Default: the target branch on a CI server, else the last apply.', ''),)),)),
                    ((('', (('--password-env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('A variable without the prefix MMCTL_SMTP_ that may have an SMTP password.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Messages',
                False,
                (
                    ((('', (('--workers', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('N [x>=1', '1;33'), (']', '1;2;33'))),), (('', (('Processes for many messages.', ''),)),)),
                    ((('', (('--show-mail', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show addresses and messages in github, markdown and html too, not only digests.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, markdown, html.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "apply": (
        (('Usage: ', '1;33'), ('mmctl apply [OPTIONS] [[PLAN]]', '1')),
        (
            ('', (('Make live what the files say: snapshot first, and read back afterwards.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('[PLAN]', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('path', '1;33'), ('>', '1;2;33'))),), (('', (('A plan of `plan ', ''), ('--save', '1;36'), ('`. Default: make a plan now.', ''))),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--yes', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Confirm without a prompt.', ''),)),)),
                    ((('', (('--allow-delete', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Allow the deletion of rules and objects.', ''),)),)),
                    ((('', (('--force', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('BRAKE', '1;33'),)),), (('', (('Release a brake: NAME, or NAME=THING.', ''),)),)),
                    ((('', (('--adopt', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Adopt live objects of the same names.', ''),)),)),
                    ((('', (('--break-lock', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Take over a stale lock.', ''),)),)),
                    ((('', (('--no-preflight', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Do not ask AWS whether resources in rules exist.', ''),)),)),
                    ((('', (('--smoke', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Send cases with `smoke: true` as mail afterwards, and compare.', ''),)),)),
                    ((('', (('--require-signature', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('KEY', '1;33'),)),), (('', (('Accept only a plan signed with this key of AWS KMS, by its ARN.', ''),)),)),
                    ((('', (('--endpoint-url', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("An endpoint that is not AWS's.", ''),)),)),
                    ((('', (('--base', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('REV', '1;33'),)),), (('', (('The git revision that environments are compared with. Default: the target branch on a CI server, else the last apply.', ''),)),)),
                    ((('', (('--reason', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('Why, for the history; `', ''), ('--force', '1;36'), (' evidence` needs it.', ''))),)),
                    ((('', (('--password-env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('A variable without the prefix MMCTL_SMTP_ that may have an SMTP password.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "promote": (
        (('Usage: ', '1;33'), ('mmctl promote [OPTIONS] {RULE}', '1')),
        (
            ('', (('Take `shadow: true` off a rule in its file, and show the plan that makes it act.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('31', (('*', '31'),)),), (('', ()),), (('', (('RULE', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('A rule with `shadow: true`.', ''),)), ('2;31', (('[required]', '2;31'),)))),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--force', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('list[str]', '1;33'), ('>', '1;2;33'))),), (('', (('`lint`: plan in spite of errors.', ''),)),)),
                    ((('', (('--endpoint-url', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("An endpoint that is not AWS's.", ''),)),)),
                    ((('', (('--logs', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SOURCE', '1;33'),)),), (('', (('First show what it would have hit by a log: as SOURCE of `mmctl logs`; repeatable.', ''),)),)),
                    ((('', (('--since', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TIME', '1;33'),)),), (('', (('With ', ''), ('--logs', '1;36'), (': from this time on.', ''))),)),
                    ((('', (('--password-env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('A variable without the prefix MMCTL_SMTP_ that may have an SMTP password.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "list": (
        (('Usage: ', '1;33'), ('mmctl list [OPTIONS] {add|remove} {LIST} {ADDRESS}', '1')),
        (
            ('', (('Add an address to a list or take it off, in the file and live, and nothing else.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('31', (('*', '31'),)),), (('', ()),), (('', (('add|remove', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('add or remove.', ''),)), ('2;31', (('[required]', '2;31'),)))),
                    ((('31', (('*', '31'),)),), (('', ()),), (('', (('LIST', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('An address list of the project.', ''),)), ('2;31', (('[required]', '2;31'),)))),
                    ((('31', (('*', '31'),)),), (('', ()),), (('', (('ADDRESS', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('A member, such as `*@example.net`.', ''),)), ('2;31', (('[required]', '2;31'),)))),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--reason', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TEXT', '1;33'),)),), (('', (('The reason, for the history.', ''),)),)),
                    ((('', (('--yes', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Confirm without a prompt.', ''),)),)),
                    ((('', (('--force', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('BRAKE', '1;33'),)),), (('', (('Release a brake.', ''),)),)),
                    ((('', (('--break-lock', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Take over a stale lock.', ''),)),)),
                    ((('', (('--endpoint-url', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("An endpoint that is not AWS's.", ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "rollback": (
        (('Usage: ', '1;33'), ('mmctl rollback [OPTIONS] [[SNAPSHOT]]', '1')),
        (
            ('', (('Go back to the state before the last apply, or before a named one.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('[SNAPSHOT]', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('An id of the history, or its beginning. Default: the last apply.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--yes', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Confirm without a prompt.', ''),)),)),
                    ((('', (('--reason', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TEXT', '1;33'),)),), (('', (('The reason, for the history.', ''),)),)),
                    ((('', (('--allow-delete', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Allow the deletion of objects created since.', ''),)),)),
                    ((('', (('--force', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('BRAKE', '1;33'),)),), (('', (('Release a brake.', ''),)),)),
                    ((('', (('--break-lock', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Take over a stale lock.', ''),)),)),
                    ((('', (('--unverified', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--yes', '1;36'), (': accept a snapshot without a valid entry.', ''))),)),
                    ((('', (('--store', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('PLACE', '1;33'),)),), (('', (('Without a project: the place of its snapshots.', ''),)),)),
                    ((('', (('--account', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NUMBER', '1;33'),)),), (('', (('With ', ''), ('--store', '1;36'), (': the account.', ''))),)),
                    ((('', (('--region', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the region.', ''))),)),
                    ((('', (('--profile', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the profile with the credentials.', ''))),)),
                    ((('', (('--project', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the project, where the store has several.', ''))),)),
                    ((('', (('--endpoint-url', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("An endpoint that is not AWS's.", ''),)),)),
                    ((('', (('--base', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('REV', '1;33'),)),), (('', (('The git revision that environments are compared with. Default: the target branch on a CI server, else the last apply.', ''),)),)),
                    ((('', (('--password-env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('A variable without the prefix MMCTL_SMTP_ that may have an SMTP password.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "unpin": (
        (('Usage: ', '1;33'), ('mmctl unpin [OPTIONS] [[ID]]', '1')),
        (
            ('', (('Lift pins of rollbacks: what was rolled back can be applied again.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('[ID]', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('A pin, or the number of a rollback. Default: all.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--store', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('PLACE', '1;33'),)),), (('', (('Without a project: the place of its snapshots.', ''),)),)),
                    ((('', (('--account', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NUMBER', '1;33'),)),), (('', (('With ', ''), ('--store', '1;36'), (': the account.', ''))),)),
                    ((('', (('--region', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the region.', ''))),)),
                    ((('', (('--profile', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the profile with the credentials.', ''))),)),
                    ((('', (('--project', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the project, where the store has several.', ''))),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "foundation": (
        (('Usage: ', '1;33'), ('mmctl foundation [OPTIONS] {VERB}', '1')),
        (
            ('', (('Make what the rules need in AWS: roles, buckets, topics, logs, verified domains.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('31', (('*', '31'),)),), (('', ()),), (('', (('VERB', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('up, status, down or template.', ''),)), ('2;31', (('[required]', '2;31'),)))),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--existing', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('A bucket, role, topic, log group, alias or domain that is already in the account: it is not made.', ''),)),)),
                    ((('', (('--install-from', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('REQUIREMENT', '1;33'),)),), (('', (('The requirement of pip that installs mmctl in the watchdog. Default: where this one is from.', ''),)),)),
                    ((('', (('--yes', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('up, down: confirm without a prompt.', ''),)),)),
                    ((('', (('--allow-delete', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('up: resources may be removed or replaced.', ''),)),)),
                    ((('', (('--with-data', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('down: delete archives, buckets and logs for good too.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, yaml.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "staging": (
        (('Usage: ', '1;33'), ('mmctl staging [OPTIONS] {VERB}', '1')),
        (
            ('', (('Bring an environment for integration up in AWS, send its cases as mail, take it away.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('31', (('*', '31'),)),), (('', ()),), (('', (('VERB', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('up, status, down, template or mail.', ''),)), ('2;31', (('[required]', '2;31'),)))),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--maildir', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('mail: a Maildir on this machine. Default: that of the mail server.', ''),)),)),
                    ((('', (('--data', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('mail: the mail of `mmctl emulate`, which noted the facts. Default: .mmctl/mail.', ''),)),)),
                    ((('', (('--ingress-point', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('mail: where mail came in, if nothing else tells. Default: the usual one.', ''),)),)),
                    ((('', (('--follow', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('mail: Show messages as they arrive.', ''),)),)),
                    ((('', (('--limit', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('N', '1;33'),)),), (('', (('mail: only the newest N.', ''),)),)),
                    ((('', (('--yes', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('up, down: confirm without a prompt.', ''),)),)),
                    ((('', (('--allow-delete', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('up: resources may be removed or replaced.', ''),)),)),
                    ((('', (('--force', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('BRAKE', '1;33'),)),), (('', (('up: release a brake of the apply: NAME, or NAME=THING.', ''),)),)),
                    ((('', (('--with-data', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('down: delete archives, buckets and logs for good too.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, yaml.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "dns": (
        (('Usage: ', '1;33'), ('mmctl dns [OPTIONS]', '1')),
        (
            ('', (('Show the DNS records that an environment wants, and how they differ from what is published.', ''),)),
            ('', ()),
            ('2', (('Exit 2: what is published differs. Exit 5: nobody answered. `', '2'), ('--format', '1;2;36'), (' zone` prints the records\nfor a zone file.', '2'))),
        ),
        (
            (
                'Options',
                False,
                (
                    ((('', (('--zone', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Compare with the records of a zone file, without DNS.', ''),)),)),
                    ((('', (('--ask', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (("Ask the DNS, by this machine's resolver.", ''),)),)),
                    ((('', (('--resolver', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('Ask this server instead.', ''),)),)),
                    ((('', (('--steps', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show how to move the mail here, step by step.', ''),)),)),
                    ((('', (('--policy', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('The published MTA-STS policy: whether it allows the hosts.', ''),)),)),
                    ((('', (('--offline', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Do not ask the service, nor SES, what is live.', ''),)),)),
                    ((('', (('--endpoint-url', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("An endpoint that is not AWS's.", ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, zone.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "history": (
        (('Usage: ', '1;33'), ('mmctl history [OPTIONS] [[show ID | diff A B]]...', '1')),
        (
            ('', (('List applies and rollbacks; `show ID` for one with its calls, `diff A B` for two.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('[show ID | diff A B]', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('list[str]', '1;33'), ('>', '1;2;33'))),), (('', (('One id, or two.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--releases', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('What was released from archives.', ''),)),)),
                    ((('', (('--cloudtrail', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Who changed what by hand, by the records of CloudTrail.', ''),)),)),
                    ((('', (('--trail', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SOURCE', '1;33'),)),), (('', (('The same from a file, a folder or s3://BUCKET/PREFIX of such records.', ''),)),)),
                    ((('', (('--since', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TIME', '1;33'),)),), (('', (('With ', ''), ('--cloudtrail', '1;36'), (', ', ''), ('--trail', '1;36'), (': from then on.', ''))),)),
                    ((('', (('--until', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TIME', '1;33'),)),), (('', (('With ', ''), ('--cloudtrail', '1;36'), (', ', ''), ('--trail', '1;36'), (': before then.', ''))),)),
                    ((('', (('--store', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('PLACE', '1;33'),)),), (('', (('Without a project: the place of its snapshots.', ''),)),)),
                    ((('', (('--account', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NUMBER', '1;33'),)),), (('', (('With ', ''), ('--store', '1;36'), (': the account.', ''))),)),
                    ((('', (('--region', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the region.', ''))),)),
                    ((('', (('--profile', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the profile with the credentials.', ''))),)),
                    ((('', (('--project', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the project, where the store has several.', ''))),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "drift": (
        (('Usage: ', '1;33'), ('mmctl drift [OPTIONS]', '1')),
        (
            ('', (('Tell what was changed by hand from what is not applied yet; exit 2 when there is either.', ''),)),
            ('', ()),
            ('2', (('With ', '2'), ('--write', '1;2;36'), (': 0 when all that was done by hand is in the files, 1 when something is not.', '2'))),
        ),
        (
            (
                'Options',
                False,
                (
                    ((('', (('--write', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Write changes made by hand into the files.', ''),)),)),
                    ((('', (('--cloudtrail', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Who changed what by hand, by the records of CloudTrail.', ''),)),)),
                    ((('', (('--trail', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SOURCE', '1;33'),)),), (('', (('The same from a file, a folder or s3://BUCKET/PREFIX of such records.', ''),)),)),
                    ((('', (('--endpoint-url', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("An endpoint that is not AWS's.", ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "diff": (
        (('Usage: ', '1;33'), ('mmctl diff [OPTIONS] {A} [[B]]', '1')),
        (
            ('', (('Show how two versions of the configuration differ; exit 2 when they do.', ''),)),
            ('', ()),
            ('2', (('After the edits it says how mail is treated: proved alike for every message, or one message for\neach kind of difference. The messages are kept in .mmctl/witness.', '2'),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('31', (('*', '31'),)),), (('', ()),), (('', (('A', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('live, git:REV, env:NAME, a folder, a plan, or a snapshot.', ''),)), ('2;31', (('[required]', '2;31'),)))),
                    ((('', ()),), (('', ()),), (('', (('[B]', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The same. Default: the current files.', ''),)), ('2', (('[default: .]', '2'),)))),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--equal', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('trace', '1;33'), ('|', '1;2;33'), ('multiset', '1;33'), ('|', '1;2;33'), ('set', '1;33'), ('>', '1;2;33'))),), (('', (('What counts as the same: what is done in order (trace), how often (multiset), or whether (set).', ''),)), ('2', (('[default: multiset]', '2'),)))),
                    ((('', (('--corpus', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('MESSAGES', '1;33'),)),), (('', (('Messages: count those that each kind of difference concerns.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Messages',
                False,
                (
                    ((('', (('--workers', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('N [x>=1', '1;33'), (']', '1;2;33'))),), (('', (('Processes for many messages.', ''),)),)),
                    ((('', (('--show-mail', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show addresses and messages in github, markdown and html too, not only digests.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, markdown, html.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "logs": (
        (('Usage: ', '1;33'), ('mmctl logs [OPTIONS] [SOURCE...]...', '1')),
        (
            ('', (('Follow messages through the log records of Mail Manager, or count what these say.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('SOURCE...', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('list[str]', '1;33'), ('>', '1;2;33'))),), (('', (("A file, a folder, `-`, cloudwatch:GROUP, s3://BUCKET/PREFIX. Default: the environment's own.", ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--message-id', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ID', '1;33'),)),), (('', (('One message; repeatable.', ''),)),)),
                    ((('', (('--mail-from', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('Envelope sender; @domain: all of it.', ''),)),)),
                    ((('', (('--rcpt', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('Envelope recipient; @domain: all of it.', ''),)),)),
                    ((('', (('--helo', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (("The client's HELO name.", ''),)),)),
                    ((('', (('--ip', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('IP', '1;33'),)),), (('', (("The client's address, or a network.", ''),)),)),
                    ((('', (('--rule', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('Messages that this rule matched; repeatable.', ''),)),)),
                    ((('', (('--since', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TIME', '1;33'),)),), (('', (('From this time on: 2h, yesterday, 2026-11-28T14:30Z.', ''),)),)),
                    ((('', (('--until', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TIME', '1;33'),)),), (('', (('Before this time.', ''),)),)),
                    ((('', (('--stats', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Numbers instead of messages.', ''),)),)),
                    ((('', (('--never-hit', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('The live rules that matched nothing.', ''),)),)),
                    ((('', (('--shadow', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('What shadow rules would have hit; ', ''), ('--rule', '1;36'), (' names one.', ''))),)),
                    ((('', (('--cases', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('With ', ''), ('--shadow', '1;36'), (': write ten cases a rule to a new file.', ''))),)),
                    ((('', (('--follow', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show messages as they come, until Ctrl-C.', ''),)),)),
                    ((('', (('--redact', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Pseudonyms for addresses, HELO names, clients.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Compare',
                False,
                (
                    ((('', (('--compare', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Compare with simulation. `', ''), ('--compare', '1;36'), (" OTHER.csv`: with another gateway's log.", ''))),)),
                    ((('', (('--messages', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SOURCE', '1;33'),)),), (('', (('The messages themselves, to tell which rules are meant; repeatable.', ''),)),)),
                    ((('', (('--against', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('RULES', '1;33'),)),), (('', (('With ', ''), ('--compare', '1;36'), (': other rules: git:REV, live, a snapshot or a folder.', ''))),)),
                    ((('', (('--authenticate', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--messages', '1;36'), (': compute SPF, DKIM and DMARC from DNS.', ''))),)),
                    ((('', (('--zone', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('With ', ''), ('--messages', '1;36'), (': compute them from the records of a zone file.', ''))),)),
                    ((('', (('--assume', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('pass', '1;33'),)),), (('', (('`pass`: assume that unknown verdicts were good.', ''),)),)),
                    ((('', (('--strict', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--compare', '1;36'), (': exit with 4 if nothing can be told.', ''))),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, jsonl.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "archive": (
        (('Usage: ', '1;33'), ('mmctl archive [OPTIONS] {VERB} [[ID...]]...', '1')),
        (
            ('', (('Search archives, show or export their messages, and release what was held.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('31', (('*', '31'),)),), (('', ()),), (('', (('VERB', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('search, show, export or release.', ''),)), ('2;31', (('[required]', '2;31'),)))),
                    ((('', ()),), (('', ()),), (('', (('[ID...]', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('list[str]', '1;33'), ('>', '1;2;33'))),), (('', (('Archived messages; `-` for release: the ids on stdin.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--archive', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('The archive. Default: the only one.', ''),)),)),
                    ((('', (('--from', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TEXT', '1;33'),)),), (('', (('From contains TEXT; with ', ''), ('--via', '1;36'), (' ses, the sender.', ''))),)),
                    ((('', (('--to', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TEXT', '1;33'),)),), (('', (('search: To contains TEXT. export: s3://BUCKET/PREFIX or a folder. release: another recipient.', ''),)),)),
                    ((('', (('--cc', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TEXT', '1;33'),)),), (('', (('Cc contains TEXT.', ''),)),)),
                    ((('', (('--subject', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TEXT', '1;33'),)),), (('', (('The subject contains TEXT.', ''),)),)),
                    ((('', (('--rcpt', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TEXT', '1;33'),)),), (('', (('RCPT TO contains TEXT. release: only this recipient of the message.', ''),)),)),
                    ((('', (('--mail-from', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TEXT', '1;33'),)),), (('', (('MAIL FROM contains TEXT.', ''),)),)),
                    ((('', (('--has-attachments', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Only messages with attachments.', ''),)),)),
                    ((('', (('--since', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TIME', '1;33'),)),), (('', (('2026-11-28, a time, or 7d. Default: 30d.', ''),)),)),
                    ((('', (('--until', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TIME', '1;33'),)),), (('', (('The same. Default: now.', ''),)),)),
                    ((('', (('--limit', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('N', '1;33'),)),), (('', (('At most so many. search: 100 by default.', ''),)),)),
                    ((('', (('--search', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ID', '1;33'),)),), (('', (('The results of an earlier search.', ''),)),)),
                    ((('', (('--ids', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only ids.', ''),)),)),
                    ((('', (('--source', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print the message as it is.', ''),)),)),
                    ((('', (('--save', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Save the message.', ''),)),)),
                    ((('', (('--via', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('WAY', '1;33'),)),), (('', (('ingress:NAME, smtp:HOST:PORT, ses with ', ''), ('--from', '1;36'), (', or file:DIR.', ''))),)),
                    ((('', (('--reason', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TEXT', '1;33'),)),), (('', (('Why it is released.', ''),)),)),
                    ((('', (('--again', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Release also what was released before.', ''),)),)),
                    ((('', (('--yes', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Confirm without a prompt.', ''),)),)),
                    ((('', (('--data', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The mail of `mmctl emulate`. Default: .mmctl/mail.', ''),)),)),
                    ((('', (('--endpoint-url', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("An endpoint that is not AWS's.", ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "where": (
        (('Usage: ', '1;33'), ('mmctl where [OPTIONS]', '1')),
        (
            ('', (('Say where a message is: refused, delivered, waiting, dropped, held, lost, or not seen.', ''),)),
        ),
        (
            (
                'Options',
                False,
                (
                    ((('', (('--from', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('The envelope sender, or a part: @example.org, ann@.', ''),)),)),
                    ((('', (('--to', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('The recipient, or a part of it.', ''),)),)),
                    ((('', (('--around', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TIME', '1;33'),)),), (('', (('About when it was sent: 14:30, 2h, yesterday. Default: now.', ''),)),)),
                    ((('', (('--within', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('HOURS [x>=1', '1;33'), (']', '1;2;33'))),), (('', (('Hours before and after that time.', ''),)), ('2', (('[default: 24]', '2'),)))),
                    ((('', (('--logs', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SOURCE', '1;33'),)),), (('', (("Where the logs are: a file, a folder, cloudwatch:GROUP, s3://BUCKET/PREFIX. Default: the environment's own.", ''),)),)),
                    ((('', (('--subject', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TEXT', '1;33'),)),), (('', (('A subject cannot be searched: no log holds it.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "monitor": (
        (('Usage: ', '1;33'), ('mmctl monitor [OPTIONS] {VERB}', '1')),
        (
            ('', (('Write the template of alarms, dashboard and watchdog; the foundation has it too.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('31', (('*', '31'),)),), (('', ()),), (('', (('VERB', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('template.', ''),)), ('2;31', (('[required]', '2;31'),)))),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--install-from', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('REQUIREMENT', '1;33'),)),), (('', (('The requirement of pip that installs mmctl in the watchdog. Default: where this one is from.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json, yaml.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "watchdog": (
        (('Usage: ', '1;33'), ('mmctl watchdog [OPTIONS]', '1')),
        (
            ('', (('Look for lost mail, changes by hand, silence, quotas; exit 1 when there is any.', ''),)),
        ),
        (
            (
                'Options',
                False,
                (
                    ((('', (('--publish', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Put the numbers into CloudWatch.', ''),)),)),
                    ((('', (('--since', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('TIME', '1;33'),)),), (('', (('Mail from then on. Default: two hours and a quarter.', ''),)),)),
                    ((('', (('--logs', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SOURCE', '1;33'),)),), (('', (("Where the records are; repeatable. Default: the environment's own.", ''),)),)),
                    ((('', (('--store', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('PLACE', '1;33'),)),), (('', (('Without a project: the place of its snapshots.', ''),)),)),
                    ((('', (('--account', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NUMBER', '1;33'),)),), (('', (('With ', ''), ('--store', '1;36'), (': the account.', ''))),)),
                    ((('', (('--region', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the region.', ''))),)),
                    ((('', (('--profile', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the profile with the credentials.', ''))),)),
                    ((('', (('--project', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('With ', ''), ('--store', '1;36'), (': the project, where the store has several.', ''))),)),
                    ((('', (('--endpoint-url', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("An endpoint that is not AWS's.", ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "doctor": (
        (('Usage: ', '1;33'), ('mmctl doctor [OPTIONS]', '1')),
        (
            ('', (('Look for the common faults of a live gateway, each with the command that corrects it.', ''),)),
            ('', ()),
            ('2', (("Exit 0: nothing is wrong. Exit 1: something is. Exit 5: nothing was found, but not all could be\nlooked at. Connects to nothing but AWS's API without ", '2'), ('--probe', '1;2;36'), ('.', '2'))),
        ),
        (
            (
                'Options',
                False,
                (
                    ((('', (('--ingress-point', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('Only this ingress point.', ''),)),)),
                    ((('', (('--rule', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME', '1;33'),)),), (('', (('The rule that does not take effect.', ''),)),)),
                    ((('', (('--message', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('A message that went wrong, as a file.', ''),)),)),
                    ((('', (('--rcpt', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ADDRESS', '1;33'),)),), (('', (('A recipient of that message.', ''),)),)),
                    ((('', (('--message-id', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('ID', '1;33'),)),), (('', (('The id that the service gave a message: it stands in the reply to its sender.', ''),)),)),
                    ((('', (('--logs', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SOURCE', '1;33'),)),), (('', (("Where the logs are: a file, a folder, cloudwatch:GROUP, s3://BUCKET/PREFIX. Default: the environment's own.", ''),)),)),
                    ((('', (('--probe', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Connect to the ingress points, after asking, and use DNS.', ''),)),)),
                    ((('', (('--zone', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Read DNS records from a zone file instead.', ''),)),)),
                    ((('', (('--yes', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Agree to the hosts of ', ''), ('--probe', '1;36'), ('.', ''))),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human, json.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "emulate": (
        (('Usage: ', '1;33'), ('mmctl emulate [OPTIONS]', '1')),
        (
            ('', (('Serve the embedded Mail Manager: API for boto3 and the aws command, and mail by SMTP.', ''),)),
        ),
        (
            (
                'Options',
                False,
                (
                    ((('', (('--no-smtp', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Serve only the API; take no mail.', ''),)),)),
                    ((('', (('--api-port', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('N', '1;33'),)),), (('', (('The port; 0 takes a free one.', ''),)), ('2', (('[default: 4579]', '2'),)))),
                    ((('', (('--smtp-port', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('N', '1;33'),)),), (('', (('The port of the first ingress point; others count up. 0 takes free ones.', ''),)), ('2', (('[default: 2525]', '2'),)))),
                    ((('', (('--data', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the mail. Default: .mmctl/mail.', ''),)),)),
                    ((('', (('--no-page', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Serve no page that shows the mail.', ''),)),)),
                    ((('', (('--host', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('HOST', '1;33'),)),), (('', (('127.0.0.1, localhost or ::1.', ''),)), ('2', (('[default: 127.0.0.1]', '2'),)))),
                    ((('', (('--state', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('The state, or `:memory:`. Default: .mmctl/embedded.db.', ''),)),)),
                    ((('', (('--settle', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SECONDS', '1;33'),)),), (('', (('How long an ingress point takes to change.', ''),)), ('2', (('[default: 2.0]', '2'),)))),
                    ((('', (('--references', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('MODE', '1;33'),)),), (('', (('Rules that name missing resources: loose accepts (', ''), ('-v', '1;32'), (' shows them), strict refuses.', ''))), ('2', (('[default: loose]', '2'),)))),
                    ((('', (('--accept-facts', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Let clients state facts, by the command XMMFACTS.', ''),)),)),
                    ((('', (('--add-on', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('What add-ons answer, by recipient, sender or header. Default: good answers.', ''),)),)),
                    ((('', (('--zone', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Authenticate mail by the records of a zone file. Default: all passes.', ''),)),)),
                    ((('', (('--dns', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Authenticate mail by the DNS.', ''),)),)),
                    ((('', (('--reading', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME=CHOICE', '1;33'),)),), (('', (('Choose a reading. Default: as the project chooses; repeatable.', ''),)),)),
                    ((('', (('--ingress-secret', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SPEC', '1;33'),)),), (('', (('The password of an ingress point that has it in a secret: POINT=FILE or POINT=env:VARIABLE; repeatable.', ''),)),)),
                    ((('', (('--deliver', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME=HOST:PORT', '1;33'),)),), (('', (('Send the mail of a relay, `send`, `bounces` or `reports` to a server. Default: relays on this machine as they are, all else into a Maildir; repeatable.', ''),)),)),
                    ((('', (('--secret', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME=FILE', '1;33'),)),), (('', (('A file with the user name and password for a relay, as its secret holds them; repeatable.', ''),)),)),
                    ((('', (('--lambda', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('NAME=COMMAND', '1;33'),)),), (('', (('The command to run for a function, with the event on its standard input; repeatable.', ''),)),)),
                    ((('', (('--lambda-endpoint', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('URL', '1;33'),)),), (('', (('Where functions without a command are called, on this machine.', ''),)),)),
                    ((('', (('--s3', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('URL', '1;33'),)),), (('', (('An S3 endpoint on this machine. Default: a folder.', ''),)),)),
                    ((('', (('--sns', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('URL', '1;33'),)),), (('', (('An SNS endpoint on this machine. Default: files.', ''),)),)),
                    ((('', (('--fault', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('SPEC', '1;33'),)),), (('', (('KIND[=SECONDS][:OPERATION], such as cut-after:Create*@2; repeatable.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
    "schema": (
        (('Usage: ', '1;33'), ('mmctl schema [OPTIONS] [name]', '1')),
        (
            ('', (('Print the JSON Schemas, for editors and programs.', ''),)),
        ),
        (
            (
                'Arguments',
                False,
                (
                    ((('', ()),), (('', (('name', ''),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The schema to print. Default: list their names.', ''),)),)),
                ),
            ),
            (
                'Options',
                False,
                (
                    ((('', (('--into', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('Write all schemas to this folder.', ''),)),)),
                    ((('', (('--help', '1;36'),)),), (('', (('-h', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Show this message and exit.', ''),)),)),
                ),
            ),
            (
                'Shared options',
                False,
                (
                    ((('', (('--directory', '1;36'),)),), (('', (('-C', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('DIR', '1;33'),)),), (('', (('The folder of the project.', ''),)), ('2', (('[default: .]', '2'),)))),
                    ((('', (('--env', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (("The environment. Default: the project's.", ''),)),)),
                    ((('', (('--format', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('The format of the result: human.', ''),)), ('2', (('[default: human]', '2'),)))),
                    ((('', (('--output', '1;36'),)),), (('', (('-o', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('FILE', '1;33'),)),), (('', (('Write the result to a file.', ''),)),)),
                    ((('', (('--today', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('DATE', '1;33'),)),), (('', (('Use this day as today.', ''),)),)),
                    ((('', (('--quiet', '1;36'),)),), (('', (('-q', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print only results and errors.', ''),)),)),
                    ((('', (('--verbose', '1;36'),)),), (('', (('-v', '1;32'),)),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Print more.', ''),)),)),
                    ((('', (('--color', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('str', '1;33'), ('>', '1;2;33'))),), (('', (('auto, always or never.', ''),)), ('2', (('[default: auto]', '2'),)))),
                    ((('', (('--no-input', '1;36'),)),), (('', ()),), (('', ()),), (('', ()),), (('1;33', (('<', '1;2;33'), ('bool', '1;33'), ('>', '1;2;33'))),), (('', (('Never prompt.', ''),)),)),
                ),
            ),
        ),
    ),
}
