#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`openihv verify --depth 2` has nothing to say of correct modules but warnings. Prints TAP.

usage: tests/verify/correct.py OPENIHV-BINARY [--runs N] [NAME]...
       (OPENIHV_SOURCE and OPENIHV_BUILD in the environment)

Of each some hundred runs in process, and a part of them isolated. With --runs N, for a longer look by
hand, as many of each. A build with sanitizers looks at a few.
"""
import os
import sys
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
import killing
from killing import table

# Pairs come after all that is done alone, which is thousands: of a part of them, in which pairs are most of the runs.
SHARD = '7/64'
RUNS = 250
ISOLATED = 30
SANITIZED = 60
# What was once found of a correct module, and was the host's fault or the verifier's.
PLANS = {
    'rsn': ['connect reset@security-packet-arrived#2 stale@PostAssociateCompletion#1'],
}
Module = namedtuple('Module', 'name path base runs expects', defaults=['nothing'])


def modules():
    yield Module('template', os.path.join(table.BUILD, 'sdk/template/template.so'), 'open', 2 * RUNS)
    yield Module('rsn', os.path.join(table.BUILD, 'ext/rsn.so'), 'wpa2', 2 * RUNS)
    for row in table.rows(table.MUTANTS, table.CORRECT):
        if row.expects == 'nothing':
            yield Module(row.name, row.path, row.base, RUNS)


def judge(binary, module, mode, runs):
    told = []
    status, report = killing.verify(binary, module, mode, '--depth', '2', '--shard', SHARD, '--runs', str(runs))
    bad = [finding for finding in report['findings'] if finding['severity'] != 'W']
    if status != 0 or bad or report['runs'] < runs:
        told.append(f"exit {status}, {report['runs']} runs, {report.get('error', '')}")
        told += [f"{f['rule']} ({f['severity']}) {f['count']} times: {f['text']}: {f['plan']}, again "
                 f"{f['reproduced']} of {f['replays']}" for f in bad]
    for plan in PLANS.get(module.name, []):
        done = killing.call(binary, 'replay', module.path, mode, '--plan', plan, *table.NETWORKS[module.base])
        if done.returncode != 0 or b'nothing was found' not in done.stdout:
            told.append(f'{plan}: exit {done.returncode}: {done.stdout[-400:]}')
    return told


def main(arguments):
    binary = os.path.abspath(arguments.pop(0))
    sanitized = table.sanitized(binary)
    runs = None
    if arguments[:1] == ['--runs']:
        runs = int(arguments[1])
        arguments = arguments[2:]
    cases = [(module, mode) for module in modules() if not arguments or module.name in arguments
             for mode in killing.MODES.values()]
    if sanitized:
        cases = [case for case in cases if case[1] == killing.MODES['in-process']][:4]
    failed = 0
    print(f'1..{len(cases)}', flush=True)

    def one(case):
        module, mode = case
        usual = SANITIZED if sanitized else ISOLATED if mode == killing.MODES['isolated'] else module.runs
        return judge(binary, module, mode, runs or usual)

    with ThreadPoolExecutor(max_workers=2) as pool:
        for number, ((module, mode), wrong) in enumerate(zip(cases, pool.map(one, cases)), 1):
            failed += bool(wrong)
            print(f'{"not " if wrong else ""}ok {number} - {module.name} {mode}')
            for line in wrong:
                print('#   ' + line, flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
