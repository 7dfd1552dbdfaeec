#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The command as a user calls it: exit status, output, files. Prints TAP.

usage: tests/cli/cli.py OPENIHV-BINARY    (OPENIHV_SOURCE and OPENIHV_BUILD in the environment)
"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

BINARY = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(os.environ.get('OPENIHV_SOURCE', '.'))
BUILD = os.path.abspath(os.environ.get('OPENIHV_BUILD', 'build'))
RSN = os.path.join(BUILD, 'ext/rsn.so')
TEMPLATE = os.path.join(BUILD, 'sdk/template/template.so')
HOME = os.path.join(SOURCE, 'examples/home.xml')
HOME_AP = 'wpa2-psk:correct horse battery,ssid=openihv-home'
RUN_RSN = ['run', RSN, '--profile', HOME, '--ap', HOME_AP]
WAYS = ['pending', 'disassociate', 'roam', 'disconnect', 'disable', 'enable', 'remove']
VERDICT = re.compile(
    r'^verdict: (pass|fail) \(violations (\d+), crossings (\d+), rules exercised (\d+) of 102(?:, deaths (\d+))?\)$')
# A sanitizer in this process takes the signal for itself.
SANITIZED = b'__asan_init' in open(BINARY, 'rb').read() or b'__tsan_init' in open(BINARY, 'rb').read()
HERE = tempfile.TemporaryDirectory(prefix='openihv-cli-')
tests = []


def test(function):
    tests.append(function)
    return function


def module(name):
    return os.path.join(BUILD, 'tests/modules', name + '.so')


def file(name, content=b''):
    path = os.path.join(HERE.name, name)
    with open(path, 'wb') as f:
        f.write(content if isinstance(content, bytes) else content.encode())
    return path


def at(name):
    return os.path.join(HERE.name, name)


def run(*args, expect=None, **variables):
    env = dict(os.environ, LC_ALL='C.UTF-8', **variables)
    done = subprocess.run([BINARY, *args], env=env, cwd=HERE.name, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, check=False)
    if expect is not None and done.returncode != expect:
        raise AssertionError(f'{args}: exit {done.returncode}, not {expect}\n'
                             f'{done.stdout.decode()}\n{done.stderr.decode()}')
    return done


def verdict(output):
    match = VERDICT.match(output.decode().splitlines()[-1])
    assert match, 'last line: ' + output.decode().splitlines()[-1]
    return match.groups()


def passes(*args):
    """A run that ends well, and says nothing on stderr."""
    done = run(*args, expect=0)
    assert done.stderr == b'', done.stderr
    result = verdict(done.stdout)
    assert result[:2] == ('pass', '0'), result
    assert int(result[2]) > 50 and int(result[3]) > 20, result
    return done.stdout


def refuses(args, *words, **variables):
    """One clear line on stderr with these words in it, and exit 2."""
    done = run(*args, expect=2, **variables)
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, f'{args}: {lines}'
    for word in words:
        assert word.lower() in lines[0].lower(), f'{args}: no "{word}" in: {lines[0]}'
    assert b'verdict' not in done.stdout, done.stdout


# ---- What it is for. ----

@test
def happy_path():
    text = passes(*RUN_RSN).decode()
    for word in ('AUTHORISED', 'message 1', 'message 3', 'ping 192.0.2.1', 'deleted'):
        assert word in text, word
    assert '\033' not in text  # a pipe gets no colours


@test
def each_end_alone():
    for way in WAYS:
        passes(*RUN_RSN, '--end', way)


@test
def ends_in_another_order():
    passes(*RUN_RSN, *[word for way in reversed(WAYS[:-1]) for word in ('--end', way)])


@test
def each_end_of_an_open_network():
    passes('run', TEMPLATE, '--ap', 'open')
    for way in WAYS:
        passes('run', TEMPLATE, '--ap', 'open,ssid=cafe', '--end', way)
    passes('run', '--module', TEMPLATE, '--ap', 'open')
    passes('run', TEMPLATE)  # an open AP is what there is without --ap


@test
def rsn_on_an_open_network():
    passes('run', RSN, '--ap', 'open')


