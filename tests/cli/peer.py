#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""openihv run with access points of kind peer and blind, as a user calls it. Prints TAP.

usage: tests/cli/peer.py OPENIHV-BINARY    (see cli.py, whose means these are)
"""
import json
import os
import re
import signal as signals
import subprocess
import sys

sys.dont_write_bytecode = True
import cli
from cli import BUILD, SOURCE, at, file, passes, refuses, run, test, timeline, verdict

cli.tests.clear()  # those are run by cli.py

VENDOR = os.path.join(BUILD, 'examples/vendor.so')
PROFILE = os.path.join(SOURCE, 'examples/vendor.xml')
VENDOR_AP = 'python3 ' + os.path.join(SOURCE, 'examples/vendor/vendor_ap.py')
RUN_VENDOR = ['run', VENDOR, '--profile', PROFILE]
PEER = ['--peer', VENDOR_AP + ' "tin whistle 42"']
WAYS = cli.WAYS

# A peer that opens every port at once, and does what is put into it: on(type, number, body) is asked before DONE.
SIMPLE = '''
import os, struct, sys
HELLO, ASSOCIATED, FRAME, TIMER, DISASSOCIATED, BYE = range(1, 7)
DONE, DO_HELLO, SEND, DISASSOCIATE, DEAUTHENTICATE, AUTHORISE, UNAUTHORISE, KEY, SET_TIMER, LOG = range(128, 138)
def act(kind, body=b''):
    sys.stdout.buffer.write(struct.pack('<HH', kind, len(body)) + body)
def log(text):
    act(LOG, text.encode())
def on(kind, number, body):
    pass
%s
while True:
    header = sys.stdin.buffer.read(4)
    if len(header) < 4:
        break
    kind, length = struct.unpack('<HH', header)
    body = sys.stdin.buffer.read(length)
    number, time = struct.unpack_from('<IQ', body)
    if kind == HELLO:
        act(DO_HELLO, struct.pack('<I', 1))
    if kind == ASSOCIATED:
        act(AUTHORISE, body[12:24])
    on(kind, number, body[12:])
    act(DONE, struct.pack('<I', number))
    sys.stdout.buffer.flush()
'''


def simple(name, on=''):
    """The command of such a peer."""
    return 'python3 ' + file(name + '.py', SIMPLE % on)


def on(kind, action):
    return f'def on(kind, number, body):\n    if kind == {kind}:\n        {action}\n'


# ---- The example. ----

@test
def example():
    text = passes(*RUN_VENDOR, *PEER).decode()
    for word in ('Dot11ExtIhvReceivePacket: EtherType 0x88b5', 'Dot11ExtSetKeyMappingKey: CCMP', 'AUTHORISED',
                 'station proved itself: key in use, port open', 'new key in use', 'ping 192.0.2.1'):
        assert word in text, word
    assert 'left out' not in text, text
    # The module's half of it is never silent: the port was pending when it was ended.
    step = text.split('The AP disassociates while the handshake is pending\n')[1].split('\n\n')[0]
    assert step.count('Dot11ExtIhvStopPostAssociate') == 2 and step.count('AUTHORISED') == 1, step
    assert passes(*RUN_VENDOR, '--ap', 'peer,channel=6', *PEER)


@test
def example_isolated_and_in_process():
    def one(*option):
        lines = timeline(*RUN_VENDOR, *PEER, *option, '--trace', at('vendor.jsonl'), '--pcap', at('vendor.pcap'))
        return lines[1:], open(at('vendor.jsonl'), 'rb').read(), open(at('vendor.pcap'), 'rb').read()

    def calls(trace):
        """Without the first bytes of packets: a nonce is among them, and its place in the seed's sequence another."""
        return [{k: v for k, v in json.loads(line).items() if k != 'data'} for line in trace.splitlines()]

    alone, here = one(), one('--in-process')
    for option in (['--strict'], ['--page-guard'], ['--strict', '--page-guard']):
        assert one(*option) == alone, option
        assert one('--in-process', *option) == here, option
    assert alone[0] == here[0] and calls(alone[1]) == calls(here[1])
    assert one('--seed', '2')[2] != alone[2]
    run('check', at('vendor.jsonl'), expect=0)


