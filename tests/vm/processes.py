# SPDX-License-Identifier: BSD-2-Clause
"""Programs in the guest: started in a namespace with a log, asked through a control socket, ended for certain."""
import os
import select
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass


class Failed(Exception):
    """A case failed; the text says why."""


class Skip(Exception):
    """A case does not apply; the text says why."""


AS_USUAL = ['chrt', '--other', '0']  # however the program is scheduled that starts it


def within(namespace, command):
    return (['ip', 'netns', 'exec', namespace] if namespace else []) + list(command)


def run(*command, namespace=None, check=True, timeout=20):
    """Runs a short command, and returns what it printed."""
    try:
        done = subprocess.run(within(namespace, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise Failed(f'{" ".join(command)}: not done after {timeout} s') from None
    if check and done.returncode:
        raise Failed(f'{" ".join(command)}: {done.stdout.strip() or done.returncode}')
    return done.stdout


def wait_until(condition, what, timeout=10, step=0.05):
    """Waits for what no event tells of; returns what condition() returned when it was true."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Failed(f'{what}: not within {timeout} s')
        time.sleep(step)


class Daemon:
    """A program that runs until it is stopped. Its output goes to a log."""

    def __init__(self, command, log, namespace=None, stdout=None, env=None):
        self.name = os.path.basename(command[0])
        words = within(namespace, [*AS_USUAL, *command])
        with open(log, 'ab') as file:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=stdout or file, stderr=file,
                                            start_new_session=True, env={**os.environ, **env} if env else None)

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def wait(self, timeout=10):
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f'{self.name} did not end within {timeout} s') from None

    def kill(self, number=signal.SIGKILL):
        if self.alive():
            self.process.send_signal(number)

    def stop(self, timeout=5):
        """SIGTERM; if that is not enough, SIGKILL for all that it started. True: it ended by itself."""
        self.kill(signal.SIGTERM)
        try:
            self.process.wait(timeout)
            return True
        except subprocess.TimeoutExpired:
            return False
        finally:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()


@dataclass
class Event:
    time: float  # seconds since 1970, when it was read
    kind: str    # 'open', 'closed', 'refused' (the AP does not accept the passphrase), 'note'
    text: str


class Events:
    """What somebody told, in order. A reader waits for one kind after the other."""

    def __init__(self):
        self.all = []
        self.cursor = 0
        self.changed = threading.Condition()

    def add(self, kind, text, when=None):
        with self.changed:
            self.all.append(Event(when or time.time(), kind, text))
            self.changed.notify_all()

    def wait(self, kind, timeout, text=''):
        """The next event of a kind behind the last one waited for, or None when the time is over."""
        deadline = time.monotonic() + timeout
        with self.changed:
            at = self.cursor
            while True:
                for at in range(at, len(self.all)):
                    if self.all[at].kind == kind and text in self.all[at].text:
                        self.cursor = at + 1
                        return self.all[at]
                at = len(self.all)
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self.changed.wait(left)

    def skip(self):
        """Forgets what was told up to now."""
        with self.changed:
            self.cursor = len(self.all)


class Control:
    """The control socket that hostapd and wpa_supplicant have: a request has an answer, events come unasked."""
    serial = 0

    def __init__(self, path, take_event):
        self.path = path
        self.take_event = take_event
        self.requests = self.open()
        self.listener = self.open()
        self.listener.send(b'ATTACH')
        if self.listener.recv(4096) != b'OK\n':
            raise Failed(f'{path}: no events')
        self.ended, self.end = socket.socketpair()
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def open(self):
        Control.serial += 1
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sock.settimeout(10)
        sock.bind(f'/run/control-{os.getpid()}-{Control.serial}')
        wait_until(lambda: self.connected(sock), f'{self.path} answers', step=0.01)
        return sock

    def connected(self, sock):
        try:
            sock.connect(self.path)
        except OSError:
            return False
        return True

    def listen(self):
        while self.ended not in select.select([self.listener, self.ended], [], [])[0]:
            try:
                text = self.listener.recv(4096).decode('utf-8', 'replace')
            except OSError:
                return
            self.take_event(text.split('>', 1)[-1])

    def ask(self, request):
        try:
            self.requests.send(request.encode())
            return self.requests.recv(65536).decode('utf-8', 'replace')
        except OSError as error:
            raise Failed(f'{request}: {error}') from None

    def tell(self, request):
        answer = self.ask(request)
        if not answer.startswith('OK'):
            raise Failed(f'{request}: {answer.strip()}')

    def close(self):
        self.end.close()
        self.thread.join()
        for sock in self.requests, self.listener, self.ended:
            if sock is not self.ended:
                os.unlink(sock.getsockname())
            sock.close()