@test
def sha256_akm():
    profile = open(HOME, encoding='utf-8').read().replace('<akm>psk<', '<akm>psk-sha256<')
    passes('run', RSN, '--profile', file('sha256.xml', profile), '--ap', HOME_AP + ',akm=psk-sha256')


@test
def ui_response():
    profile = open(HOME, encoding='utf-8').read()
    profile = re.sub('<passphrase>.*</passphrase>', '', profile)
    args = ['run', RSN, '--profile', file('ask.xml', profile), '--ap', HOME_AP]
    passes(*args, '--ui-response', 'correct horse battery')
    done = run(*args, '--ui-response', 'wrong horse battery', expect=1)
    assert 'AUTHORISED' not in done.stdout.decode()


@test
def json_lines():
    done = run(*RUN_RSN, '--json', expect=0)
    objects = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert all(isinstance(o, dict) for o in objects)
    assert objects[-1]['verdict'] == 'pass' and objects[-1]['violations'] == 0
    assert objects[-1]['rules'] == 102
    assert sum('call' in o for o in objects) == objects[-1]['crossings']


# ---- In a process of its own, which is what happens without an option, and in this one. ----

STOP = 'Dot11ExtIhvStopPostAssociate'
RUNS_ALONE = re.compile(r' +0\.000000  host     the module runs in a process of its own(, with page guards)?: [a-z]')
RUNS_HERE = '   0.000000  host     the module runs in this process, without a sandbox'


def timeline(*args, expect=0):
    return run(*args, expect=expect).stdout.decode().splitlines()


def events(lines):
    """Of the timeline: (number, text) each."""
    found = (re.match(r' *\d+\.\d+  event    (\d+) (.*)', line) for line in lines)
    return [(int(match[1]), match[2]) for match in found if match]


@test
def isolated_and_in_process():
    def one(name, *option):
        lines = timeline(*RUN_RSN, *option, '--trace', at(name))
        return lines[0], lines[1:], open(at(name), 'rb').read()

    alone, here = one('alone.jsonl'), one('here.jsonl', '--in-process')
    assert RUNS_ALONE.match(alone[0]) and here[0] == RUNS_HERE, (alone[0], here[0])
    assert alone[1] == here[1], 'the timelines differ'
    assert alone[2] == here[2], 'the traces differ'
    assert one('again.jsonl', '--isolate') == alone
    assert one('last.jsonl', '--in-process', '--isolate') == alone
    assert events(alone[1]) == [(10001, 'WLAN extensibility module has successfully started'),
                                (10002, 'WLAN extensibility module has stopped')]
    shown = [json.loads(line) for line in timeline(*RUN_RSN, '--json')]
    assert shown[1]['runs'] == 'isolated' and shown[1]['page_guard'] is False and shown[1]['sandbox'], shown[1]
    shown = [json.loads(line) for line in timeline(*RUN_RSN, '--json', '--in-process', '--page-guard')]
    assert shown[1] == {'runs': 'in-process', 'page_guard': True}


@test
def quiet():
    """The lines of the timeline without the calls; but a call that breaks a rule is there."""
    whole, quietly = timeline(*RUN_RSN), timeline(*RUN_RSN, '--quiet')
    assert len(quietly) < len(whole) / 2 and set(quietly) <= set(whole), quietly
    assert any('AUTHORISED' in line for line in quietly) and not any(' Dot11Ext' in line for line in quietly), quietly
    shown = [json.loads(line) for line in timeline(*RUN_RSN, '--quiet', '--json')]
    assert {line['call'] for line in shown if 'call' in line} == {'port created', 'port gate', 'port deleted'}
    broken = timeline('run', module('touchy_kept_networks'), '--end', 'disconnect', '--page-guard', '--quiet', expect=1)
    assert any('trespass: the module read' in line for line in broken), broken
    assert any(line.startswith(' ') and 'violation X-35' in line for line in broken), broken


