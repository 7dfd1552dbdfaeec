# SPDX-License-Identifier: BSD-2-Clause
"""The witness: sees every frame on the simulated air (interface hwsim0), with the kernel's time, whoever sent it."""
import socket
import struct
import threading
import time
from dataclasses import dataclass

ETH_P_ALL = 3
SO_TIMESTAMPNS = 35
LINKTYPE_RADIOTAP = 127
MANAGEMENT = {0: 'assoc-request', 1: 'assoc-response', 2: 'reassoc-request', 3: 'reassoc-response', 4: 'probe-request',
              5: 'probe-response', 8: 'beacon', 10: 'disassoc', 11: 'auth', 12: 'deauth', 13: 'action'}
ETHERTYPE_EAPOL = 0x888e
# Bits of the Key Information field: 802.11-2020, 12.7.2.
PAIRWISE, ACK, MIC, SECURE = 0x0008, 0x0080, 0x0100, 0x0200


@dataclass
class Frame:
    time: float        # seconds since 1970, by the kernel
    kind: str          # a name of MANAGEMENT, or 'data'
    receiver: str
    sender: str
    bssid: str
    protected: bool
    ethertype: int     # of a data frame in clear, else 0
    message: str       # of an EAPOL-Key frame in clear: 'M1' to 'M4', 'G1', 'G2', else ''
    body: bytes        # behind the 802.11 header

    @property
    def reason(self):
        return struct.unpack_from('<H', self.body)[0] if len(self.body) >= 2 else 0


def mac(data):
    return data.hex(':')


def key_message(eapol):
    """Which message of a handshake an EAPOL-Key frame is; '' if it is none."""
    if len(eapol) < 7 or eapol[1] != 3:
        return ''
    info, = struct.unpack_from('>H', eapol, 5)
    if not info & PAIRWISE:
        return 'G1' if info & ACK else 'G2'
    if info & ACK:
        return 'M3' if info & MIC else 'M1'
    if eapol[4] == 254:  # WPA: message 4 has no data
        return 'M2' if struct.unpack_from('>H', eapol, 97)[0] else 'M4'
    return 'M4' if info & SECURE else 'M2'


def parse(when, data):
    """A Frame of a captured packet with its radiotap header; None for what nobody asks for."""
    if len(data) < 4:
        return None
    data = data[struct.unpack_from('<H', data, 2)[0]:]
    if len(data) < 24:
        return None
    control = data[0]
    flags = data[1]
    kind, subtype = control >> 2 & 3, control >> 4
    a1, a2, a3 = (mac(data[at:at + 6]) for at in (4, 10, 16))
    protected = bool(flags & 0x40)
    if kind == 0 and subtype in MANAGEMENT:
        return Frame(when, MANAGEMENT[subtype], a1, a2, a3, protected, 0, '', data[24:])
    if kind != 2 or subtype & 4:  # control frames; data frames without data
        return None
    body = data[26 if subtype & 8 else 24:]
    ethertype, message = 0, ''
    if not protected and body[:6] == b'\xaa\xaa\x03\0\0\0' and len(body) >= 8:
        ethertype, = struct.unpack_from('>H', body, 6)
        if ethertype == ETHERTYPE_EAPOL:
            message = key_message(body[8:])
    return Frame(when, 'data', a1, a2, a2 if flags & 2 else a1, protected, ethertype, message, body)


class Air:
    """frames: all but beacons, in order. A capture of one case at a time goes to a file."""

    def __init__(self):
        self.frames = []
        self.changed = threading.Condition()
        self.capture = None
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(('hwsim0', ETH_P_ALL))
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            data, extra, _, _ = self.socket.recvmsg(4096, 64)
            seconds, nanoseconds = struct.unpack('=qq', extra[0][2])
            frame = parse(seconds + nanoseconds / 1e9, data)
            if not frame or frame.kind == 'beacon':
                continue
            with self.changed:
                if self.capture:
                    self.capture.write(struct.pack('=IIII', seconds, nanoseconds, len(data), len(data)) + data)
                self.frames.append(frame)
                self.changed.notify_all()

    def begin(self, path):
        """Forgets what was, and captures to a file from now on."""
        with self.changed:
            self.end()
            self.frames = []
            self.capture = open(path, 'wb')
            self.capture.write(struct.pack('=IHHiIII', 0xa1b23c4d, 2, 4, 0, 0, 65535, LINKTYPE_RADIOTAP))

    def end(self):
        with self.changed:
            if self.capture:
                self.capture.close()
                self.capture = None

    def forget(self):
        """Marks from before are void."""
        with self.changed:
            self.frames = []

    def mark(self):
        """A place between what was and what comes, for find() and wait()."""
        return len(self.frames)

    def find(self, wanted, since=0):
        """All frames since a mark for which wanted(frame) is true."""
        return [frame for frame in self.frames[since:] if wanted(frame)]

    def wait(self, wanted, since=0, timeout=10):
        """The first such frame, or None when the time is over."""
        deadline = time.monotonic() + timeout
        with self.changed:
            while True:
                for at in range(since, len(self.frames)):
                    if wanted(self.frames[at]):
                        return self.frames[at]
                since = len(self.frames)
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self.changed.wait(left)