@test
def example_each_end_alone():
    for way in WAYS:
        passes(*RUN_VENDOR, *PEER, '--end', way)
    passes(*RUN_VENDOR, *PEER, *[word for way in reversed(WAYS[:-1]) for word in ('--end', way)])


@test
def example_wrong_secret():
    for option in ([], ['--in-process']):
        done = run(*RUN_VENDOR, '--peer', VENDOR_AP + ' "tin whistle 43"', *option, expect=1)
        text = done.stdout.decode()
        assert done.stderr == b'' and 'AUTHORISED' not in text and 'data sent' not in text, text
        assert 'peer     wrong answer: the station has another secret' in text, text
        assert re.search(r'^failed: the connection was not made: .*logon failure', text, re.M), text
        assert verdict(done.stdout)[:2] == ('fail', '0')


@test
def example_profiles():
    text = open(PROFILE, encoding='utf-8').read()
    secret = '<secret>tin whistle 42</secret>'
    for number, bad in enumerate(('', '<secret>short</secret>', '<secret>' + 64 * 'x' + '</secret>',
                                  '<secret>tin &amp; whistle</secret>', '<secret>tin whistle ä</secret>')):
        path = file(f'vendor{number}.xml', text.replace(secret, bad))
        done = run('run', VENDOR, '--profile', path, *PEER, expect=1)
        assert b'AUTHORISED' not in done.stdout and verdict(done.stdout)[1] == '0', bad
    longest = '<secret>' + 63 * 'x' + '</secret>'
    passes('run', VENDOR, '--profile', file('longest.xml', text.replace(secret, longest)),
           '--peer', VENDOR_AP + ' ' + 63 * 'x')


@test
def example_read_by_tshark():
    passes(*RUN_VENDOR, *PEER, '--pcap', at('v.pcap'), '--end', 'disconnect')

    def shark(display):
        return subprocess.run(['tshark', '-n', '-r', at('v.pcap'), '-Y', display, '-T', 'fields', '-e', 'frame.number'],
                              capture_output=True, timeout=120, check=True).stdout.split()

    assert len(shark('llc.type == 0x88b5')) >= 4
    assert len(shark('wlan.fc.type == 2 && wlan.fc.protected == 1')) >= 2
    assert shark('icmp') == [] and shark('_ws.malformed') == []


# ---- What a peer can do. ----

@test
def opens_at_once():
    text = passes('run', cli.TEMPLATE, '--peer', simple('open')).decode()
    assert 'left out: the port opens before a frame has been exchanged' in text, text


@test
def timers():
    peer = simple('timers', '''
def on(kind, number, body):
    if kind == HELLO:
        act(SET_TIMER, struct.pack('<II', 0, 1))
        act(SET_TIMER, struct.pack('<II', 63, 50))
        act(SET_TIMER, struct.pack('<II', 5, 60))
        act(SET_TIMER, struct.pack('<II', 6, 70))
        act(SET_TIMER, struct.pack('<II', 6, 0))
    if kind == TIMER:
        timer, = struct.unpack('<I', body)
        log('timer %d' % timer)
        if timer == 0:
            act(SET_TIMER, struct.pack('<II', 5, 20))
''')
    lines = timeline('run', cli.TEMPLATE, '--peer', peer, '--end', 'disconnect')
    seen = [line.split() for line in lines if ' peer ' in line]
    assert [(s[0], s[3]) for s in seen] == [('0.001000', '0'), ('0.021000', '5'), ('0.050000', '63')], seen


@test
def one_that_never_rests():
    """A timer for ever does not keep a run from its end."""
    peer = simple('restless', '''
def on(kind, number, body):
    if kind in (HELLO, TIMER):
        act(SET_TIMER, struct.pack('<II', 0, 7))
''')
    passes('run', cli.TEMPLATE, '--peer', peer)


