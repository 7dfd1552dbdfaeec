#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`openihv verify` finds the mistake of every mutant, and what it found can be replayed. Prints TAP.

usage: tests/verify/mutants.py OPENIHV-BINARY [--times N] [--mode MODE] [NAME]...
       (OPENIHV_SOURCE and OPENIHV_BUILD in the environment)

A mutant is killed if its own rule, or one of those that its table names, is found in each mode, with the severity that
the rule has. A warning of a rule that is graver counts only where the mutant's base does not show it. Then the finding
is replayed N times (default 5), and has to be there each time. --mode in-process or isolated looks at one mode alone.
A build with sanitizers looks at a few mutants.
"""
import os
import sys
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
import killing
from killing import table

SAMPLE = 12  # of a build with sanitizers: each so many-th
# Whatever may be in the base's report: its runs, once.
BASE_RUNS = 400


class Judge:
    def __init__(self, binary, times, modes):
        self.binary = binary
        self.times = times
        self.modes = modes
        self.severity = killing.severities(binary)
        self.base = {row.base: self.warnings(row) for row in table.rows(table.MUTANTS) if row.expects == 'nothing'}

    def warnings(self, row):
        _, report = killing.verify(self.binary, row, '--runs', str(BASE_RUNS))
        return {finding['rule'] for finding in report['findings']}

    def kills(self, row, finding):
        rule, severity = finding['rule'], finding['severity']
        if rule not in row.expects.split(','):
            return False
        if severity == self.severity.get(rule, severity):
            return True
        return severity != 'W' or rule not in self.base[row.base]

    def find(self, row, mode, scenario):
        """The finding and how many runs it took. The second time without --until: what came first may not count."""
        where = ['--scenario', scenario] if scenario else []
        runs = 0
        for until in (['--until', row.expects], []):
            _, report = killing.verify(self.binary, row, mode, '--runs', str(killing.RUNS), *where, *until)
            runs += report['runs']
            for finding in report['findings']:
                if self.kills(row, finding):
                    return finding, runs, report
            if not any(finding['rule'] in row.expects.split(',') for finding in report['findings']):
                break
        return None, runs, report

    def judge(self, row):
        """What was found in each mode, and complaints."""
        told, wrong, scenario = [], [], None
        if row.expects == 'X-01':
            return self.judge_refused(row)
        for name, mode in self.modes.items():
            finding, runs, report = self.find(row, mode, scenario)
            if not finding:
                others = {f"{f['rule']} ({f['severity']})" for f in report['findings']}
                wrong.append(f"{name}: not found in {runs} runs; {sorted(others)} {report.get('error', '')}")
                continue
            # The same kind of life shows it in the other mode, too.
            scenario = finding['plan'].split()[0]
            again, said = killing.replays(self.binary, row, finding, mode, self.times)
            told.append(f"{name} {finding['rule']} ({finding['severity']}), {runs} runs: {finding['plan']}; "
                        f'{again} of {self.times} again')
            if again != self.times:
                wrong.append(f"{name}: {finding['plan']}: shown {again} of {self.times} times: {said[-600:]}")
        return told, wrong

    def judge_refused(self, row):
        """It cannot be loaded, which is no finding: the one line that says so names the rule."""
        status, report = killing.verify(self.binary, row)
        said = report.get('error', '')
        right = status == 2 and row.expects in said and len(said.splitlines()) == 1
        return [said.strip()], [] if right else [f'exit {status}: {said}']


def main(arguments):
    binary = os.path.abspath(arguments.pop(0))
    times, modes = 5, killing.MODES
    while arguments and arguments[0].startswith('--'):
        option, value = arguments[:2]
        arguments = arguments[2:]
        if option == '--times':
            times = int(value)
        else:
            modes = {value: killing.MODES[value]}
    mutants = [row for row in table.rows(table.MUTANTS) if row.expects != 'nothing']
    # `openihv fuzz` finds those that only hostile input reaches.
    chosen = [row for row in mutants if row.seen != 'fuzz' and (not arguments or row.name in arguments)]
    if table.sanitized(binary):
        chosen = chosen[::SAMPLE]
    killed = 0
    print(f'1..{len(chosen)}', flush=True)
    judge = Judge(binary, times, modes)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for number, (row, (told, wrong)) in enumerate(zip(chosen, pool.map(judge.judge, chosen)), 1):
            killed += not wrong
            print(f'{"not " if wrong else ""}ok {number} - {row.name}: {row.expects}')
            for line in told + wrong:
                print('#   ' + line.replace('\n', '\n#   '), flush=True)
    print(f'# total: mutants killed {killed} of {len(chosen)}')
    return 0 if killed == len(chosen) and killed else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
