#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`openihv verify` on Windows DLLs: mutants are found and replayed, correct modules are left alone. Prints TAP.

usage: tests/wine/verify.py OPENIHV-BINARY [--times N] [NAME]...
       (OPENIHV_SOURCE and OPENIHV_BUILD in the environment; OPENIHV_WORKER_EXE names the program of a build for
       Windows)

Each run starts a process in Wine, so each mutant is looked for in the scenario that shows it. N (default 20) replays of
what was found; 95 of 100 have to show it: what happens in Wine does not repeat to the last byte.
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../verify'))
import killing
from killing import table

SKIPPED = 77
RUNS = 60
CLEAN_RUNS = 20
# The scenario that shows it.
MUTANTS = {
    'x40_in_stop': 'connect',
    'x22_twice': 'connect',
    'x08_of_adapter': 'connect',
    'x41_pending_block': 'cycles',
    'x58_static': 'secrets',
    'crash_no_memory': 'connect',
    'hang_waits_for_send': 'connect',
}
CLEAN = {'rsn': ('ext/rsnihv.dll', 'wpa2'), 'template': ('sdk/template/template.dll', 'open')}
TIMES, ENOUGH = 20, 0.95
SLOW = {'hang_waits_for_send': 10}  # replays: seconds of real time each, for a module that might wake by itself


def kill(binary, row, scenario, times):
    status, report = killing.verify(binary, row, '--scenario', scenario, '--until', row.expects, '--runs', str(RUNS))
    own = [finding for finding in report['findings'] if finding['rule'] in row.expects.split(',')]
    rate = report['runs'] / report['seconds'] if report.get('seconds') else 0
    told = f"{report['runs']} runs, {rate:.1f} a second"
    if not own or report.get('mode') != 'wine':
        return told, f"exit {status}: {report.get('error', '')} {report['findings']}"
    again, said = killing.replays(binary, row, own[0], None, times)
    told += f"; {own[0]['rule']} ({own[0]['severity']}): {own[0]['plan']}; {again} of {times} again"
    return told, None if again >= ENOUGH * times else said


def leave_alone(binary, row):
    status, report = killing.verify(binary, row, '--runs', str(CLEAN_RUNS))
    bad = [finding for finding in report['findings'] if finding['severity'] != 'W']
    right = status == 0 and not bad and report['runs'] == CLEAN_RUNS
    return f"{report['runs']} runs", None if right else f"exit {status}: {report.get('error', '')} {bad}"


def main(arguments):
    binary = os.path.abspath(arguments.pop(0))
    program = os.environ.get('OPENIHV_WORKER_EXE', '')
    folder = os.path.dirname(program)
    if not os.path.exists(program):
        print('OPENIHV_WORKER_EXE does not name openihv-worker.exe of a build for Windows')
        return SKIPPED
    times = None
    if arguments[:1] == ['--times']:
        times = int(arguments[1])
        arguments = arguments[2:]
    dlls = {row.name: row._replace(path=os.path.join(folder, 'tests/mutants', row.name + '.dll'))
            for row in table.rows(table.MUTANTS)}
    clean = {name: table.Row(name, os.path.join(folder, path), 'nothing', base, [], '', '')
             for name, (path, base) in CLEAN.items()}
    cases = [name for name in [*MUTANTS, *clean] if not arguments or name in arguments]
    failed = 0
    print(f'1..{len(cases)}', flush=True)
    for number, name in enumerate(cases, 1):
        if name in MUTANTS:
            told, wrong = kill(binary, dlls[name], MUTANTS[name], times or SLOW.get(name, TIMES))
        else:
            told, wrong = leave_alone(binary, clean[name])
        failed += wrong is not None
        print(f'{"not " if wrong else ""}ok {number} - {name}')
        for line in (told + '\n' + (wrong or '')).splitlines():
            print('#   ' + line, flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