@test
def events():
    """Every association is told once, and so is its end; two access points, one peer."""
    peer = simple('events', '''
names = {}
def on(kind, number, body):
    if kind == HELLO:
        version, seed, count = struct.unpack_from('<IQH', body)
        log('hello %d %d %d' % (version, seed, count))
        for i in range(count):
            ap = body[14 + 40 * i:54 + 40 * i]
            names[ap[:6]] = i
            log('ap %d %s' % (ap[6], ap[8:8 + ap[7]].decode()))
    if kind == ASSOCIATED:
        log('associated %d %d %d' % (names[body[:6]], body[12], body[14:].count(b'cafe')))
    if kind == DISASSOCIATED:
        log('left %d %d' % (names[body[:6]], struct.unpack_from('<H', body, 12)[0]))
    if kind == BYE:
        log('bye')
''')
    lines = timeline('run', cli.TEMPLATE, '--ap', 'peer,ssid=cafe,channel=4', '--peer', peer, '--seed', '77',
                     '--end', 'disassociate', '--end', 'roam', '--end', 'disconnect')
    said = [line.split(None, 2)[2] for line in lines if re.match(r' *[0-9.]+  peer ', line)]
    assert said == ['hello 1 77 2', 'ap 4 cafe', 'ap 11 cafe', 'associated 0 0 1', 'left 0 5', 'associated 0 0 1',
                    'left 0 0', 'associated 1 1 1', 'left 1 8', 'bye'], said
    shown = [json.loads(line) for line in timeline('run', cli.TEMPLATE, '--peer', peer, '--json', '--end', 'disconnect')]
    assert {'peer': 'hello 1 1 2'} in shown, shown


@test
def throws_out():
    """The peer ends a port by itself; the radio comes back."""
    for action, words in (('DISASSOCIATE', 'disassociated by the AP, 802.11 reason 5'),
                          ('DEAUTHENTICATE', 'deauthenticated by the AP, 802.11 reason 5')):
        peer = simple('throws', f'''
thrown = []
def on(kind, number, body):
    if kind == ASSOCIATED and not thrown:
        thrown.append(body[:12])
        act(SET_TIMER, struct.pack('<II', 1, 50))
    if kind == TIMER:
        act({action}, thrown[0] + struct.pack('<H', 5))
        act(AUTHORISE, thrown[0])  # it has left: no effect
        log('out')
    if kind == DISASSOCIATED:
        log('told of its own doing' if struct.unpack_from('<H', body, 12)[0] == 5 else 'left')
''')
        text = passes('run', cli.TEMPLATE, '--peer', peer, '--end', 'disconnect').decode()
        assert words in text and 'peer     out' in text and 'own doing' not in text, text


@test
def what_is_said_is_shown_safely():
    peer = simple('rude', on('HELLO', r"act(LOG, b'\033[31mred\n\xff end')"))
    lines = timeline('run', cli.TEMPLATE, '--peer', peer, '--end', 'disconnect')
    assert lines[0].endswith('peer     ?[31mred?? end'), lines[0]


# ---- One that fails: one line with the cause, exit status 2, and nothing is left of it. ----

def fails(peer, *words, deadline='10', stderr=1, arguments=('--end', 'disconnect')):
    pid = at('pid')
    command = f'echo $$ >{pid}; {peer}'
    done = run('run', cli.TEMPLATE, '--peer', command, '--peer-deadline', deadline, *arguments, expect=2)
    lines = done.stderr.decode().splitlines()
    assert len(lines) == stderr and lines[-1].startswith('openihv: the peer'), lines
    for word in words:
        assert word in lines[-1], (word, lines[-1])
    assert b'verdict' not in done.stdout, done.stdout
    number = open(pid, encoding='ascii').read().strip()
    assert not os.path.exists('/proc/' + number), f'{peer} is still running'
    return done.stdout.decode()


