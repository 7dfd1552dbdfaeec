#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""openihv fuzz: what it finds, how it tells findings apart, what it leaves alone. Prints TAP.

usage: tests/cli/fuzz.py OPENIHV-BINARY [TEST]...    (OPENIHV_SOURCE and OPENIHV_BUILD in the environment)

FUZZ_RUNS in the environment: runs for each module that has to survive (default 100).
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

BINARY = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(os.environ.get('OPENIHV_SOURCE', '.'))
BUILD = os.path.abspath(os.environ.get('OPENIHV_BUILD', 'build'))
RUNS = os.environ.get('FUZZ_RUNS', '100')
with open(BINARY, 'rb') as binary:
    TEXT = binary.read()
SANITIZED = b'__asan_init' in TEXT or b'__tsan_init' in TEXT
HERE = tempfile.TemporaryDirectory(prefix='openihv-fuzz-')
WPA2 = ['--profile', os.path.join(SOURCE, 'examples/home.xml'),
        '--ap', 'wpa2-psk:correct horse battery,ssid=openihv-home']
PACKET, ELEMENTS, SECURITY, CONNECTIVITY, INDICATION, CONTROL, UI_RESPONSE = range(1, 8)
tests = []


def test(function):
    tests.append(function)
    return function


def plain(function):
    """Not with sanitizers, which have their own opinion of mistakes."""
    if not SANITIZED:
        tests.append(function)
    return function


def at(name):
    return os.path.join(HERE.name, name)


def module(name):
    return os.path.join(BUILD, name + '.so')


def mutant(name):
    return module('tests/mutants/' + name)


def fuzz(*args, expect):
    done = subprocess.run([BINARY, 'fuzz', *args], cwd=HERE.name, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=600, check=False, env=dict(os.environ, LC_ALL='C.UTF-8'))
    assert done.returncode in (expect if isinstance(expect, tuple) else (expect,)), \
        f'{args}: exit {done.returncode}, not {expect}: {done.stdout.decode()}{done.stderr.decode()}'
    return done


def campaign(path, *args, expect):
    done = fuzz(path, '--quiet', '--json', '-', '--budget', '0', *args, expect=expect)
    return json.loads(done.stdout)


def save(name, *records):
    with open(at(name), 'wb') as file:
        for kind, flags, data in records:
            file.write(struct.pack('<BBH', kind, flags, len(data)) + data)
    return at(name)


def crashes(report, rule):
    return [finding for finding in report['findings'] if finding['rule'] == rule]


