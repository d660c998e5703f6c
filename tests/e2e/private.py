"""No personal data stays where it does not belong: in addresses, caches, the browser's storage, or on its disk.

    tests/e2e/private.py --binary target/debug/callbox --browser chromium [--pdf DIR]

A call with a caller, a number, a place and words that occur nowhere else is taken, filtered, dispatched, read, printed and
reported. Then nothing of it may stand in an address that was asked for, in an answer that may be cached, in any storage of
the browser, or in a file of its profile. What is printed shows the record, and no buttons, in both languages; `--pdf` keeps it.
"""

import base64
import json
import os
import re
import sys
import time
import urllib.parse

from steps import Steps, arguments, play
from webdriver import Failed

# Words that occur nowhere else: caller, number, place, narrative.
MARKS = ["Quillfeather", "5550147993", "Zanzibarquay", "Marmosetwhisper"]
PAGES = ["/incidents/{incident}", "/history", "/reports", "/wall", "/map", "/units", "/consultations", "/account/reads", "/premises", "/ledger", "/board"]
STORED = """
const done = arguments[arguments.length - 1];
(async () => {
  const found = { local: { ...localStorage }, session: { ...sessionStorage }, cookie: document.cookie, name: window.name, state: history.state, url: location.href };
  found.caches = await caches.keys();
  found.databases = (await indexedDB.databases()).map((one) => one.name);
  found.workers = (await navigator.serviceWorker.getRegistrations()).length;
  done(found);
})();
"""


# The proof of the newest read, as the page of reads offers it, and the record's key. A read is published a second later.
PROVEN = """
const [path, done] = arguments;
(async () => {
  let answer = await fetch(path);
  for (let tries = 0; answer.status === 503 && tries < 20; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    answer = await fetch(path);
  }
  const keys = await (await fetch("/ledger/keys")).text();
  done({ proof: await answer.text(), key: keys.split("\\n")[0] });
})();
"""


