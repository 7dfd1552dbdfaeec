# SPDX-License-Identifier: BSD-2-Clause
"""Cases: how the AP ends an association, and that the station comes back."""
import signal

from cases_connect import expect
from lab import PASSPHRASE


def back_again(lab, ap, station, timeout=30):
    """The port is open again and data passes."""
    station.wait_open(timeout)
    ap.wait_authorised(station.radio.address)
    lab.serve(ap)
    lab.dhcp(station.radio)
    lab.ping(station.radio)


def leave(lab, ap, station, how):
    """The AP ends it with a frame of that kind; the frame on the air."""
    since = lab.air.mark()
    address = station.radio.address
    {'disassoc': ap.disassociate, 'deauth': ap.deauthenticate}[how](address)
    frame = lab.air.wait(lambda f: f.kind == how and f.receiver == address, since)
    expect(frame, f'no {how} on the air')
    return frame


def ended_open(lab, how):
    ap, station = lab.connect()
    lab.serve(ap)
    lab.dhcp(station.radio)
    lab.ping(station.radio)
    frame = leave(lab, ap, station, how)
    closed = station.wait_closed()
    station.wait_open()
    lab.dhcp(station.radio)
    lab.ping(station.radio)
    return f'reason {frame.reason}, closed after {(closed.time - frame.time) * 1000:.0f} ms'


def case_disassociated(lab):
    """The AP disassociates an authorised station."""
    return ended_open(lab, 'disassoc')


def case_deauthenticated(lab):
    """The AP deauthenticates an authorised station."""
    return ended_open(lab, 'deauth')


def held_at(lab, number):
    """An AP and a station whose handshake lacks message number for ever."""
    ap = lab.access_point(driver_params='control_port=0')
    ap.drop_message(number)
    station = lab.station(lab.station_radio())
    address = station.radio.address
    if number == 1:
        expect(lab.air.wait(lambda f: f.kind == 'assoc-response' and f.receiver == address, timeout=20), 'no association')
    else:
        lab.message({2: 'M2', 3: 'M2', 4: 'M4'}[number], timeout=20)
    return ap, station


def ended_at_message(how, number):
    def case(lab):
        ap, station = held_at(lab, number)
        address = station.radio.address
        if number == 4:
            station.wait_open()  # for the station the handshake is over
        leave(lab, ap, station, how)
        if number == 4:
            station.wait_closed()
        expect(number == 4 or not any(event.kind == 'open' for event in station.events.all), 'the port was open')
        expect(not ap.authorised(address), 'the AP authorised the station')
        ap.pass_messages()
        back_again(lab, ap, station, 60)  # wpa_supplicant takes it for a wrong passphrase, and waits
        return f'message {number} held back; open afterwards'

    case.__doc__ = f'The AP ends the association ({how}) while message {number} of the handshake is held back.'
    case.limit = 120
    return case


MORE = {f'{how}_at_message_{number}': ended_at_message(how, number)
        for how in ('disassoc', 'deauth') for number in (1, 2, 3, 4)}


def case_ap_stopped(lab):
    """hostapd ends in order, and comes back."""
    ap, station = lab.connect()
    ap.stop()
    station.wait_closed()
    ap.start()
    back_again(lab, ap, station)
    return 'closed, open again'


def case_ap_killed(lab):
    """hostapd is killed: no frame says that it is gone."""
    ap, station = lab.connect()
    ap.stop(signal.SIGKILL)
    station.wait_closed(30)
    ap.start()
    back_again(lab, ap, station)
    return 'closed, open again'


def case_ap_other_keys(lab):
    """The AP comes back with another passphrase, and later with the right one."""
    ap, station = lab.connect()
    ap.stop()
    station.wait_closed()
    since = lab.air.mark()
    ap.start(wpa_passphrase='another horse battery')
    lab.message('M2', since, timeout=30)
    ap.wait_log('invalid MIC in msg 2/4', 1)
    expect(not station.open, 'the port is open with the wrong keys')
    expect(not ap.authorised(station.radio.address), 'the AP authorised the station')
    ap.stop()
    ap.start(wpa_passphrase=PASSPHRASE)
    back_again(lab, ap, station, 60)
    return 'closed with the wrong keys, open with the right ones'


case_ap_other_keys.limit = 120