def dies_five_times(lines, cause):
    """The module is started anew after 1, 2, 4 and 8 s, then left alone; the run goes on until then."""
    unexpected = [text for number, text in events(lines) if number == 10003]
    text = f'WLAN extensibility module has stopped unexpectedly: {cause} in {STOP}; '
    assert unexpected == [text + f'started anew in {s} s' for s in (1, 2, 4, 8)] + [text + 'not started anew'], \
        unexpected
    assert sum(number == 10001 for number, _ in events(lines)) == 5
    # Nobody waits in a step for what cannot happen any more.
    after = [lines[i + 1] for i, line in enumerate(lines) if '  event    10003 ' in line]
    assert all(line.endswith("the module's death has ended this step") for line in after), after
    output = '\n'.join(lines)
    for word in ('the module is back, and the port is open again', 'The adapter is surprise-removed',
                 'the adapter has lost its module', 'the module died 5 times and is not started anew',
                 f'  5 x {cause} in {STOP}', '> ', 'failed: the module died too often'):
        assert word in output, (word, output)
    # The first death, and what was around it.
    paragraph = lines[lines.index('the module died 5 times and is not started anew'):]
    first = next(i for i, line in enumerate(paragraph) if line.startswith('  > '))
    assert 'module died' in paragraph[first] and len(paragraph) > first + 6, paragraph
    assert re.search(r' call   ' + STOP, '\n'.join(paragraph[:first])), paragraph
    assert VERDICT.match(lines[-1]).groups()[::4] == ('fail', '5'), lines[-1]


@test
def crash_isolated():
    lines = timeline('run', module('crash'), '--trace', at('died.jsonl'), expect=1)
    dies_five_times(lines, 'signal 11 (SIGSEGV)')
    assert timeline('run', module('crash'), expect=1) == lines, 'two runs with one seed differ'
    checked = run('check', at('died.jsonl'), expect=1).stdout.decode().splitlines()
    assert checked[-1] == lines[-1] and 'the module died 5 times' in checked, checked
    shown = [json.loads(line) for line in timeline('run', module('crash'), '--json', expect=1)]
    told = [line for line in shown if line.get('event') == 10003]
    assert [line['deaths'] for line in told] == [1, 2, 3, 4, 5]
    assert [line['retry_ns'] for line in told] == [10 ** 9 * s for s in (1, 2, 4, 8, 0)]
    assert all(line['handler'] == STOP and line['cause'] for line in told)
    assert (told[0]['how'], told[0]['code'], told[0]['cause']) == (2, 11, 'signal 11 (SIGSEGV)')
    assert {'notice': 'adapter lost'} in shown
    assert shown[-1]['deaths'] == 5 and shown[-1]['verdict'] == 'fail'


@test
def hang_isolated():
    lines = timeline('run', module('hang'), expect=1)
    dies_five_times(lines, 'killed at its deadline')
    late = [text for number, text in events(lines) if number == 10004]
    assert late == [f'WLAN extensibility module has timed out: {STOP}; its process is killed'] * 5, late

    def overdue(*option):
        """Seconds until the first Stop is overdue, and the deaths."""
        lines = timeline('run', module('hang'), '--end', 'disassociate', *option, expect=1)
        began = next(line for line in lines if f'host >   {STOP}' in line)
        ended = next(line for line in lines if 'has not returned in time' in line)
        return round(float(ended.split()[0]) - float(began.split()[0]), 3), VERDICT.match(lines[-1])[5]

    # The second death is at the end of the run.
    assert overdue() == (2, '2'), overdue()
    assert overdue('--stop-deadline', '0.5') == (.5, '2'), overdue('--stop-deadline', '0.5')
    assert overdue('--stop-deadline', '3', '--deadline', '0.25') == (3, '2')


@test
def what_a_death_ends():
    """The steps after one in which the module died are walked as ever."""
    for way in WAYS[1:-1]:
        lines = timeline('run', module('crash'), '--end', way, '--end', 'disconnect', expect=1)
        deaths = sum(number == 10003 for number, _ in events(lines))
        ended = sum(line.endswith("the module's death has ended this step") for line in lines)
        assert deaths >= 1 and ended >= 1 and 'The host disconnects: disassociation, then reset' in lines, lines
    # Nobody waits for a module that has gone with its adapter.
    lines = timeline('run', module('crash'), '--end', 'remove', expect=1)
    assert 'the module died 1 time' in lines and VERDICT.match(lines[-1])[5] == '1', lines


