"""What all journeys are made of: steps that are counted, windows, a server of their own."""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
import traceback

from server import Server
from webdriver import Driver, Failed, Window


class Steps:
    """A server, the browsers of those who work with it, and a count of what came out as it should."""

    def __init__(self, options, directory):
        self.options = options
        self.directory = directory
        self.passed = 0
        self.failed = 0
        self.windows = []
        self.server = Server(options.binary, directory)
        self.driver = None

    def step(self, title, act):
        begin = time.monotonic()
        try:
            act()
        except Exception as error:  # a step's failure is counted, the rest goes on
            self.failed += 1
            print(f"FAILED  {title}\n        {error}", flush=True)
            if not isinstance(error, Failed):
                traceback.print_exc()
            for number, window in enumerate(self.windows):
                try:
                    window.screenshot(os.path.join(self.directory, f"failed-{self.failed}-{number}.png"))
                except Exception:  # the window may be what failed
                    pass
            return
        self.passed += 1
        print(f"ok      {title} ({time.monotonic() - begin:.1f} s)", flush=True)

    def window(self, name, **options):
        window = Window(self.driver, self.options.browser, os.path.join(self.directory, name), **options)
        self.windows.append(window)
        return window

    def enter(self, window, login):
        """Signs in, whatever page comes then."""
        window.open(self.server.origin + "/sign-in")
        window.type("#login", login)
        window.type("#password", self.server.passwords[login])
        window.click("form.stack button")

    def sign_in(self, window, login):
        self.enter(window, login)
        window.wait("the board with its units", "return document.querySelectorAll('.unit').length > 20")

    def drive(self):
        """Starts the driver that browsers need."""
        self.driver = Driver(open(os.path.join(self.directory, "driver.log"), "w", encoding="utf-8"))

    def begin(self, title, act):
        """Takes the step without which the others make no sense; whether it came out."""
        self.step(title, act)
        return not self.failed

    def own(self):
        """No request of the first window left the origin."""
        foreign = [url for url in self.a.requests() if not url.startswith((self.server.origin, "data:", "blob:", "chrome:"))]
        if foreign:
            raise Failed(f"asked for {foreign[:3]}")

    def quiet(self, windows, *expected):
        """No error and no policy violation in these consoles, but for messages with one of these words."""
        wrong = [entry["message"] for window in windows for entry in window.log("browser")
                 if entry["level"] == "SEVERE" and not any(word in entry["message"] for word in expected)]
        if wrong:
            raise Failed("\n        ".join(wrong[:5]))

    def stop(self):
        for window in self.windows:
            try:
                window.close()
            except Exception:  # it may be gone already
                pass
        if self.driver:
            self.driver.stop()
        self.server.stop()


def axe(directory):
    """The source of axe-core, or None where npm is missing or does not answer."""
    kept = os.environ.get("AXE_CORE")
    if kept:
        with open(kept, encoding="utf-8") as file:
            return file.read()
    if not shutil.which("npm"):
        return None
    pack = ["npm", "pack", "--silent", "axe-core@4"]
    try:
        name = subprocess.run(pack, cwd=directory, timeout=60, capture_output=True, text=True, check=True).stdout.split()[-1]
        subprocess.run(["tar", "-xzf", name, "package/axe.min.js"], cwd=directory, check=True)
    except (subprocess.SubprocessError, IndexError):
        return None
    with open(os.path.join(directory, "package", "axe.min.js"), encoding="utf-8") as file:
        return file.read()


def faults(window, source):
    """What axe finds on the page as it stands."""
    window.run(source)
    return window.run_async(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        ".then((r) => done(r.violations.map((v) => `${v.id}: ${v.nodes.length} × ${v.nodes[0].html.slice(0, 140)} ${v.nodes[0].failureSummary?.slice(0, 220) ?? ''}`)))")


def arguments():
    """What every journey is told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--browser", default=shutil.which("chromium"))
    parser.add_argument("--keep", help="a directory for logs and pictures that stay")
    return parser


def play(kind, options, after=lambda journey: None):
    """Plays all steps of a journey, tells how many came out, and gives the exit code."""
    directory = options.keep or tempfile.mkdtemp(prefix=f"callbox-{kind.__name__.lower()}-")
    os.makedirs(directory, exist_ok=True)
    journey = kind(options, directory)
    try:
        journey.all()
        after(journey)
    finally:
        journey.stop()
        if journey.failed:
            print(f"logs and pictures: {directory}")
        elif not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{journey.passed} passed, {journey.failed} failed")
    return 1 if journey.failed else 0
