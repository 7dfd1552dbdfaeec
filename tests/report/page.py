#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The page of a report in a browser: nothing is loaded, nothing overflows, all of it is there. Prints TAP.

usage: tests/report/page.py WRITE-BINARY [FOLDER]    pictures and PDF are left in FOLDER, if given
"""
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

import browser

WRITE = os.path.abspath(sys.argv[1])
KEEP = sys.argv[2] if len(sys.argv) > 2 else None
HERE = tempfile.TemporaryDirectory(prefix='openihv-page-')
WINDOWS = ((1280, False), (375, False), (1280, True), (375, True))

# Text colour on ground, as they meet on the page.
PAIRS = [('ink', 'page'), ('ink', 'card'), ('soft', 'page'), ('soft', 'card'), ('link', 'page'), ('bad-text', 'page'),
         ('bad-text', 'bad-tint'), ('bad-ink', 'bad'), ('soft', 'bad-tint'), ('doubt-text', 'page'), ('doubt-ink', 'doubt'),
         ('good-ink', 'good'), ('tried-ink', 'few'), ('tried-ink', 'some'), ('tried-ink', 'many')]
tests = []


def test(function):
    tests.append(function)
    return function


def page(fixture):
    path = os.path.join(HERE.name, fixture + '.html')
    if not os.path.exists(path):
        with open(path, 'wb') as out:
            subprocess.run([WRITE, fixture, 'html'], stdout=out, check=True)
    return path


def luminance(colour):
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def scan_lines(png):
    """The lines of a picture, still filtered: in an empty one they are all alike."""
    assert png[:8] == b'\x89PNG\r\n\x1a\n'
    data, at = b'', 8
    while at < len(png):
        length, kind = struct.unpack('>I4s', png[at:at + 8])
        if kind == b'IHDR':
            width, height, depth, colour = struct.unpack('>IIBB', png[at + 8:at + 18])
        if kind == b'IDAT':
            data += png[at + 8:at + 8 + length]
        at += 12 + length
    size = 1 + width * depth * {0: 1, 2: 3, 6: 4}[colour] // 8
    lines = zlib.decompress(data)
    return [lines[i * size:(i + 1) * size] for i in range(height)]


def keep(name, content):
    if KEEP:
        with open(os.path.join(KEEP, name), 'wb') as out:
            out.write(content)


@test
def contrast_of_colours(_):
    """4.5 to 1 for text (WCAG 2.2, 1.4.3), in each of the three sets of colours."""
    with open(page('clean'), encoding='utf-8') as file:
        sets = re.findall(r'(?:--[a-z-]+:#[0-9a-f]{6};?\s*)+', file.read())
    assert len(sets) == 3, len(sets)  # light, dark, print
    for found in sets:
        colours = dict(re.findall(r'--([a-z-]+):(#[0-9a-f]{6})', found))
        for ink, ground in PAIRS:
            ratio = contrast(colours[ink], colours[ground])
            assert ratio >= 4.5, f'{ink} on {ground}: {ratio:.2f}'


def look(tab, fixture, width, dark):
    url = 'file://' + page(fixture)
    tab.window(width, 900, dark)
    tab.open(url)
    assert tab.requests() == [url], tab.requests()
    said = [e['params'] for e in tab.events if e.get('method') in ('Log.entryAdded', 'Runtime.exceptionThrown')]
    assert not said, said
    wide = tab.value('document.documentElement.scrollWidth')
    assert wide <= width, f'{fixture}: {wide} of {width}'
    return tab


@test
def nothing_loaded_nothing_overflows(tab):
    for fixture in ('clean', 'findings'):
        for width, dark in WINDOWS:
            look(tab, fixture, width, dark)
            picture = tab.screenshot()
            keep(f'{fixture}-{width}{"-dark" if dark else ""}.png', picture)
            different = len(set(scan_lines(picture)))
            assert different > 300, f'{fixture} at {width}: {different} different lines'


@test
def colours_follow_the_system(tab):
    seen = set()
    for dark in (False, True):
        look(tab, 'clean', 1280, dark)
        seen.add(tab.value('getComputedStyle(document.body).backgroundColor'))
    assert len(seen) == 2, seen


@test
def each_finding_has_its_chart(tab):
    look(tab, 'findings', 1280, False)
    assert tab.value('document.querySelectorAll("details.finding").length') == 6
    # Those with crossings around: a chart with one line in red, whose words end within it.
    assert tab.value('document.querySelectorAll("details.finding svg.chart").length') == 3
    assert tab.value('[...document.querySelectorAll("svg.chart")].every(s => s.querySelectorAll(".here").length == 1)')
    beyond = tab.value('[...document.querySelectorAll("svg.chart text")].filter(t => { const b = t.getBBox();'
                       ' const v = t.ownerSVGElement.viewBox.baseVal; return b.x < 0 || b.x + b.width > v.width'
                       ' || b.y + b.height > v.height; }).map(t => t.textContent)')
    assert beyond == [], beyond
    assert tab.value('[...document.querySelectorAll("details.finding")].every(d => d.querySelector("pre"))')


@test
def nothing_of_a_module_becomes_markup(tab):
    look(tab, 'findings', 1280, False)
    assert tab.value('document.scripts.length') == 0
    assert tab.value('document.querySelectorAll("h1, h3").length') == 7
    assert '<script>alert(1)</script>' in tab.value('document.body.textContent')
    assert tab.value('document.querySelector("h1").textContent') == "my modules/it's <new>.so"


@test
def head_of_the_map_stays(tab):
    """The map scrolls by itself; its head and its names do not go away."""
    look(tab, 'findings', 375, False)
    before = tab.value('JSON.stringify(document.querySelector(".map tbody th").getBoundingClientRect().x)')
    assert tab.value('const m = document.querySelector(".map"); m.scrollLeft = 300; m.scrollLeft') == 300
    assert tab.value('JSON.stringify(document.querySelector(".map tbody th").getBoundingClientRect().x)') == before
    assert tab.value('getComputedStyle(document.querySelector(".map thead th")).position') == 'sticky'


@test
def can_be_printed(tab):
    look(tab, 'findings', 1280, False)
    tab.window(1280, 900, True, 'print')  # on paper it is light, and nothing is folded
    assert tab.value('getComputedStyle(document.body).backgroundColor') == 'rgb(255, 255, 255)'
    assert tab.value('document.querySelector("details.w pre").getClientRects().length') > 0
    tab.window(1280, 900)
    paper = tab.pdf()
    keep('findings.pdf', paper)
    assert paper.startswith(b'%PDF-') and len(paper) > 20000, len(paper)


def main():
    path = browser.find()
    if not path:
        print('there is no Chromium (package chromium)')
        return 77
    failed = 0
    tab = browser.Browser(path)
    try:
        print(f'1..{len(tests)}')
        for number, function in enumerate(tests, 1):
            try:
                function(tab)
                print(f'ok {number} - {function.__name__}', flush=True)
            except (AssertionError, RuntimeError) as error:
                failed += 1
                print(f'not ok {number} - {function.__name__}\n# {error}', flush=True)
    finally:
        tab.close()
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
