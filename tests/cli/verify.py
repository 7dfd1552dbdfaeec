#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`openihv verify` and `openihv replay` as a user calls them: what they refuse, exit status, output, files. Prints TAP.

usage: tests/cli/verify.py OPENIHV-BINARY    (see cli.py, whose means these are)
"""
import json
import os
import re
import shlex
import sys

sys.dont_write_bytecode = True
import cli
from cli import BUILD, HERE, RSN, SOURCE, TEMPLATE, at, file, module, run, test

cli.tests.clear()  # those are run by cli.py

LATE = module('late_completion')
HOME = ['--profile', cli.HOME, '--ap', cli.HOME_AP]


def verify(*args, expect):
    """Few runs, none of which time decides; the report."""
    done = run('verify', *args, '--budget', '0', '--quiet', '--json', at('report.json'), expect=expect)
    assert done.stderr == b'', done.stderr
    with open(at('report.json'), encoding='utf-8') as f:
        return json.load(f)


def refuses(args, *words, **variables):
    """As in cli.py, and nothing is printed before that."""
    cli.refuses(args, *words, **variables)
    assert run(*args, **variables).stdout == b'', args


# ---- What is refused. ----

@test
def options_of_both():
    for command in (['verify', TEMPLATE], ['replay', TEMPLATE, '--plan', 'connect']):
        for option, values in {
                '--seed': ['', 'x', '-1', '1x', '99999999999999999999'],
                '--deadline': ['', '0', '-1', 'x', 'inf', '1e3', '86401'],
                '--stop-deadline': ['0', 'nan'],
                '--peer-deadline': ['0', '.'],
                '--peer': [''],
                '--ui-response': ['x' * 256],
                '--ap': ['', 'nothing', 'open,ssid=', 'open,channel=x', 'wpa2-psk:short'],
                '--profile': [at('none.xml'), HERE.name, TEMPLATE],
                '--ui-profile': [at('none.xml')],
        }.items():
            for value in values:
                cli.refuses([*command, option, value])
        refuses([*command, '--no-such'], '--no-such')
        refuses([*command, '--seed'], '--seed')
        refuses([*command, RSN], RSN, 'one module at a time')
        refuses([*command, *['--ap', 'open'] * 17], 'at most 16')
        refuses([*command, '--ap', 'peer'], '--peer')
        refuses([*command, '--peer', 'true', '--ap', 'open'], 'kind peer')


@test
def numbers():
    for option, values in {
            '--runs': ['0', '-1', 'x', '', '1.5', '99999999999999999999'],
            '--budget': ['-1', 'x', '', '1e3', 'inf'],
            '--depth': ['0', '3', 'x'],
            '--jobs': ['0', '65', 'x'],
            '--shard': ['', '1', '0/3', '4/3', '3/2', '1/0', '1/257', '-1/3', '1/-3', '1/3x', 'x/3', '1/ 3', '/3'],
            '--scenario': ['', 'Connect', 'everything'],
            '--until': ['', ',', 'X-71', 'X-40,', ',X-40', 'X-40,,crash', 'crashes', 'X-40,' * 40 + 'X-40'],
    }.items():
        for value in values:
            refuses(['verify', TEMPLATE, option, value], option)
    for value in ('0', '-1', 'x', '1000001'):
        refuses(['replay', TEMPLATE, '--plan', 'connect', '--times', value], '--times')


@test
def plans():
    refuses(['replay', TEMPLATE], '--plan')
    for plan, words in {
            '': ['no such scenario'],
            'everything': ['no such scenario', 'everything'],
            'connect disconnect': ['needs a point'],
            'connect explode@SendPacket#1': ['no such act', 'explode'],
            'connect fail=x@SendPacket#1': ['not a number'],
            'connect disconnect@SendPacket': ['needs a number'],
            'connect disconnect@SendPacket#0': ['not the number of a crossing'],
            'connect disconnect@Nothing#1': ['no such crossing', 'Nothing'],
            'connect disconnect@port-created:return#1': ['only calls'],
            'connect disconnect@SendPacket#1,long': ['held'],
            'connect lose@SendPacket#1': ['cannot be done at that point'],
            'connect reset@SendPacket#1 reset@SendPacket#2 reset@SendPacket#3': ['too many acts'],
            'connect ' + ' ' * 400: ['too long'],
    }.items():
        refuses(['replay', TEMPLATE, '--plan', plan], '--plan', *words)


@test
def modules():
    for command in (['verify'], ['replay', '--plan', 'connect']):
        refuses(command, 'which module')
        refuses([*command, at('none.so')], 'none.so', 'no such file')
        refuses([*command, HERE.name], HERE.name)
        refuses([*command, file('empty.so')], 'empty.so')
        refuses([*command, os.path.join(SOURCE, 'README.md')], 'README.md')
        refuses([*command, module('missing_init')], 'Dot11ExtIhvInitService', 'X-01')
        if os.path.exists(os.path.join(BUILD, 'tests/pe_module.dll')):
            refuses([*command, '--in-process', os.path.join(BUILD, 'tests/pe_module.dll')], 'pe_module.dll')
    refuses(['verify', RSN, '--isolate', '--budget', '0'], 'rsn.so', 'worker', OPENIHV_WORKER=at('no-worker'))


@test
def files_before_any_run():
    # Nothing was begun: a module that ends its process would have been found.
    for option in ('--json', '--junit', '--sarif', '--html'):
        refuses(['verify', module('exits'), option, at('no/folder')], 'no/folder')
        refuses(['verify', module('exits'), option, HERE.name], HERE.name)
    refuses(['verify', module('exits'), '--json', at('x'), '--html', at('x')], '--json', '--html')
    done = run('replay', TEMPLATE, '--plan', 'connect', '--trace', at('no/folder'), expect=2)
    assert b'no/folder' in done.stderr, done.stderr


# ---- What is done. ----

@test
def clean():
    report = verify(TEMPLATE, '--runs', '30', expect=0)
    assert report['verdict'] == 'pass' and report['runs'] == 30 and report['mode'] == 'in-process', report
    assert not report['findings'] and not report['complete'], report
    report = verify(RSN, *HOME, '--runs', '20', '--isolate', expect=0)
    assert report['mode'] == 'isolated' and report['runs'] == 20, report
    assert report['scenarios']['connect']['connected'], report['scenarios']


@test
def findings():
    report = verify(LATE, '--runs', '40', '--until', 'crash,x40', expect=1)
    finding = next(f for f in report['findings'] if f['rule'] == 'X-40')
    assert report['verdict'] == 'fail' and report['runs'] < 40, report['runs']
    # The command that it gives is one.
    words = shlex.split(finding['replay'])
    assert words[:2] == ['openihv', 'replay'], words
    done = run(*words[1:], expect=1)
    text = done.stdout.decode()
    assert 'X-40' in text and 'PostAssociateCompletion' in text, text
    text = run(*words[1:], '--times', '7', '--trace', at('t.jsonl'), expect=1).stdout.decode()
    assert re.search(r'^X-40 \(F\): 7 of 7$', text, re.MULTILINE), text
    run(*words[1:], '--trace', at('t.jsonl'), expect=1)
    assert b'X-40' in run('check', at('t.jsonl'), expect=1).stdout


@test
def one_by_one():
    text = run('replay', TEMPLATE, '--plan', 'roam', expect=0).stdout.decode()
    assert 'nothing was found' in text and 'StopPostAssociate' in text, text
    text = run('replay', TEMPLATE, '--plan', 'connect reset@PostAssociateCompletion#1', '--times', '3', expect=0)
    assert b'nothing was found in 3 runs' in text.stdout, text.stdout
    text = run('replay', TEMPLATE, '--plan', 'connect reset@PostAssociateCompletion#99', expect=0).stdout.decode()
    assert 'not all of the plan was done' in text, text


@test
def patience():
    """Who owes a completion, and looks after it by the clock, is waited for, however little time a handler may take:
    that is not the module's restlessness."""
    poller = os.path.join(BUILD, 'tests/correct/poller.so')
    for mode in ('--in-process', '--isolate'):
        told = run('replay', poller, '--plan', 'connect never-sent@SendPacket#1', '--deadline', '0.3', mode, expect=0)
        found = re.findall(r'^(?:finding|warning) (\S+)', told.stdout.decode(), re.MULTILINE)
        assert found == ['X-32'], told.stdout


