# SPDX-License-Identifier: BSD-2-Clause
"""Who connects: wpa_supplicant, iwd and openihv behind one small interface.

A network is a dict: ssid, passphrase, and where it matters akm ('psk' or 'psk-sha256'), pmf (0 to 2, as ieee80211w),
hidden (True).
"""
import contextlib
import json
import os
import shutil
import subprocess
import threading
import time
from xml.sax.saxutils import escape

import netlink
from processes import Control, Daemon, Events, Failed, run, wait_until

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TREE, os.environ.get('OPENIHV_BUILD', 'build'))  # what openihv is taken from


class Station:
    """start(network, interface, namespace), then wait; events has what was told."""
    name = ''
    tkip_group = True    # joins a network whose group cipher is TKIP
    tells_refusal = True  # tells that a passphrase is not accepted
    refusal = ''          # words of the one line with which it leaves an interface to a program that has it
    debug = True          # with a log of everything

    def __init__(self, folder):
        self.folder = folder
        self.events = Events()
        self.daemons = []
        self.open = False
        self.started = 0  # when the program was, seconds since 1970
        os.makedirs(folder, exist_ok=True)

    def log(self, name):
        return os.path.join(self.folder, name)

    def tell(self, kind, text, when=None):
        """'open' and 'closed' are told when they change, and only then."""
        if kind in ('open', 'closed'):
            if self.open == (kind == 'open'):
                kind = 'note'
            else:
                self.open = kind == 'open'
        self.events.add(kind, text, when)

    def wait(self, kind, timeout):
        event = self.events.wait(kind, timeout)
        if not event:
            raise Failed(f'{self.name}: not {kind} within {timeout} s')
        return event

    def wait_open(self, timeout=15):
        return self.wait('open', timeout)

    def wait_closed(self, timeout=15):
        return self.wait('closed', timeout)

    def wait_refused(self, timeout=30):
        return self.wait('refused', timeout)

    def pids(self):
        """The processes that belong to it, those it started itself included."""
        known = [daemon.pid for daemon in self.daemons if daemon.alive()]
        parents = {}
        for name in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{name}/stat') as file:
                    parents[int(name)] = int(file.read().rsplit(')', 1)[1].split()[1])
            except OSError:
                continue
        for pid in known:
            known += [child for child, parent in parents.items() if parent == pid and child not in known]
        return known

    def memory(self):
        """(resident, private) in KiB of all its processes."""
        resident = private = 0
        for pid in self.pids():
            with open(f'/proc/{pid}/smaps_rollup') as file:
                lines = dict(line.split(':', 1) for line in file if ':' in line and 'kB' in line)
            resident += int(lines['Rss'].split()[0])
            private += sum(int(lines[key].split()[0]) for key in ('Private_Clean', 'Private_Dirty'))
        return resident, private

    def stop(self):
        """True: each of its processes ended when it was asked to."""
        orderly = [daemon.stop() for daemon in reversed(self.daemons)]
        self.daemons = []
        return all(orderly)


class WpaSupplicant(Station):
    name = 'wpa_supplicant'
    binaries = ['/usr/sbin/wpa_supplicant']

    def start(self, network, interface, namespace):
        control = f'/run/wpa-{os.path.basename(self.folder)}'
        config = os.path.join(self.folder, 'wpa.conf')
        akms = {'psk': 'WPA-PSK', 'psk-sha256': 'WPA-PSK-SHA256'}
        akm = akms.get(network.get('akm'), 'WPA-PSK WPA-PSK-SHA256')
        lines = [f'ssid="{network["ssid"]}"', f'psk="{network["passphrase"]}"', f'key_mgmt={akm}', 'scan_freq=2412',
                 f'ieee80211w={network.get("pmf", 1)}', f'scan_ssid={int(network.get("hidden", False))}',
                 'bgscan="simple:2:-70:4"']
        with open(config, 'w') as file:
            file.write(f'ctrl_interface={control}\np2p_disabled=1\nnetwork={{\n' + '\n'.join(lines) + '\n}\n')
        self.started = time.time()
        debug = ['-d', '-K'] if self.debug else []
        self.daemons = [Daemon(['wpa_supplicant', '-t', *debug, '-c', config, '-i', interface],
                               self.log('wpa_supplicant.log'), namespace)]
        self.control = Control(f'{control}/{interface}', self.take)
        if 'wpa_state=COMPLETED' in self.control.ask('STATUS'):  # before the socket was there
            self.tell('open', 'found so')

    def take(self, text):
        kind = 'note'
        if text.startswith('CTRL-EVENT-CONNECTED'):
            kind = 'open'
        elif text.startswith('CTRL-EVENT-DISCONNECTED'):
            kind = 'closed'
        elif 'pre-shared key may be incorrect' in text:
            kind = 'refused'
        self.tell(kind, text)

    def stop(self):
        if self.daemons:
            self.control.close()
        return super().stop()


