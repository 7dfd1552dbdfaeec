#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`openihv verify` outlives its modules, whatever they do to their process or to it. Prints TAP.

usage: tests/verify/rogue.py OPENIHV-BINARY [NAME]...    (OPENIHV_SOURCE and OPENIHV_BUILD in the environment)

Each module does its harm in PerformPreAssociate, in each mode. The verification ends with a report that can be read
again, and with status 0 or 1, never 3; and nothing that it began is left running.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import uuid

sys.dont_write_bytecode = True
import killing
from killing import table

# Module: what in-process and isolated runs find of it; None: whatever they find, or nothing.
MODULES = {
    'exits': ('crash', 'crash'),
    'aborts': ('crash', 'crash'),
    'segv': ('crash', 'crash'),
    'overflows': ('crash', 'crash'),
    'prints': ('', ''),
    'garbage': (None, None),
    'closes': (None, None),
    'crash_start': ('crash', 'crash'),
    'rogue_exit_now': ('crash', 'crash'),
    'rogue_forks': ('', None),
    'rogue_stops': ('hang', None),
    'rogue_kills_parent': ('', None),
    'rogue_closes_all': (None, None),
    'rogue_raises': ('', ''),
    'rogue_eats': (None, None),
    'rogue_prints': (None, None),
    'rogue_fills': (None, None),
    'rogue_threads': (None, None),
    'rogue_escapes': (None, None),
    'rogue_ignores': ('hang', 'hang'),
    'rogue_writes_ones': ('crash', None),
    'rogue_writes_zeros': (None, None),
    'rogue_writes_any': ('crash', None),
    'rogue_writes_always': ('crash', None),
}
RUNS = 6
# What needs more, or is slow: a hang is waited for on the system's clock.
RUNS_OF = {'rogue_ignores': 2, 'closes': 2, 'rogue_closes_all': 2, 'rogue_writes_any': 30}
MARK = 'OPENIHV_TEST_MARK'


def left(mark):
    """Processes that have the mark in their environment: none can take that away, wherever it has gone."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/environ', 'rb') as file:
                if mark.encode() in file.read():
                    found.append(pid)
        except OSError:
            pass  # it has ended
    return found


def verify(binary, path, mode, runs):
    mark = f'{MARK}={uuid.uuid4()}'
    name, value = mark.split('=')
    done = subprocess.run([binary, 'verify', path, mode, '--json', '-', '--quiet', '--budget', '0', '--runs', str(runs),
                           '--scenario', 'connect', '--scenario', 'reconnect', '--deadline', '0.5', '--jobs', '2'],
                          env=dict(os.environ, **{name: value}), stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=killing.LIMIT_S, check=False, start_new_session=True)
    return done, left(mark)


def unreadable(binary, text):
    with tempfile.NamedTemporaryFile('wb', suffix='.json') as file:
        file.write(text)
        file.flush()
        done = killing.call(binary, 'merge', file.name, '--json', '-')
    if done.returncode not in (0, 1):
        return done.stderr.decode('utf-8', 'replace')
    # Shard 1 of 1 is the whole: the same again.
    same = json.loads(done.stdout)['findings'] == json.loads(text)['findings']
    return None if same else 'openihv merge reads another report'


def judge(binary, name, mode, expected):
    path = os.path.join(table.BUILD, 'tests/modules', name + '.so')
    done, processes = verify(binary, path, mode, RUNS_OF.get(name, RUNS))
    said = done.stderr.decode('utf-8', 'replace')
    if processes:
        return f'left running: {processes}'
    if done.returncode not in (0, 1):
        return f'exit {done.returncode}: {said}'
    if said:
        return f'says: {said}'
    report = json.loads(done.stdout)
    if not report['runs']:
        return 'no run was made'
    found = {finding['rule'] for finding in report['findings']}
    for finding in report['findings']:
        if not re.fullmatch('[ -~]*', finding['text'] + finding['plan'] + finding['rule']):
            return f'not text: {finding}'
    if expected is not None and not (expected in found if expected else not found):
        return f"found {sorted(found)}, not {expected or 'nothing'}: {report['findings']}"
    return unreadable(binary, done.stdout)


def main(arguments):
    binary = os.path.abspath(arguments.pop(0))
    cases = [(name, mode, expected) for name, both in MODULES.items() if not arguments or name in arguments
             for mode, expected in zip(killing.MODES.values(), both)]
    failed = 0
    print(f'1..{len(cases)}', flush=True)
    for number, (name, mode, expected) in enumerate(cases, 1):
        wrong = judge(binary, name, mode, expected)
        failed += wrong is not None
        print(f'{"not " if wrong else ""}ok {number} - {name} {mode}')
        if wrong:
            print('#   ' + wrong.replace('\n', '\n#   '), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
