#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Turns tables of layouts and of constants into C that does not compile if the SDK disagrees.

usage: gen.py OUT.c TABLE...

A row of seven tab-separated columns is a layout: structure, size, field, offset, field size, type,
header; with "-" for field, offset and field size it is the structure itself. A row of three is a
constant: name, value, header. Whatever is neither ends the run with an error, so no row goes
unchecked; nor does a field whose structure has no row of its own.
"""

import re
import sys

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*$")
TYPE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\*?(\[[0-9]+\])?$")
HEADER = re.compile(r"[a-z0-9]+\.h(/[a-z0-9]+\.h)?$")


def die(where, row):
    sys.exit(f"{where}: cannot check this row: {row!r}")


def number(text, where, row):
    if not re.match(r"(0x[0-9A-Fa-f]+|[0-9]+)$", text):
        die(where, row)
    return int(text, 0)


def check(condition, what):
    return f'_Static_assert({condition}, "{what}");'


def layout(columns, structs, where, row):
    struct, size, field, offset, width, ctype, header = columns
    if not NAME.match(struct) or not HEADER.match(header):
        die(where, row)
    size = number(size, where, row)
    if (field, offset, width) == ("-", "-", "-"):
        if ctype != "struct" or struct in structs:
            die(where, row)
        structs[struct] = size
        return [check(f"sizeof({struct}) == {size}", f"{struct} is not {size} bytes")]
    if not NAME.match(field) or not TYPE.match(ctype) or structs.get(struct) != size:
        die(where, row)
    offset, width = number(offset, where, row), number(width, where, row)
    member = f"(({struct} *)0)->{field}"
    name = f"{struct}.{field}"
    return [
        check(f"offsetof({struct}, {field}) == {offset}", f"{name} is not at {offset}"),
        check(f"sizeof({member}) == {width}", f"{name} is not {width} bytes"),
        check(f"__builtin_types_compatible_p(__typeof__({member}), {ctype})", f"{name} is no {ctype}"),
    ]


def constant(columns, where, row):
    name, value, header = columns
    if not NAME.match(name) or not HEADER.match(header):
        die(where, row)
    value = number(value, where, row)
    return [check(f"(uint32_t)({name}) == {value}u", f"{name} is not {value:#x}")]


def main():
    headers, structs, asserts, rows = {}, {}, [], 0
    for path in sys.argv[2:]:
        for count, line in enumerate(open(path, encoding="ascii"), 1):
            row = line.rstrip("\n")
            if not row or row.startswith("#"):
                continue
            where = f"{path}:{count}"
            columns = row.split("\t")
            if len(columns) == 7:
                asserts += layout(columns, structs, where, row)
            elif len(columns) == 3:
                asserts += constant(columns, where, row)
            else:
                die(where, row)
            headers.update(dict.fromkeys(columns[-1].split("/")))
            rows += 1
    if not rows:
        sys.exit("no rows to check")
    with open(sys.argv[1], "w", encoding="ascii") as out:
        print("/* Made by tests/abi/gen.py. */", file=out)
        print("#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>", file=out)
        print(*(f"#include <{header}>" for header in headers), sep="\n", file=out)
        print(*asserts, sep="\n", file=out)
        print(f'int main(void)\n{{\n\treturn printf("{rows} rows hold\\n") < 0;\n}}', file=out)


main()