class Iwd(Station):
    """iwd with a bus of its own. It tells of its port by the operational state of the interface."""
    name = 'iwd'
    binaries = ['/usr/libexec/iwd']
    tkip_group = False
    tells_refusal = False
    bus = '''<busconfig><type>system</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/><allow user="*"/></policy>
</busconfig>'''

    def start(self, network, interface, namespace):
        self.interface = interface
        self.private = f'/run/iwd-{namespace}'
        shutil.rmtree(self.private, ignore_errors=True)
        os.makedirs(f'{self.private}/state')
        with open(f'{self.private}/bus.conf', 'w') as file:
            file.write(self.bus.format(folder=self.private))
        with open(f'{self.private}/state/{network["ssid"]}.psk', 'w') as file:
            file.write(f'[Security]\nPassphrase={network["passphrase"]}\n[Settings]\nAutoConnect=true\n')
            file.write(f'Hidden={str(network.get("hidden", False)).lower()}\n')
        with open(f'{self.private}/main.conf', 'w') as file:
            file.write(f'[General]\nManagementFrameProtection={network.get("pmf", 1)}\n')
            file.write('[DriverQuirks]\nDefaultInterface=*\n')  # the one that is there, not one of its own
        link = netlink.within(namespace, netlink.link_socket)
        threading.Thread(target=self.listen, args=(link,), daemon=True).start()
        bus = Daemon(['dbus-daemon', f'--config-file={self.private}/bus.conf', '--nofork'], self.log('dbus.log'))
        self.daemons = [bus]
        wait_until(lambda: os.path.exists(f'{self.private}/bus'), 'the bus', step=0.01)
        self.started = time.time()
        debug = ['-d'] if self.debug else []
        iwd = Daemon(['/usr/libexec/iwd', *debug, '-i', interface], self.log('iwd.log'), namespace, env={
            'DBUS_SYSTEM_BUS_ADDRESS': f'unix:path={self.private}/bus', 'STATE_DIRECTORY': f'{self.private}/state',
            'CONFIGURATION_DIRECTORY': self.private})
        self.daemons.append(iwd)

    def pids(self):
        bus = self.daemons[0].pid if self.daemons else None
        return [pid for pid in super().pids() if pid != bus]

    def listen(self, link):
        while True:
            for name, up in netlink.link_changes(link.recv(65536)):
                if name == self.interface:
                    self.tell('open' if up else 'closed', f'operational state up: {up}')


