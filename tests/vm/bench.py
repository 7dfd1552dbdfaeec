# SPDX-License-Identifier: BSD-2-Clause
"""The guest's side of ./dev bench --vm: openihv beside wpa_supplicant and iwd, in one boot, in turns.

The times are those of one witness, frames on the simulated air with the kernel's time stamps, for everybody the same.
A port is open when the first data frame is carried: frames are offered to the interface all the time until one passes.
What no frame shows (that the end of a port was told) is the time at which the news arrived here.

All this has the processors only when nobody else wants them, or it would be measured as well. The guest's kernel puts
all programs at fixed addresses meanwhile: QEMU keeps what it has translated by address, and at random ones every start of
a program is translated anew, so that the translator is measured, which no station has.
"""
import os
import signal
import statistics
import struct
import time

import lab
import stations
from processes import Daemon, Failed

ROUNDS = 20
ETHERTYPE_TEST = 0x88b5  # IEEE 802, local experimental
PAYLOAD = 333            # octets: nothing else on this air is as long
OFFER = f'{stations.BUILD}/tests/offer'
STEP_US = '1000'         # between two frames that are offered
FASTER, SMALLER = 0.9, 0.6
OURS, GOAL_PEER = 'openihv isolated', 'wpa_supplicant'

# what is measured, unit, digits
MEASURES = [
    ('association to port open', 'ms', 1), ('  association to message 1', 'ms', 1),
    ('  message 1 to 2', 'ms', 1), ('  message 2 to 3', 'ms', 1), ('  message 3 to 4', 'ms', 1),
    ('  message 4 to port open', 'ms', 1), ('start to port open', 'ms', 1),
    ('disassociation to port open again', 'ms', 1), ('  of that from the association on', 'ms', 1),
    ('disassociation to its end told', 'ms', 1),
    ('CPU time, start to open', 'ms', 1), ('CPU time, disassociation to open again', 'ms', 1),
    ('resident memory', 'KiB', 0), ('private memory', 'KiB', 0), ('size of programs that stay', 'KiB', 0),
]


class Probe:
    """Offers frames to a station's interface all the time, until the witness sees one of them on the air."""

    def __init__(self, witness, radio, peer, folder):
        self.witness, self.radio = witness, radio
        self.log = os.path.join(folder, 'offer.log')
        self.frame = bytes.fromhex((peer + radio.address).replace(':', '')) + struct.pack('>H', ETHERTYPE_TEST)
        self.frame += bytes(PAYLOAD)
        self.daemon = None

    def start(self):
        self.daemon = Daemon([OFFER, self.radio.interface, self.frame.hex(), STEP_US], self.log, self.radio.namespace)

    def hold(self):
        self.daemon.kill(signal.SIGSTOP)

    def go_on(self):
        self.daemon.kill(signal.SIGCONT)

    def stop(self):
        if self.daemon:
            self.go_on()
            self.daemon.stop()
        self.daemon = None

    def mine(self, frame):
        return (frame.kind == 'data' and frame.sender == self.radio.address and frame.protected
                and len(frame.body) >= PAYLOAD)

    def opened(self, since, timeout):
        """The time of the first data frame after message 4."""
        address = self.radio.address
        last = self.witness.wait(lambda f: f.message == 'M4' and f.sender == address, since, timeout)
        if not last:
            raise Failed(f'no message 4 within {timeout} s')
        seen = self.witness.wait(lambda f: self.mine(f) and f.time > last.time, since, 5)
        if not seen:
            raise Failed('message 4 was on the air, but the port carried nothing')
        self.hold()
        return seen.time


def quiet(kind, name=None):
    """The same station without logs, which would be measured as well."""
    return type(kind.__name__, (kind,), {'name': name or kind.name, 'debug': False})


def cpu(pids):
    """Nanoseconds of CPU time of these processes: CLOCK_PROCESS_CPUTIME_ID of another process."""
    return sum(time.clock_gettime_ns((~pid << 3) | 2) for pid in pids)


def steps(air, address, since, opened):
    """Seconds from the association to each message of the handshake, one after the other, and to the open port."""
    times = [air.find(lambda f: f.kind == 'assoc-response' and f.receiver == address, since)[-1].time]
    for number in range(1, 5):
        name = f'M{number}'
        times.append(air.find(lambda f: f.message == name and address in (f.sender, f.receiver), since)[-1].time)
    times.append(opened)
    return [after - before for before, after in zip(times, times[1:])]