def hunt(name, network, rule, size, kinds, *args):
    """A mistake is found within so many runs, by an input of so many bytes, which has records of these kinds alone."""
    path = mutant(name)
    report = campaign(path, *network, '--runs', '4000', '--jobs', '1', '--until', rule, '--crashes',
                      at('crashes-' + '-'.join([name, *args])), *args, expect=1)
    found = crashes(report, rule)
    assert len(found) == 1, f'{name}: {[f["text"] for f in found]}'
    records = found[0]['input']
    length = sum(len(record['bytes']) // 2 for record in records)
    assert records and length <= size, f'{name}: {length} bytes: {records}'
    assert all(record['type'] in kinds for record in records), f'{name}: {records}'
    assert found[0]['severity'] == 'F' and found[0]['repeated'] and os.path.exists(found[0]['file'])
    # The command that it prints shows the same; where a small overrun leads depends on where this process has its parts.
    for _ in range(4):
        again = fuzz(path, *network, *args, '--replay', found[0]['file'], expect=(0, 1))
        if again.returncode:
            break
    assert again.returncode and f'finding {rule}' in again.stdout.decode(), again.stdout


# (name, network, bytes of the input at most, the records it may have)
HOSTILE = [
    ('x68_control_stack', [], 400, ['control']),
    ('x68_control_length', [], 10, ['control']),
    ('x68_profile_stack', [], 700, ['security', 'connectivity']),
    ('x68_beacon_stack', [], 300, ['elements']),
    ('x68_indication_size', [], 2, ['indication']),
    ('x68_packet_stack', WPA2, 700, ['packet']),
    ('x68_key_data_length', WPA2, 400, ['packet']),
    ('x68_short_packet', WPA2, 100, ['packet']),
]


@plain
def finds_hostile_mutants():
    for name, network, size, kinds in HOSTILE:
        hunt(name, network, 'crash', size, kinds, '--in-process')


@plain
def finds_them_isolated():
    for name, network, size, kinds in HOSTILE:
        hunt(name, network, 'crash', size, kinds, '--isolate', '--only', ','.join(kinds))


@plain
def finds_rules():
    hunt('x69_claims', [], 'X-69', 3, ['control'], '--in-process')
    hunt('x69_writes_beyond', [], 'X-69', 8, ['control'], '--in-process')


@plain
def tells_findings_apart():
    """Many runs with one mistake are one finding; and each place of the module that crashes is another."""
    def identities(name, kind):
        report = campaign(mutant(name), '--runs', '250', '--jobs', '1', '--only', kind, expect=1)
        return crashes(report, 'crash')
    # A stack that is written over crashes in many ways, all of them in one place.
    found = identities('x68_control_stack', 'control')
    assert len(found) == 1 and found[0]['count'] > 20, found
    # Two instructions read the structure that is too short.
    found = identities('x68_indication_size', 'indication')
    assert 1 <= len(found) <= 2 and found[0]['count'] > 20, found
    found = identities('x68_beacon_stack', 'elements')
    assert 1 < len(found) <= 6 and len({f['identity'] for f in found}) == len(found), found
    assert all('PerformCapabilityMatch, at module+0x' in f['text'] for f in found), found


@test
def leaves_correct_modules_alone():
    survivors = [('ext/rsn', WPA2), ('sdk/template/template', [])]
    with open(os.path.join(SOURCE, 'tests/correct/correct.tsv'), encoding='utf-8') as table:
        for line in table:
            row = line.rstrip('\n').split('\t')
            if not line.startswith('#') and row[4] != 'clock':
                survivors.append(('tests/correct/' + row[0], []))
    for name, network in survivors:
        for mode in ['--in-process'] if SANITIZED else ['--in-process', '--isolate']:
            report = campaign(module(name), *network, mode, '--runs', RUNS, '--crashes', at('none'), expect=0)
            assert report['verdict'] == 'pass' and report['runs'] == int(RUNS), report


@test
def repeats():
    """With one job, the same seed and corpus give the same inputs; another seed gives others."""
    def corpus(folder, seed):
        campaign(module('sdk/template/template'), '--seed', seed, '--runs', '120', '--jobs', '1', '--corpus', at(folder),
                 expect=0)
        files = {}
        for name in sorted(os.listdir(at(folder))):
            if os.path.isfile(os.path.join(at(folder), name)):
                with open(os.path.join(at(folder), name), 'rb') as file:
                    files[name] = file.read()
        return files
    one, two, three = corpus('one', '7'), corpus('two', '7'), corpus('three', '8')
    assert one == two
    assert one != three
    assert 'id:000000,orig:all' in one
    assert any(',src:' in name and ',op:' in name for name in one), one.keys()
    # A second campaign begins with what the first has kept.
    report = campaign(module('sdk/template/template'), '--seed', '9', '--runs', '10', '--corpus', at('one'), expect=0)
    assert report['corpus'] >= len(one)


@test
def seals_packets():
    """Behind the MIC: the AP's third message is taken if it is sealed, and ends the association if it is authentic and
    has other elements in it."""
    rsn = module('ext/rsn')
    fuzz(rsn, *WPA2, '--runs', '1', '--jobs', '1', '--quiet', '--corpus', at('sealed'), expect=0)
    [seed] = [name for name in os.listdir(at('sealed')) if name.endswith('orig:packets-sealed')]
    with open(os.path.join(at('sealed'), seed), 'rb') as file:
        data = file.read()
    records = []
    while data:
        kind, flags, length = struct.unpack('<BBH', data[:4])
        records.append((kind, flags, data[4:4 + length]))
        data = data[4 + length:]
    assert [flags for _, flags, _ in records] == [3, 7, 7], records
    def replay(*changed):
        done = fuzz(rsn, *WPA2, '--replay', save('packets', *changed), expect=0)
        return done.stdout.decode()
    text = replay(*records)
    third = 'Dot11ExtIhvReceivePacket: message 3'
    assert 'AUTHORISED' in text and text.count(third) == 1 and text.count('SetDefaultKey') == 2, text
    # Replay counter and nonce are the AP's own, whatever stands there.
    stale = [(kind, flags, data[:11] + bytes(40) + data[51:]) for kind, flags, data in records]
    text = replay(*stale)
    assert 'AUTHORISED' in text and text.count(third) == 1, text
    # With key data in clear and the MIC of others it is good for nothing, until the AP sends its own.
    message = records[1]
    text = replay(records[0], (PACKET, 3, message[2]))
    assert 'AUTHORISED' in text and text.count(third) == 2, text
    # Another RSNE in it: authentic, and not the beacon's (802.11-2020, 12.7.6.4).
    at_rsne = message[2].index(b'\x30\x14\x01\x00')
    other = bytearray(message[2])
    other[at_rsne + 18] ^= 4
    text = replay(records[0], (PACKET, 7, bytes(other)))
    assert 'Dot11ExtSetDefaultKey' not in text and 'message 3' in text, text
    assert 'Dot11ExtPostAssociateCompletion' in text, text


@test
def shows_what_it_gives():
    template = module('sdk/template/template')
    path = save('some', (ELEMENTS, 0x11, b'\0\7openihv\xdd\x01x'), (CONTROL, 0, b'\x40\0VERSION'),
                (INDICATION, 0, b'\x04abc'), (PACKET, 0, b'\0\0abc'))
    text = fuzz(template, '--replay', path, expect=0).stdout.decode()
    for words in ['Dot11ExtIhvControl', 'Dot11ExtIhvReceiveIndication', 'link quality, 3 bytes',
                  "packet: of the module's EtherType, 3 bytes", 'nothing was found']:
        assert words in text, f'no "{words}" in {text}'


@plain
def makes_small():
    path = save('big', (CONTROL, 0, b'\x40\0' + b'A' * 60), (INDICATION, 0, b'\3' + b'B' * 8))
    text = fuzz(mutant('x68_control_stack'), '--minimise', path, expect=1).stdout.decode()
    assert 'finding crash' in text and os.path.getsize(path + '.min') < os.path.getsize(path) - 16, text
    path = save('harmless', (CONTROL, 0, b'\x40\0A'))
    fuzz(mutant('x68_control_stack'), '--minimise', path, expect=0)


@plain
def counts_edges():
    """Of a module that was built with coverage, more edges are found than the first inputs reach."""
    report = campaign(module('tests/modules/covered'), '--runs', '200', '--jobs', '1', '--corpus', at('covered'), expect=0)
    assert report['coverage'] == 'trace-pc' and report['edges'] > 50, report
    # Some of the runs have shown something new, and most have not.
    assert 3 < report['added'] < 100, report
    again = campaign(module('tests/modules/covered'), '--runs', '1', '--jobs', '1', expect=0)
    assert again['edges'] < report['edges'], (again['edges'], report['edges'])
    # In a worker nobody counts, but it can be loaded.
    report = campaign(module('tests/modules/covered'), '--isolate', '--runs', '5', expect=0)
    assert report['coverage'] == '' and report['edges'] == 0


@plain
def takes_any_corpus():
    os.mkdir(at('raw'))
    for name, data in [('a', b'\2\3\0\x5f\2' + b'\0' * 94), ('b', b''), ('c', b'\xff' * 5000)]:
        with open(os.path.join(at('raw'), name), 'wb') as file:
            file.write(data)
    report = campaign(module('ext/rsn'), *WPA2, '--runs', '20', '--corpus', at('raw'), expect=0)
    assert report['corpus'] == 3 + report['added']


@test
def refuses():
    template = module('sdk/template/template')
    for args, words in [([], 'which module'), ([template, '--only', 'noise'], '--only noise'),
                        ([template, '--jobs', '0'], '--jobs 0'), ([template, '--replay', 'none'], 'none: No such file'),
                        ([template, '--replay', 'a', '--minimise', 'b'], 'one at a time'),
                        ([template, '--dictionary', 'none'], 'none'), ([template, '--wrong'], "no option '--wrong'"),
                        ([template, '--corpus', template], 'Not a directory'),
                        ([module('tests/modules/init_fails')], 'init_fails')]:
        done = fuzz(*args, expect=2)
        lines = done.stderr.decode().splitlines()
        assert len(lines) == 1 and words in lines[0], f'{args}: {lines}'
    with open(at('tokens'), 'w', encoding='utf-8') as file:
        file.write('"good"\nbad\n')
    assert b'line 2' in fuzz(template, '--dictionary', at('tokens'), expect=2).stderr


def main():
    wanted = [function for function in tests if not sys.argv[2:] or function.__name__ in sys.argv[2:]]
    failed = 0
    print(f'1..{len(wanted)}')
    for number, function in enumerate(wanted, 1):
        try:
            function()
            print(f'ok {number} - {function.__name__}', flush=True)
        except AssertionError as error:
            failed += 1
            text = str(error).replace('\n', '\n# ')
            print(f'not ok {number} - {function.__name__}\n# {text}', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
