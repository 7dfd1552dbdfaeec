#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs the tests of a build for Windows under Wine. The environment (WINEPREFIX and so on) is the caller's, and a
# wineserver is best up already.
#
# usage: tests/wine/run.sh WINE-LOADER BUILD-FOLDER
set -u

wine=$1
cd "$2" || exit 2
export OPENIHV_RSN=ext/rsnihv.dll
bad=0

run() { # PROGRAM [ARGUMENT]
	echo "$*: $("$wine" "$@" 2>&1 </dev/null | tr -d '\r')"
}

for program in tests/wine/test_*.exe; do
	set -- "$@" "$program"
done
shift 2
for program in "$@" 'tests/wine/smoke.exe ext/rsnihv.dll' 'tests/wine/smoke.exe sdk/template/template.dll'; do
	# shellcheck disable=SC2086 # a program and its argument
	output=$(run $program)
	echo "$output"
	case $output in
	*' passed, 0 failed') ;;
	*) bad=1 ;;
	esac
done
exit $bad