class Openihv(Station):
    """openihv run with the RSN module, which tells all by lines of JSON (doc/trace.md)."""
    name = 'openihv'
    binaries = [f'{BUILD}/openihv-radio', f'{BUILD}/openihv-worker', f'{BUILD}/ext/rsn.so']  # what stays
    refusal = 'another program'
    module = f'{BUILD}/ext/rsn.so'
    mode = '--isolate'
    profile = '''<?xml version="1.0"?>
<WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1">
<name>{ssid}</name>
<SSIDConfig><SSID><hex>{hex}</hex><name>{ssid}</name></SSID><nonBroadcast>{hidden}</nonBroadcast></SSIDConfig>
<connectionType>ESS</connectionType><connectionMode>auto</connectionMode><autoSwitch>false</autoSwitch>
<IHV><OUIHeader><OUI>000FAC</OUI><type>01</type></OUIHeader>
<security><rsn xmlns="urn:openihv:rsn:1"><passphrase>{passphrase}</passphrase>{akm}</rsn></security>
<useMSOneX>false</useMSOneX></IHV>
</WLANProfile>
'''

    @staticmethod
    def missing():
        """Why it cannot be a station here; '' if it can."""
        said = run(f'{BUILD}/openihv', 'run', '--help', check=False)
        return '' if '--radio' in said else 'openihv run has no option --radio yet'

    def start(self, network, interface, namespace):
        path = os.path.join(self.folder, 'profile.xml')
        akm = f'<akm>{network["akm"]}</akm>' if 'akm' in network else ''
        with open(path, 'w') as file:
            file.write(self.profile.format(
                ssid=escape(network['ssid']), hex=network['ssid'].encode().hex().upper(), akm=akm,
                passphrase=escape(network['passphrase']), hidden=str(network.get('hidden', False)).lower()))
        self.saw_violation = ''
        command = [f'{BUILD}/openihv', 'run', self.module, '--radio', f'nl80211:{interface}',
                   '--profile', path, '--json', self.mode, *([] if self.debug else ['--quiet'])]
        command += ['--trace', self.log('trace.jsonl')] if self.debug else []
        self.started = time.time()
        daemon = Daemon(command, self.log('openihv.log'), namespace, stdout=subprocess.PIPE)
        self.daemons = [daemon]
        self.reader = threading.Thread(target=self.read, args=(daemon.process.stdout,), daemon=True)
        self.reader.start()

    def read(self, out):
        with open(self.log('openihv.jsonl'), 'wb') as copy:
            for line in out:
                copy.write(line)
                copy.flush()
                self.take(line.decode('utf-8', 'replace').rstrip())

    def take(self, text):
        try:
            told = json.loads(text)
        except ValueError:
            told = {}
        call, args = told.get('call'), told.get('args', {})
        if call == 'port gate':
            self.tell('open' if args.get('open') else 'closed', text)
        elif call == 'port deleted':
            self.tell('closed', text)
            self.tell('deleted', text)
        elif call == 'Dot11ExtPostAssociateCompletion' and told.get('phase') == 'enter' and args.get('error'):
            self.tell('refused', text)
        elif told.get('finding') or told.get('violations') or told.get('deaths'):  # no connection is no violation
            self.saw_violation = self.saw_violation or text
            self.tell('violation', text)
        else:
            self.tell('note', text)

    def stop(self):
        running = bool(self.daemons)
        orderly = super().stop()
        if running:
            self.reader.join(5)
            if self.saw_violation:
                raise Failed(f'the rules were broken: {self.saw_violation}')
        return orderly


class OpenihvInProcess(Openihv):
    name = 'openihv in process'
    mode = '--in-process'


class OpenihvWindows(Openihv):
    """The same module as a DLL of Windows, in Wine. Its prefix is the one of the host (./dev vm-test makes it)."""
    name = 'openihv, Windows module'
    module = os.path.join(TREE, 'build-win', 'ext', 'rsnihv.dll')

    @classmethod
    def missing(cls):
        """Why it cannot be a station here; '' if it can."""
        if not os.path.exists(cls.module):
            return 'there is no build for Windows'
        return '' if shutil.which('wine64') or os.path.exists('/usr/lib/wine/wine64') else 'there is no Wine'

    def start(self, network, interface, namespace):
        caches = os.path.join(os.environ['XDG_CACHE_HOME'], 'openihv')
        with contextlib.suppress(OSError):
            os.remove(f'{caches}/wine.server')  # where the host's server was
        os.utime(f'{caches}/wine')  # comes up from the host's root now, not while the server has its lock in there
        super().start(network, interface, namespace)
