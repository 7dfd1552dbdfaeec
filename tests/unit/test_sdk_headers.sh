#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each SDK header compiles alone, strictly, as C11 and as C++17. Where mingw-w64 is installed, the
# headers outside posix/ also compile as Windows code, in front of mingw's own.
#
# usage: test_sdk_headers.sh SDK-FOLDER
set -eu

inc=$1/include
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# $1 language, $2 standard, $3 header, the rest: compiler and flags
alone() {
	lang=$1 std=$2 header=$3
	shift 3
	printf '#include <%s>\ntypedef int not_empty;\n' "$header" >"$tmp/alone"
	if ! "$@" -x "$lang" -std="$std" -Wall -Wextra -Wshadow -Wconversion -pedantic -Werror \
		-fsyntax-only "$tmp/alone"; then
		echo "FAIL: $1: <$header> as $std"
		failed=1
	fi
}

found() {
	command -v "$1" >/dev/null 2>&1
}

for path in "$inc"/*.h "$inc"/posix/*.h; do
	header=${path##*/}
	for cc in gcc clang; do
		found $cc && alone c c11 "$header" $cc -I"$inc" -I"$inc/posix"
	done
	for cxx in g++ clang++; do
		found $cxx && alone c++ c++17 "$header" $cxx -I"$inc" -I"$inc/posix"
	done
done

# gnu11: mingw's own headers are not pedantic, so only warnings about ours count.
if found x86_64-w64-mingw32-gcc; then
	for path in "$inc"/*.h; do
		printf '#include <windows.h>\n#include <%s>\n#include <wlanapi.h>\n' \
			"${path##*/}" >"$tmp/alone"
		if ! x86_64-w64-mingw32-gcc -x c -std=gnu11 -Wall -Wextra -Wconversion -Werror \
			-I"$inc" -fsyntax-only "$tmp/alone"; then
			echo "FAIL: mingw-w64: <${path##*/}>"
			failed=1
		fi
	done
fi
exit $failed