@test
def ends_too_early():
    fails('exit 3', 'the peer ended with status 3')
    fails('exit 0', 'the peer ended with status 0')
    fails('kill -KILL $$', 'the peer was ended by signal 9')
    fails('no-such-program-here', 'the peer ended with status 127', stderr=2)
    fails('exec >&- <&-; sleep 100', 'closed its standard output', deadline='0.05')
    for kind in ('HELLO', 'ASSOCIATED', 'DISASSOCIATED'):
        text = fails('exec ' + simple('exits', on(kind, 'os._exit(7)')), 'the peer ended with status 7')
        # The module is ended in order all the same.
        assert kind == 'HELLO' or 'module unloaded' in text, text
    fails('exec ' + simple('bye', on('BYE', 'sys.exit(4)')), 'the peer ended with status 4')
    # Nothing is begun any more, also if nobody was waiting for the peer.
    peer = simple('rests', """
def on(kind, number, body):
    if kind == HELLO:
        act(SET_TIMER, struct.pack('<II', 0, 200))
    if kind == TIMER:
        os._exit(7)
""")
    text = fails('exec ' + peer, 'the peer ended with status 7')
    assert 'AUTHORISED' in text and 'The host disconnects' not in text and 'module unloaded' in text, text


@test
def does_not_answer():
    # What it answers before it hangs it has said in advance: no time is needed for that.
    said = r"printf '\201\0\4\0\1\0\0\0'; "
    for number, kind in enumerate(('HELLO', 'ASSOCIATED', 'BYE')):
        fails(said + 'sleep 100', f'the peer has not answered {kind} within 0.5 s', deadline='0.5')
        said += fr"printf '\200\0\4\0\{number}\0\0\0'; "
    fails(said + 'sleep 100', 'the peer has not ended within 0.5 s of BYE', deadline='0.5')
    # A child that ignores everything and holds the pipe.
    fails("trap '' TERM INT HUP; sleep 100 & sleep 100", 'not answered HELLO', deadline='0.05')
    # Half a message.
    fails(r"printf '\201\0'; sleep 100", 'not answered HELLO', deadline='0.05')
    fails(r"printf '\201\0\4\0\1'; sleep 100", 'not answered HELLO', deadline='0.05')


@test
def says_nonsense():
    fails('echo hello; cat >/dev/null', 'message 1 has the unknown type 25960')
    fails('cat /dev/zero', 'message 1 has the unknown type 0')
    fails('yes', 'message 1 has the unknown type')
    fails('cat', 'message 1 has the unknown type 1')
    fails(r"printf '\201\0\1\20'; cat >/dev/null", 'message 1 is longer than 4096 bytes')
    fails(r"printf '\201\0\5\0\1\0\0\0\0'; cat >/dev/null", 'message 1: no HELLO has 5 bytes')
    fails(r"printf '\201\0\4\0\2\0\0\0'; cat >/dev/null", 'speaks version 2 of the protocol, not 1')
    fails(r"printf '\211\0\2\0hi'; cat >/dev/null", "the peer's first message is LOG, not HELLO")
    for action, words in (
            ("act(LOG, 241 * b'x')", 'message 2: a number of LOG is out of its range'),
            ("act(SET_TIMER, struct.pack('<II', 64, 1))", 'message 2: a number of TIMER is out of its range'),
            ("act(DO_HELLO, struct.pack('<I', 1))", 'has said HELLO twice'),
            ("act(DONE, struct.pack('<I', 9))", 'message 2 answers event 9, not 0'),
            ("act(AUTHORISE, bytes(12))", 'message 2 names a BSSID that is not its own'),
            ("act(99)", 'message 2 has the unknown type 99')):
        fails('exec ' + simple('nonsense', on('HELLO', action)), words)
    # A second answer is taken for that to the next event, and found there.
    fails('exec ' + simple('twice', on('HELLO', "act(DONE, struct.pack('<I', 0))")), 'answers event 0, not 1')


@test
def floods():
    fails('exec ' + simple('floods', on('ASSOCIATED', "[log('x') for _ in range(5000)]")),
          "the peer's answer to ASSOCIATED has more than 1024 messages")
    passes('run', cli.TEMPLATE, '--peer', simple('much', on('ASSOCIATED', "[log('x') for _ in range(1022)]")))


def gone(pid):
    """Looks for the end of a process that is not ours to wait for."""
    for _ in range(10 ** 6):
        try:
            state = open(f'/proc/{pid}/stat', encoding='ascii').read().rsplit(')', 1)[1].split()[0]
        except OSError:
            return True
        if state in 'ZX':
            return True
    return False


