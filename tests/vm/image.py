# SPDX-License-Identifier: BSD-2-Clause
"""The guest's kernel and first file system, made from packages and kept in a cache outside the tree.

The kernel is Debian's, taken out of its package without installing it. The first file system holds busybox, the few
modules with which the host's root can be mounted, and init; everything else the guest has from the host.
"""
import glob
import hashlib
import lzma
import os
import re
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
META_PACKAGE = 'linux-image-amd64'

# Needed before the host's root is there; what they depend on is found in modules.dep.
BOOT_MODULES = ['virtio_pci', 'virtio_rng', '9pnet_virtio', '9p', 'overlay']
# What the guest can load later. Algorithms are named because the kernel asks for them by alias.
LATER_MODULES = [
    'mac80211_hwsim', 'rfkill', 'nf_tables', 'crc32c_generic',
    'ccm', 'gcm', 'ctr', 'cmac', 'ghash_generic', 'michael_mic',
    'af_alg', 'algif_hash', 'algif_skcipher', 'algif_aead',  # iwd has its cryptography from the kernel
    'cbc', 'ecb', 'md4', 'des_generic', 'sha512_generic',
]
XZ_MAGIC = b'\xfd7zXZ\x00'
ELF_MAGIC = b'\x7fELF'


class Error(Exception):
    """The image cannot be made; the text is for the user."""


def cache_folder():
    base = os.environ.get('XDG_CACHE_HOME') or os.path.join(os.path.expanduser('~'), '.cache')
    return os.path.join(base, 'openihv', 'vm')


def run(*command, cwd=None):
    try:
        done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except FileNotFoundError:
        raise Error(f'{command[0]} is not installed; ./dev vm-test installs it') from None
    if done.returncode:
        raise Error(f'{" ".join(command)}: {done.stderr.strip() or done.returncode}')
    return done.stdout


def package_name():
    """The package of the newest kernel, or None if apt knows of none (no lists, no network)."""
    try:
        found = re.search(r'Depends: (linux-image-\S+)', run('apt-cache', 'depends', META_PACKAGE))
    except Error:
        return None
    return found and found.group(1)


def kernel(say):
    """The folder with vmlinux and lib/modules; it is made if the cache has none."""
    recipe = hashlib.sha256(repr((BOOT_MODULES, LATER_MODULES)).encode()).hexdigest()[:8]
    cache = cache_folder()
    name = package_name()
    folder = os.path.join(cache, f'{name}.{recipe}')
    if not name:
        have = glob.glob(os.path.join(cache, f'linux-image-*.{recipe}'))
        if not have:
            raise Error(f'apt-cache knows no {META_PACKAGE}; apt-get update')
        return max(have, key=os.path.getmtime)
    if not os.path.isdir(folder):
        os.makedirs(cache, exist_ok=True)
        say(f'fetching the package {name} for {folder}')
        with tempfile.TemporaryDirectory(dir=cache, prefix='.making-') as work:
            make_kernel(name, work)
            publish(os.path.join(work, 'kernel'), folder)
    return folder


def publish(made, folder):
    """Whoever comes first wins; the other's work is as good and is thrown away."""
    try:
        os.rename(made, folder)
    except OSError:
        if not os.path.isdir(folder):
            raise


def make_kernel(name, work):
    run('apt-get', 'download', name, cwd=work)
    package, = glob.glob(os.path.join(work, '*.deb'))
    unpacked = os.path.join(work, 'unpacked')
    run('dpkg-deb', '-x', package, unpacked)
    version, = os.listdir(os.path.join(unpacked, 'lib/modules'))
    run('depmod', '-b', unpacked, version)
    result = os.path.join(work, 'kernel')
    modules = os.path.join(result, 'lib/modules', version)
    os.makedirs(modules)
    source = os.path.join(unpacked, 'lib/modules', version)
    for path in closure(source, BOOT_MODULES + LATER_MODULES):
        os.makedirs(os.path.dirname(os.path.join(modules, path)), exist_ok=True)
        run('strip', '--strip-debug', '-o', os.path.join(modules, path), os.path.join(source, path))
    for table in glob.glob(os.path.join(source, 'modules.builtin*')) + [os.path.join(source, 'modules.order')]:
        shutil.copy(table, modules)
    run('depmod', '-b', result, version)
    with open(os.path.join(unpacked, 'boot', f'vmlinuz-{version}'), 'rb') as file:
        elf = vmlinux(file.read())
    with open(os.path.join(result, 'vmlinux'), 'wb') as file:
        file.write(elf)
    os.chmod(result, 0o755)


def vmlinux(compressed):
    """The ELF file inside vmlinuz: a machine that starts it saves the seconds of unpacking it itself."""
    at = compressed.find(XZ_MAGIC)
    while at >= 0:
        try:
            elf = lzma.LZMADecompressor().decompress(compressed[at:])
        except lzma.LZMAError:
            elf = b''
        if elf.startswith(ELF_MAGIC):
            return elf
        at = compressed.find(XZ_MAGIC, at + 1)
    raise Error('the kernel in its package is not compressed with xz')


def closure(folder, names):
    """The files of the named modules and of all that they need, each after what it needs."""
    needs, file_of = {}, {}
    with open(os.path.join(folder, 'modules.dep')) as file:
        for line in file:
            path, _, others = line.partition(':')
            needs[path] = others.split()
            file_of[os.path.basename(path)[:-len('.ko')].replace('-', '_')] = path
    with open(os.path.join(folder, 'modules.builtin')) as file:
        built_in = {os.path.basename(line.strip())[:-len('.ko')].replace('-', '_') for line in file}
    order = []

    def add(path):
        for other in needs[path]:
            add(other)
        if path not in order:
            order.append(path)

    for name in names:
        if name in built_in:
            continue
        if name not in file_of:
            raise Error(f'the kernel has no module {name}')
        add(file_of[name])
    return order


def modules_folder(kernel_folder):
    found, = glob.glob(os.path.join(kernel_folder, 'lib/modules/*'))
    return found


def initramfs(kernel_folder, path):
    """Writes the first file system, for that kernel."""
    folder = modules_folder(kernel_folder)
    files = [('bin', None, 0o755), ('boot', None, 0o755), ('dev', None, 0o755)]
    busybox = '/bin/busybox'
    if not os.path.exists(busybox):
        raise Error('busybox-static is not installed')
    files += [('bin/busybox', busybox, 0o755), ('init', os.path.join(HERE, 'init'), 0o755)]
    for number, module in enumerate(closure(folder, BOOT_MODULES)):
        files.append((f'boot/{number:02}.ko', os.path.join(folder, module), 0o644))
    with open(path, 'wb') as out:
        for number, (name, source, mode) in enumerate(files, 1):
            content = b''
            if source:
                with open(source, 'rb') as file:
                    content = file.read()
            out.write(cpio_entry(number, name, (0o100000 if source else 0o040000) | mode, content))
        out.write(cpio_entry(0, 'TRAILER!!!', 0, b''))


def cpio_entry(number, name, mode, content):
    """One entry of an archive in the format "newc" (Documentation/driver-api/early-userspace/buffer-format)."""
    encoded = name.encode() + b'\0'
    fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(encoded), 0)
    head = b'070701' + b''.join(b'%08X' % field for field in fields) + encoded
    return padded(head) + padded(content)


def padded(content):
    return content + b'\0' * (-len(content) % 4)
