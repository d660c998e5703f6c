"""A dispatcher and a supervisor who are bound to one agency work beside the whole center, in a real browser.

What they open shows what their agency sees; nothing that they open is refused behind their back: the browser's console
holds no error. With `--images DIR` each page is kept as a picture too.
"""

import os
import re
import subprocess
import sys

from server import Client
from steps import Steps, arguments, axe, faults, play
from webdriver import Failed

PAGES = ["/board", "/map", "/units", "/history", "/agencies", "/closures", "/calls/new", "/incidents/{own}", "/plans",
         "/cards", "/wall", "/rights", "/account"]
SUPERVISES = ["/premises", "/reports", "/erasures", "/agencies"]


class Agencies(Steps):
    def start(self):
        self.server.demo("--no-calls")
        for login, role in (("amb", "dispatcher"), ("ambchief", "supervisor")):
            made = self.callbox("user", "add", login, "--name", f"Ambulance {role}", "--role", role)
            self.server.passwords[login] = re.search(r"password\s+(\S+)", made)[1]
            self.callbox("user", "agency", login, "VBAS")
        self.drive()
        self.source = axe(self.directory)
        self.center = Client(self.server, "supervisor")

    def callbox(self, *words):
        out = subprocess.run([self.server.binary, *words, "--data", self.server.data], capture_output=True, text=True, check=False)
        if out.returncode:
            raise Failed(out.stderr)
        return out.stdout

    def take(self, place, unit=None):
        """Takes a call as the whole center, and sends a unit of one agency."""
        board = self.center.ask("GET", "/board")
        call = {"type": board["types"][0]["code"], "place": place}
        number = self.center.ask("POST", "/incidents", call)["incident"]
        if unit:
            self.center.ask("POST", f"/incidents/{number}/units", {"units": [unit]})
        return number

    def unit(self, agency):
        units = self.center.ask("GET", "/units")["units"]
        free = [unit for unit in units if unit["agency"] == agency and unit["meaning"] == "available"]
        return free[0]["call_sign"]

    def work(self):
        """What is theirs is on the board; what is not is not, until it is shared, and is gone when that ends."""
        self.hidden = self.take("9 Hidden Lane", self.unit("VBFR"))
        self.own = self.take("1 Open St", self.unit("VBAS"))
        self.a = self.window("amb")
        self.enter(self.a, "amb")
        self.a.wait("their own incident", f"return document.querySelector('#incidents')?.textContent.includes('1 Open St')")
        if "Hidden" in self.a.run("return document.body.textContent"):
            raise Failed("the board shows what is not theirs")
        self.picture(self.a, "board")
        self.center.ask("POST", f"/incidents/{self.hidden}/share", {"agency": "VBAS"})
        self.a.wait("what was shared", "return document.querySelector('#incidents')?.textContent.includes('9 Hidden Lane')")
        self.picture(self.a, "board-shared")
        self.center.ask("POST", f"/incidents/{self.hidden}/unshare", {"agency": "VBAS"})
        self.a.wait("that it is gone", "return !document.querySelector('#incidents')?.textContent.includes('9 Hidden Lane')")

    def picture(self, window, name):
        if self.options.images:
            os.makedirs(self.options.images, exist_ok=True)
            window.screenshot(os.path.join(self.options.images, f"{name}.png"))

    def all_pages(self, login, pages, theme, language):
        name = f"{theme}-{language[:2]}"
        window = self.window(f"{login}-{name}", language=language, dark=theme == "dark", size=(1280, 900))
        self.enter(window, login)
        window.wait("a page of one's own", "return !location.pathname.startsWith('/sign-in')")
        found = []
        for path in pages:
            path = path.replace("{own}", str(self.own))
            window.open(self.server.origin + path)
            window.wait(f"a heading on {path}", "return document.querySelector('h1, main') !== null")
            if "Hidden" in window.run("return document.body.textContent"):
                raise Failed(f"{path} shows what is not theirs")
            self.picture(window, f"{path.strip('/').replace('/', '-')}-{login}-{name}")
            if self.source:
                found += [f"{path} {one}" for one in faults(window, self.source)]
        self.quiet([window])
        window.close()
        self.windows.remove(window)
        if found:
            raise Failed("axe finds:\n        " + "\n        ".join(found))

    def agree(self):
        """A supervisor of the agency agrees to show another one its incidents of a type, and ends it."""
        window = self.window("chief")
        self.enter(window, "ambchief")
        window.wait("a page of one's own", "return !location.pathname.startsWith('/sign-in')")
        window.open(self.server.origin + "/agencies")
        window.choose("#agree-with", "VBFR")
        window.run("const it = document.querySelector('#agree-type'); it.value = it.options[1].value")
        window.click("form.controls button.main")
        window.wait("the agreement", "return document.querySelector('button[value=end]') !== null")
        self.picture(window, "agreed")
        window.click("button[value=end]")
        window.wait("that it is ended", "return document.querySelector('button[value=end]') === null")
        self.quiet([window])

    def all(self):
        if not self.begin("the demo's town, with accounts of the ambulance service", self.start):
            return
        if not self.begin("their board shows their incidents, and what is shared while it is", self.work):
            return
        self.step("no request of theirs was refused", lambda: self.quiet([self.a]))
        self.step("agencies agree and end it", self.agree)
        for theme, language in (("light", "en-US"), ("dark", "zh-CN")):
            for login, pages in (("amb", PAGES), ("ambchief", SUPERVISES)):
                self.step(f"{len(pages)} pages as {login}, {theme}, {language}",
                          lambda login=login, pages=pages, theme=theme, language=language: self.all_pages(login, pages, theme, language))


if __name__ == "__main__":
    parser = arguments()
    parser.add_argument("--images", help="a directory for a picture of each page")
    sys.exit(play(Agencies, parser.parse_args()))