@test
def host_is_killed():
    """Whoever kills openihv kills the peer."""
    peer = simple('waits', f"""
import signal
def on(kind, number, body):
    if kind == ASSOCIATED:
        print('here', file=sys.stderr, flush=True)
        signal.pause()
""")
    pid = at('pid')
    for signal in ('SIGKILL', 'SIGINT', 'SIGTERM'):
        with subprocess.Popen([cli.BINARY, 'run', cli.TEMPLATE, '--peer', f'echo $$ >{pid}; exec {peer}'],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as host:
            assert host.stderr.readline() == b'here\n'
            host.send_signal(getattr(signals, signal))
            host.wait(20)
        assert gone(int(open(pid, encoding='ascii').read())), signal


@test
def module_dies():
    """The peer is there for the module that comes back; it has heard that the old one left."""
    peer = simple('lives', """
there = set()
def on(kind, number, body):
    if kind == ASSOCIATED:
        assert body[:12] not in there
        there.add(body[:12])
    if kind == DISASSOCIATED:
        there.remove(body[:12])
""")
    done = run('run', cli.module('crash'), '--peer', 'exec ' + peer, expect=1)
    assert done.stderr == b'' and verdict(done.stdout)[4] == '5', done.stderr
    if not cli.SANITIZED:
        pid = at('pid')
        done = run('run', cli.module('crash'), '--in-process', '--peer', f'echo $$ >{pid}; exec {peer}', expect=1)
        assert b'the module crashed: SIGSEGV' in done.stdout.splitlines()[-1], done.stdout
        assert gone(int(open(pid, encoding='ascii').read()))


# ---- Blind. ----

def announced(module_is_rsn):
    """An RSNE, so that the RSN extension finds what it looks for."""
    return 'blind' + (',privacy=on,ie=30140100000fac040100000fac040100000fac020000' if module_is_rsn else '')


@test
def blind():
    for args, rsn in (([*RUN_VENDOR], False), (['run', cli.RSN, '--profile', cli.HOME], True)):
        for option in (['--strict'], ['--in-process', '--page-guard']):
            text = passes(*args, '--ap', announced(rsn), *option).decode()
            assert 'AUTHORISED' not in text and 'data sent' not in text and 'ping' not in text, text
            assert text.count('nobody answers: the port is pending, and no data passes') == 5, text
            assert text.count('Dot11ExtIhvStopPostAssociate') == 5, text
        for way in WAYS:
            assert verdict(run(*args, '--ap', announced(rsn), '--end', way, expect=0).stdout)[:2] == ('pass', '0')
    assert 'the module asks for no authentication' in passes('run', cli.TEMPLATE, '--ap', 'blind').decode()


# ---- Usage. ----

@test
def usage():
    refuses(['run', VENDOR, '--ap', 'peer'], '--peer COMMAND')
    refuses(['run', VENDOR, '--ap', 'open', '--peer', 'true'], '--peer', 'kind peer')
    refuses(['run', VENDOR, '--peer', ''], '--peer', 'empty')
    refuses(['run', VENDOR, '--peer', 'true', '--peer', 'true'], '--peer', 'one')
    refuses(['run', VENDOR, '--peer'], '--peer', 'argument')
    for value in ('', '0', '-1', '3601', 'x'):
        refuses(['run', VENDOR, '--peer-deadline', value], f'--peer-deadline {value}: not a number of seconds')
    for spec, *words in (('peer,ie=dd', 'midst'), ('peer,ie=0', 'hexadecimal'), ('peer,ie=000161', 'element 0'),
                         ('open,privacy=on', 'privacy'), ('blind,privacy=maybe', 'privacy')):
        refuses(['run', VENDOR, '--ap', spec, '--peer', 'true'], '--ap', *words)
    # What is wrong with the module or its profile is told as ever, and the peer is gone.
    refuses(['run', at('none.so'), '--peer', simple('idle')], 'none.so', 'no such file')
    refuses(['run', VENDOR, '--profile', at('none.xml'), '--peer', simple('idle')], 'none.xml', 'no such file')


if __name__ == '__main__':
    sys.exit(cli.main())
