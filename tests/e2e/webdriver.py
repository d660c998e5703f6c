"""A small WebDriver client: what the journey needs, from the standard library alone."""

import base64
import json
import re
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {
    "Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Control": "\ue009", "Shift": "\ue008",
    "Up": "\ue013", "Down": "\ue015", "Left": "\ue012", "Right": "\ue014", "Space": " ",
    "Home": "\ue011", "F2": "\ue032", "F4": "\ue034", "F8": "\ue038", "F9": "\ue039",
}


class Failed(Exception):
    """A step did not come out as it should."""


class Driver:
    """A chromedriver of our own on a free port."""

    def __init__(self, log):
        command = ["chromedriver", "--port=0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.process.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                self.base = f"http://127.0.0.1:{found[1]}"
                return
        raise Failed("chromedriver did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class Window:
    """One browser with a profile of its own: another person at another desk."""

    def __init__(self, driver, browser, profile, language="en-US", size=(1440, 900), dark=False, webgl=False, logs=True):
        self.driver = driver
        self.size = size
        options = {
            "binary": browser,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--disable-background-networking", "--disable-component-update", "--no-first-run",
                "--force-color-profile=srgb",
                f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}", f"--lang={language}",
            ],
            "prefs": {"intl.accept_languages": language},
        }
        if webgl:
            # Drawn by the processor: slow, and the same everywhere.
            options["args"] += ["--enable-unsafe-swiftshader", "--use-angle=swiftshader"]
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            # To log what the page asks for, the driver lets the renderer keep all answers: who measures its memory does without.
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"} if logs else {},
        }
        answer = self.request("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{answer['sessionId']}"
        self.debugger = answer["capabilities"]["goog:chromeOptions"]["debuggerAddress"]
        self.cdp("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=False)
        if dark:
            self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])

    def request(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.driver.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise Failed(f"{value['error']}: {value['message'].splitlines()[0]}") from None

    def post(self, path, **body):
        return self.request("POST", self.session + path, body)

    def cdp(self, command, **params):
        return self.post("/goog/cdp/execute", cmd=command, params=params)

    def open(self, url):
        self.post("/url", url=url)

    def run(self, script, *args):
        """Runs a script in the page and gives what it returns."""
        return self.post("/execute/sync", script=script, args=list(args))

    def run_async(self, script, *args):
        return self.post("/execute/async", script=script, args=list(args))

    def find(self, selector):
        return self.post("/element", using="css selector", value=selector)[ELEMENT]

    def click(self, selector):
        self.post(f"/element/{self.find(selector)}/click")

    def send(self, selector):
        """Clicks what sends a form, and waits until the page that answers is there."""
        self.run("document.documentElement.dataset.left = 'yes'")
        self.click(selector)
        self.wait("the next page", "return document.documentElement.dataset.left === undefined && document.readyState === 'complete'")

    def type(self, selector, text):
        element = self.find(selector)
        self.post(f"/element/{element}/clear")
        self.post(f"/element/{element}/value", text=text)

    def choose(self, selector, value):
        """Chooses an option as a person does: the page hears of it."""
        self.run(
            "const s = document.querySelector(arguments[0]); s.value = arguments[1];"
            "s.dispatchEvent(new Event('change', {bubbles: true}))", selector, value)

    def press(self, *keys):
        """Presses keys one after the other; 'Control+Enter' holds the first."""
        for chord in keys:
            parts = [KEYS.get(part, part) for part in chord.split("+")] if len(chord) > 1 else [chord]
            downs = [{"type": "keyDown", "value": part} for part in parts]
            ups = [{"type": "keyUp", "value": part} for part in reversed(parts)]
            self.post("/actions", actions=[{"type": "key", "id": "keyboard", "actions": downs + ups}])

    def write(self, text):
        """Types into whatever has the focus."""
        actions = [{"type": kind, "value": char} for char in text for kind in ("keyDown", "keyUp")]
        self.post("/actions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def wait(self, what, script, *args, seconds=10):
        """Waits until the script returns something true; says what was waited for."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = self.run(script, *args)
            except Failed:
                value = None  # the page is being loaded
            if value:
                return value
            if time.monotonic() > end:
                raise Failed(f"waited {seconds} s for: {what}")
            time.sleep(0.05)

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.textContent ?? null", selector)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.request("GET", self.session + "/screenshot")))

    def log(self, kind):
        """What came since the last call: 'browser' or 'performance'."""
        return self.post("/se/log", type=kind)

    def requests(self):
        """The addresses that the page has asked for since the last call."""
        found = []
        for entry in self.log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found

    def close(self):
        self.request("DELETE", self.session)