@test
def scenarios():
    report = verify(TEMPLATE, '--scenario', 'roam', '--scenario', 'reset', '--runs', '12', expect=0)
    made = {name for name, scenario in report['scenarios'].items() if scenario['runs']}
    assert made == {'roam', 'reset'}, made


@test
def until():
    # The first run shows it; then it is run again three times.
    report = verify(module('exits'), '--until', 'crash', expect=1)
    assert report['runs'] == 1 and report['findings'][0]['rule'] == 'crash', report
    assert report['findings'][0]['reproduced'] == report['findings'][0]['replays'] == 3, report
    report = verify(TEMPLATE, '--until', 'X-40,hang', '--runs', '20', expect=0)
    assert report['runs'] == 20, report['runs']


@test
def progress():
    args = ['verify', TEMPLATE, '--runs', '18', '--budget', '0']
    lines = run(*args, expect=0).stderr.decode().splitlines()
    assert len(lines) <= 1 and all(re.fullmatch(r'\d+ runs of \d+, .*warnings', line) for line in lines), lines
    assert run(*args, '--quiet', expect=0).stderr == b''
    text = run(*args, '--quiet', expect=0).stdout
    assert b'\033' not in text and b'verdict: pass' in text.splitlines()[-1], text


@test
def outputs():
    files = {option: at('r.' + option) for option in ('json', 'junit', 'sarif', 'html')}
    args = [word for option, path in files.items() for word in ('--' + option, path)]
    run('verify', LATE, '--runs', '20', '--budget', '0', '--quiet', *args, expect=1)
    for path in files.values():
        with open(path, encoding='utf-8') as f:
            assert 'X-40' in f.read(), path
    done = run('verify', LATE, '--runs', '3', '--budget', '0', '--quiet', '--json', '-', expect=1)
    assert json.loads(done.stdout)['findings']


