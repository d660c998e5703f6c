"""What people met who used the console for the first time: sounds, many crews in need at once, codes that are shown
once, a wrong password, broken glass, tables with mistakes.

    tests/e2e/people.py --binary target/debug/callbox --browser chromium

The last line is "N passed, N failed".
"""

import sys

from server import Client
from sign_in import code
from steps import Steps, arguments, play
from webdriver import Failed

STRIP = "return [...document.querySelectorAll('#alarm-list li')].map((row) => ({unit: row.querySelector('.about').textContent.split(' ')[0], taken: row.dataset.acknowledged === 'yes'}))"
#: How many crews are in need: more than the strip had rows.
CREWS = 7


class People(Steps):
    def start(self):
        self.server.demo("--no-calls", "--history", "1", "--speed", "1")
        self.server.stop()
        self.server.serve()
        self.drive()
        self.api = Client(self.server, "supervisor")
        self.a = self.window("a")
        self.b = self.window("b", language="zh-CN")

    def wrong_password(self):
        self.a.open(self.server.origin + "/sign-in")
        self.a.type("#login", "Dispatcher")
        self.a.type("#password", "not the password")
        self.a.send("form.stack button")
        if self.a.run("return document.querySelector('#login').value") != "dispatcher":
            raise Failed("the login name has to be typed again")
        if self.a.run("return document.activeElement.id") != "password":
            raise Failed("the focus is not where the mistake was")
        self.a.write(self.server.passwords["dispatcher"])
        self.a.press("Enter")
        self.a.wait("the board with its units", "return document.querySelectorAll('.unit').length > 20")

    def sound(self):
        """Escape twice leads to the line; browsers do not count it as a sign that somebody is there."""
        self.a.press("Escape", "Escape")
        self.a.write("?")
        self.a.wait("that sound is on", "return document.body.dataset.sound === 'on'")
        self.a.press("Escape", "Escape")

    def crews(self):
        made = self.api.ask("POST", "/incidents", {"type": "FIRE", "place": "7 Quay Street, people"})
        self.incident = made["incident"]
        # Ambulances and patrols: no two of them share a crew.
        board = self.api.ask("GET", "/board")
        self.units = [unit["call_sign"] for unit in board["units"] if unit["meaning"] == "available" and unit["call_sign"][0] in "AMP"][:CREWS]
        self.api.ask("POST", f"/incidents/{self.incident}/units", {"units": self.units})
        for unit in self.units:
            self.api.ask("POST", f"/units/{unit}/emergency", {"cause": "button"})
        self.a.wait("all crews in need in the strip", f"return document.querySelectorAll('#alarm-list li[data-cause=emergency]').length === {CREWS}")

    def acknowledge(self):
        """The key takes the first that nobody has taken, and it is always in sight."""
        for taken in range(CREWS):
            shown = self.a.run(STRIP)
            if len(shown) < CREWS or all(row["taken"] for row in shown):
                raise Failed(f"what the key acknowledges is not in sight: {shown}")
            self.a.press("F8")
            self.a.wait("that one more is taken", f"return document.querySelectorAll('#alarm-list li[data-acknowledged]').length === {taken + 1}")
        for unit in self.units:
            self.api.ask("POST", f"/units/{unit}/end-emergency", {"reason": "a test"})
        self.a.wait("the strip without crews", "return !document.querySelector('#alarm-list li[data-cause=emergency]')")

    def codes(self):
        """The page that shows codes for recovery is loaded again."""
        window = self.window("codes")
        self.enter(window, "calltaker")
        window.wait("the board", "return location.pathname === '/board'")
        window.open(self.server.origin + "/account")
        window.send("form[action='/account/authenticator'] button")
        letters = window.run("return document.querySelector('section code').textContent")
        if [len(group) for group in letters.split(" ")] != [4] * 8:
            raise Failed(f"not in groups of four: {letters}")
        window.type("#confirm-code", code(letters))
        window.send("form[action='/account/authenticator/confirm'] button")
        shown = "return [...document.querySelectorAll('.recovery code')].map((it) => it.textContent)"
        codes = window.run(shown)
        window.run("document.documentElement.dataset.left = 'yes'; location.reload()")
        window.wait("the page again", "return document.documentElement.dataset.left === undefined && document.readyState === 'complete'")
        if window.run(shown) or "10 codes for recovery are left" not in window.text("main, body"):
            raise Failed("the codes are others, or the page failed")
        # The ones on paper hold: two are left in the end.
        for used in codes[:8]:
            window.run("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
            window.wait("the sign-in page", "return location.pathname === '/sign-in' && document.readyState === 'complete'")
            self.enter(window, "calltaker")
            window.wait("the question for a code", "return location.pathname === '/sign-in/code'")
            window.type("#code", used)
            window.click("main form.stack button")
            window.wait("the board", "return location.pathname === '/board'")
        window.wait("a word that few are left", "return document.querySelector('.bar').textContent.includes('2 codes for recovery left')")

    def glass(self):
        """Who broke the glass reads until when, and is not asked to look at it; others are."""
        self.sign_in(self.b, "supervisor")
        self.api.ask("POST", f"/incidents/{self.incident}/narrative", {"text": "all are well"})
        asked = {"object": "incident", "incident": self.incident, "purpose": "break-glass", "number": "1", "reason": "life is in danger"}
        self.api.ask("POST", "/consultations/purpose", asked)
        self.b.open(self.server.origin + "/board")
        self.b.wait("until when it holds", "return document.querySelector('.bar').textContent.includes('紧急破例：您可查阅')")
        self.b.wait("a beat", "return document.querySelector('#ledger-at').textContent && window.performance.now() > 6000")
        if not self.b.run("return document.querySelector('#glass-broken').hidden"):
            raise Failed("who broke the glass is asked to look at it")
        other = Client(self.server, "dispatcher")
        other.ask("POST", "/consultations/purpose", asked)
        self.b.wait("that another one has", "return document.querySelector('#glass-broken').hidden === false")

    def table(self):
        """A mistake in a table is told in the page's language, with the line that a person counts."""
        self.b.open(self.server.origin + "/plans")
        self.b.run("document.querySelector('#table').value = 'plan,alarm,count,units\\nA,1,x,ENGINE\\n'")
        self.b.send("button[name=then][value=preview]")
        said = self.b.text(".notice.refused") or ""
        if "第 2 行" not in said or "整数" not in said:
            raise Failed(said)

    def large(self):
        """What is too large is refused on a page, with the way back."""
        self.b.open(self.server.origin + "/plans")
        self.b.run("const t = document.querySelector('#table'); t.removeAttribute('maxlength'); t.value = 'A,1,1,ENGINE\\n'.repeat(6000)")
        self.b.send("button[name=then][value=preview]")
        if not self.b.run("return document.querySelector('h1') && document.querySelector('main a.button, .page a.button')"):
            raise Failed(self.b.text("body")[:200])

    def unseen(self):
        """Signs that nobody sees make no second code that looks like the first."""
        self.b.open(self.server.origin + "/settings/dispositions")
        self.b.run("document.querySelector('#set-code').value = 'DO\\u200bNE'; document.querySelector('#set-label').value = 'Done'")
        self.b.send("button[name=then][value=save]")
        if "U+200B" not in (self.b.text(".notice.refused") or ""):
            raise Failed(self.b.text("main, body")[:300])

    def all(self):
        if not self.begin("the server starts", self.start):
            return
        self.step("after a wrong password the name stays", self.wrong_password)
        self.step("sound is not lost when the first key is Escape", self.sound)
        self.step("no crew in need is left out of the strip", self.crews)
        self.step("what the key acknowledges next is in sight", self.acknowledge)
        self.step("codes for recovery are shown once, whatever is loaded again", self.codes)
        self.step("who breaks the glass sees until when; others are asked to look", self.glass)
        self.step("a mistake in a table is told in Chinese", self.table)
        self.step("what is too large is told on a page", self.large)
        self.step("a code with signs that nobody sees is refused", self.unseen)


if __name__ == "__main__":
    sys.exit(play(People, arguments().parse_args()))
