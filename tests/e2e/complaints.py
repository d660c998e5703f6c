"""What people complain of most in other open dispatch systems, held in a real browser."""

import argparse
import os
import shutil
import sys
import tempfile
import time
import traceback

from server import Client, Server
from webdriver import Driver, Failed, Window

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


class Complaints:
    def __init__(self, options, directory):
        self.options = options
        self.directory = directory
        self.passed = 0
        self.failed = 0
        self.calls = 0
        self.windows = []
        self.server = Server(options.binary, directory)
        self.driver = None

    def start(self):
        self.server.demo("--no-calls", "--history", "0", "--speed", "1")
        self.server.stop()
        self.server.serve()
        self.api = Client(self.server, "supervisor")
        self.driver = Driver(open(os.path.join(self.directory, "driver.log"), "w", encoding="utf-8"))
        self.board = self.window("one", "dispatcher")
        self.other = self.window("two", "calltaker")

    def window(self, name, login):
        window = Window(self.driver, self.options.browser, os.path.join(self.directory, name))
        self.windows.append(window)
        window.cdp("Page.addScriptToEvaluateOnNewDocument", source=EARS)
        window.open(self.server.origin + "/sign-in")
        window.type("#login", login)
        window.type("#password", self.server.passwords[login])
        window.click("form.stack button")
        window.wait("the board with its units", "return document.querySelectorAll('.unit').length > 20")
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
        self.step("start", self.start)
        if self.failed:
            return
        for name in vars(type(self)):
            if name.startswith("complaint_"):
                self.step(name, getattr(self, name))

    def step(self, title, act):
        begin = time.monotonic()
        try:
            act()
        except Exception as error:  # a step's failure is counted, the rest goes on
            self.failed += 1
            print(f"FAILED  {title}\n        {error}", flush=True)
            if not isinstance(error, Failed):
                traceback.print_exc()
            return
        self.passed += 1
        print(f"ok      {title} ({time.monotonic() - begin:.1f} s)", flush=True)

    def stop(self):
        for window in self.windows:
            try:
                window.close()
            except Exception:  # it may be gone already
                pass
        if self.driver:
            self.driver.stop()
        self.server.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--browser", required=True)
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="callbox-complaints-")
    complaints = Complaints(options, directory)
    try:
        complaints.all()
    finally:
        complaints.stop()
        if complaints.failed:
            print(f"logs: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{complaints.passed} passed, {complaints.failed} failed")
    return 1 if complaints.failed else 0


if __name__ == "__main__":
    sys.exit(main())
