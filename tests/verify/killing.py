# SPDX-License-Identifier: BSD-2-Clause
"""`openihv verify` and `openihv replay` on modules of the tables, for the tests of this folder."""
import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../mutants'))
import table  # noqa: E402 (beside the table)

RUNS = 2000  # what is not found by then is not found; most need a few
LIMIT_S = 900  # no measure of anything: a program that never ends fails the test
MODES = {'in-process': '--in-process', 'isolated': '--isolate'}


def call(binary, *arguments):
    return subprocess.run([binary, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S,
                          check=False)


def severities(binary):
    """Of each rule, by its number; a report names other findings too, which are not here."""
    text = call(binary, 'rules').stdout.decode()
    return dict(re.findall(r'^([HX]-\d\d)  ([FEW])', text, re.MULTILINE))


def life(row):
    """What its runs are like. A module that never rests takes all the time of a handler, again and again: a short one
    shows it as well."""
    return table.NETWORKS[row.base] + (['--deadline', '1'] if 'busy' in row.expects.split(',') else [])


def verify(binary, row, *options):
    """Exit status, and the report; None: there is none. One run at a time: that decides which are made with --until."""
    done = call(binary, 'verify', row.path, '--json', '-', '--quiet', '--budget', '0', '--jobs', '1',
                *life(row), *options)
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        return done.returncode, {'findings': [], 'runs': 0, 'error': done.stderr.decode('utf-8', 'replace')}


def replays(binary, row, finding, mode, times):
    """How often the finding was there, of so many times; and what the command said."""
    done = call(binary, 'replay', row.path, '--plan', finding['plan'], '--times', str(times), *life(row),
                *([mode] if mode else []))
    said = done.stdout.decode('utf-8', 'replace')
    if times == 1:
        return int(f"{finding['rule']} ({finding['severity']})" in said), said
    counts = re.findall(r'^(\S+) \((\w)\): (\d+) of \d+$', said, re.MULTILINE)
    return sum(int(n) for rule, letter, n in counts if (rule, letter) == (finding['rule'], finding['severity'])), said


