"""Every page in both themes and both languages: axe finds nothing, nothing leaves the origin, no error.

With `--images DIR` each page is kept as a picture too.
"""

import os
import sys

from steps import Steps, arguments, axe, faults, play
from webdriver import Failed

# Who sees which pages; {incident} is an open incident of the demo.
PAGES = {
    "supervisor": [
        "/board", "/map", "/units", "/units/E1", "/plans", "/cards", "/history", "/agencies", "/closures", "/premises", "/calls/new",
        "/incidents/{incident}", "/erasures", "/ledger", "/account", "/account/reads", "/purpose?object=history", "/consultations", "/break-glass", "/rights", "/reports", "/wall", "/settings",
        "/settings/center", "/settings/agencies", "/settings/priorities?row=1", "/settings/incident-types",
        "/settings/dispositions", "/settings/templates?row=BELL", "/settings/unit-types", "/settings/unit-statuses", "/settings/units",
        "/settings/stations", "/settings/areas", "/settings/clocks", "/settings/welfare-rules", "/settings/turnouts",
        "/settings/dispatch-rules", "/settings/conditions", "/settings/erasure-rules",
    ],
    "admin": ["/accounts", "/rights", "/account", "/confirm"],
}
# What opens over the board, and by which key.
DIALOGS = [("keys", "?"), ("palette", "Control+k"), ("call entry", "F9")]


class Pages(Steps):
    def start(self):
        self.server.demo("--no-calls")
        self.drive()
        self.source = axe(self.directory)
        if self.source is None:
            print("skipped: axe-core (npm does not answer)", flush=True)
        self.found = []

    def incident(self, window):
        """Takes a call, so that there is something to see."""
        return window.run_async(
            "const done = arguments[arguments.length - 1];"
            "fetch('/api/v1/board').then((r) => r.json()).then((board) => fetch('/api/v1/incidents', {method: 'POST',"
            " body: JSON.stringify({type: board.types[0].code, place: '12 Tanner St', text: 'smoke on the stairs'}),"
            " headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}}))"
            ".then((r) => r.json()).then((receipt) => done(receipt.incident))")

    def look(self, window, path, name):
        if self.options.images:
            os.makedirs(self.options.images, exist_ok=True)
            file = path.strip("/").replace("/", "-").split("?")[0] or "board"
            window.screenshot(os.path.join(self.options.images, f"{file}-{name}.png"))
        if self.source:
            self.found += [f"{name} {path} {one}" for one in faults(window, self.source)]

    def every_page(self, login, theme, language):
        name = f"{theme}-{language[:2]}"
        window = self.window(f"{login}-{name}", language=language, dark=theme == "dark", size=(1280, 900))
        self.enter(window, login)
        number = self.incident(window) if login != "admin" else None
        self.found = []
        for path in PAGES[login]:
            path = path.replace("{incident}", str(number))
            window.open(self.server.origin + path)
            if path == "/board":
                window.wait("the board", "return document.querySelectorAll('.unit').length > 20")
            window.wait(f"a heading or a board on {path}", "return document.querySelector('h1, .panes, #board, main') !== null")
            self.look(window, path, name)
            if path == "/consultations" and window.run("return document.querySelector('#number') !== null"):
                # Nothing is shown before a purpose is on the record.
                window.type("#number", "2026-7")
                window.type("#reason", "a look at the record itself")
                window.click("form[action='/purpose'] button")
                window.wait("the reads", "return document.querySelector('.table tbody tr') !== null")
                self.look(window, path, f"list-{name}")
        if login == "supervisor":
            window.open(self.server.origin + "/board")
            window.wait("the board", "return document.querySelectorAll('.unit').length > 20")
            for dialog, key in DIALOGS:
                window.press("Escape", "Escape")
                window.run("document.activeElement?.blur()")
                window.press(key)
                window.wait(dialog, "return document.querySelector('dialog[open]') !== null || document.activeElement?.id === 'call-place'")
                self.look(window, f"/board {dialog}", name)
                window.press("Escape")
        window.close()
        self.windows.remove(window)
        if self.found:
            raise Failed("axe finds:\n        " + "\n        ".join(self.found))

    def enter(self, window, login):
        super().enter(window, login)
        window.wait("a page of one's own", "return !location.pathname.startsWith('/sign-in')")

    def all(self):
        if not self.begin("the demo's town without its people", self.start):
            return
        for login in PAGES:
            for theme in ("light", "dark"):
                for language in ("en-US", "zh-CN"):
                    self.step(f"{len(PAGES[login])} pages as {login}, {theme}, {language}",
                              lambda login=login, theme=theme, language=language: self.every_page(login, theme, language))


if __name__ == "__main__":
    parser = arguments()
    parser.add_argument("--images", help="a directory for a picture of each page")
    sys.exit(play(Pages, parser.parse_args()))
