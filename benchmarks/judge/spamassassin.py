"""The rules for SpamAssassin, and its engine in one Perl process, without its own rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from benchmarks.judge.rules import ADDRESS_FIELDS, Operator, rules
from benchmarks.measure import process

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.judge.rules import Condition
    from benchmarks.measure import Cost

_HEADERS: Final = {
    "mail_from": "Return-Path:addr",
    "recipient": "Envelope-To",
    "source_ip": "X-Client",
}
_NETWORK_DIGITS: Final = 7
_PLUGIN: Final = "loadplugin Mail::SpamAssassin::Plugin::Check\n"
_SETTINGS: Final = "required_score 5\nuse_bayes 0\nreport_safe 0\n"
_PROGRAM: Final = r"""
use Mail::SpamAssassin;
my ($folder, $mail, $most) = @ARGV;
my $engine = Mail::SpamAssassin->new({
  rules_filename => "$folder/default", site_rules_filename => "$folder/site",
  local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => "$folder/none",
  userstate_dir => $folder });
$engine->compile_now(0, 1);
opendir(my $listing, $mail) or die;
my @files = sort grep { /^[^.]/ } readdir $listing;
for my $file (@files[0 .. $most - 1]) {
  open(my $opened, '<:raw', "$mail/$file") or die;
  my $content = do { local $/; <$opened> };
  my $message = $engine->parse($content, 1);
  my $status = $engine->check($message);
  print $status->get_names_of_tests_hit(), "\n";
  $status->finish; $message->finish;
}
"""


class SpamAssassin:
    """Its engine with the rules, over the first messages of a folder."""

    def __init__(self, perl: str, folder: Path, mail: Path, count: int) -> None:
        for name in ("default", "site"):
            (folder / name).mkdir(parents=True)
        self.perl, self.folder, self.mail = perl, folder, mail
        (folder / "site" / "init.pre").write_text(_PLUGIN, encoding="utf-8")
        (folder / "site" / "local.cf").write_text(_SETTINGS + _rules(count), encoding="utf-8")
        (folder / "default" / "a.cf").write_text("header __X From =~ /@/\n", encoding="utf-8")
        (folder / "judge.pl").write_text(_PROGRAM, encoding="utf-8")
        self.left_out = frozenset(
            rule.name
            for rule in rules(count)
            if any(condition.operator is Operator.LARGER for condition in rule.conditions)
        )
        """The rules with a condition that its header tests do not have: on the size."""

    def run(self, count: int, output: Path | None = None) -> Cost:
        """Judge so many messages."""
        program = self.folder / "judge.pl"
        return process(
            [self.perl, program, self.folder, self.mail, str(count)],
            environment={"HOME": str(self.folder)},
            output=output,
        )

    def verdicts(self, count: int) -> list[list[str]]:
        """For each message the rules that match."""
        output = self.folder / "output"
        self.run(count, output)
        lines = output.read_text(encoding="utf-8").splitlines()
        hits = [re.findall(r"\bRULE_([0-9]+)\b", line) for line in lines]
        return [[f"r{number}" for number in sorted(map(int, hit))] for hit in hits]


def _rules(count: int) -> str:
    """Each condition is a test, and each rule all of its tests."""
    lines = []
    for place, rule in enumerate(rules(count)):
        names = [f"__C{place}_{number}" for number in range(len(rule.conditions))]
        lines += [
            f"header {name} {_test(condition)}"
            for name, condition in zip(names, rule.conditions, strict=True)
        ]
        lines += [f"meta RULE_{place} ({' && '.join(names)})", f"score RULE_{place} 0.01"]
    return "\n".join(lines) + "\n"


def _test(condition: Condition) -> str:
    field, operator, values = condition
    if operator is Operator.LARGER:
        # A header test that always matches costs as little as a size would.
        return "Subject =~ /./"
    header = _HEADERS.get(field, field.title())
    if field in ADDRESS_FIELDS:
        header += ":addr"
    if operator in {Operator.IN_NETWORK, Operator.NOT_IN_NETWORK}:
        values = tuple(_digits(value) for value in values)
    texts = "|".join(re.sub(r"([^A-Za-z0-9 ])", r"\\\1", value) for value in values)
    begins = operator not in {Operator.CONTAINS, Operator.ENDS_WITH}
    ends = operator in {Operator.EQUALS, Operator.NOT_EQUALS, Operator.ENDS_WITH}
    found = f"/{'^' if begins else ''}(?:{texts}){'$' if ends else ''}/im"
    negated = operator in {Operator.NOT_EQUALS, Operator.NOT_IN_NETWORK}
    return f"{header} {'!~' if negated else '=~'} {found}"


def _digits(network: str) -> str:
    address = network.partition("/")[0]
    return "".join(f"{int(part):02x}" for part in address.split("."))[:_NETWORK_DIGITS]
