# SPDX-License-Identifier: BSD-2-Clause
"""A headless Chromium, driven over a pair of pipes (--remote-debugging-pipe): needs nothing but Python."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

# No look-ups of its own: a test has no network, and the page needs none.
FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-extensions',
         '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars',
         '--no-default-browser-check', '--disable-dev-shm-usage', '--remote-debugging-pipe']


def find():
    """Path of a Chromium, or None."""
    for name in ('chromium', 'chromium-browser', 'google-chrome'):
        if shutil.which(name):
            return shutil.which(name)
    return None


class Browser:
    """One tab. Commands and events are those of the Chrome DevTools Protocol."""

    def __init__(self, path, patience=60):
        self.profile = tempfile.mkdtemp(prefix='openihv-browser-')
        self.patience, self.number, self.buffer, self.events, self.session = patience, 0, b'', [], None
        theirs_in, self.out = os.pipe()
        self.input, theirs_out = os.pipe()
        self.process = subprocess.Popen(
            ['sh', '-c', 'exec "$0" "$@" 3<&%d 4>&%d' % (theirs_in, theirs_out), path, *FLAGS,
             '--user-data-dir=' + self.profile, 'about:blank'],
            pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        targets = self.ask('Target.getTargets')['targetInfos']
        page = [t for t in targets if t['type'] == 'page'][0]
        self.session = self.ask('Target.attachToTarget', targetId=page['targetId'], flatten=True)['sessionId']
        for domain in ('Page', 'Network', 'Runtime', 'Log'):
            self.ask(domain + '.enable')

    def close(self):
        self.process.terminate()
        self.process.wait()
        os.close(self.out)
        os.close(self.input)
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self):
        """The next message; fails after the patience."""
        end = time.monotonic() + self.patience
        while b'\0' not in self.buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.input], [], [], left)[0]:
                raise TimeoutError('the browser says nothing')
            data = os.read(self.input, 1 << 20)
            if not data:
                raise EOFError('the browser has ended')
            self.buffer += data
        message, self.buffer = self.buffer.split(b'\0', 1)
        return json.loads(message)

    def ask(self, method, **params):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': params}
        if self.session:
            message['sessionId'] = self.session
        data = json.dumps(message).encode() + b'\0'
        while data:
            data = data[os.write(self.out, data):]
        while True:
            answer = self.receive()
            if answer.get('id') == self.number:
                if 'error' in answer:
                    raise RuntimeError('%s: %s' % (method, answer['error']))
                return answer['result']
            self.events.append(answer)

    def window(self, width, height, dark=False, media=''):
        self.ask('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1,
                 mobile=width < 600)
        self.ask('Emulation.setEmulatedMedia', media=media,
                 features=[{'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}])

    def open(self, url):
        """Loads a page. What came by then is in self.events."""
        self.events = []
        self.ask('Page.navigate', url=url)
        while not any(e.get('method') == 'Page.loadEventFired' for e in self.events):
            self.events.append(self.receive())

    def value(self, expression):
        result = self.ask('Runtime.evaluate', expression=expression, returnByValue=True)
        if 'exceptionDetails' in result:
            raise RuntimeError(result['exceptionDetails'])
        return result['result'].get('value')

    def requests(self):
        return [e['params']['request']['url'] for e in self.events if e.get('method') == 'Network.requestWillBeSent']

    def screenshot(self, whole=True):
        """PNG."""
        return base64.b64decode(self.ask('Page.captureScreenshot', captureBeyondViewport=whole)['data'])

    def pdf(self):
        return base64.b64decode(self.ask('Page.printToPDF', preferCSSPageSize=True, printBackground=False)['data'])