def one_round(place, ap, radio, kind, serial):
    """One start, one disassociation; the measures in order of MEASURES."""
    air, address = place.air, radio.address
    folder = os.path.join(place.folder, f'{kind.name.replace(" ", "-")}-{serial}')
    station = kind(folder)
    probe = Probe(air, radio, ap.bssid, folder)
    try:
        since = air.mark()
        probe.start()
        station.start({'ssid': lab.SSID, 'passphrase': lab.PASSPHRASE}, radio.interface, radio.namespace)
        opened = probe.opened(since, 30)
        pids = station.pids()
        start_cpu = cpu(pids)
        parts = steps(air, address, since, opened)
        if not station.open:
            station.wait_open()
        station.events.skip()
        resident, private = station.memory()
        before, since = cpu(pids), air.mark()
        ap.disassociate(address)
        left = air.wait(lambda f: f.kind == 'disassoc' and f.receiver == address, since)
        probe.go_on()  # not before: an AP answers a data frame of one it has sent away
        again = probe.opened(since, 30)
        again_cpu = cpu(pids) - before
        again_parts = steps(air, address, since, again)
        closed = station.wait_closed(5)
    finally:
        probe.stop()
        station.stop()
    size = sum(os.path.getsize(path) for path in kind.binaries)
    return [sum(parts) * 1e3, *(part * 1e3 for part in parts), (opened - station.started) * 1e3,
            (again - left.time) * 1e3, sum(again_parts) * 1e3, (closed.time - left.time) * 1e3,
            start_cpu / 1e6, again_cpu / 1e6, resident, private, size / 1024]


def measure(place, kinds, rounds):
    """{name of a kind: list of rounds}, in turns; the first round of each is thrown away."""
    ap = place.access_point()
    radio = place.station_radio()
    results = {kind.name: [] for kind in kinds}
    for serial in range(rounds + 1):
        for kind in kinds:
            try:
                result = one_round(place, ap, radio, kind, serial)
            except Failed as failed:
                raise Failed(f'{kind.name}, round {serial}: {failed}') from None
            if serial:
                results[kind.name].append(result)
            place.air.forget()
    return results


def spread(values, digits):
    """Median and quartiles as a text."""
    low, middle, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    if low == high:
        return f'{middle:.{digits}f}'
    return f'{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})'


def table(results):
    """Lines: a measure a row, a station a column."""
    names = list(results)
    yield f'{"median (quartiles)":42}' + ''.join(f'{name:>26}' for name in names)
    for row, (what, unit, digits) in enumerate(MEASURES):
        cells = (spread([result[row] for result in results[name]], digits) for name in names)
        yield f'{what + ", " + unit:42}' + ''.join(f'{cell:>26}' for cell in cells)


def median(results, name, row):
    return statistics.median(result[row] for result in results[name])


def goals(results):
    """(text, reached) for each goal."""
    others = {name: median(results, name, 0) for name in ('wpa_supplicant', 'iwd')}
    best = min(others, key=others.get)
    ratio = median(results, OURS, 0) / others[best]
    yield f'association to port open, {OURS} / {best}: {ratio:.2f}, goal {FASTER}', ratio <= FASTER
    private = [what for what, _, _ in MEASURES].index('private memory')
    ratio = median(results, OURS, private) / median(results, GOAL_PEER, private)
    yield f'private memory, all processes of {OURS} / {GOAL_PEER}: {ratio:.2f}, goal {SMALLER}', ratio <= SMALLER


def fix_addresses():
    with open('/proc/sys/kernel/randomize_va_space', 'w') as file:
        file.write('0')


def step_back():
    """No processor for us that others want."""
    for thread in os.listdir('/proc/self/task'):
        os.sched_setscheduler(int(thread), os.SCHED_IDLE, os.sched_param(0))


def run(setting, rounds, random_addresses):
    """Measures, prints, and returns the exit status: 1 if a goal was missed."""
    missing = stations.Openihv.missing()
    kinds = [quiet(stations.WpaSupplicant), quiet(stations.Iwd)]
    if not missing:
        kinds += [quiet(stations.OpenihvInProcess), quiet(stations.Openihv, OURS)]
    step_back()
    if not random_addresses:
        fix_addresses()
    witness, family = setting
    folder = '/run/logs/bench'
    os.makedirs(folder)
    place = lab.Lab(witness, family, folder, kinds[0])
    try:
        results = measure(place, kinds, rounds)
    except Failed as failed:
        print(f'bench: {failed}')
        return 1
    finally:
        place.close()
        os.system(f'cp -r {folder} "$OPENIHV_VM/"')
    print(f'{rounds} rounds in turns, one boot' + ', random addresses' * random_addresses)
    print('\n'.join(table(results)))
    if missing:
        print(f'goals: not judged, {missing}')
        return 0
    status = 0
    for text, reached in goals(results):
        print(f'goal {"reached" if reached else "MISSED"}: {text}')
        status |= not reached
    return int(status)