@test
def given_up():
    """A module that dies whenever it is connected ends the run in its first step."""
    lines = timeline('run', module('crash_connect'), expect=1)
    assert [number for number, _ in events(lines)] == [10001, 10003] * 5, lines
    assert '  5 x signal 6 (SIGABRT) in Dot11ExtIhvPerformPreAssociate' in lines, lines
    headings = [lines[i + 1] for i, line in enumerate(lines[:-1]) if not line][:2]
    assert headings == ['An adapter arrives and connects', 'The module is unloaded'], headings
    ends = [line for line in lines if line.endswith('is not started anew: the run ends here')]
    assert ends and ends[-1].startswith('failed: '), lines
    # One that dies in its start never comes to a first step, and is not started anew.
    lines = timeline('run', module('crash_start'), expect=1)
    cause = 'signal 11 (SIGSEGV) in Dot11ExtIhvInitService'
    assert events(lines) == [(10000, f'WLAN extensibility module has failed to start: {cause}; not started anew')]
    assert 'An adapter arrives and connects' not in lines and f'  1 x {cause}' in lines, lines
    assert VERDICT.match(lines[-1])[5] == '1', lines
    refuses(['inspect', module('crash_start')], 'crash_start.so', 'died in Dot11ExtIhvInitService')
    shown = [json.loads(line) for line in timeline('run', module('init_fails'), '--json', expect=2)]
    told = [line for line in shown if 'event' in line]
    assert told == [{'event': 10000, 'time': 0, 'text': 'WLAN extensibility module has failed to start',
                     'cause': 'Dot11ExtIhvInitService failed with error 8',
                     'handler': 'Dot11ExtIhvInitService'}], told


@test
def page_guard():
    for option in ([], ['--in-process']):
        lines = timeline('run', module('touchy_kept_networks'), '--end', 'disconnect', '--page-guard', *option, expect=1)
        assert ', with page guards' in lines[0] or 'this process' in lines[0]
        seen = 'trespass: the module read an input after the handler returned: Dot11ExtIhvPerformPreAssociate'
        assert any(line.endswith(seen) for line in lines), lines
        assert any(line.startswith('violation X-35 ') for line in lines), lines
        passes('run', module('touchy_nothing'), '--page-guard', *option)
    # Without it nobody sees that.
    if not SANITIZED:
        assert 'trespass' not in passes('run', module('touchy_kept_networks')).decode()


@test
def refused_system_calls():
    lines = timeline('run', module('greedy'), '--end', 'disconnect', '--deadline', '60')
    refused = [line.rsplit(' ', 1)[1] for line in lines if 'was refused the system call' in line]
    assert {'socket', 'execve', 'ptrace', 'kill'} <= set(refused), refused
    checked = run('check', '--json', file('none.jsonl', b'{"openihv-trace":1,"version":"0"}\n')).stdout
    assert json.loads(checked)['deaths'] == 0


@test
def crash_and_hang_in_process():
    if not SANITIZED:
        done = run('run', module('crash'), '--in-process', '--trace', at('crash.jsonl'), expect=1)
        assert done.stdout.decode().splitlines()[-1] == \
            'verdict: fail (the module crashed: SIGSEGV in Dot11ExtIhvStopPostAssociate)'
        # Nothing of what was seen before is lost.
        assert json.loads(open(at('crash.jsonl')).readlines()[-1])['call'] == 'Dot11ExtIhvStopPostAssociate'
        done = run('run', module('crash'), '--in-process', '--json', expect=1)
        assert json.loads(done.stdout.splitlines()[-1]) == {
            'verdict': 'fail', 'crash': 'SIGSEGV', 'in': 'Dot11ExtIhvStopPostAssociate'}
        # The handler of the page guards lets through what is not its own.
        done = run('run', module('crash'), '--in-process', '--page-guard', expect=1)
        assert done.stdout.endswith(b'(the module crashed: SIGSEGV in Dot11ExtIhvStopPostAssociate)\n')
    done = run('run', module('hang'), '--in-process', expect=1)
    assert b'Dot11ExtIhvStopPostAssociate has not returned' in done.stdout
    assert b'X-17' in done.stdout and verdict(done.stdout)[0] == 'fail'


