"""The pictures of the user guide, in both languages: the demo's town at work, each page as its chapter speaks of it.

    tests/e2e/guide.py --binary target/debug/callbox --browser chromium --images docs/guide/img

Each picture waits for what its chapter says about it, so that a page that lost it fails here. A chapter whose picture is
not made here fails too. Without `--images` the same is looked at and nothing is kept.
"""

import os
import re
import sys
import time

from steps import Steps, arguments, play
from webdriver import Failed

GUIDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "guide")
# Pages that are shown as they open: the picture's name, who looks, where, and what has to be there.
PAGES = [
    ("plans", "supervisor", "/plans", "table tbody tr"),
    ("settings", "supervisor", "/settings", ".page h2"),
    ("settings-template", "supervisor", "/settings/templates?row=BELL", "form [name=text]"),
    ("reports", "supervisor", "/reports", "svg"),
    ("wall", "supervisor", "/wall", "main"),
    ("account", "supervisor", "/account", "h1"),
]
BUSY = "return document.querySelectorAll('.incident:not(.is-closed)').length >= 6 && document.querySelector('.incident[data-meaning=waiting]') !== null"
# Two calls that the simulation leaves to people, where the streets certainly are: one waits too long, one nearly so.
CALLS = """
const done = arguments[arguments.length - 1];
const send = (path, body) => fetch('/api/v1' + path, { method: 'POST', body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() } }).then((r) => r.json());
(async () => {
  const board = await fetch('/api/v1/board').then((r) => r.json());
  const first = board.priorities.find((one) => one.code === '1');
  const places = [];
  for (const text of ['45 Wintercombe Road', '178 Kestrelcroft Road', '70 Fernhill Road', '133 Harbour Road', '72 Kestrelridge Street']) {
    const found = await send('/places/find', { text });
    if (found.verdict === 'certain') places.push(found.answers[0]);
  }
  const take = (place, seconds) => send('/incidents', { type: 'FIRE', place: place.label, lat: place.lat, lon: place.lon,
    verdict: 'certain', source: 'caller', at: new Date(Date.now() - seconds * 1000).toISOString() });
  await take(places[0], first.unassigned_alarm_seconds + 15);
  await take(places[1], first.unassigned_warn_seconds + 8);
  done(places.length);
})().catch((error) => done(String(error)));
"""
AT_WORK = """
const rows = [...document.querySelectorAll('.incident:not(.is-closed)')].filter((row) => row.dataset.meaning !== 'waiting');
rows.sort((a, b) => b.querySelector('.units').textContent.length - a.querySelector('.units').textContent.length)[0].click();
"""


