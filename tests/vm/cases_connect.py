# SPDX-License-Identifier: BSD-2-Clause
"""Cases: what a station connects to, and what it must not connect to."""
from processes import Failed, run

AKM_PSK, AKM_PSK_SHA256 = '00-0f-ac-2', '00-0f-ac-6'
CCMP = '00-0f-ac-4'
ETHERTYPE_EAPOL = 0x888e


def expect(condition, text):
    if not condition:
        raise Failed(text)


def connected(lab, suite, ap_config=None, **network):
    """Connects, gets an address, pings, and returns what the AP knows of the station."""
    ap, station = lab.connect(ap_config, **network)
    known = ap.station(station.radio.address)
    expect(known['AKMSuiteSelector'] == suite, f'AKM {known["AKMSuiteSelector"]}, not {suite}')
    cipher = known['dot11RSNAStatsSelectedPairwiseCipher']
    expect(cipher == CCMP, f'pairwise cipher {cipher}')
    lab.serve(ap)
    lab.dhcp(station.radio)
    lab.ping(station.radio)
    return known


def case_psk_sha1(lab):
    """WPA2-PSK with SHA-1 (AKM 2): open port, address by DHCP, ping."""
    connected(lab, AKM_PSK, akm='psk')
    return 'AKM 2, DHCP, ping'


def case_psk_sha256(lab):
    """WPA2-PSK with SHA-256 (AKM 6)."""
    connected(lab, AKM_PSK_SHA256, {'wpa_key_mgmt': 'WPA-PSK-SHA256'}, akm='psk-sha256')
    return 'AKM 6, DHCP, ping'


def with_pmf(lab, level, protected, akm=AKM_PSK, **config):
    known = connected(lab, akm, {'ieee80211w': level, **config}, pmf=1)
    expect(('[MFP]' in known['flags']) == protected, f'flags of the station: {known["flags"]}')
    return f'flags {known["flags"]}'


def case_pmf_off(lab):
    """An AP without management frame protection."""
    return with_pmf(lab, 0, False)


def case_pmf_optional(lab):
    """An AP that can protect management frames: a station that can, does."""
    return with_pmf(lab, 1, True)


def case_pmf_required(lab):
    """An AP that requires it."""
    return with_pmf(lab, 2, True, AKM_PSK_SHA256, wpa_key_mgmt='WPA-PSK-SHA256')


def case_mixed_wpa(lab):
    """An AP with WPA and WPA2 and group cipher TKIP: RSN with pairwise CCMP, or the station stays away."""
    config = {'wpa': 3, 'wpa_pairwise': 'TKIP', 'rsn_pairwise': 'CCMP TKIP'}
    if lab.kind.tkip_group:
        known = connected(lab, AKM_PSK, config)
        expect(known['wpa'] == '2', f'WPA version {known["wpa"]}')
        return 'pairwise CCMP, group TKIP'
    lab.access_point(**config)
    station = lab.station(lab.station_radio())
    address = station.radio.address
    probed = lab.air.wait(lambda f: f.kind == 'probe-response' and f.receiver == address)
    expect(probed, 'the station did not look for networks')
    tried = lab.air.wait(lambda f: f.kind == 'assoc-request' and f.sender == address, timeout=5)
    expect(not tried, 'the station associated, though it knows no TKIP')
    return 'group TKIP: stays away'


def case_hidden(lab):
    """A network that does not tell its name in beacons."""
    ap, station = lab.connect({'ignore_broadcast_ssid': 1}, hidden=True)
    lab.serve(ap)
    lab.dhcp(station.radio)
    lab.ping(station.radio)
    return 'found by its name, DHCP, ping'


def case_wrong_passphrase(lab):
    """A wrong passphrase: the port stays closed, and the station tells that the passphrase may be the reason."""
    ap = lab.access_point()
    station = lab.station(lab.station_radio(), passphrase='wrong horse battery')
    lab.message('M2', timeout=20)
    if station.tells_refusal:
        station.wait_refused()
    else:
        ap.wait_log('invalid MIC in msg 2/4', 3)
    expect(not station.open, 'the station opened its port')
    expect(not ap.authorised(station.radio.address), 'the AP authorised the station')
    expect(not lab.air.find(lambda f: f.message == 'M3'), 'the AP sent message 3')
    return 'told' if station.tells_refusal else 'not authorised'


def foreign_data(lab, address, since=0):
    """Data frames of a station that are not EAPOL in clear."""
    return lab.air.find(lambda f: f.kind == 'data' and f.sender == address and
                        (f.protected or f.ethertype != ETHERTYPE_EAPOL), since)


def case_no_data_before_open(lab):
    """While the handshake is held back at message 3, nothing but EAPOL leaves the station, though it is asked to."""
    ap = lab.access_point(driver_params='control_port=0')
    lab.serve(ap)
    ap.drop_message(3)
    radio = lab.station_radio()
    station = lab.station(radio)
    lab.message('M2', timeout=20)
    run('ip', 'address', 'add', '192.0.2.5/24', 'dev', radio.interface, namespace=radio.namespace)
    said = run('ping', '-n', '-c', '3', '-i', '0.2', '-W', '1', '192.0.2.1', namespace=radio.namespace, check=False)
    expect('0 received' in said, f'ping: {said.strip()}')
    early = foreign_data(lab, radio.address)
    expect(not early, f'{len(early)} frames passed, the first one {early[:1]}')
    ap.pass_messages()
    station.wait_open(30)
    lab.ping(radio)
    expect(foreign_data(lab, radio.address), 'the witness sees no data even of an open port')
    return 'nothing passed; after message 3 it did'