@test
def saved_trace():
    live = verdict(passes(*RUN_RSN, '--trace', at('a.jsonl')))
    checked = run('check', at('a.jsonl'), expect=0)
    assert verdict(checked.stdout) == live, (verdict(checked.stdout), live)
    shown = json.loads(run('check', '--json', at('a.jsonl'), expect=0).stdout.splitlines()[-1])
    assert (shown['verdict'], str(shown['crossings'])) == ('pass', live[2])
    with open(at('a.jsonl'), encoding='utf-8') as f:
        for line in f:
            json.loads(line)
    refuses(['check', at('nothing.jsonl')], 'nothing.jsonl', 'no such file')
    refuses(['check', file('text.jsonl', 'hello\n')], 'text.jsonl:1')
    lines = open(at('a.jsonl'), 'rb').read()
    refuses(['check', file('cut.jsonl', lines[:-20])], 'cut.jsonl')


@test
def same_seed_same_bytes():
    def one(seed, name):
        out = run(*RUN_RSN, '--seed', seed, '--trace', at(name + '.jsonl'), '--pcap', at(name + '.pcap'),
                  expect=0).stdout
        return out, open(at(name + '.jsonl'), 'rb').read(), open(at(name + '.pcap'), 'rb').read()
    first, again, other = one('7', 'x'), one('7', 'y'), one('8', 'z')
    for name, a, b in zip(('stdout', 'trace', 'pcap'), first, again):
        assert a == b, f'{name} differs between two runs with one seed'
    assert first[2] != other[2], 'two seeds gave the same frames'


@test
def breaks_a_rule():
    for args in (['--end', 'disassociate'], ['--end', 'disassociate', '--json']):
        done = run('run', module('late_completion'), '--ap', 'open', *args, '--trace', at('bad.jsonl'),
                   expect=1)
        text = done.stdout.decode()
        assert 'X-40' in text, text
        if '--json' not in args:
            assert verdict(done.stdout)[0] == 'fail' and int(verdict(done.stdout)[1]) > 0
            assert 'No PostAssociateCompletion for a session after' in text, text
    checked = run('check', at('bad.jsonl'), expect=1)
    assert verdict(checked.stdout)[0] == 'fail' and b'X-40' in checked.stdout


@test
def wrong_passphrase():
    done = run('run', RSN, '--profile', HOME, '--ap', 'wpa2-psk:incorrect horse,ssid=openihv-home', expect=1)
    text = done.stdout.decode()
    assert 'AUTHORISED' not in text
    assert 'bad user key' in text or 'credential' in text, text
    assert 'timeout' not in text, text
    assert verdict(done.stdout)[:2] == ('fail', '0')


@test
def init_adapter_fails():
    done = run('run', module('initadapter_fails'), '--ap', 'open', expect=1)
    assert 'InitAdapter' in done.stdout.decode()


@test
def capture_read_by_tshark():
    passes(*RUN_RSN, '--pcap', at('f.pcap'))
    keys = ['-o', 'wlan.enable_decryption:TRUE',
            '-o', 'uat:80211_keys:"wpa-pwd","correct horse battery:openihv-home"']

    def shark(display, *fields):
        args = ['tshark', '-n', '-r', at('f.pcap'), *keys, '-Y', display, '-T', 'fields']
        for field in fields or ('frame.number',):
            args += ['-e', field]
        done = subprocess.run(args, capture_output=True, timeout=120, check=True)
        return [line.split('\t') for line in done.stdout.decode().splitlines()]

    # Decrypted by another's code: the CCMP on the air is real.
    echoes = shark('icmp', 'icmp.type', 'wlan.fc.protected', 'icmp.checksum.status')
    assert sum(e[0] == '8' for e in echoes) >= 3 and sum(e[0] == '0' for e in echoes) >= 3, echoes
    assert all(e[1] in ('1', 'True') for e in echoes), echoes
    # Whatever tshark dislikes, in the 802.11, EAPOL and data frames.
    for display in ('_ws.malformed', '_ws.expert.severity==error'):
        assert shark(display) == [], display
    numbers = {e[0] for e in shark('wlan_rsna_eapol.keydes.msgnr', 'wlan_rsna_eapol.keydes.msgnr')}
    assert {'1', '2', '3', '4'} <= numbers, numbers
    # None of it in the clear.
    plain = subprocess.run(['tshark', '-n', '-r', at('f.pcap'), '-Y', 'icmp'], capture_output=True,
                           timeout=120, check=True)
    assert plain.stdout == b'', plain.stdout


