# SPDX-License-Identifier: BSD-2-Clause
"""Cases: two access points of one network."""
import signal

from cases_connect import expect

STRONG, WEAK = -40, -78  # dBm at the station


def between_two(lab):
    """The station is at the first of two access points, which is the stronger one."""
    first, second = lab.access_point(), lab.access_point()
    first.radio.signal(STRONG)
    second.radio.signal(WEAK)
    station = lab.station(lab.station_radio())
    station.wait_open(20)
    first.wait_authorised(station.radio.address)
    return first, second, station


def at_the_second(lab, second, station, timeout=30):
    second.wait_authorised(station.radio.address, timeout)
    expect(station.open or station.wait_open(), 'the port is closed')
    lab.serve(second)
    lab.dhcp(station.radio)
    lab.ping(station.radio)


def case_roam_by_signal(lab):
    """The first one fades, and the station goes to the second."""
    first, second, station = between_two(lab)
    since = lab.air.mark()
    first.radio.signal(WEAK)
    second.radio.signal(STRONG)
    at_the_second(lab, second, station, 45)
    frames = lab.air.find(lambda f: f.kind in ('assoc-request', 'reassoc-request') and f.receiver == second.bssid, since)
    return frames[0].kind


def case_roam_ap_killed(lab):
    """The first one falls silent."""
    first, second, station = between_two(lab)
    first.stop(signal.SIGKILL)
    at_the_second(lab, second, station)
    return 'second AP'


def case_roam_radio_gone(lab):
    """The first one's radio disappears."""
    first, second, station = between_two(lab)
    first.radio.delete()
    at_the_second(lab, second, station)
    return 'second AP'


def case_roam_disassociated(lab):
    """The first one disassociates, and is so weak by then that the second is the better one."""
    first, second, station = between_two(lab)
    first.radio.signal(WEAK)
    second.radio.signal(STRONG)
    first.disassociate(station.radio.address)
    station.wait_closed()
    at_the_second(lab, second, station)
    return 'second AP'