class Guide(Steps):
    def start(self):
        self.server.demo("--history", "12", "--speed", "20")
        self.drive()
        self.made = set()
        self.has_waited = False

    def keep(self, window, name):
        self.made.add(f"{name}{self.suffix}.png")
        time.sleep(0.5)
        if self.options.images:
            window.screenshot(os.path.join(self.options.images, f"{name}{self.suffix}.png"))

    def shows(self, window, selector):
        window.wait(selector, "return document.querySelector(arguments[0]) !== null", selector, seconds=30)

    def board(self, window):
        window.wait("a busy board", BUSY, seconds=180)
        if not self.has_waited:
            taken = window.run_async(CALLS)
            if not isinstance(taken, int):
                raise Failed(f"no calls were taken: {taken}")
            self.has_waited = True
        window.wait("an alarm", "return document.querySelectorAll('.incident[data-call]').length >= 1", seconds=60)
        window.run(AT_WORK)
        self.keep(window, "board")
        window.run("document.querySelector('.incident[data-call]').click()")
        self.keep(window, "alarm")

    def typed(self, window):
        window.press("Escape", "Escape")
        window.run("document.getElementById('line-input').focus()")
        window.write("TM B")
        window.wait("offers", "return document.querySelectorAll('#line-offers li').length > 0")
        window.press("Tab")
        window.wait("what it would do", "return document.getElementById('line-plan').textContent.length > 10")
        self.keep(window, "line")
        window.press("Escape", "Escape", "Escape")
        window.run("document.getElementById('line-input').value = ''; document.activeElement?.blur()")

    def call(self, window):
        window.press("F9")
        window.wait("the call entry", "return document.getElementById('call-dialog').open")
        window.choose("#call-template", "BELL")
        window.wait("what the template says", "return document.getElementById('call-type').value === 'ALARM' && document.getElementById('call-text').value !== ''")
        window.run("document.getElementById('call-place').focus()")
        window.write("45 Wintercombe")
        window.wait("places", "return document.querySelectorAll('#call-places li').length > 0")
        asked = window.run("return document.getElementById('call-questions').innerText")
        if len(asked) < 20 or bool(re.search(r"[\u4e00-\u9fff]", asked)) != bool(self.suffix):
            raise Failed(f"the questions are not in the page's language: {asked[:80]}")
        self.keep(window, "call")
        window.run("document.getElementById('call-form').reset(); document.getElementById('call-dialog').close()")
        window.run("fetch('/api/v1/calls/draft', {method: 'POST', body: '{}', headers: {'Content-Type': 'application/json'}})")

    def pictures(self, language):
        self.suffix = "" if language == "en-US" else ".zh"
        if self.options.images:
            os.makedirs(self.options.images, exist_ok=True)
        window = self.window(f"dispatcher{self.suffix}", language=language, size=(1280, 800), webgl=True)
        window.open(self.server.origin + "/sign-in")
        self.keep(window, "sign-in")
        self.sign_in(window, "dispatcher")
        self.board(window)
        self.typed(window)
        self.call(window)
        number = window.run("return document.querySelector('.incident:not(.is-closed)').dataset.id")
        window.open(f"{self.server.origin}/incidents/{number}")
        self.shows(window, "h1")
        self.keep(window, "incident")
        window.open(self.server.origin + "/map")
        window.wait("the streets", "return document.getElementById('map').dataset.state === 'idle'", seconds=90)
        self.keep(window, "map")
        window.close()
        self.windows.remove(window)
        window = self.window(f"supervisor{self.suffix}", language=language, size=(1280, 800))
        self.sign_in(window, "supervisor")
        for name, _, path, selector in PAGES:
            window.open(self.server.origin + path)
            self.shows(window, selector)
            if name == "wall":
                window.wait("figures", "return /[0-9]/.test(document.querySelector('main').textContent)", seconds=20)
            self.keep(window, name)
        window.close()
        self.windows.remove(window)

    def chapters(self):
        """Every picture of a chapter is made here, and every chapter stands in the contents."""
        with open(os.path.join(GUIDE, "SUMMARY.md"), encoding="utf-8") as file:
            contents = file.read()
        wrong = []
        for name in sorted(os.listdir(GUIDE)):
            if not name.endswith(".md") or name == "SUMMARY.md":
                continue
            if f"({name})" not in contents:
                wrong.append(f"{name} is not in SUMMARY.md")
            with open(os.path.join(GUIDE, name), encoding="utf-8") as file:
                for picture in re.findall(r"\]\(img/([^)]+)\)", file.read()):
                    if picture not in self.made:
                        wrong.append(f"{name} shows {picture}, which nothing makes")
        if wrong:
            raise Failed("\n        ".join(wrong))

    def all(self):
        if not self.begin("the demo's town at work", self.start):
            return
        self.step("the guide's pictures, English", lambda: self.pictures("en-US"))
        self.step("the guide's pictures, Chinese", lambda: self.pictures("zh-CN"))
        self.step("every chapter's pictures are made, every chapter is in the contents", self.chapters)


if __name__ == "__main__":
    parser = arguments()
    parser.add_argument("--images", help="a directory for the pictures")
    sys.exit(play(Guide, parser.parse_args()))