@test
def rules():
    text = run('rules', expect=0).stdout.decode()
    assert len(re.findall(r'^[HX]-\d\d ', text, re.M)) == 102
    assert len(set(re.findall(r'^[HX]-\d\d', text, re.M))) == 102
    for name in ('X-40', 'x40', 'H-15'):
        text = run('rules', name, expect=0).stdout.decode()
        assert 'stop-post' in text, text  # its source page
    refuses(['rules', 'X-71'], 'X-71')


@test
def inspect():
    for path in (RSN, TEMPLATE):
        text = run('inspect', path, expect=0).stdout.decode()
        assert 'versions  0 to 0' in text and 'handlers  19 of 19' in text, text
        text = run('inspect', '--no-load', path, expect=0).stdout.decode()
        assert 'Dot11ExtIhvInitService        yes' in text, text
    for name, words in BAD_MODULES.items():
        refuses(['inspect', module(name)], name, *words)
    # What it breaks, it breaks in its worker.
    refuses(['inspect', RSN], 'rsn.so', 'worker', OPENIHV_WORKER=at('no-worker'))
    refuses(RUN_RSN, 'rsn.so', 'worker', OPENIHV_WORKER=at('no-worker'))


def dll(machine=0x8664, characteristics=0x2022, names=(b'Dot11ExtIhvGetVersionInfo', b'Dot11ExtIhvInitService')):
    """A PE file with one section, whose first octets are the export directory."""
    wide = machine not in (0x14c, 0x1c4)
    count, texts, strings = len(names), b'', b''
    at = 0x1028 + 10 * count  # functions, names, ordinals; then the strings
    for name in names:
        texts += struct.pack('<I', at + len(strings))
        strings += name + b'\0'
    body = struct.pack('<12xIIIIIII', 0, 1, count, count, 0x1028, 0x1028 + 4 * count, 0x1028 + 8 * count)
    body += struct.pack('<I', 0x1200) * count + texts + struct.pack(f'<{count}H', *range(count)) + strings
    optional = struct.pack('<H58xIIH', 0x20b if wide else 0x10b, 0x200, 0, 2)
    optional = optional.ljust(108 if wide else 92, b'\0') + struct.pack('<III', 16, 0x1000, 40) + bytes(120)
    coff = struct.pack('<HH12xHH', machine, 1, len(optional), characteristics)
    section = b'.all'.ljust(8, b'\0') + struct.pack('<IIII12xI', 0x400, 0x1000, 0x400, 0x200, 0x60000020)
    head = b'MZ'.ljust(0x3c, b'\0') + struct.pack('<I', 0x40) + b'PE\0\0' + coff + optional + section
    return head.ljust(0x200, b'\0') + body.ljust(0x400, b'\0')


