#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Calls the completion as bash would, and compares what it offers.
# usage: packaging/completion/test.sh [PATH-OF-OPENIHV], without it $OPENIHV_BUILD/openihv

set -u
here=$(cd "$(dirname "$0")" && pwd)
program=${1:-${OPENIHV_BUILD:-$here/../../build}/openihv}
program=$(realpath "$program") || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
touch one.so two.so win.dll home.xml trace.jsonl part.json 'with blank.so'
mkdir sub

# shellcheck source=/dev/null
. "$here/openihv"
failed=0 passed=0

offers() { # EXPECTED WORD... : the last word is the one being typed
	local expected=$1 got
	shift
	COMP_WORDS=("$program" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_openihv
	got=$(printf '%s\n' ${COMPREPLY+"${COMPREPLY[@]}"} | sort | paste -sd '|')
	if [ "$got" = "$expected" ]; then
		passed=$((passed + 1))
	else
		echo "openihv $*: offers '$got', not '$expected'"
		failed=$((failed + 1))
	fi
}

offers '--help|--version|adapters|check|fuzz|inspect|merge|replay|rules|run|scan|verify' ''
offers 'replay|rules|run' r
offers '--ap|--deadline|--end|--for|--help|--in-process|--isolate|--json|--module|--page-guard|--pcap|--peer|--peer-deadline|--profile|--quiet|--radio|--seed|--stop-deadline|--strict|--trace|--ui-response|--version' run one.so --
offers '--page-guard|--pcap|--peer|--peer-deadline|--profile' run one.so --p
offers '--in-process|--isolate' run one.so --i
offers '' run one.so --deadline ''
offers '' run one.so --stop-deadline ''
offers '' run one.so --peer-deadline ''
offers '' run one.so --peer ''
offers '--help|--json|--strict|--version' check -
offers '--help|--no-load|--version' inspect --
offers '--help|--version' rules --
offers '--help|--html|--json|--junit|--sarif|--version' merge --
offers 'disable|disassociate|disconnect|enable|pending|remove|roam' run one.so --end ''
offers 'remove|roam' run one.so --end r
offers 'roam' run one.so --end = ro
offers 'disable|disassociate|disconnect|enable|pending|remove|roam' run one.so --end =
offers 'blind|open|peer|wpa2-psk:' run one.so --ap ''
offers '' run one.so --seed ''
offers 'nl80211:' run one.so --radio nl
offers '' run one.so --for ''
offers 'nl80211:' scan ''
offers '--help|--hidden|--json|--radio|--version' scan --
offers '--help|--json|--version' adapters --
offers 'home.xml|sub' run one.so --profile ''
offers 'trace.jsonl' run one.so --trace tr
offers 'one.so|sub|two.so|win.dll|with blank.so' run ''
offers 'one.so' inspect --no-load o
offers 'trace.jsonl' check tr
offers 'part.json|sub' merge ''
offers 'win.dll|with blank.so' merge part.json --html wi
offers 'H-30|H-31|H-32' rules H-3
offers 'X-40' rules X-01 x-40
offers 'one.so|sub|two.so|win.dll|with blank.so' verify ''
offers 'one.so' replay o
offers 'home.xml|sub' verify one.so --ui-profile ''
offers '--sarif|--scenario|--seed|--shard|--stop-deadline|--strict' verify one.so --s
offers 'reassociate|reconnect|rekey|reload|reset|roam' verify one.so --scenario r
offers 'X-40' verify one.so --until x-40
offers 'win.dll|with blank.so' verify one.so --json wi
offers '' replay one.so --plan ''
offers 'one.so' fuzz o
offers '--corpus|--crashes' fuzz one.so --c
offers 'packet|profile' fuzz one.so --only p
offers 'home.xml|sub' fuzz one.so --profile ''
offers 'trace.jsonl' fuzz one.so --replay tr
offers 'X-68' fuzz one.so --until x-68
offers '' bogus ''
offers '' bogus --

# Each id, and none twice.
COMP_WORDS=("$program" rules '') COMP_CWORD=2
_openihv
all=$(printf '%s\n' "${COMPREPLY[@]}" | sort -u | wc -l)
if [ "$all" -ne "$("$program" rules | sed -n '$s/ rules,.*//p')" ] || [ "$all" -ne ${#COMPREPLY[@]} ]; then
	echo "openihv rules: offers ${#COMPREPLY[@]} ids, $all of them different"
	failed=$((failed + 1))
fi

echo "$passed right, $failed wrong"
[ "$failed" -eq 0 ]
