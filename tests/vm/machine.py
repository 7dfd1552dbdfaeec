# SPDX-License-Identifier: BSD-2-Clause
"""The virtual machine: one boot of the guest, what it says line by line, and its certain end."""
import ctypes
import fcntl
import os
import selectors
import shlex
import shutil
import signal
import subprocess
import time

import image

# Where the guest sees the run's own folder.
SHARE = '/run/openihv-vm'
KERNEL_ARGUMENTS = (
    'console=ttyS0 quiet reboot=t panic=-1 mitigations=off tsc=reliable no_timer_check '
    'rcupdate.rcu_expedited=1 cfg80211.ieee80211_regdom=DE')
START = '''\
# SPDX-License-Identifier: BSD-2-Clause
# What the guest runs; written by tests/vm/machine.py.
/bin/stty -F /dev/ttyS1 raw -echo
export PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin HOME=/root LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
export OPENIHV_VM={share}
cd {tree} || echo "no {tree} in the guest"
{command} </dev/null >/dev/ttyS1 2>&1
echo "{mark} $?" >/dev/ttyS1
/bin/busybox reboot -f
'''
EXIT_MARK = '\x1eexit'
PR_SET_PDEATHSIG = 1


class Hang(Exception):
    """The guest did not come to its end; the text is for the user."""


def one_at_a_time(say):
    """Holds a lock until this process ends: two machines without KVM would only slow each other down."""
    folder = image.cache_folder()
    os.makedirs(folder, exist_ok=True)
    lock = os.open(os.path.join(folder, 'lock'), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say('another guest is running; waiting for its end')
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


# Wine returns to its programs by IRET, in user mode; QEMU 7.2 then reads the stack as if the kernel did, and with SMAP the
# kernel of the guest takes that for a fault of its own and ends the program.
CPU = 'max,-smap'


class Machine:
    """folder is the run's; in it share/ is what the guest can write to."""

    def __init__(self, folder, tree):
        self.folder = folder
        self.tree = tree
        self.share = os.path.join(folder, 'share')
        self.console = os.path.join(folder, 'console.log')
        self.process = None
        os.makedirs(self.share, exist_ok=True)

    def start(self, kernel, command):
        """Boots; command is a list of words that the guest runs in the tree."""
        initramfs = os.path.join(self.folder, 'initramfs.cpio')
        image.initramfs(kernel, initramfs)
        with open(os.path.join(self.share, 'start'), 'w') as file:
            file.write(START.format(share=SHARE, tree=shlex.quote(self.tree), mark=EXIT_MARK,
                                    command=shlex.join(command)))
        words = f'{KERNEL_ARGUMENTS} vm.run={SHARE} vm.modules={image.modules_folder(kernel)}'
        command = self.qemu(os.path.join(kernel, 'vmlinux'), initramfs, words)
        if not shutil.which(command[0]):
            raise image.Error(f'{command[0]} is not installed; ./dev vm-test installs it')
        with open(os.path.join(self.folder, 'qemu.log'), 'wb') as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                                            start_new_session=True, preexec_fn=die_with_parent)

    def qemu(self, kernel, initramfs, words):
        return [
            'qemu-system-x86_64', '-M', 'q35', '-nodefaults', '-no-user-config', '-accel', 'tcg,thread=multi',
            '-cpu', CPU, '-smp', '2', '-m', '1024', '-display', 'none', '-no-reboot',
            '-kernel', kernel, '-initrd', initramfs, '-append', words,
            '-chardev', f'file,id=console,path={self.console}', '-serial', 'chardev:console',
            '-chardev', 'stdio,id=report,signal=off', '-serial', 'chardev:report',
            '-fsdev', 'local,id=root,path=/,security_model=none,readonly=on,multidevs=remap',
            '-device', 'virtio-9p-pci,fsdev=root,mount_tag=root',
            '-fsdev', f'local,id=run,path={self.share},security_model=none',
            '-device', 'virtio-9p-pci,fsdev=run,mount_tag=run',
            '-device', 'virtio-rng-pci',
        ]

    def lines(self, limit):
        """What the guest says, line by line; returns the exit status of its command.

        limit: seconds for the whole. Raises Hang if they are over, or if the machine ends without a status.
        """
        deadline = time.monotonic() + limit
        rest = b''
        out = self.process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while True:
                if not selector.select(max(0, deadline - time.monotonic())):
                    raise Hang(f'the guest did not end within {limit} s')
                read = os.read(out.fileno(), 65536)
                if not read:
                    raise Hang('the guest ended before its work did')
                *whole, rest = (rest + read).split(b'\n')
                for line in whole:
                    text = line.decode('utf-8', 'replace')
                    if text.startswith(EXIT_MARK):
                        return int(text[len(EXIT_MARK):])
                    yield text

    def last_words(self, count=30):
        """The end of the console, and what QEMU itself complained of."""
        words = []
        for path in os.path.join(self.folder, 'qemu.log'), self.console:
            if os.path.exists(path):
                with open(path, errors='replace') as file:
                    words += file.read().splitlines()[-count:]
        return '\n'.join(words)

    def stop(self):
        """Returns when no process is left."""
        if self.process:
            self.process.kill()
            self.process.wait()
