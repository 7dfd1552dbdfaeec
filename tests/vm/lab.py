# SPDX-License-Identifier: BSD-2-Clause
"""What a case is made of, fresh for each one, and gone after it whatever happened.

      first namespace                        namespace of a station
      ap1: hostapd, DHCP, 192.0.2.1          st1: the station
      ap2: ...                               st2: ...
         \\______________ the simulated air ______________/
                        hwsim0: the witness (air.py)
"""
import contextlib
import os
import re
import signal
import struct

import netlink
import stations
from processes import Control, Daemon, Events, Failed, run, wait_until

SSID = 'openihv-vm'
PASSPHRASE = 'correct horse battery'
AP_ADDRESS = '192.0.2.1'
HOSTAPD = {'driver': 'nl80211', 'hw_mode': 'g', 'channel': 1, 'ssid': SSID, 'wpa': 2, 'wpa_key_mgmt': 'WPA-PSK',
           'rsn_pairwise': 'CCMP', 'wpa_passphrase': PASSPHRASE, 'logger_stdout': -1, 'logger_stdout_level': 0}
UDHCPD = '''\
start 192.0.2.10
end 192.0.2.200
interface {interface}
max_leases 100
lease_file {folder}/leases
pidfile {folder}/pid
opt subnet 255.255.255.0
'''
UDHCPC_SCRIPT = '''\
#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
[ "$1" != bound ] || exec ip address replace "$ip/24" dev "$interface"
'''
# Which hook of the AP's interface sees a message of the handshake, and its Key Information without the version.
MESSAGES = {1: ('egress', 0x0088), 2: ('ingress', 0x0108), 3: ('egress', 0x13c8), 4: ('ingress', 0x0308)}


class Radio:
    """A simulated radio with its one interface."""

    def __init__(self, family, name):
        self.name, self.namespace = name, None
        netlink.new_radio(family, name)
        folder = f'/sys/class/ieee80211/{name}/device/net'
        self.interface, = wait_until(lambda: os.path.isdir(folder) and os.listdir(folder), f'interface of {name}')
        with open(f'/sys/class/net/{self.interface}/address') as file:
            self.address = file.read().strip()
        # Neither is seen from the first namespace when the radio has moved.
        self.rfkill, = (int(name[len('rfkill'):]) for name in os.listdir(f'/sys/class/ieee80211/{name}')
                        if name.startswith('rfkill'))

    def move(self, namespace):
        run('iw', 'phy', self.name, 'set', 'netns', 'name', namespace)
        self.namespace = namespace

    def link(self, state):
        run('ip', 'link', 'set', self.interface, state, namespace=self.namespace)

    def signal(self, dbm):
        """How others receive it: -80 to -11 dBm."""
        # hwsim adds the transmit power, 20 dBm; Linux 6.1 reads the file as a number without sign.
        with open(f'/sys/kernel/debug/ieee80211/{self.name}/hwsim/rx_rssi', 'w') as file:
            file.write(str((dbm - 20) % 2 ** 64))

    def delete(self):
        netlink.delete_radio(self.name, self.namespace)


class AccessPoint:
    """hostapd on a radio of its own; a dict of what differs from HOSTAPD says how."""

    def __init__(self, lab, radio, config):
        self.lab, self.radio = lab, radio
        self.config = {**HOSTAPD, 'interface': radio.interface, 'ctrl_interface': f'/run/hostapd-{radio.name}', **config}
        self.log = os.path.join(lab.folder, f'hostapd-{radio.name}.log')
        self.daemon = self.control = self.filter = None
        self.start()

    @property
    def bssid(self):
        return self.radio.address

    def start(self, **changes):
        """Changes are kept for the next start."""
        self.config.update(changes)
        self.events = Events()
        path = f'/run/{self.radio.name}.conf'
        with open(path, 'w') as file:
            file.writelines(f'{key}={value}\n' for key, value in self.config.items() if value is not None)
        self.daemon = Daemon(['hostapd', '-t', '-d', '-K', path], self.log)
        self.control = Control(f'{self.config["ctrl_interface"]}/{self.radio.interface}',
                               lambda text: self.events.add(text.split(' ', 1)[0], text))
        wait_until(lambda: 'state=ENABLED' in self.control.ask('STATUS'), 'the access point is on the air', step=0.01)

    def station(self, address):
        """What hostapd knows of a station: {} if nothing."""
        lines = self.control.ask(f'STA {address}').splitlines()
        return dict(line.split('=', 1) for line in lines if '=' in line)

    def authorised(self, address):
        return '[AUTHORIZED]' in self.station(address).get('flags', '')

    def wait_authorised(self, address, timeout=10):
        wait_until(lambda: self.authorised(address), f'the AP authorises {address}', timeout)

    def wait_log(self, text, times=1, timeout=10):
        def seen():
            with open(self.log, errors='replace') as file:
                return file.read().count(text) >= times
        wait_until(seen, f"'{text}' in the access point's log", timeout)

    def disassociate(self, address):
        self.control.tell(f'DISASSOCIATE {address}')

    def deauthenticate(self, address):
        self.control.tell(f'DEAUTHENTICATE {address}')

    def drop_message(self, number):
        """From now on message 1 to 4 of the handshake is lost. Needs driver_params=control_port=0 in the configuration."""
        hook, information = MESSAGES[number]
        # The network header begins at the EAPOL header; octet 1 is 3 for a key, Key Information are octets 5 and 6.
        rule = f'ether type 0x888e @nh,8,8 3 @nh,40,16 & 0xfff8 == {information:#x} drop'
        rules = f'''add table netdev {self.radio.name}
            add chain netdev {self.radio.name} held {{ type filter hook {hook} device {self.radio.interface} priority 0; }}
            add rule netdev {self.radio.name} held {rule}'''
        run('nft', rules)
        self.filter = True

    def pass_messages(self):
        if self.filter:
            run('nft', 'delete', 'table', 'netdev', self.radio.name)
            self.filter = None

    def stop(self, number=signal.SIGTERM):
        if self.control:
            self.control.close()
            self.control = None
        if number == signal.SIGTERM:
            self.daemon.stop()
        else:
            self.daemon.kill(number)
            self.daemon.wait()


