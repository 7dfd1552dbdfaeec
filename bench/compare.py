#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""
The same mistakes, for openihv verify and for what people would use instead: `./dev bench --compare`.

The others get openihv-stress (stress.c), a program that connects and ends connections at random for as long as they
like, in rounds of ROUND seconds with a new seed each. It runs as it is, is built with sanitizers, or runs in
valgrind. What counts as found:

  verify      its report has a finding of the rule or kind that the mistake is listed with (tests/mutants/mutants.tsv)
  loop        the program dies; or, of a mistake that is a hang, a handler or a connection does not come to its end
  rules       the same, or the checker of the contract, in this loop as in `openihv run`, names that rule
  ASan, TSan  a report with a function of the mistake in one of its stacks, or as "loop"; ASan stands for
              AddressSanitizer, LeakSanitizer and UBSan
  helgrind, drd  the same

So a tool is believed whatever it says of the mistake, but not what it says of anything else. "again": the same
command once more, with the same seed, finds it within a round; for verify, the one run of `openihv replay` that the
report names. The modules without a mistake show what each tool says without a cause.
"""
import argparse
import concurrent.futures
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time

ROUND = 15  # seconds of one run of openihv-stress
START = 60  # more that it may take: to start in valgrind, and to see that nothing goes on
KEY = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
STUCK = 3  # exit status of openihv-stress
MODULES = 'tests/mutants'

# Name, what it is, what verify and the checker may call it, and the functions of the mistake. The groups: what only
# the contract knows, what is about threads, and what is about memory.
FAULTS = [
    ('x40_unlocked', 'completes after Stop (lock given up for the call)', 'X-40', r'x40_complete'),
    ('x40_by_thread', 'completes after Stop (a thread of its own)', 'X-40', r'x40_\w+'),
    ('x42_unlocked', 'sends after Stop', 'X-42', r'x42_\w+'),
    ('x44_forgets', 'a reset leaves an operation pending', 'X-44', r'x44_\w+'),
    ('key_message_3_again', 'installs a key again (KRACK)', 'key', r'key_\w+'),
    ('x58_heap', 'leaves a key in freed memory', 'X-58', r'x58_\w+'),
    ('hang_lock_order', 'takes two locks in two orders', 'hang,X-17', r'hang_complete|hang_stop'),
    ('seeded_race', 'two threads write a variable without a lock', '', r'race_send|race_completion'),
    ('x09_twice', 'frees a buffer twice', 'X-09', r'x09_stop'),
    ('x60_frees_at_stop', 'frees a packet that is under way, in Stop', 'X-60', r'free_under_way|x60_stop'),
    ('seeded_after_free', 'uses its own memory after Stop has freed it', 'crash', r'note_\w+'),
    ('crash_late_completion', 'a late completion uses a null pointer', 'crash', r'crash_completion'),
    ('x68_packet_stack', 'copies a long packet over its stack', 'crash,X-68', r'x68_receive'),
    ('leak_association', 'each association leaks', 'leak,X-41', r'leak_perform|lose'),
    ('leak_pending', 'leaks when stopped while pending', 'leak,X-41', r'leak_\w+|lose'),
    ('base_open', 'none (open network)', '', r'$^'),
    ('base_rsn', 'none (WPA2-Personal)', '', r'$^'),
]
WPA2 = {'x40_by_thread', 'key_message_3_again', 'x58_heap', 'x68_packet_stack', 'base_rsn'}

# Where a report of each begins; it ends where the next one does.
REPORTS = {
    'ASan': r'ERROR: AddressSanitizer|leak of \d+ byte|runtime error:',
    'TSan': r'WARNING: ThreadSanitizer|ERROR: ThreadSanitizer',
    'helgrind': r'==\d+== \n',
    'drd': r'==\d+== \n',
}
# A frame of a module without a mistake: its file, or a source that has its name alone (valgrind shows no folder).
OTHERS = {name for _, _, files in os.walk('src') for name in files}
SOURCES = [name for folder in ('tests/mutants', 'ext/rsn') for name in sorted(os.listdir(folder))
           if name.endswith('.c') and name not in OTHERS]
OF_MODULE = re.compile(r'\bbase_(open|rsn)\.so|[(/](' + '|'.join(map(re.escape, SOURCES)) + r'):\d')
TOOLS = ['verify', 'loop', 'rules', 'ASan', 'TSan', 'helgrind', 'drd']
ENVIRONMENT = {
    'ASAN_OPTIONS': 'detect_leaks=1:halt_on_error=1',
    'UBSAN_OPTIONS': 'print_stacktrace=1',
    'TSAN_OPTIONS': 'second_deadlock_stack=1:halt_on_error=0',
}


def path_of(build, name):
    return f'{build}/bench/{name}.so' if name.startswith('seeded') else f'{build}/{MODULES}/{name}.so'


def names_it(tool, text, functions):
    """Whether a report of the tool has one of these functions in it."""
    return any(re.search(rf'\b({functions})\b', report) for report in re.split(REPORTS[tool], text)[1:])


def died(status, expects):
    """Everything is slow in valgrind: that nothing comes to its end is a hang only where there is one to find."""
    return status < 0 or (status == STUCK and (not expects or 'hang' in expects))


class Run:
    """A program with its output read as it comes, up to a time."""

    def __init__(self, command, seconds, enough):
        self.began = time.monotonic()
        self.found = None  # seconds until enough(text) was true
        self.text = ''
        self.killed = False
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        errors='replace', env=os.environ | ENVIRONMENT, start_new_session=True)
        timer = threading.Timer(seconds, self.kill)
        timer.start()
        for line in self.process.stdout:
            self.text += line
            if self.found is None and (not line.strip() or line.endswith('== \n') or line.startswith('rule')) and \
                    enough(self.text):
                self.found = time.monotonic() - self.began
                self.kill()
        self.status = self.process.wait()
        timer.cancel()
        self.seconds = time.monotonic() - self.began
        if self.found is None and enough(self.text):
            self.found = self.seconds

    def kill(self):
        """With what it has started; a stopped program cannot say no."""
        self.killed = True
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def stress(tool, name, seed):
    """One round of the loop under a tool: seconds until the mistake was found, or None."""
    functions, expects = next((f[3], f[2]) for f in FAULTS if f[0] == name)
    build = {'ASan': 'build-asan', 'TSan': 'build-tsan'}.get(tool, 'build')
    command = [f'{build}/bench/openihv-stress', path_of(build, name), 'wpa2' if name in WPA2 else 'open', str(ROUND),
               str(seed)]
    if tool == 'rules':
        command.append('--rules')
    if tool in ('helgrind', 'drd'):
        command = ['valgrind', f'--tool={tool}'] + command
    rules = '|'.join(expects.split(',')) or '-'
    right = name.startswith('base')

    def enough(text):
        if tool == 'loop':
            return False
        if tool == 'rules':
            return bool(re.search(rf'^rule ({".*" if right else rules}):', text, re.M))
        if right:  # anything at all that has the module in it
            return any(OF_MODULE.search(report) for report in re.split(REPORTS[tool], text)[1:])
        return names_it(tool, text, functions)

    run = Run(command, ROUND + START, enough)
    if run.found is not None:
        return run.found
    return run.seconds if not run.killed and died(run.status, expects) else None


def try_stress(tool, name, limit):
    began, seed = time.monotonic(), 1
    while time.monotonic() - began < limit:
        before = time.monotonic() - began
        found = stress(tool, name, seed)
        if found is not None:
            again = stress(tool, name, seed)
            return before + found, again is not None
        seed += 1
    return None


def finding_of(text, expects):
    """The command that replays the first finding that is called so."""
    wanted = '|'.join(expects.split(',')) if expects else r'\S+'
    for part in re.split(r'\n(?=(?:violation|warning) )', text):
        if re.match(rf'\s*violation ({wanted})\s', part):
            replay = re.search(r'^\s*replay\s+(.*)$', part, re.M)
            return replay.group(1) if replay else ''
    return None


def try_verify(name, limit):
    expects = next(f[2] for f in FAULTS if f[0] == name)
    ap = f'wpa2-psk:{KEY}' if name in WPA2 else 'open'
    command = ['build/openihv', 'verify', path_of('build', name), '--quiet', '--budget', str(limit), '--ap', ap]
    if expects:
        command += ['--until', expects.split(',')[0]]
    began = time.monotonic()
    text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
    seconds = time.monotonic() - began
    replay = finding_of(text, expects)
    if replay is None:
        return None
    again = subprocess.run(['build/' + shlex.split(replay)[0]] + shlex.split(replay)[1:], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
    return seconds, again.returncode == 1


def cell(result):
    if not result:
        return '-'
    seconds, again = result
    return f'{seconds:.1f} s' + (', again' if again else '')


def tabulate(results, names, tools):
    yield '| mistake | module | ' + ' | '.join(tools) + ' |'
    yield '|---' * (2 + len(tools)) + '|'
    for name, what, _, _ in FAULTS:
        if name in names:
            yield f'| {what} | {name} | ' + ' | '.join(cell(results.get((tool, name))) for tool in tools) + ' |'
    faults = [n for n in names if not n.startswith('base')]
    found = [sum(bool(results.get((tool, n))) for n in faults) for tool in tools]
    repeated = [sum(bool(results.get((tool, n)) and results[tool, n][1]) for n in faults) for tool in tools]
    yield f'| **found** of {len(faults)} | | ' + ' | '.join(map(str, found)) + ' |'
    yield '| **and again** | | ' + ' | '.join(map(str, repeated)) + ' |'


def machine():
    with open('/proc/cpuinfo', encoding='utf-8') as f:
        model = next((line.split(':')[1].strip() for line in f if line.startswith('model name')), 'unknown')
    return f'{os.cpu_count()} processors ({model})'


def load():
    return ', '.join(f'{x:.1f}' for x in os.getloadavg())


def targets():
    """What has to be built in build/ and in the folders with sanitizers."""
    return ['bench/openihv-stress'] + [path_of('.', f[0])[2:] for f in FAULTS]


def main():
    p = argparse.ArgumentParser(description='openihv verify and other tools on the same mistakes')
    p.add_argument('--seconds', type=int, default=60, help='for each tool and mistake (default 60)')
    p.add_argument('--jobs', type=int, default=1, help='of them at the same time (default 1)')
    p.add_argument('--tool', action='append', choices=TOOLS, help='this tool alone (repeatable)')
    p.add_argument('--only', action='append', help='this module alone (repeatable)')
    p.add_argument('--keep', metavar='FILE', help='keep what was found there; a later run with --only or --tool adds to it')
    p.add_argument('--save', metavar='FILE', help='put the table into this document, after its line "## Table"')
    p.add_argument('--targets', action='store_true', help='say what has to be built')
    a = p.parse_args()
    if a.targets:
        print(' '.join(targets()))
        return 0
    tools = [t for t in TOOLS if not a.tool or t in a.tool]
    names = [f[0] for f in FAULTS if not a.only or f[0] in a.only]
    shown = [f[0] for f in FAULTS] if a.keep else names
    columns = TOOLS if a.keep else tools
    before, day = load(), time.strftime('%Y-%m-%d')
    results = {}
    if a.keep and os.path.exists(a.keep):
        with open(a.keep, encoding='utf-8') as f:
            results = {tuple(job.split()): result for job, result in json.load(f).items()}

    def one(job):
        tool, name = job
        results[job] = try_verify(name, a.seconds) if tool == 'verify' else try_stress(tool, name, a.seconds)
        print(f'{name}, {tool}: {cell(results[job])}', file=sys.stderr, flush=True)

    # verify takes all processors: alone, before the others.
    for name in names if 'verify' in tools else []:
        one(('verify', name))
    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        list(pool.map(one, [(tool, name) for name in names for tool in tools if tool != 'verify']))
    if a.keep:
        with open(a.keep, 'w', encoding='utf-8') as f:
            json.dump({' '.join(job): result for job, result in results.items()}, f, indent=0)
    text = '\n'.join(tabulate(results, shown, columns))
    note = (f'Made on {day}, {machine()}, load {before} before and {load()} after, by `./dev bench --compare '
            f'--seconds {a.seconds} --jobs {a.jobs}`.')
    print(f'{note}\n\n{text}')
    if a.save:
        with open(a.save, encoding='utf-8') as f:
            head = f.read().split('\n## Table\n')[0]
        with open(a.save, 'w', encoding='utf-8') as f:
            f.write(f'{head}\n## Table\n\n{note}\n\n{text}\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
