#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""openihv merge, and the options for files that it shares with verify. Prints TAP.

usage: tests/cli/merge.py OPENIHV-BINARY WRITE-BINARY
"""
import json
import os
import stat
import subprocess
import sys
import tempfile

BINARY, WRITE = (os.path.abspath(argument) for argument in sys.argv[1:3])
HERE = tempfile.TemporaryDirectory(prefix='openihv-merge-')
tests = []


def test(function):
    tests.append(function)
    return function


def at(name):
    return os.path.join(HERE.name, name)


def load(name):
    with open(at(name), encoding='utf-8') as file:
        return json.load(file)


def part(fixture):
    """Path of a saved report."""
    with open(at(fixture + '.json'), 'wb') as out:
        subprocess.run([WRITE, fixture, 'json'], stdout=out, check=True)
    return fixture + '.json'


def merge(*args, expect, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE):
    done = subprocess.run([BINARY, 'merge', *args], cwd=HERE.name, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE,
                          timeout=60, check=False, env=dict(os.environ, LC_ALL='C.UTF-8'))
    assert done.returncode == expect, f'{args}: exit {done.returncode}, not {expect}: {done.stderr.decode()}'
    return done


def refuses(args, *words, stdout=subprocess.PIPE):
    """One line on stderr with these words, exit 2, and no report."""
    done = merge(*args, expect=2, stdout=stdout)
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, lines
    for word in words:
        assert word in lines[0], f'no "{word}" in: {lines[0]}'
    assert not done.stdout, done.stdout


@test
def text_and_exit_status():
    done = merge(part('clean'), expect=0)
    assert done.stdout.decode().splitlines()[-1].startswith('verdict: pass (findings 0, '), done.stdout
    done = merge(part('findings'), expect=1)
    assert done.stdout.decode().splitlines()[-1].startswith('verdict: fail (findings 4, warnings 2, ')
    assert not done.stderr
    assert b'\033' not in done.stdout


@test
def parts_add_up():
    one, two = part('part1'), part('part2')
    merge(one, two, '--json', 'both.json', expect=1)
    merge(two, one, '--json', 'other.json', expect=1)
    both, single = load('both.json'), load(one)
    assert both['findings'] == load('other.json')['findings']
    assert both['runs'] == 2 * single['runs'] and both['shards_in'][0] == '0x3'
    assert [f['count'] for f in both['findings']] == [2 * f['count'] for f in single['findings']]
    assert [f['number'] for f in both['findings']] == [f['number'] for f in single['findings']]
    text = merge(one, expect=1).stdout.decode()
    assert 'only part 1 of 2' in text
    assert 'only part' not in merge('both.json', expect=1).stdout.decode()


@test
def parts_of_a_real_verification():
    """Two machines find what one finds, down to the crossings around."""
    module = os.path.join(os.environ.get('OPENIHV_BUILD', 'build'), 'tests/modules/late_completion.so')
    verify = [BINARY, 'verify', os.path.abspath(module), '--scenario', 'rekey', '--budget', '0', '--quiet']
    for name, *shard in (['whole.json'], ['r1.json', '--shard', '1/2'], ['r2.json', '--shard', '2/2']):
        done = subprocess.run([*verify, *shard, '--json', name], cwd=HERE.name, capture_output=True, timeout=120, check=False)
        assert done.returncode == 1, done.stderr.decode()
    merge('r2.json', 'r1.json', '--json', 'both.json', expect=1)
    whole, both = load('whole.json'), load('both.json')
    assert len(whole['findings']) > 1 and whole['runs'] > 20, whole['runs']
    for field in ('findings', 'cells', 'scenarios', 'exercised', 'runs', 'crossings', 'planned', 'complete'):
        assert whole[field] == both[field], field


@test
def same_bytes_again():
    merge(part('findings'), '--json', 'a.json', expect=1)
    merge('a.json', '--json', 'b.json', expect=1)
    with open(at('a.json'), 'rb') as a, open(at('b.json'), 'rb') as b:
        assert a.read() == b.read()


@test
def standard_streams():
    with open(at(part('findings')), 'rb') as file:
        done = merge('-', '--sarif', '-', expect=1, stdin=file)
    assert json.loads(done.stdout)['version'] == '2.1.0'
    done = merge(part('findings'), '--junit', '-', '--html', 'page.html', expect=1)
    assert done.stdout.startswith(b'<?xml')
    with open(at('page.html'), 'rb') as page:
        assert page.read().startswith(b'<!DOCTYPE html>')


@test
def every_format_at_once():
    text = merge(part('clean'), '--json', 'c.json', '--junit=c.xml', '--sarif', 'c.sarif', '--html', 'c.html',
                 expect=0).stdout
    assert text.splitlines()[-1].startswith(b'verdict: pass')
    assert {'c.json', 'c.xml', 'c.sarif', 'c.html'} <= set(os.listdir(HERE.name))


@test
def a_file_is_complete_or_as_before():
    name = 'kept/report.json'
    os.makedirs(at('kept'), exist_ok=True)
    with open(at(name), 'w', encoding='utf-8') as file:
        file.write('before')
    refuses(['nothing.json', '--json', name], 'nothing.json', 'No such file')
    with open(at(name), encoding='utf-8') as file:
        assert file.read() == 'before'
    # A link stays one; what it points to is replaced.
    os.symlink('report.json', at('kept/link.json'))
    merge(part('clean'), '--json', 'kept/link.json', expect=0)
    assert os.path.islink(at('kept/link.json')) and load(name)['verdict'] == 'pass'
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(os.stat(at(name)).st_mode) == 0o666 & ~mask
    assert sorted(os.listdir(at('kept'))) == ['link.json', 'report.json']  # no temporary file is left


@test
def no_room():
    clean = part('clean')
    done = merge(clean, '--html', '/dev/full', expect=2)
    assert done.stderr.decode() == 'openihv: /dev/full: No space left on device\n', done.stderr
    with open('/dev/full', 'wb') as full:
        refuses([clean], 'standard output', 'No space left', stdout=full)
        refuses([clean, '--json', '-'], 'standard output', 'No space left', stdout=full)
    merge(clean, '--json', '/dev/null', expect=0)


@test
def unusable_input():
    clean, one = part('clean'), part('part1')
    refuses([], 'name the reports')
    refuses([clean, '--yaml'], "no option '--yaml'")
    refuses([clean, '--json'], 'needs an argument')
    refuses([one, one], 'part1.json', 'part 1 of 2 is there already')
    refuses([clean, one], 'part1.json', 'another module')
    refuses([clean, '--json', 'x', '--html', 'x'], '--json and --html both go to')
    refuses([clean, '--json', 'no/such/x.json'], 'no/such/x.json', 'No such file')
    refuses([clean, '--json', '.'], '.: Is a directory')
    with open(at('bad.json'), 'wb') as file:
        file.write(b'{"openihv-report":1,"\xff":"\x1b[31m"}')
    refuses(['bad.json'], 'bad.json')
    refuses(['/'], 'Is a directory')


def main():
    failed = 0
    print(f'1..{len(tests)}')
    for number, function in enumerate(tests, 1):
        try:
            function()
            print(f'ok {number} - {function.__name__}')
        except AssertionError as error:
            failed += 1
            print(f'not ok {number} - {function.__name__}\n# {error}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