@test
def inspect_windows():
    done = run('inspect', '--no-load', file('fine.dll', dll()), expect=0)
    text = done.stdout.decode()
    assert done.stderr == b'' and 'PE32+ DLL, x86-64' in text, (text, done.stderr)
    assert 'Dot11ExtIhvInitService        yes' in text and 'InitVirtualStation no' in text, text
    assert '2 functions in all' in text and 'links to  nothing' in text, text
    # Its functions are no code: where there is no Wine it is not tried, and one line says so.
    asked = run('inspect', at('fine.dll'), expect=2, OPENIHV_WINE=at('no-wine'))
    assert asked.stdout.decode() == text, asked.stdout
    lines = asked.stderr.decode().splitlines()
    assert len(lines) == 1 and 'fine.dll' in lines[0], lines
    refuses(['run', '--in-process', at('fine.dll')], 'fine.dll', 'in-process')
    only = 'only 64-bit x86-64 modules'

    def refused(name, content, *words):
        for option in ([], ['--no-load']):
            refuses(['inspect', *option, file(name, content)], name, *words)

    refused('other.dll', dll(names=(b'DllMain',)), 'does not export Dot11ExtIhvGetVersionInfo')
    refused('half.dll', dll(names=(b'Dot11ExtIhvGetVersionInfo',)), 'does not export Dot11ExtIhvInitService')
    refused('none.dll', dll(names=()), 'does not export')
    refused('x86.dll', dll(0x14c), 'a 32-bit DLL (x86)', only)
    refused('arm.dll', dll(0x1c4), 'a 32-bit DLL (Arm)', only)
    refused('arm64.dll', dll(0xaa64), 'an Arm64 DLL', only)
    refused('program.exe', dll(characteristics=0x22), 'an executable program, not a DLL')
    for length in (2, 0x44, 0x100, 0x150, 0x200, 0x5ff):
        refused('cut.dll', dll()[:length], 'truncated or damaged')
    refuses(['run', at('x86.dll')], 'x86.dll', 'a 32-bit DLL (x86)')


@test
def help_and_version():
    for command in ([], ['run'], ['check'], ['rules'], ['inspect'], ['fuzz']):
        assert b'usage: openihv' in run(*command, '--help', expect=0).stdout
        assert re.match(rb'openihv \d+\.\d+\.\d+\n$', run(*command, '--version', expect=0).stdout)


# ---- Bad input: one line that names the file and the cause. ----

BAD_MODULES = {
    'getversion_fails': ('Dot11ExtIhvGetVersionInfo', '31'),
    'init_fails': ('Dot11ExtIhvInitService', '8'),
    'future_version': ('version', '7', '9'),
    'version_unwritten': ('version',),
    'null_handler': ('18', 'NULL'),
    'missing_init': ('export',),
    'missing_version': ('export',),
}


@test
def bad_modules():
    for name, words in BAD_MODULES.items():
        refuses(['run', module(name), '--ap', 'open'], name, *words)
    passes('run', module('fine'), '--ap', 'open')
    refuses(['run', at('missing.so')], 'missing.so', 'no such file')
    refuses(['run', file('empty.so')], 'empty.so')
    refuses(['run', file('text.so', 'just text\n')], 'text.so', 'ELF')
    refuses(['run', HERE.name], HERE.name)
    with open(RSN, 'rb') as f:
        refuses(['run', file('cut.so', f.read(700))], 'cut.so')
    refuses(['run', BINARY], 'openihv')
    refuses(['run'], 'module')
    refuses(['run', RSN, TEMPLATE], 'template.so')


def profile(security='', ssid='openihv-home', extra=''):
    return (f'<?xml version="1.0"?>{extra}'
            '<WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1"><name>p</name>'
            f'<SSIDConfig><SSID><name>{ssid}</name></SSID></SSIDConfig>'
            '<connectionType>ESS</connectionType><connectionMode>manual</connectionMode>'
            '<IHV><OUIHeader><OUI>000FAC</OUI><type>01</type></OUIHeader>'
            f'<security>{security}</security><useMSOneX>false</useMSOneX></IHV></WLANProfile>')


@test
def bad_profiles():
    def refused(name, content, *words):
        refuses(['run', RSN, '--profile', file(name, content), '--ap', HOME_AP], name, *words)

    refused('malformed.xml', '<WLANProfile><name>', )
    refused('empty.xml', '')
    refused('binary.xml', bytes(range(256)))
    refused('other.xml', '<?xml version="1.0"?><html/>')
    refused('huge.xml', profile('x' * (1 << 20)), )
    refused('deep.xml', profile('<a>' * 1000 + '</a>' * 1000))
    bomb = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">' + ''.join(
        f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9)) + ']>'
    refused('bomb.xml', profile('&j;', extra=bomb))
    refused('external.xml', profile(extra='<!DOCTYPE x SYSTEM "file:///etc/passwd">'))
    refused('longssid.xml', profile(ssid='s' * 33))
    refused('ibss.xml', profile().replace('>ESS<', '>IBSS<'))
    refuses(['run', RSN, '--profile', at('missing.xml')], 'missing.xml', 'no such file')
    refuses(['run', RSN, '--profile', HERE.name], HERE.name)


