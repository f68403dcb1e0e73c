#!/bin/sh
# The main job on the reference gateway, as a user would see it: `make demo` runs this.
# Everything happens in a scratch copy, against the embedded Mail Manager: no AWS account.
set -eu
exec 2>&1
repository=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
cp -R "$repository/mmctl.yaml" "$repository/rules" "$repository/cases" "$repository/lists" "$scratch"
cd "$scratch"

say() { printf '\n# %s\n' "$*"; }
run() {
  line=
  for word; do # a word with spaces is shown as it has to be typed
    case $word in *" "*) word="\"$word\"" ;; esac
    line="$line $word"
  done
  printf '$%s\n' "$line"
  "$@" || { code=$?; [ "$code" -eq "${expected:-0}" ] || exit "$code"; }
}
edit() { # change a text in a rule file, and show the line as it is then
  sed "s|$1|$2|" "$3" >"$3.new" && mv "$3.new" "$3"
  printf '$ $EDITOR %s\n' "$3" && grep -F "198.51.100.224/27" "$3"
}

say "Every problem of the rules at once"
run mmctl lint
say "The test cases beside the rules"
run mmctl simulate
say "What would change: everything is new"
run mmctl plan --save first.plan
say "Make it live: a snapshot before the first write, read back after the last"
run mmctl apply first.plan --yes -q
say "Nothing is left to do"
run mmctl plan
say "Real mail through it, by SMTP on this machine: nothing leaves it"
printf '$ mmctl emulate &\n'
mmctl emulate --api-port 0 --smtp-port 0 --settle 0 >emulate.log 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$scratch"' EXIT INT TERM
for _ in $(seq 600); do grep -qs '"port": [1-9]' .mmctl/mail/ports.json && break || sleep 0.1; done
run mmctl send --scenario gift-cards -q
say "The person on the phone: where is my mail?"
run mmctl where --to anna.berg@example.com
kill "$server" && wait "$server" || true
say "Friday afternoon: one more network to block, and a slip: far too wide"
edit "198.51.100.224/27]" "198.51.100.224/27, 203.0.113.128/25]" rules/security/block.yaml
expected=3 run mmctl apply --yes -q
say "The network that was meant"
edit 203.0.113.128/25 203.0.113.160/28 rules/security/block.yaml
run mmctl plan --save second.plan
run mmctl apply second.plan --yes -q
say "A customer calls. Back to the state before"
run mmctl rollback --yes --reason "a customer was blocked"
say "The live rules are the first ones again, and so is the file"
edit ", 203.0.113.160/28]" "]" rules/security/block.yaml
run mmctl plan
say "What happened"
run mmctl history