@test
def own_fault():
    # The worker is told by its environment: one that speaks no protocol is nothing that a module did.
    done = run('verify', TEMPLATE, '--isolate', '--runs', '3', '--budget', '0', '--quiet', OPENIHV_WORKER='/bin/true')
    assert done.returncode in (2, 3), (done.returncode, done.stdout, done.stderr)


@test
def blind():
    # Nobody there authenticates: no port is expected to open.
    report = verify(RSN, *HOME[:2], '--ap', 'blind,ssid=openihv-home', '--runs', '25', expect=0)
    assert not [f for f in report['findings'] if f['rule'] == 'connect'], report
    assert not report['scenarios']['connect']['connected'], report['scenarios']


@test
def vendor():
    secret = 'python3 ' + os.path.join(SOURCE, 'examples/vendor/vendor_ap.py') + ' "tin whistle 42"'
    args = [os.path.join(BUILD, 'examples/vendor.so'), '--profile', os.path.join(SOURCE, 'examples/vendor.xml'),
            '--ap', 'peer', '--peer']
    report = verify(*args, secret, '--runs', '25', expect=0)
    assert report['runs'] == 25 and report['scenarios']['connect']['connected'], report['scenarios']
    refuses(['verify', *args, 'false', '--budget', '0', '--quiet'], 'peer')


# ---- Shards. ----

def comparable(report):
    return [(f['rule'], f['severity'], f['text'], f['count'], f['plan'], f['number']) for f in report['findings']]


@test
def shards():
    """Three machines find what one finds: all plans of a scenario."""
    args = [LATE, '--scenario', 'virtual', '--scenario', 'session']
    whole = verify(*args, expect=1)
    assert whole['complete'] and whole['runs'] == whole['planned'], (whole['runs'], whole['planned'])
    parts = []
    for i in (1, 2, 3):
        part = verify(*args, '--shard', f'{i}/3', expect=1)
        assert part['complete'] and part['runs'] < whole['runs'], part['runs']
        parts.append(os.path.join(HERE.name, f'part{i}.json'))
        os.rename(at('report.json'), parts[-1])
    merged = json.loads(run('merge', *parts, '--json', '-', expect=1).stdout)
    assert merged['runs'] == whole['runs'] and merged['planned'] == whole['planned'], (merged['runs'], whole['runs'])
    assert comparable(merged) == comparable(whole), (comparable(merged), comparable(whole))
    assert merged['exercised'] == whole['exercised']


if __name__ == '__main__':
    sys.exit(cli.main())
