#!/bin/bash
# The sender of a staging environment: a machine without a way out of its network, that sends test
# mail to ingress points there. It keeps nothing: mmctl brings what it needs for each errand.
#
# Settings (variables):
#   AWS_REGION        its region
#   DONE_URL          where to report the end to CloudFormation; may be empty
set -euo pipefail

# Says how it ended, so that CloudFormation waits no longer than it must.
report() {
  local code=$? status=SUCCESS reason='the sender is ready'
  [ "$code" = 0 ] || { status=FAILURE reason='could not install Python'; echo "$reason" >&2; }
  [ -n "${DONE_URL:-}" ] || return 0
  curl --silent --show-error --retry 5 --request PUT --header 'Content-Type:' \
    --data "{\"Status\":\"$status\",\"UniqueId\":\"sender\",\"Data\":\"\",\"Reason\":\"$reason\"}" \
    "$DONE_URL"
}
trap report EXIT

# The repositories of Amazon Linux are in Amazon S3, which the network's gateway endpoint leads to.
command -v python3.11 || dnf install --assumeyes --quiet python3.11
