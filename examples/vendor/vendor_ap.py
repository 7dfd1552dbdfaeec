#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The access point of examples/vendor: speaks the frame pipe (doc/peer-protocol.md) for openihv run --peer.

usage: vendor_ap.py SECRET [REKEY-MS]    a new key every so many milliseconds (default 150, 0: never)

The protocol is told in handshake.h. A wrong answer is rejected, and the station sent away soon after.
"""
import hashlib
import hmac
import struct
import sys

ETHERTYPE = 0x88B5
CHALLENGE, ANSWER, ACCEPT, REJECT, CONFIRM, KEY = range(1, 7)
NONCE = PROOF = 32
REPEAT_MS, TRIES = 500, 4
LEAVE_MS = 100

# The frame pipe. Events, then actions.
HELLO, ASSOCIATED, FRAME, TIMER, DISASSOCIATED, BYE = range(1, 7)
(DONE, DO_HELLO, SEND, DISASSOCIATE, DEAUTHENTICATE, AUTHORISE, UNAUTHORISE, SET_KEY, SET_TIMER, LOG) = range(128, 138)
VERSION, TIMERS, CLEAR, CCMP = 1, 64, 1, 4
REASON_FAILED, REASON_TIMEOUT = 23, 15  # IEEE 802.1X authentication failed; handshake timeout


class Pipe:
    """Reads events, writes actions."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink

    def events(self):
        """(type, number, rest of the body) each, up to the end of the pipe."""
        while True:
            header = self.source.read(4)
            if len(header) < 4:
                return
            kind, length = struct.unpack('<HH', header)
            body = self.source.read(length)
            number, _time = struct.unpack_from('<IQ', body)
            yield kind, number, body[12:]

    def act(self, kind, body=b''):
        self.sink.write(struct.pack('<HH', kind, len(body)) + body)

    def log(self, text):
        self.act(LOG, text.encode('ascii', 'replace'))

    def done(self, number):
        self.act(DONE, struct.pack('<I', number))
        self.sink.flush()


class Station:
    """One association: where the handshake is, and what to repeat."""

    def __init__(self, point, bssid, address, timer):
        self.point, self.bssid, self.address, self.timer = point, bssid, address, timer
        self.nonce_a = self.nonce_s = b''
        self.message, self.tries, self.rejected, self.open = b'', 0, False, False

    def proof(self, kind):
        text = bytes([kind]) + self.bssid + self.nonce_a + self.nonce_s
        return hmac.new(self.point.secret, text, hashlib.sha256).digest()

    def act(self, kind, body=b''):
        self.point.pipe.act(kind, self.bssid + self.address + body)

    def set_timer(self, milliseconds):
        self.point.pipe.act(SET_TIMER, struct.pack('<II', self.timer, milliseconds))

    def send(self, message):
        """Always in clear: the module exempts our EtherType from encryption."""
        self.act(SEND, struct.pack('<HBB', ETHERTYPE, CLEAR, 0) + message)

    def send_until_answered(self, message):
        self.message, self.tries = message, 1
        self.send(message)
        self.set_timer(REPEAT_MS)

    def challenge(self):
        self.nonce_a, self.nonce_s = self.point.nonce(), b''
        self.send_until_answered(bytes([CHALLENGE]) + self.nonce_a)

    def received(self, message):
        kind, rest = message[:1], message[1:]
        if kind == bytes([ANSWER]) and len(rest) == NONCE + PROOF and self.message[:1] == bytes([CHALLENGE]):
            self.answered(rest[:NONCE], rest[NONCE:])
        elif kind == bytes([CONFIRM]) and len(rest) == PROOF and self.message[:1] == bytes([ACCEPT]):
            self.confirmed(rest)

    def answered(self, nonce, proof):
        self.nonce_s = nonce
        if hmac.compare_digest(proof, self.proof(ANSWER)):
            self.send_until_answered(bytes([ACCEPT]) + self.proof(ACCEPT))
            return
        self.point.pipe.log('wrong answer: the station has another secret')
        self.message, self.rejected = b'', True
        self.send(bytes([REJECT]))
        self.set_timer(LEAVE_MS)

    def confirmed(self, proof):
        if not hmac.compare_digest(proof, self.proof(CONFIRM)):
            return
        self.message = b''
        self.act(SET_KEY, bytes([0, CCMP]) + self.proof(KEY)[:16])
        self.act(AUTHORISE)
        self.point.pipe.log('new key in use' if self.open else 'station proved itself: key in use, port open')
        self.open = True
        self.set_timer(self.point.rekey)

    def expired(self):
        """Nothing came, or it is time for a new key, or for the station to go."""
        if self.rejected:
            self.point.leave(self, DISASSOCIATE, REASON_FAILED)
        elif not self.message:
            self.challenge()
        elif self.tries == TRIES:
            self.point.pipe.log('no answer')
            self.point.leave(self, DEAUTHENTICATE, REASON_TIMEOUT)
        else:
            self.tries += 1
            self.send(self.message)
            self.set_timer(REPEAT_MS)


class AccessPoint:
    """All access points of the run, and their stations."""

    def __init__(self, pipe, secret, rekey):
        self.pipe, self.secret, self.rekey = pipe, secret, rekey
        self.stations = {}
        self.seed, self.nonces = b'', 0

    def nonce(self):
        """From the run's seed: the same seed gives the same run."""
        self.nonces += 1
        return hashlib.sha256(b'vendor' + self.seed + struct.pack('<Q', self.nonces)).digest()

    def forget(self, key):
        station = self.stations.pop(key, None)
        if station:
            station.set_timer(0)

    def leave(self, station, how, reason):
        station.act(how, struct.pack('<H', reason))
        self.forget((station.bssid, station.address))

    def hello(self, body):
        version, seed = struct.unpack_from('<I8s', body)
        if version != VERSION:
            sys.exit(f'vendor_ap.py: version {version} of the frame pipe is not known here')
        self.seed = seed
        self.pipe.act(DO_HELLO, struct.pack('<I', VERSION))

    def associated(self, body):
        key = (body[:6], body[6:12])
        self.forget(key)
        used = {station.timer for station in self.stations.values()}
        timer = next((number for number in range(TIMERS) if number not in used), None)
        if timer is None:
            self.pipe.act(DEAUTHENTICATE, body[:12] + struct.pack('<H', 5))  # too many stations
            return
        self.stations[key] = Station(self, *key, timer)
        self.stations[key].challenge()

    def frame(self, body):
        station = self.stations.get((body[:6], body[6:12]))
        if station and struct.unpack_from('<H', body, 12)[0] == ETHERTYPE:
            station.received(body[16:])

    def timer(self, body):
        number, = struct.unpack('<I', body)
        for station in list(self.stations.values()):
            if station.timer == number:
                station.expired()

    def disassociated(self, body):
        self.forget((body[:6], body[6:12]))

    def run(self):
        handlers = {HELLO: self.hello, ASSOCIATED: self.associated, FRAME: self.frame, TIMER: self.timer,
                    DISASSOCIATED: self.disassociated, BYE: lambda body: None}
        for kind, number, body in self.pipe.events():
            handlers[kind](body)
            self.pipe.done(number)


def main(arguments):
    if len(arguments) not in (1, 2) or not arguments[0]:
        sys.exit(__doc__)
    rekey = int(arguments[1]) if len(arguments) == 2 else 150
    AccessPoint(Pipe(sys.stdin.buffer, sys.stdout.buffer), arguments[0].encode(), rekey).run()


if __name__ == '__main__':
    main(sys.argv[1:])
