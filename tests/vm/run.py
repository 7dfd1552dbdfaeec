#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Real 802.11 on a machine without a radio: boots a guest with simulated radios once, and runs the cases in it.

usage: tests/vm/run.py [--station NAME] [CASE...]     (./dev vm-test installs what it needs)
       tests/vm/run.py --command 'SHELL COMMAND'
"""
import argparse
import json
import os
import shutil
import signal
import sys
import tempfile

import guest
import image
import machine

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
LOG_LINES = 40
LIMIT = 2700  # seconds; twice what all cases took on two cores that had much other work


def say(text):
    print(text, flush=True)


def arguments():
    parser = argparse.ArgumentParser(
        prog='./dev vm-test', description='Cases on simulated 802.11 hardware in a virtual machine.')
    parser.add_argument('cases', nargs='*', metavar='CASE', help='only these cases')
    parser.add_argument('--station', choices=['openihv', 'wpa_supplicant', 'iwd'], default='openihv',
                        help='who connects; the others show that a case is right')
    parser.add_argument('--list', action='store_true', help='name the cases, and what each one shows')
    parser.add_argument('--limit', type=int, metavar='SECONDS', default=LIMIT,
                        help='for the whole; a guest that takes longer is ended (default %(default)s)')
    parser.add_argument('--keep', metavar='FOLDER', help='leave logs and captures of every case there')
    parser.add_argument('--command', help='run this shell command in the guest, and nothing else')
    parser.add_argument('--short', action='store_true', help='leave out what takes minutes by itself')
    parser.add_argument('--again', action='store_true', help='run a case that fails once more, and say so')
    parser.add_argument('--bench', action='store_true', help='compare with others in place of the cases')
    parser.add_argument('--build', default='build', metavar='FOLDER', help='take openihv from this build folder')
    parser.add_argument('--random-addresses', action='store_true',
                        help='of --bench: leave the programs at random addresses, where QEMU translates them anew')
    parser.add_argument('--rounds', type=int, default=20, metavar='N', help='of --bench, at least 1')
    return parser.parse_args()


class Report:
    """Takes the guest's lines, and prints what is known of each case."""

    def __init__(self, share):
        self.share = share
        self.counts = {'ok': 0, 'FAILED': 0, 'skipped': 0}

    def line(self, text):
        try:
            told = json.loads(text)
        except ValueError:
            told = None
        if not isinstance(told, dict) or told.get('status') not in self.counts:
            say(text)
            return
        self.counts[told['status']] += 1
        name, what = told['case'], told['text']
        if told['status'] == 'ok':
            say(f'ok {name}  ({what + ", " if what else ""}{told["ms"]} ms)')
        else:
            say(f'{told["status"]} {name}: {what}')
        if told['status'] == 'FAILED':
            for folder in name, f'{name}-again':
                self.show_logs(os.path.join(self.share, 'logs', folder))

    def show_logs(self, folder):
        for root, _, names in os.walk(folder):
            for name in sorted(name for name in names if not name.endswith('.pcap')):
                path = os.path.join(root, name)
                with open(path, errors='replace') as file:
                    end = file.read().splitlines()[-LOG_LINES:]
                say(f'    --- {path}')
                for line in end:
                    say(f'    {line}')

    def last_line(self):
        c = self.counts
        return f'{c["ok"]} passed, {c["FAILED"]} failed, {c["skipped"]} skipped'


def guest_command(options):
    if options.command:
        return ['/bin/sh', '-c', options.command]
    caches = os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache')
    words = ['env', f'OPENIHV_BUILD={options.build}', f'XDG_CACHE_HOME={caches}', '/usr/bin/python3', 'tests/vm/guest.py',
             '--station', options.station]
    if options.bench:
        return words + ['--bench', str(max(1, options.rounds))] + ['--random-addresses'] * options.random_addresses
    return words + ['--short'] * options.short + ['--again'] * options.again + options.cases


def boot_and_report(options, folder):
    """The exit status; the guest is gone when this returns."""
    box = machine.Machine(folder, TREE)
    report = Report(box.share)
    try:
        kernel = image.kernel(say)
        lock = machine.one_at_a_time(say)
        box.start(kernel, guest_command(options))
        status = report_lines(box, options.limit, report)
        os.close(lock)
    except machine.Hang as hang:
        box.stop()
        say(box.last_words())
        say(f'vm: {hang}; the end of its console is above')
        return 1
    finally:
        box.stop()
    if options.command or options.bench:
        return status
    say(f'{report.last_line()}')
    return 1 if status or report.counts['FAILED'] else 0


def report_lines(box, limit, report):
    lines = box.lines(limit)
    while True:
        try:
            report.line(next(lines))
        except StopIteration as end:
            return end.value


def terminated(number, _):
    sys.exit(128 + number)  # unwinds, so that the guest is ended


def main():
    options = arguments()
    if options.list:
        for name, function in guest.cases().items():
            say(f'{name:28}{(function.__doc__ or "").strip()}')
        return 0
    unknown = [name for name in options.cases if name not in guest.cases()]
    if unknown:
        say(f'vm: no case {unknown[0]}; --list names them')
        return 2
    signal.signal(signal.SIGTERM, terminated)
    signal.signal(signal.SIGHUP, terminated)
    folder = tempfile.mkdtemp(prefix='openihv-vm-')
    status = 1
    try:
        status = boot_and_report(options, folder)
    except image.Error as error:
        say(f'vm: {error}')
    except KeyboardInterrupt:
        status = 130
    finally:
        if options.keep:
            shutil.copytree(os.path.join(folder, 'share'), options.keep, dirs_exist_ok=True)
        if status == 0 or options.command:
            shutil.rmtree(folder, ignore_errors=True)
        elif os.path.isdir(folder):
            say(f'vm: everything of this run is in {folder}')
    return status


if __name__ == '__main__':
    sys.exit(main())
