# SPDX-License-Identifier: BSD-2-Clause
"""Cases: what happens to the station's own radio and interface, and what happens often."""
from cases_connect import expect
from cases_ends import back_again, held_at, leave
from lab import rfkill
from processes import Failed, Skip, run
from stations import OpenihvWindows, WpaSupplicant

KIB_MORE = 512  # that a station may have grown by in the second half of many rounds


def case_link_down_up(lab):
    """The station's interface is set down and up."""
    ap, station = lab.connect()
    station.radio.link('down')
    station.wait_closed()
    station.radio.link('up')
    back_again(lab, ap, station)
    return 'closed, open again'


def anew(lab, ap, station):
    """The radio is deleted; the station ends when it is asked to, and a new one connects on a new radio."""
    namespace = station.radio.namespace
    was_open = station.open
    station.radio.delete()
    if was_open:
        station.wait_closed()
    expect(station.stop(), f'{station.name} had to be killed')
    again = lab.station(lab.station_radio(namespace))
    if ap:
        again.wait_open(20)
        ap.wait_authorised(again.radio.address)
    return again


def case_radio_deleted_scanning(lab):
    """The station's radio disappears while it looks for networks."""
    station = lab.station(lab.station_radio())
    address = station.radio.address
    expect(lab.air.wait(lambda f: f.kind == 'probe-request' and f.sender == address), 'no probe request')
    again = anew(lab, None, station)
    lab.access_point()
    again.wait_open(30)
    return 'ended in order; open on a new radio'


def case_radio_deleted_handshake(lab):
    """The station's radio disappears during the handshake."""
    ap, station = held_at(lab, 3)
    ap.pass_messages()
    anew(lab, ap, station)
    return 'ended in order; open on a new radio'


def case_radio_deleted_open(lab):
    """The station's radio disappears while the port is open."""
    ap, station = lab.connect()
    anew(lab, ap, station)
    return 'ended in order; open on a new radio'


def case_rfkill(lab):
    """The station's radio is blocked by rfkill and unblocked."""
    ap, station = lab.connect()
    rfkill(station.radio, True)
    station.wait_closed()
    rfkill(station.radio, False)
    station.radio.link('up')  # the kernel leaves it down
    back_again(lab, ap, station, 45)
    return 'closed, open again'


def case_interface_moved(lab):
    """The station's radio is moved to another network namespace: for the station it is gone."""
    other = lab.namespace()
    ap, station = lab.connect()
    radio = station.radio
    run('iw', 'phy', radio.name, 'set', 'netns', 'name', other, namespace=radio.namespace)
    station.wait_closed()
    expect(station.stop(), f'{station.name} had to be killed')
    radio.namespace = other
    again = lab.station(radio)
    again.wait_open(20)
    ap.wait_authorised(radio.address)
    return 'closed; open where it is now'


def case_second_supplicant(lab):
    """wpa_supplicant has the interface already; the station says so or takes over, and connects when it is gone."""
    ap = lab.access_point()
    radio = lab.station_radio()
    owner = lab.station(radio, kind=WpaSupplicant)
    owner.wait_open(20)
    station = lab.station(radio, kind=lab.kind)
    said = station.events.wait('open', 8)
    owner.stop()
    radio.link('up')  # wpa_supplicant leaves it down
    if station.refusal:
        expect(not station.daemons[0].alive(), f'{station.name} did not leave the interface to its owner')
        with open(station.log('openihv.log')) as file:
            told = file.read().splitlines()
        expect(len(told) == 1 and station.refusal in told[0], f'{station.name} told: {told}')
    if not station.daemons[0].alive():
        station.stop()
        station = lab.station(radio)
    expect(station.open or station.wait_open(45), 'the port is closed')
    ap.wait_authorised(radio.address)
    return 'took over' if said else 'waited'


def case_reconnect_50(lab):
    """50 times disassociated when the port is open, 50 times open again."""
    ap, station = lab.connect()
    for round_ in range(50):
        leave(lab, ap, station, 'disassoc')
        try:
            station.wait_closed()
            station.wait_open(20)
            ap.wait_authorised(station.radio.address)
        except Failed as failed:
            raise Failed(f'round {round_ + 1}: {failed}') from None
    return '50 times'


case_reconnect_50.limit = 240


def disassociate_often(lab, ap, station, times):
    for round_ in range(times):
        ap.disassociate(station.radio.address)
        station.wait_closed()
        station.wait_open(30)
        if round_ % 100 == 99:
            lab.air.forget()


def case_disassociations_1000(lab):
    """1,000 disassociations in a row, each as soon as the port is open: the memory of the station stays what it was."""
    ap, station = lab.connect()
    disassociate_often(lab, ap, station, 500)
    half = station.memory()[1]
    disassociate_often(lab, ap, station, 500)
    whole = station.memory()[1]
    expect(whole - half <= KIB_MORE, f'private memory grew from {half} to {whole} KiB in the second half')
    ap.wait_authorised(station.radio.address)
    lab.serve(ap)
    lab.dhcp(station.radio)
    lab.ping(station.radio)
    return f'private memory {half} KiB after 500, {whole} KiB after 1000'


case_disassociations_1000.limit = 1200


def case_windows_module(lab):
    """The module as a Windows DLL, in Wine, carries the link; once more after the AP has disassociated it."""
    missing = OpenihvWindows.missing()
    if missing:
        raise Skip(missing)
    ap = lab.access_point()
    station = lab.station(lab.station_radio(), OpenihvWindows)
    station.wait_open(200)  # Wine starts for a minute or more
    ap.wait_authorised(station.radio.address)
    lab.serve(ap)
    lab.dhcp(station.radio)
    lab.ping(station.radio)
    leave(lab, ap, station, 'disassoc')
    station.wait_closed()
    back_again(lab, ap, station, 60)
    expect(station.stop(), f'{station.name} had to be killed')
    return 'DHCP and ping, before and after a disassociation'


case_windows_module.limit = 400