@test
def bad_access_points():
    def refused(spec, *words):
        refuses(['run', RSN, '--ap', spec], '--ap', *words)

    refused('open,ssid=' + 's' * 33, 'ssid', '32')
    refused('wpa2-psk:1234567', 'passphrase')
    refused('wpa2-psk:' + 'g' * 64, 'passphrase')
    refused('wpa2-psk:' + 'a' * 65, 'passphrase')
    refused('wpa2-psk:')
    refused('wep:12345', 'wep')
    refused('open,colour=red', 'colour')
    refused('open,channel=15', 'channel')
    refused('open,bssid=xx', 'bssid')
    refused('open,bssid=01:00:00:00:00:01', 'bssid')
    refused('')
    refuses(['run', RSN, '--ap', 'open,bssid=02:00:00:00:00:01', '--ap', 'open,bssid=02:00:00:00:00:01'],
            'access point 2', 'bssid')


@test
def passphrase_lengths():
    """7 and 64 characters are refused by the module, 8, 63 and 64 hexadecimal digits work."""
    def result(secret):
        fragment = f'<rsn xmlns="urn:openihv:rsn:1"><passphrase>{secret}</passphrase></rsn>'
        ap = secret if len(secret) in (8, 63, 64) and 'g' not in secret else '12345678'
        return run('run', RSN, '--profile', file('length.xml', profile(fragment)), '--ap',
                   f'wpa2-psk:{ap},ssid=openihv-home', '--end', 'disconnect').returncode

    for secret in ('12345678', 'p' * 63, 'a1' * 32):
        assert result(secret) == 0, secret
    for secret in ('1234567', 'g' * 64):
        assert result(secret) == 1, secret


@test
def bad_usage():
    refuses([*RUN_RSN, '--colour'], 'colour')
    refuses([*RUN_RSN, '--end', 'explode'], 'explode')
    refuses([*RUN_RSN, '--seed', 'seven'], 'seven')
    refuses([*RUN_RSN, '--seed', '-1'], '-1')
    refuses([*RUN_RSN, '--seed', '18446744073709551616'], '18446744073709551616')
    for option in ('--deadline', '--stop-deadline'):
        for value in ('', '0', '-1', '0.0004', '3601', '1e3', '1.2.3', 'inf', '0x10', '5s', ' 5'):
            refuses([*RUN_RSN, option, value], f'{option} {value}: not a number of seconds')
        refuses([*RUN_RSN, option], option, 'argument')
        passes(*RUN_RSN, option, '.75', '--end', 'disconnect')
    refuses([*RUN_RSN, '--trace', at('no/such/folder/t.jsonl')], 'no/such/folder/t.jsonl', 'no such file')
    refuses([*RUN_RSN, '--pcap', at('no/such/folder/t.pcap')], 'no/such/folder/t.pcap', 'no such file')
    refuses(['dance'], 'dance')
    refuses(['inspect'], 'inspect')
    refuses(['check'], 'check')
    refuses(['check', '--loud', 'x'], 'loud')


@test
def full_disk():
    if os.path.exists('/dev/full'):
        refuses([*RUN_RSN, '--trace', '/dev/full'], '/dev/full', 'no space')


def main():
    failed = 0
    print(f'1..{len(tests)}')
    for number, function in enumerate(tests, 1):
        name = function.__name__.replace('_', ' ')
        try:
            function()
            print(f'ok {number} - {name}', flush=True)
        except (AssertionError, subprocess.SubprocessError, OSError, ValueError, LookupError) as e:
            failed += 1
            print(f'not ok {number} - {name}')
            for line in (str(e) or repr(e)).splitlines()[-45:]:
                print('# ' + line, flush=True)
    HERE.cleanup()
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
