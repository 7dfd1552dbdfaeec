# SPDX-License-Identifier: BSD-2-Clause
"""The guest's side: finds the cases, runs them one after the other, and tells run.py of each in a line of JSON."""
import argparse
import importlib
import inspect
import json
import os
import shutil
import signal
import sys
import time
import traceback

import air
import bench
import image
import lab
import netlink
from processes import Failed, Skip, run

MODULES = ['cases_connect', 'cases_keys', 'cases_ends', 'cases_roam', 'cases_system']


LONG = 600  # seconds that a case may take; --short leaves those out that may take longer
TOO_LONG = 'takes minutes by itself: left out by --short'


class Overdue(Exception):
    """A case took longer than it may."""


def cases():
    """All cases by name, in order: the functions case_NAME of the modules."""
    found = {}
    for module in map(importlib.import_module, MODULES):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith('case_') and function.__module__ == module.__name__:
                found[name[len('case_'):]] = function
        found.update(getattr(module, 'MORE', {}))
    return dict(sorted(found.items(), key=lambda item: MODULES.index(item[1].__module__)))


def prepare():
    """The air without radios, and the witness."""
    os.makedirs('/etc/modprobe.d', exist_ok=True)
    with open('/etc/modprobe.d/openihv-vm.conf', 'w') as file:
        file.write('options mac80211_hwsim radios=0\n')
    run('modprobe', '-a', *image.LATER_MODULES, timeout=60)
    run('ip', 'link', 'set', 'lo', 'up')
    run('ip', 'link', 'set', 'hwsim0', 'up')
    os.makedirs('/run/netns', exist_ok=True)
    return air.Air(), netlink.Generic('MAC80211_HWSIM')


def overdue(*_):
    raise Overdue


def why(error):
    """A text for the report."""
    if isinstance(error, Overdue):
        return 'took too long: ' + traceback.format_tb(error.__traceback__)[-1].strip().replace('\n', ' ')
    if isinstance(error, Failed):
        return str(error)
    return ''.join(traceback.format_exception(error))


def run_case(name, function, setting, kind, again):
    """Runs one, and a second time if it fails and may; returns (status, text)."""
    status, text = run_once(name, function, setting, kind)
    if status != 'FAILED' or not again:
        return status, text
    print(f'again {name}: {text}', flush=True)
    status, second = run_once(f'{name}-again', function, setting, kind)
    return (status, second) if status == 'FAILED' else (status, f'at the second try; {second}')


def run_once(name, function, setting, kind):
    witness, family = setting
    folder = f'/run/logs/{name}'  # a tmpfs: the share is slow, and has no sockets
    os.makedirs(folder)
    witness.begin(os.path.join(folder, 'air.pcap'))
    place = lab.Lab(witness, family, folder, kind)
    status, text = 'FAILED', ''
    signal.alarm(getattr(function, 'limit', 60))
    try:
        text = function(place) or ''
        status = 'ok'
    except Skip as skip:
        status, text = 'skipped', str(skip)
    except Exception as error:
        text = why(error)
    finally:
        signal.alarm(0)
    try:
        place.close()
    except Exception as error:  # what undoing shows counts as well, unless the case has failed already
        if status == 'ok':
            status, text = 'FAILED', why(error)
    witness.end()
    shutil.move(folder, os.path.join(os.environ['OPENIHV_VM'], 'logs', name))
    return status, text


def tell(**what):
    print(json.dumps(what), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--station', default='openihv')
    parser.add_argument('--short', action='store_true')
    parser.add_argument('--again', action='store_true')
    parser.add_argument('cases', nargs='*')
    parser.add_argument('--bench', type=int, metavar='ROUNDS')
    parser.add_argument('--random-addresses', action='store_true')
    options = parser.parse_args()
    if options.bench:
        return bench.run(prepare(), options.bench, options.random_addresses)
    known = cases()
    chosen = {name: known[name] for name in options.cases} or known
    kind = lab.kind_of_station(options.station)
    missing = kind.missing() if hasattr(kind, 'missing') else ''
    setting = None if missing else prepare()
    signal.signal(signal.SIGALRM, overdue)
    for name, function in chosen.items():
        began = time.monotonic()
        left_out = missing or (TOO_LONG if options.short and getattr(function, 'limit', 0) > LONG else '')
        status, text = ('skipped', left_out) if left_out else run_case(name, function, setting, kind, options.again)
        tell(case=name, status=status, text=text, ms=round((time.monotonic() - began) * 1000))
    return 0


if __name__ == '__main__':
    sys.exit(main())
