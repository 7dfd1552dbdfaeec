# SPDX-License-Identifier: BSD-2-Clause
"""The tables of mutants and correct modules, as tests read them. What their columns hold is told in README.md."""
import os
from collections import namedtuple

SOURCE = os.path.abspath(os.environ.get('OPENIHV_SOURCE', '.'))
BUILD = os.path.abspath(os.environ.get('OPENIHV_BUILD', 'build'))
MUTANTS = 'tests/mutants/mutants.tsv'
CORRECT = 'tests/correct/correct.tsv'
# What a base needs besides the module.
NETWORKS = {
    'open': [],
    'wpa2': ['--profile', os.path.join(SOURCE, 'examples/home.xml'),
             '--ap', 'wpa2-psk:correct horse battery,ssid=openihv-home'],
}

Row = namedtuple('Row', 'name path expects base modes seen mistake')


def rows(*tables):
    for table in tables:
        with open(os.path.join(SOURCE, table), encoding='utf-8') as file:
            for line in file:
                if not line.startswith('#'):
                    name, expects, base, modes, seen, mistake = line.rstrip('\n').split('\t')
                    path = os.path.join(BUILD, os.path.dirname(table), name + '.so')
                    yield Row(name, path, expects, base, modes.split(','), seen, mistake)


def sanitized(binary):
    with open(binary, 'rb') as file:
        content = file.read()
    return b'__asan_init' in content or b'__tsan_init' in content
