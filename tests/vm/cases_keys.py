# SPDX-License-Identifier: BSD-2-Clause
"""Cases: new keys while the port is open."""
from cases_connect import expect
from lab import AP_ADDRESS
from processes import run


def pings_both_ways(lab, ap, station, address):
    lab.ping(station.radio)
    # The AP has to ask who has the address: a broadcast under the group key.
    run('ip', 'neigh', 'flush', 'dev', ap.radio.interface)
    said = run('ping', '-n', '-c', '5', '-i', '0.2', '-W', '2', '-I', AP_ADDRESS, address, check=False)
    expect(' bytes from ' in said, f'ping of the AP: {said.strip()}')


def rekeyed(lab, config, log, times):
    ap, station = lab.connect(config)
    lab.serve(ap)
    address = lab.dhcp(station.radio)
    ap.wait_log(log, times, 20)
    pings_both_ways(lab, ap, station, address)
    expect(station.open, 'the port did not stay open')
    expect(not lab.air.find(lambda f: f.kind in ('deauth', 'disassoc') and f.bssid == ap.bssid
                            and station.radio.address in (f.sender, f.receiver)), 'the association did not last')


def case_group_rekey(lab):
    """The AP changes the group key three times; broadcasts pass afterwards."""
    rekeyed(lab, {'wpa_group_rekey': 2}, 'WPA: group key handshake completed (RSN)', 3)
    return '3 times'


def case_ptk_rekey(lab):
    """The AP changes the pairwise key twice by a new handshake in the open port."""
    rekeyed(lab, {'wpa_ptk_rekey': 3}, 'WPA: pairwise key handshake completed (RSN)', 3)
    return 'twice'
