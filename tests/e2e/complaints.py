"""What people complain of most in other open dispatch systems, held in a real browser."""

import sys
import time

from server import Client
from steps import Steps, arguments, play
from webdriver import Failed

# Counts what a person would hear: contexts that run, tones that are started.
EARS = """
window.heard = {contexts: [], tones: 0};
window.AudioContext = class extends window.AudioContext {
  constructor(...options) { super(...options); window.heard.contexts.push(this); }
  createOscillator() {
    const tone = super.createOscillator(), start = tone.start.bind(tone);
    tone.start = (...when) => { window.heard.tones += 1; return start(...when); };
    return tone;
  }
};
"""
ROW = "[...document.querySelectorAll('.incident')].some((row) => row.textContent.includes(arguments[0]))"
TONES = "return window.heard.tones"
SOUND = "return document.body.dataset.sound"


class Complaints(Steps):
    calls = 0

    def start(self):
        self.server.demo("--no-calls", "--history", "0", "--speed", "1")
        self.server.stop()
        self.server.serve()
        self.api = Client(self.server, "supervisor")
        self.drive()
        self.board = self.position("one", "dispatcher")
        self.other = self.position("two", "calltaker")

    def position(self, name, login):
        window = self.window(name)
        window.cdp("Page.addScriptToEvaluateOnNewDocument", source=EARS)
        self.sign_in(window, login)
        return window

    def take_call(self):
        """Somebody else takes a call; gives its place."""
        self.calls += 1
        place = f"{self.calls} Complaint Lane"
        self.api.ask("POST", "/incidents", {"place": place, "type": "FIRE"})
        return place

    def complaint_no_sound_for_a_new_call(self):
        board = self.board
        if board.run(SOUND) != "blocked":
            raise Failed("a page that no key was pressed on says that it can be heard")
        board.press("Shift")
        board.wait("the sound is seen to be on", SOUND + " === 'on'")
        if not board.run("return window.heard.contexts.some((context) => context.state === 'running')"):
            raise Failed("no audio context runs")
        before = board.run(TONES)
        self.take_call()
        board.wait("a sound for the new call", f"{TONES} > arguments[0]", before)
        board.wait("that somebody has to look", "return document.body.dataset.unheard === '1'")
        first = board.run(TONES)
        board.wait("the sound again while nobody looks", f"{TONES} > arguments[0]", first, seconds=15)

    def complaint_a_muted_console_looks_like_one_that_sounds(self):
        board = self.board
        board.click("#sound")
        board.wait("the muted state is seen", SOUND + " === 'off'")
        words = board.text("#sound")
        before = board.run(TONES)
        place = self.take_call()
        board.wait("the call on the board", f"return {ROW}", place)
        time.sleep(7)
        if board.run(TONES) != before:
            raise Failed("a muted console sounded")
        board.open(self.server.origin + "/board")
        board.wait("the muted state after a reload", SOUND + " === 'off'")
        if board.run("return document.querySelector('#sound').getAttribute('aria-pressed')") != "false":
            raise Failed("the button does not say that sound is off")
        board.click("#sound")
        board.wait("sound that is on again", SOUND + " === 'on'")
        if board.text("#sound") == words:
            raise Failed("the button says the same, muted or not")

    def complaint_boards_are_stale_until_reload(self):
        for window in self.windows:
            window.run("window.sameDocument = true")
        place = self.take_call()
        for window in self.windows:
            window.wait("the call on every board", f"return {ROW}", place)
        number = self.board.run(
            "return [...document.querySelectorAll('.incident')].find((row) => row.textContent.includes(arguments[0])).querySelector('.no').textContent", place)
        number = "".join(letter for letter in number if letter.isdigit())
        self.api.ask("POST", f"/incidents/{number}/units", {"units": ["E1"]})
        unit = "return [...document.querySelectorAll('.unit')].find((unit) => unit.querySelector('.sign').textContent === 'E1').dataset.meaning === 'dispatched'"
        for window in self.windows:
            window.wait("the unit's new status on every board", unit)
            if not window.run("return window.sameDocument === true"):
                raise Failed("the board was loaded again")

    def complaint_an_old_board_looks_like_a_new_one(self):
        self.server.stop()
        for window in self.windows:
            window.wait("a bar that says how old the board is", "return document.querySelector('#old').hidden === false", seconds=25)

    def all(self):
        if not self.begin("start", self.start):
            return
        for name in vars(type(self)):
            if name.startswith("complaint_"):
                self.step(name, getattr(self, name))


if __name__ == "__main__":
    sys.exit(play(Complaints, arguments().parse_args()))
