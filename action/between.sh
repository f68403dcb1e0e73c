#!/usr/bin/env bash
# between.sh COMMAND...: its output, between markers at which GitHub stops and goes on to take
# commands (`::error::`) from what a step prints. The token is known to nobody before.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
"$@" 2>&1 && code=0 || code=$?
echo
echo "::$token::"
exit "$code"