class Private(Steps):
    def start(self):
        self.server.demo("--no-calls", "--history", "1", "--speed", "1")
        self.server.stop()
        self.server.serve()
        self.drive()
        self.a = self.window("a", size=(1500, 900))
        self.sign_in(self.a, "supervisor")
        self.seen = []

    def heard(self):
        """What was asked for and answered since the last call, by the browser's own log."""
        for entry in self.a.log("performance"):
            message = json.loads(entry["message"])["message"]
            self.seen.append((message["method"], message["params"]))

    def work(self):
        """Takes the call by its form, filters by its place, writes into its record, closes it, and opens every page."""
        name, number, place, words = MARKS
        self.a.press("F9")
        self.a.wait("the form", "return document.activeElement?.id === 'call-place'")
        self.a.write(f"9 {place}")
        self.a.press("Tab")
        self.a.run("document.getElementById('call-type').selectedIndex = 1; document.getElementById('call-type').dispatchEvent(new Event('change', { bubbles: true })); document.getElementById('call-name').focus()")
        self.a.write(name)
        self.a.press("Tab")
        self.a.write(number)
        self.a.press("Tab")
        self.a.write(f"{words} on the stairs")
        self.a.press("Enter")
        self.a.wait("the incident", "return !document.getElementById('call-dialog').open && document.querySelector('.case-place') !== null", seconds=20)
        self.incident = int(self.a.run("return new URLSearchParams(location.search).get('incident')"))
        self.a.run("document.getElementById('incident-filter').focus()")
        self.a.write(place)
        self.a.wait("the filter", "return document.getElementById('incident-count').textContent.startsWith('1/')")
        self.a.press("Escape", "Escape")
        self.a.run("document.getElementById('line-input').focus()")
        self.a.write(f"F {words}")
        self.a.wait("the line", "return document.getElementById('line').dataset.state === 'see'")
        self.a.press("Enter")
        self.heard()
        for path in PAGES:
            self.a.open(self.server.origin + path.replace("{incident}", str(self.incident)))
            self.a.wait(f"the page {path}", "return document.readyState === 'complete' && document.title !== ''")
            time.sleep(0.4)
            self.heard()

    def addresses(self):
        """None of it stands in an address, a referrer, or a title."""
        for method, params in self.seen:
            if method != "Network.requestWillBeSent":
                continue
            request = params["request"]
            text = json.dumps([request["url"], params.get("documentURL"), request["headers"].get("Referer")])
            for mark in MARKS:
                if mark.lower() in text.lower():
                    raise Failed(f"{mark} stands in {text}")
        if len(self.seen) < 100:
            raise Failed("too little was heard to say so")

    def caches(self):
        """What may be kept is styles, scripts, pictures and tiles; everything else says no-store."""
        wrong, kinds = set(), set()
        for method, params in self.seen:
            if method != "Network.responseReceived":
                continue
            answer = params["response"]
            if not answer["url"].startswith(self.server.origin):
                continue  # the browser's own first page
            path = answer["url"].removeprefix(self.server.origin)
            kept = {name.lower(): value for name, value in answer["headers"].items()}.get("cache-control", "")
            kinds.add(kept)
            if "no-store" not in kept and not re.match(r"/(assets|tiles|guide/img)/|/api/v1/map/", path):
                wrong.add(f"{path.split('?')[0]}: {kept or 'nothing'}")
        if wrong or len(kinds) < 2:
            raise Failed(f"may be kept: {sorted(wrong)[:6]}")

    def storage(self):
        """Local and session storage, cookies, databases and caches of the origin hold none of it, and little else."""
        self.a.open(self.server.origin + "/board")
        self.a.wait("the board", "return document.querySelectorAll('.unit').length > 20")
        found = self.a.run_async(STORED)
        text = json.dumps(found)
        for mark in MARKS:
            if mark.lower() in text.lower():
                raise Failed(f"{mark} stands in {text}")
        if found["databases"] or found["caches"] or found["workers"]:
            raise Failed(f"the browser keeps {found['databases']} {found['caches']}")
        unknown = [key for key in [*found["local"], *found["session"]] if not key.startswith("callbox.")]
        if unknown:
            raise Failed(f"nobody knows what {unknown} is for")

    def proven(self):
        """The page that the server gives to everybody takes the proof of a read, and no changed one."""
        self.a.open(self.server.origin + "/consultations")
        self.a.run(
            "const form = document.querySelector('form[action=\"/purpose\"]');"
            "form.elements.purpose.value = [...form.elements.purpose.options].find((one) => one.value).value;"
            "form.elements.number.value = '2026-7'; form.elements.reason.value = 'a yearly check'; form.requestSubmit()")
        self.a.wait("a read's proof", "return document.querySelector('a[href$=\"/proof\"]') !== null")
        brought = self.a.run_async(PROVEN, self.a.run("return document.querySelector('a[href$=\"/proof\"]').getAttribute('href')"))
        for change, due in ((lambda proof: proof, "good"), (self.another_reader, "bad")):
            proof = base64.urlsafe_b64encode(change(brought["proof"]).encode()).decode()
            self.a.open(self.server.origin + "/about:blank")
            self.a.open(f"{self.server.origin}/ledger/verify.html#{urllib.parse.urlencode({'key': brought['key'], 'proof': proof, 'lang': 'en'})}")
            self.a.wait("a verdict", "return ['good', 'bad', 'unable'].includes(document.getElementById('verdict').dataset.verdict)")
            said = self.a.run("return [document.getElementById('verdict').dataset.verdict, document.getElementById('verdict').textContent, document.getElementById('event').innerText]")
            if said[0] != due:
                raise Failed(f"{said}, not {due}: {brought}")
            if due == "good" and "incident" not in said[2].lower() and "list" not in said[2].lower():
                raise Failed(f"it does not say what was read: {said}")

    @staticmethod
    def another_reader(proof):
        """The same proof with one bit of the read changed."""
        lines = proof.split("\n")
        no = next(no for no, line in enumerate(lines) if line.startswith("read "))
        head, read = lines[no].split(" ", 1)
        read = bytearray(base64.b64decode(read))
        read[-1] ^= 1
        lines[no] = f"{head} {base64.b64encode(bytes(read)).decode()}"
        return "\n".join(lines)

    def printed(self):
        """What comes out of the printer: the record in full, black on white, nothing to press, in both languages."""
        for language in ("en", "zh"):
            self.a.open(self.server.origin + "/account")
            self.a.run("document.cookie = `lang=${arguments[0]}; path=/`", language)
            for path, name in ((f"/incidents/{self.incident}", "incident"), ("/reports", "report"), ("/guide/tour", "guide")):
                self.a.open(self.server.origin + path)
                self.a.wait("the page", "return document.querySelector('h1') !== null")
                self.a.cdp("Emulation.setEmulatedMedia", media="print")
                said = self.a.run(
                    "const shown = (one) => one.checkVisibility() && one.getClientRects().length > 0;"
                    "return { text: document.body.innerText, buttons: [...document.querySelectorAll('button, input, select, textarea')].filter(shown).map((one) => one.outerHTML.slice(0, 60)),"
                    " wide: document.documentElement.scrollWidth - innerWidth, lang: document.documentElement.lang }")
                self.a.cdp("Emulation.setEmulatedMedia", media="")
                if said["buttons"]:
                    raise Failed(f"{name} in {language} prints {said['buttons'][:3]}")
                if not said["lang"].startswith(language):
                    raise Failed(f"{name} is in {said['lang']}")
                if name == "incident" and not all(mark in said["text"] for mark in MARKS):
                    raise Failed(f"the printed record lacks {[mark for mark in MARKS if mark not in said['text']]}")
                paper = base64.b64decode(self.a.post("/print", page={"width": 21.0, "height": 29.7}, background=False))
                if not paper.startswith(b"%PDF") or paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") == 0:
                    raise Failed(f"{name} in {language} gives no page")
                if self.options.pdf:
                    os.makedirs(self.options.pdf, exist_ok=True)
                    with open(os.path.join(self.options.pdf, f"{name}-{language}.pdf"), "wb") as file:
                        file.write(paper)

    def disk(self):
        """When the browser is closed, none of it stands in a file of its profile."""
        self.a.close()
        self.windows.remove(self.a)
        time.sleep(1)
        wanted = [(mark, form) for mark in MARKS for form in (mark.encode(), mark.encode("utf-16-le"))]
        files = found = 0
        for directory, _, names in os.walk(os.path.join(self.directory, "a")):
            for name in names:
                try:
                    with open(os.path.join(directory, name), "rb") as file:
                        bytes_ = file.read()
                except OSError:
                    continue  # a socket, or a link to a process that is gone
                files += 1
                for mark, form in wanted:
                    if form in bytes_:
                        raise Failed(f"{mark} stands in {os.path.relpath(os.path.join(directory, name), self.directory)}")
                found += b"callbox." in bytes_
        # The files were looked into: the theme and the panes do stand there.
        if files < 20 or not found:
            raise Failed(f"{files} files, {found} of them with something of callbox's: the profile was not found")

    def all(self):
        if not self.begin("the demo's town, a supervisor at the board", self.start):
            return
        if not self.begin("a call is taken, filtered, read on every page", self.work):
            return
        self.step("none of it in addresses", self.addresses)
        self.step("none of it may be cached", self.caches)
        self.step("none of it in the browser's storage", self.storage)
        self.step("a read's proof holds in the page for outsiders, a changed one does not", self.proven)
        self.step("printed: record, report, guide, in both languages", self.printed)
        self.step("none of it on the browser's disk", self.disk)


if __name__ == "__main__":
    parser = arguments()
    parser.add_argument("--pdf", help="a directory for what was printed")
    sys.exit(play(Private, parser.parse_args()))