class Lab:
    """Makes radios, access points and stations, and undoes it all at close()."""

    def __init__(self, air, family, folder, kind):
        self.air, self.family, self.folder = air, family, folder
        self.kind = kind  # of station
        self.undo = contextlib.ExitStack()
        self.count = {}

    def close(self):
        self.undo.close()

    def number(self, what):
        self.count[what] = self.count.get(what, 0) + 1
        return f'{what}{self.count[what]}'

    def radio(self, what):
        radio = Radio(self.family, self.number(what))
        self.undo.callback(quietly, radio.delete)
        return radio

    def namespace(self):
        name = self.number('ns')
        run('ip', 'netns', 'add', name)
        self.undo.callback(quietly, run, 'ip', 'netns', 'delete', name)
        run('ip', 'link', 'set', 'lo', 'up', namespace=name)
        return name

    def access_point(self, **config):
        ap = AccessPoint(self, self.radio('ap'), config)
        self.undo.callback(quietly, ap.pass_messages)
        self.undo.callback(quietly, ap.stop, signal.SIGKILL)
        return ap

    def station_radio(self, namespace=None):
        """A radio for a station, in a namespace of its own unless one is named."""
        namespace = namespace or self.namespace()  # outlives the radio
        radio = self.radio('st')
        radio.move(namespace)
        return radio

    def station(self, radio, kind=None, **network):
        """A station that is started, for SSID and PASSPHRASE unless other keys are named (see stations.py)."""
        station = (kind or self.kind)(os.path.join(self.folder, self.number('station')))
        self.undo.callback(station.stop)
        station.start({'ssid': SSID, 'passphrase': PASSPHRASE, **network}, radio.interface, radio.namespace)
        station.radio = radio
        return station

    def connect(self, ap_config=None, **network):
        """An access point and a station whose port is open."""
        ap = self.access_point(**(ap_config or {}))
        station = self.station(self.station_radio(), **network)
        station.wait_open(20)
        ap.wait_authorised(station.radio.address)
        return ap, station

    def serve(self, ap):
        """An address and a DHCP server for an access point."""
        interface = ap.radio.interface
        run('ip', 'address', 'replace', f'{AP_ADDRESS}/24', 'dev', interface)
        path = f'/run/udhcpd-{ap.radio.name}.conf'
        with open(path, 'w') as file:
            file.write(UDHCPD.format(interface=interface, folder=self.scratch(f'dhcp-{ap.radio.name}')))
        server = Daemon(['/bin/busybox', 'udhcpd', '-f', path], os.path.join(self.folder, 'udhcpd.log'))
        self.undo.callback(quietly, server.stop)

    def scratch(self, name):
        folder = os.path.join('/run', f'lab-{name}')
        os.makedirs(folder, exist_ok=True)
        open(os.path.join(folder, 'leases'), 'w').close()
        return folder

    def dhcp(self, radio):
        """The address that a station got by DHCP."""
        script = '/run/udhcpc.sh'
        with open(script, 'w') as file:
            file.write(UDHCPC_SCRIPT)
        os.chmod(script, 0o755)
        said = run('/bin/busybox', 'udhcpc', '-f', '-n', '-q', '-t', '10', '-T', '1', '-s', script, '-i', radio.interface,
                   namespace=radio.namespace, timeout=30)
        lease = re.search(r'lease of ([\d.]+) obtained', said)
        if not lease:
            raise Failed(f'no lease: {said.strip()}')
        return lease.group(1)

    def ping(self, radio, address=AP_ADDRESS):
        said = run('ping', '-n', '-c', '5', '-i', '0.2', '-W', '2', '-I', radio.interface, address, namespace=radio.namespace, check=False)
        if ' bytes from ' not in said:
            raise Failed(f'no answer to ping: {said.strip()}')

    def message(self, name, since=0, timeout=15):
        """Waits for a message of the handshake on the air."""
        frame = self.air.wait(lambda f: f.message == name, since, timeout)
        if not frame:
            raise Failed(f'{name} was not on the air within {timeout} s')
        return frame


def quietly(function, *arguments):
    """Undoing goes on whatever is gone already."""
    with contextlib.suppress(OSError, Failed):
        function(*arguments)


def rfkill(radio, block):
    """Blocks or unblocks the one radio, by the kernel's own interface (linux/rfkill.h)."""
    with open('/dev/rfkill', 'wb', buffering=0) as file:
        file.write(struct.pack('=IBBBB', radio.rfkill, 0, 2, int(block), 0))  # RFKILL_OP_CHANGE


def kind_of_station(name):
    return {'wpa_supplicant': stations.WpaSupplicant, 'iwd': stations.Iwd, 'openihv': stations.Openihv}[name]
