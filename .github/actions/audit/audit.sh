#!/usr/bin/env bash
# Runs one audit, and tells GitHub what came of it: in the log, on the page of the run, and as outputs.
#
# Everything comes as AUDIT_* variables and is handed on as it is: no value is evaluated, split at blanks, or taken
# for an option. What names of files and columns might say to the runner is switched off while the audit prints.
set -uo pipefail

program="${AUDIT_PROGRAM:-synthaudit}"
output="${AUDIT_OUTPUT:-synthaudit-out}"

words=(audit)
add() { if [ -n "$2" ]; then words+=("$1=$2"); fi; }
add --config "${AUDIT_CONFIG:-}"
add --train "${AUDIT_TRAIN:-}"
add --holdout "${AUDIT_HOLDOUT:-}"
add --manifest "${AUDIT_MANIFEST:-}"
add --entity "${AUDIT_ENTITY:-}"
add --policy "${AUDIT_POLICY:-}"
add --profile "${AUDIT_PROFILE:-}"
while IFS= read -r line; do add --synthetic "$line"; done <<<"${AUDIT_SYNTHETIC:-}"
while IFS= read -r line; do if [ -n "$line" ]; then words+=("$line"); fi; done <<<"${AUDIT_OPTIONS:-}"
words+=("--output=$output")

# Nobody can guess the word that switches the runner's commands on again.
token="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
printf '::stop-commands::%s\n' "$token"
"$program" "${words[@]}"
code=$?
printf '\n::%s::\n' "$token"

# An exit code without evidence is no verdict: Python ends with 1 as well where it cannot even begin.
outcome=error
if [ -f "$output/evidence.json" ]; then
  case "$code" in
    0) outcome=pass ;;
    1) outcome=fail ;;
    3) outcome=inconclusive ;;
  esac
fi
ends="$code"
if [ "$outcome" = error ] && [ "$code" -eq 0 ]; then ends=4; fi
level=error
if [ "$outcome" = inconclusive ] && [ "${AUDIT_INCONCLUSIVE:-fail}" = warn ]; then ends=0 level=warning; fi

case "$outcome" in
  pass) said="" ;;
  fail) said="The release fails." ;;
  inconclusive) said="Neither passed nor failed: could not test is not passed." ;;
  error) said="The audit could not be made (exit code $code)." ;;
esac
if [ -n "$said" ]; then printf '::%s title=synthaudit::%s The summary of this run and its log say why.\n' "$level" "$said"; fi
printf 'outcome=%s\nexit-code=%s\n' "$outcome" "$code" >>"${GITHUB_OUTPUT:-/dev/null}"
{
  if [ "$outcome" != error ] && [ -f "$output/summary.md" ]; then
    cat "$output/summary.md"
  else
    printf '# synthaudit: no verdict\n\n%s The log says why.\n' "$said"
  fi
} >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
exit "$ends"
