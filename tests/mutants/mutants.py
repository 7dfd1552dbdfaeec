#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What `openihv run` says of the mutants: the table and the program have to agree. Prints TAP.

usage: tests/mutants/mutants.py OPENIHV-BINARY [NAME]...    (OPENIHV_SOURCE and OPENIHV_BUILD in the environment)

By the column "seen": "run" is reported with its rule in each of its modes; "fails" makes the run fail, which names no
rule; "verify" and "fuzz" pass, since nothing disturbs them. Bases and correct modules pass with --strict in every mode.
"""
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
import table

BINARY = os.path.abspath(sys.argv[1])
# Sanitizers have their own opinion of mistakes: of such a build only the correct modules are asked for.
SANITIZED = table.sanitized(BINARY)
MODES = {
    'isolated': [['--isolate']],
    'in-process': [['--in-process']],
    'guard': [['--isolate', '--page-guard'], ['--in-process', '--page-guard']],
}


def run(path, base, options):
    """Exit status and the rules of all findings. There is no terminal to ask a user on."""
    done = subprocess.run([BINARY, 'run', path, '--json', *table.NETWORKS[base], *options], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=120, check=False, start_new_session=True)
    found = set()
    for line in done.stdout.decode('utf-8', 'replace').splitlines():
        if line.startswith('{"finding":'):
            found.add(json.loads(line)['finding'])
    return done.returncode, found


def complaint(path, expects, base, options, seen):
    clean = expects == 'nothing'
    if clean:
        options = options + ['--strict']
    if expects == 'busy':  # it is waited for on the system's clock
        options = options + ['--deadline', '0.3']
    status, found = run(path, base, options)
    if clean or seen in ('verify', 'fuzz'):
        right = status == 0 and not found
    elif seen == 'fails':
        right = status != 0 and not found.intersection(expects.split(','))
    else:
        right = bool(found.intersection(expects.split(',')))
    return None if right else f'exit {status}, found {sorted(found)}'


def judge(row):
    """Complaints about one module."""
    _, path, expects, base, modes, seen, _ = row
    wrong = []
    for mode in modes:
        # What names no rule looks the same everywhere.
        if expects != 'nothing' and seen != 'run' and mode != modes[0]:
            continue
        for options in MODES.get(mode, []):
            if '--in-process' in options and 'in-process' not in modes and 'isolated' in modes:
                continue  # it would take this program along
            what = complaint(path, expects, base, options, seen)
            if what:
                wrong.append(f'{" ".join(options)}: {what}')
    return wrong


def main(names):
    chosen = [row for row in table.rows(table.MUTANTS, table.CORRECT)
              if (not names or row.name in names) and (not SANITIZED or row.expects == 'nothing')]
    failed = 0
    print(f'1..{len(chosen)}', flush=True)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for number, (row, wrong) in enumerate(zip(chosen, pool.map(judge, chosen)), 1):
            failed += bool(wrong)
            print(f'{"not " if wrong else ""}ok {number} - {row.name}: {row.expects}', flush=True)
            for line in wrong:
                print('#   ' + line, flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[2:]))
