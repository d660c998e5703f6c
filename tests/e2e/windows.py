"""The windows of a position: panes with widths of their own, kept on the server under the position's name, all on one
stream; and the parts of the script that come later.

    tests/e2e/windows.py --binary target/debug/callbox --browser chromium [--images DIR]

The server itself says how many streams are open. The last line is "N passed, N failed".
"""

import http.client
import os
import re
import sys
import time

from server import Client
from steps import Steps, arguments, play
from webdriver import Failed

# The board's scripts as they were sent before the page had nothing else to do, in kilobytes; see docs/console.md.
SCRIPTS_KB = 60
FULL = "return document.querySelectorAll('.unit').length > 20"


class Windows(Steps):
    def start(self):
        self.server.demo("--no-calls", "--history", "1", "--speed", "1")
        self.server.stop()
        self.server.serve()
        self.drive()
        self.a = self.window("a", size=(1600, 900))
        self.sign_in(self.a, "supervisor")
        self.api = Client(self.server, "supervisor")

    def keep(self, name):
        if self.options.images:
            os.makedirs(self.options.images, exist_ok=True)
            self.a.screenshot(os.path.join(self.options.images, f"{name}.png"))

    def streams(self):
        # The session's other connection may have stood idle too long.
        connection = http.client.HTTPConnection(self.api.host)
        connection.request("GET", "/metrics", headers={"Cookie": self.api.cookie})
        text = connection.getresponse().read().decode()
        connection.close()
        return int(re.search(r"^callbox_live_clients (\d+)", text, re.M)[1])

    def loaded(self):
        """The board stands, and the focus is where it begins."""
        self.a.wait("the board", "return document.getElementById('g-units')?.textContent.length > 1")
        self.a.wait("the focus", "return document.activeElement?.id === 'incidents' || new URLSearchParams(location.search).has('incident')")

    # Scripts

    def size(self):
        """What the board loads at first stays small; the rest comes by itself."""
        self.a.open(self.server.origin + "/board")
        self.a.wait("the board", FULL)
        self.a.wait("the parts", "return performance.getEntriesByType('resource').some((one) => one.name.endsWith('/layouts.js'))")
        at = self.a.run(
            "const all = performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.js'));"
            "const late = all.find((one) => one.name.endsWith('/call-entry.js')).startTime;"
            "const sum = (some) => some.reduce((bytes, one) => bytes + one.encodedBodySize, 0);"
            "return [sum(all.filter((one) => one.startTime < late)), sum(all)]")
        print(f"        scripts: {at[0] / 1000:.1f} KB before the board stands, {at[1] / 1000:.1f} KB in all", flush=True)
        if at[0] > SCRIPTS_KB * 1000:
            raise Failed(f"the board loads {at[0]} bytes of script at first")

    def cut(self):
        """A part that could not be had says so, comes by itself, and what was typed meanwhile stands there."""
        # Nothing comes in the first second: the key is faster than the page's own time to fetch.
        self.a.cdp("Network.enable")
        self.a.cdp("Network.clearBrowserCache")
        self.a.cdp("Network.setBlockedURLs", urls=["*call-entry.js*", "*unit-dialog.js*"])
        try:
            self.a.open(self.server.origin + "/board")
            self.a.wait("the board", FULL)
            self.a.press("F9")
            self.a.wait("the form", "return document.activeElement?.id === 'call-place'")
            self.a.wait("what is wrong", "return !document.querySelector('#call-dialog [data-refusal]').hidden")
            self.a.write("7 Quay")
        finally:
            self.a.cdp("Network.setBlockedURLs", urls=[])
        self.a.press("Escape")
        self.a.wait("the form closed", "return !document.getElementById('call-dialog').open")
        self.a.press("F9")
        self.a.wait("the types", "return document.getElementById('call-type').options.length > 2", seconds=15)
        if self.a.run("return document.getElementById('call-place').value") != "7 Quay":
            raise Failed("what was typed before the script came is gone")
        self.a.wait("places for what was typed", "return document.querySelectorAll('#call-places li').length > 0")
        self.a.press("Escape", "Escape")
        self.a.wait("the form closed", "return !document.getElementById('call-dialog').open")

    def early(self):
        """A call that is sent before its script is there is sent once it is."""
        self.a.open(self.server.origin + "/board")
        self.a.wait("the key", "return document.querySelectorAll('.unit').length > 0")
        self.a.press("F9")
        self.a.wait("the form", "return document.activeElement?.id === 'call-place'")
        self.a.write("7 Quay Street")
        self.a.press("Control+Enter")
        self.a.wait("an incident", "return new URLSearchParams(location.search).get('incident') !== null", seconds=15)

    # Windows

    def widths(self):
        """An edge moves by the arrows, stands in the address, and is there again after a reload."""
        self.a.open(self.server.origin + "/board?panes=incidents,units")
        self.a.wait("two panes", "return document.querySelectorAll('.board > .pane:not([hidden])').length === 2")
        self.loaded()
        width = "return document.querySelector('.incidents-pane').clientWidth"
        before = self.a.run(width)
        self.a.run("document.querySelector('.incidents-pane > .edge').focus()")
        self.a.press(*["Right"] * 5)
        shown = self.a.run("return location.search + ' ' + document.activeElement.className")
        after = self.a.run(width)
        if not 100 < after - before < 250:
            raise Failed(f"five steps made the pane {before} -> {after} px wide: {shown}")
        shown = self.a.run("return new URLSearchParams(location.search).get('panes')")
        if shown != "incidents:60,units:40":
            raise Failed(f"the address says {shown}")
        self.a.open(self.server.origin + "/board?panes=" + shown)
        self.loaded()
        self.a.wait("the same width", f"return Math.abs(document.querySelector('.incidents-pane').clientWidth - {after}) < 4")
        self.a.run("document.querySelector('.incidents-pane > .edge').focus()")
        self.a.press("Home")
        self.a.wait("the usual width", f"return Math.abs(document.querySelector('.incidents-pane').clientWidth - {before}) < 4")
        self.a.press(*["Left"] * 5)

    def tabs(self):
        return self.a.request("GET", self.a.session + "/window/handles")

    def turn(self, handle):
        self.a.post("/window", handle=handle)

    def open_tab(self, path):
        handle = self.a.post("/window/new", type="window")["handle"]
        self.turn(handle)
        self.a.open(self.server.origin + path)
        self.a.wait("a board", "return document.getElementById('g-units')?.textContent.length > 1")
        return handle

    def one_stream(self):
        """Three windows, one stream; a change comes to all of them; closing the first leaves the others theirs."""
        self.first = self.tabs()[0]
        self.more = [self.open_tab("/board?panes=units:70,selected:30"), self.open_tab("/board?panes=map")]
        time.sleep(1)
        count = self.streams()
        if count != 1:
            raise Failed(f"the server has {count} streams for three windows")
        unit = next(row for row in self.api.ask("GET", "/board")["units"] if row["meaning"] == "available")
        incident = self.api.ask("POST", "/incidents", {"place": "7 Quay Street"})["incident"]
        self.api.ask("POST", f"/incidents/{incident}/units", {"units": [unit["call_sign"]]})
        for handle in (self.first, self.more[0]):
            self.turn(handle)
            self.a.wait("the change", "return document.getElementById('ledger-at').textContent !== '' && [...document.querySelectorAll('.unit')].some((row) => Number(row.dataset.id) === arguments[0] && row.dataset.meaning === 'dispatched')", unit["id"])
        self.turn(self.first)

    def kept(self):
        """What the three windows show is kept under the position's name by keys alone."""
        self.a.press("Escape")
        self.a.press("Control+k")
        self.a.wait("the palette", "return document.getElementById('palette').open")
        self.a.write(self.a.run("return document.getElementById('layout-title').textContent"))
        self.a.press("Enter")
        self.a.wait("the windows", "return document.querySelectorAll('#layout-now .layout-window').length === 3")
        self.a.wait("the list", "return document.activeElement?.id !== null")
        self.a.run("document.getElementById('layout-name').focus()")
        self.a.write("Fire 1")
        self.a.press("Enter")
        self.a.wait("it is kept", "return document.querySelectorAll('#layout-kept li').length > 0")
        self.keep("windows")
        kept = self.api.ask("GET", "/layouts")["layouts"]
        shown = ["incidents:40,units:60", "units:70,selected:30", "map"]
        if len(kept) != 1 or kept[0]["windows"][0] != shown[0] or sorted(kept[0]["windows"]) != sorted(shown):
            raise Failed(f"kept is {kept}")
        self.a.press("Escape")

    def taken(self):
        """Somebody else takes the position: the same windows, on one stream again."""
        for handle in self.more:
            self.turn(handle)
            self.a.request("DELETE", self.a.session + "/window")
        self.turn(self.first)
        self.a.open(self.server.origin + "/board?panes=incidents,units,selected")
        self.a.wait("the board", FULL)
        self.a.click("#layouts")
        self.a.wait("the position", "return document.querySelector('#layout-kept button') !== null")
        self.a.click("#layout-kept button")
        end = time.monotonic() + 10
        while len(self.tabs()) < 3 and time.monotonic() < end:
            # What the browser holds back opens one by one.
            link = "document.querySelectorAll('#layout-kept a')"
            if self.a.run(f"return document.getElementById('layout-held').textContent !== '' && {link}.length > 0"):
                for at in range(self.a.run(f"return {link}.length")):
                    self.a.click(f"#layout-kept li:first-child a:nth-of-type({at + 1})")
            time.sleep(0.3)
        if len(self.tabs()) != 3:
            raise Failed(f"{len(self.tabs())} windows are open")
        if self.a.run("return new URLSearchParams(location.search).get('panes')") != "incidents:40,units:60":
            raise Failed("this window shows something else")
        time.sleep(2)
        if self.streams() != 1:
            raise Failed(f"the server has {self.streams()} streams")
        for handle in self.tabs():
            if handle != self.first:
                self.turn(handle)
                self.a.request("DELETE", self.a.session + "/window")
        self.turn(self.first)

    # Help

    def help(self):
        """`?` leads to the chapter about the page, which the server shows itself, with its pictures, in both languages."""
        for path, chapter in (("/reports", "reports"), ("/settings", "settings"), ("/account", "signing-in")):
            self.a.open(self.server.origin + path)
            self.a.wait("a page", "return document.querySelector('h1') !== null")
            self.a.press("?")
            self.a.wait("the keys", "return document.getElementById('keys-dialog').open")
            self.a.send(".help-guide a")
            if not self.a.run("return location.pathname").endswith("/guide/" + chapter):
                raise Failed(f"{path} leads to {self.a.run('return location.pathname')}")
        self.a.open(self.server.origin + "/guide")
        seen = 0
        while True:
            self.a.wait("the pictures", "return [...document.images].every((one) => { one.loading = 'eager'; return one.complete && one.naturalWidth > 0; })")
            if self.a.run("return document.querySelector('article h1') === null"):
                raise Failed("a chapter without a heading")
            seen += 1
            if not self.a.run("return document.querySelector('a[rel=next]') !== null"):
                break
            self.a.send("a[rel=next]")
        if seen < 11:
            raise Failed(f"the book has {seen} chapters")

    def all(self):
        if not self.begin("the demo's town, a supervisor at the board", self.start):
            return
        self.step(f"the board's scripts at first are at most {SCRIPTS_KB} KB", self.size)
        self.step("parts that were cut off come again, nothing typed is lost", self.cut)
        self.step("a call that is sent before its script is there", self.early)
        self.step("the edges of panes by keys, in the address", self.widths)
        self.step("three windows on one stream", self.one_stream)
        self.step("what three windows show is kept under a position's name", self.kept)
        self.step("whoever sits down takes the position's windows", self.taken)
        self.step("? leads to the guide, chapter by chapter, with its pictures", self.help)
        self.step("no request left the origin", self.own)
        self.step("no error and no policy violation", lambda: self.quiet([self.a], "net::ERR_BLOCKED_BY_CLIENT", "Failed to fetch dynamically"))


if __name__ == "__main__":
    parser = arguments()
    parser.add_argument("--images", help="a directory for pictures")
    sys.exit(play(Windows, parser.parse_args()))
