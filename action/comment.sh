#!/usr/bin/env bash
# comment.sh NAME FILE: one comment on the pull request that holds the Markdown of FILE; a later run
# with the same NAME updates it. GH_TOKEN needs `pull-requests: write`; without it nothing happens.
set -u
number=$(jq -r '.pull_request.number // empty' "$GITHUB_EVENT_PATH")
if [ -z "$number" ]; then
  echo "not a pull request: no comment"
  exit 0
fi
MARKER="<!-- mmctl $(printf '%s' "$1" | sha256sum | cut -c 1-12) -->"
export MARKER
body=$(mktemp)
# A comment holds 65,536 characters.
{
  echo "$MARKER"
  head -c 60000 "$2" | iconv -c -f utf-8 -t utf-8
  if [ "$(wc -c < "$2")" -gt 60000 ]; then
    printf '\n\nThe rest is in the summary of the job.\n'
  fi
} > "$body"
comments="repos/$GITHUB_REPOSITORY/issues/$number/comments"
mine='.[] | select(.user.type == "Bot" and (.body | startswith(env.MARKER))) | .id'
id=$(gh api --paginate "$comments" --jq "$mine" | head -n 1)
if [ -n "$id" ]; then
  gh api --silent -X PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$body"
else
  gh api --silent -X POST "$comments" -F "body=@$body"
fi || echo "no comment was written: it takes \`permissions: {pull-requests: write}\`"
