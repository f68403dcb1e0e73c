#!/bin/sh
# The main job on the reference gateway, as a user would see it: `make demo` runs this.
# Everything happens in a scratch copy, against the embedded Mail Manager: no AWS account.
set -eu
repository=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
cp -R "$repository/mmctl.yaml" "$repository/rules" "$repository/cases" "$repository/lists" "$scratch"
cd "$scratch"

say() { printf '\n# %s\n' "$*"; }
run() {
  printf '$ %s\n' "$*"
  "$@"
}

say "Every problem of the rules at once"
run mmctl lint
say "The test cases beside the rules"
run mmctl simulate
say "What would change: everything is new"
run mmctl plan --save first.plan
say "Make it live: a snapshot first, and read back afterwards"
run mmctl apply first.plan --yes
say "Nothing is left to do"
run mmctl plan
say "One rule changes: a fourth network of rented spam servers"
run sed -i.old 's|198.51.100.224/27\]|198.51.100.224/27, 203.0.113.64/28]|' rules/security/block.yaml
run mmctl plan --save second.plan
run mmctl apply second.plan --yes
say "Monday: it was one network too many. Back to the state before"
run mmctl rollback --yes --reason "blocked a customer"
say "The live rules are the first ones again: the change in the file is not applied"
run mmctl drift || test $? -eq 2
run mv rules/security/block.yaml.old rules/security/block.yaml
run mmctl plan
say "What happened"
run mmctl history
