"""Every page in both themes and both languages: axe finds nothing, nothing leaves the origin, no error.

With `--images DIR` each page is kept as a picture too, in both themes and languages, with a list of them: docs/screens is made so.
"""

import base64
import os
import re
import sys
import time

from steps import Steps, arguments, axe, faults, play
from webdriver import Failed

# Who sees which pages; {incident} is an open incident of the demo.
PAGES = {
    "supervisor": [
        "/board", "/map", "/units", "/units/E1", "/plans", "/cards", "/history", "/agencies", "/closures", "/premises", "/calls/new",
        "/incidents/{incident}", "/erasures", "/ledger", "/account", "/duty", "/account/reads", "/purpose?object=history", "/consultations", "/break-glass", "/rights", "/reports", "/wall", "/settings",
        "/settings/center", "/settings/agencies", "/settings/priorities?row=1", "/settings/incident-types",
        "/settings/dispositions", "/settings/templates?row=BELL", "/settings/unit-types", "/settings/unit-statuses", "/settings/units",
        "/settings/stations", "/settings/areas", "/settings/clocks", "/settings/welfare-rules", "/settings/turnouts",
        "/settings/dispatch-rules", "/settings/conditions", "/settings/erasure-rules",
        "/guide", "/guide/tour", "/", "/incidents/{incident}/erasure", "/cards/{card}",
    ],
    "admin": ["/accounts", "/rights", "/account", "/confirm"],
}
# Routes whose page is not looked at here, and why.
ELSEWHERE = {
    "/sign-in": "journey.py", "/sign-in/code": "sign_in.py",
    "/sign-in/provider": "leads to another server, or away", "/sign-in/provider/back": "leads on, or back to the sign-in",
    "/incidents/{id}/proofs/{seq}": "a file", "/consultations/{seq}/{no}/proof": "a file", "/reports/{file}": "a file",
    "/incidents/{id}/erasure/certificate": "only after an erasure; the server's own tests read it",
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
        self.kept = {}

    def incident(self, window):
        """Takes a call, so that there is something to see."""
        return window.run_async(
            "const done = arguments[arguments.length - 1];"
            "fetch('/api/v1/board').then((r) => r.json()).then((board) => fetch('/api/v1/incidents', {method: 'POST',"
            " body: JSON.stringify({type: board.types[0].code, place: '12 Tanner St', text: 'smoke on the stairs'}),"
            " headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}}))"
            ".then((r) => r.json()).then((receipt) => done(receipt.incident))")

    def keep(self, window, page, name):
        """A picture of what the window shows, small enough that all of them can stand in the documentation."""
        os.makedirs(self.options.images, exist_ok=True)
        picture = window.cdp("Page.captureScreenshot", format="webp", quality=70)["data"]
        with open(os.path.join(self.options.images, f"{page}-{name}.webp"), "wb") as file:
            file.write(base64.b64decode(picture))
        self.kept.setdefault(page, set()).add(name)

    def list(self):
        """The list of pictures, a row for each page."""
        names = ("light-en", "dark-en", "light-zh", "dark-zh")
        with open(os.path.join(self.options.images, "README.md"), "w", encoding="utf-8") as file:
            file.write("# Every screen\n\nIn both themes and languages, made from the demo's invented town by `tests/e2e/run --screenshots`.\n\n")
            file.write("| page | light | dark | 中文，明 | 中文，暗 |\n|---|---|---|---|---|\n")
            for page, made in sorted(self.kept.items()):
                file.write(f"| {page} | " + " | ".join(f"[picture]({page}-{name}.webp)" if name in made else "" for name in names) + " |\n")

    def look(self, window, path, name):
        if self.options.images:
            time.sleep(0.5)
            self.keep(window, re.sub(r"[^a-z]+", "-", re.sub(r"\?.*|\d+", "", path).strip("/").lower()).strip("-") or "home", name)
        if self.source:
            self.found += [f"{name} {path} {one}" for one in faults(window, self.source)]

    def every_page(self, login, theme, language):
        name = f"{theme}-{language[:2]}"
        window = self.window(f"{login}-{name}", language=language, dark=theme == "dark", size=(1280, 900))
        self.enter(window, login)
        number = self.incident(window) if login != "admin" else None
        card = window.run_async("const done = arguments[arguments.length - 1]; fetch('/api/v1/cards').then((r) => r.json()).then((all) => done(all.cards[0].code))") if login != "admin" else None
        self.found = []
        for path in PAGES[login]:
            path = path.replace("{incident}", str(number)).replace("{card}", str(card))
            window.open(self.server.origin + path)
            if path == "/board":
                window.wait("the board", "return document.querySelectorAll('.unit').length > 20")
            window.wait(f"a heading or a board on {path}", "return document.querySelector('h1, .panes, #board, main') !== null")
            self.look(window, path, name)
            if path == "/consultations" and window.run("return document.querySelector('#number') !== null"):
                # Nothing is shown before a purpose is on the record, and none is chosen for whoever reads.
                purposes = "document.querySelector('#purpose').options"
                window.choose("#purpose", window.run(f"return [...{purposes}].find((one) => one.value).value"))
                window.type("#number", "2026-7")
                window.type("#reason", "a look at the record itself")
                window.click("form[action='/purpose'] button")
                window.wait("the reads", "return document.querySelector('.table tbody tr') !== null")
                self.look(window, path + "-list", name)
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
            window.run("document.getElementById('layouts').click()")
            window.wait("the windows", "return document.querySelector('#layout-now .layout-window') !== null", seconds=20)
            self.look(window, "/board windows", name)
            window.press("Escape")
        window.close()
        self.windows.remove(window)
        if self.found:
            raise Failed("axe finds:\n        " + "\n        ".join(self.found))

    def table(self):
        """Each page that the server's own table of rights names stands in the list above."""
        window = self.window("table")
        self.enter(window, "supervisor")
        window.open(self.server.origin + "/rights")
        routes = window.run("return [...document.querySelectorAll('.table tbody td:first-child code')].map((one) => one.textContent)")
        pages = [route.split()[1] for route in routes if route.startswith("GET ")]
        # What answers with something else than a page, by its own kind.
        pages = [path for path in pages if not re.match(r"/(api|assets|tiles|metrics|healthz|readyz|checkpoint|tile|ledger/|guide/img|witness|log|openapi)", path)]
        known = {re.sub(r"\?.*", "", path) for paths in PAGES.values() for path in paths}
        shape = lambda path: "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/"))
        fits = lambda path: path in ELSEWHERE or any(re.fullmatch(shape(path), one) for one in known)
        missing = [path for path in pages if not fits(path)]
        if len(pages) < 30 or missing:
            raise Failed(f"of {len(pages)} pages these are not looked at: {missing}")
        window.close()
        self.windows.remove(window)

    def enter(self, window, login):
        super().enter(window, login)
        window.wait("a page of one's own", "return !location.pathname.startsWith('/sign-in')")

    def all(self):
        if not self.begin("the demo's town without its people", self.start):
            return
        self.step("every page of the server's own table is in the list", self.table)
        for login in PAGES:
            for theme in ("light", "dark"):
                for language in ("en-US", "zh-CN"):
                    self.step(f"{len(PAGES[login])} pages as {login}, {theme}, {language}",
                              lambda login=login, theme=theme, language=language: self.every_page(login, theme, language))
        if self.options.images:
            self.list()


if __name__ == "__main__":
    parser = arguments()
    parser.add_argument("--images", help="a directory for a picture of each page")
    sys.exit(play(Pages, parser.parse_args()))
