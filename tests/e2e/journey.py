"""Two people, two windows, one incident: from the call to the disposition, and through a crash."""

import re
import signal
import sys

import sign_in
from server import Client
from steps import Steps, arguments, axe, faults, play
from webdriver import Failed

ROW = "[...document.querySelectorAll('.incident')].find((row) => row.textContent.includes(arguments[0]))"
UNIT = "[...document.querySelectorAll('.unit')].find((unit) => unit.querySelector('.sign').textContent === arguments[0])"
PLACE = "7 Quay Street, e2e"
PAGES = ["/units", "/units/E1", "/history", "/premises", "/ledger", "/calls/new"]


class Journey(Steps):
    # The steps

    def start(self):
        self.server.demo("--no-calls", "--history", "1", "--speed", "1")
        self.server.stop()
        self.server.serve()
        self.api = Client(self.server, "supervisor")
        self.a = self.window("a")
        self.b = self.window("b", language="zh-CN", dark=True)

    def sign_in_both(self):
        self.a.open(self.server.origin + "/board")
        self.a.wait("the sign-in page", "return location.pathname === '/sign-in'")
        self.a.type("#login", "dispatcher")
        self.a.type("#password", "not the password")
        self.a.click("form.stack button")
        self.a.wait("the words for a wrong password", "return document.querySelector('.notice.refused')")
        self.sign_in(self.a, "dispatcher")
        self.sign_in(self.b, "calltaker")
        for window in (self.a, self.b):
            window.run("window.sameDocument = true")
        if self.b.run("return document.documentElement.lang") != "zh-Hans":
            raise Failed("the second window is not in Chinese, which its browser asks for")

    def take_call(self):
        self.a.press("F9")
        self.a.wait("the call entry", "return document.activeElement?.id === 'call-place'")
        self.a.write(PLACE)
        self.a.choose("#call-type", self.a.run("return document.querySelector('#call-type').options[1].value"))
        self.a.type("#call-name", "E2E Caller")
        self.a.type("#call-text", "smoke from the roof")
        self.a.press("Control+Enter")
        self.a.wait("the focus on the dispatch line", "return document.activeElement?.id === 'send-units'")
        self.a.wait("the place in the selected pane", "return document.querySelector('.case-place')?.textContent === arguments[0]", PLACE)
        self.id = self.a.run("return new URLSearchParams(location.search).get('incident')")
        self.b.wait("the new incident in the second window", f"return {ROW}?.dataset.meaning === 'waiting'", PLACE)

    def dispatch(self):
        free = "return [...document.querySelectorAll('.unit[data-meaning=available] .sign')].map((sign) => sign.textContent)"
        self.units = self.a.run(free)[:2]
        self.a.write("nonsuch")
        self.a.wait("a word about an unknown unit", "return document.querySelector('#send-plan').dataset.plan === 'bad'")
        self.a.press("Control+a")
        self.a.write(" ".join(self.units).lower())
        self.a.wait("a plan in words", "return document.querySelector('#send-plan').dataset.plan === 'ready'")
        self.a.press("Enter")
        for window in (self.a, self.b):
            for unit in self.units:
                window.wait(f"{unit} dispatched", f"return {UNIT}?.dataset.meaning === 'dispatched'", unit)
            window.wait("both units in the incident's row", f"return arguments[1].every((unit) => {ROW}.querySelector('.units').textContent.includes(unit))", PLACE, self.units)

    def progress(self, meaning):
        def act():
            for row, unit in enumerate(self.units):
                code = self.a.run("return [...document.querySelectorAll('.grid-times th')].findIndex((head) => head.title === arguments[0])", self.label(meaning))
                press = "const b = document.querySelectorAll('.grid-times tbody tr')[arguments[0]].children[arguments[1]].querySelector('button:not([hidden])'); b?.click(); return Boolean(b)"
                # The first row that is not ended: an ended one moves to the end.
                self.a.wait(f"a button for {unit}", press, 0 if meaning == "available" else row, code)
                shown = self.units[row] if meaning != "available" else None
                if shown:
                    self.b.wait(f"{shown} {meaning}", f"return {UNIT}?.dataset.meaning === arguments[1]", shown, meaning)
                else:
                    self.b.wait(f"{row + 1} available", f"return arguments[0].filter((sign) => [...document.querySelectorAll('.unit')].some((unit) => unit.querySelector('.sign').textContent === sign && unit.dataset.meaning === 'available')).length > {row}", self.units)
        return act

    def label(self, meaning):
        board = self.a.run_async("const done = arguments[arguments.length - 1]; fetch('/api/v1/board').then((r) => r.json()).then(done)")
        return next(status["label"] for status in board["statuses"] if status["meaning"] == meaning)

    def refusal(self):
        """The unit is sent elsewhere at the same moment: the second is refused, with a hint, and shown."""
        self.a.run("window.realFetch = window.fetch; window.fetch = (url, options) => /\\/(units|alarm)$/.test(String(url)) && options?.method === 'POST'"
                   " ? window.realFetch(url, {...options, body: JSON.stringify({units: [arguments_0]})}) : window.realFetch(url, options)".replace("arguments_0", f"'{self.units[0]}'"))
        other = self.a.run("return [...document.querySelectorAll('.unit[data-meaning=available] .sign')][0].textContent")
        self.a.type("#send-units", other)
        self.a.wait("a plan in words", "return document.querySelector('#send-plan').dataset.plan === 'ready'")
        self.a.click("#send button")
        self.a.wait("the refusal with its hint", "return !document.querySelector('#refusal').hidden && document.querySelector('#refusal [data-hint]').textContent")
        if self.units[0] not in self.a.text("#refusal [data-what]"):
            raise Failed(f"the refusal does not name the unit: {self.a.text('#refusal')}")
        self.a.run("window.fetch = window.realFetch")
        self.a.type("#send-units", "")
        self.a.press("Escape")
        self.a.wait("the refusal to go", "return document.querySelector('#refusal').hidden")
        self.a.press("Escape", "Escape")

    def narrate(self):
        self.a.click("#narrative-text")
        self.a.write("<b>fire</b> is out & cold")
        self.a.press("Enter")
        self.b.run(f"{ROW}.click()", PLACE)
        words = "return [...document.querySelectorAll('.lines p')].map((line) => line.textContent)"
        self.b.wait("the line in the second window", f"{words}.includes(arguments[0])", "<b>fire</b> is out & cold")
        if "smoke from the roof" not in self.b.run(words):
            raise Failed("the first line is missing in the second window")
        if self.b.run("return document.querySelector('#send')"):
            raise Failed("a call-taker is offered to dispatch")

    def correct(self):
        """A line is corrected by keyboard; both stay in sight in both windows."""
        self.a.run("[...document.querySelectorAll('.lines li')].find((line) => line.textContent.includes('smoke from the roof')).querySelector('.mini').focus()")
        self.a.press("Enter")
        self.a.wait("the line's words in the field", "return document.activeElement?.id === 'correct-text' && document.activeElement.value === 'smoke from the roof'")
        self.a.press("Control+a")
        self.a.write("steam from the roof")
        self.a.press("Enter")
        for window in (self.a, self.b):
            window.wait("the line struck out", "return document.querySelector('.lines .is-corrected')?.textContent.includes('smoke from the roof')")
            window.wait("its correction, which refers back", "return [...document.querySelectorAll('.lines li:not(.is-corrected) p')].some((line) => line.textContent.includes('steam from the roof') && /1/.test(line.textContent))")

    def change(self):
        """Type, priority and place are corrected after the call was taken."""
        self.a.run("document.querySelector('.case details summary:has(+ .stack)').focus()")
        self.a.press("Enter")
        wanted = self.a.run("return [...document.querySelector('#change-priority').options].find((option) => option.value && !option.selected).value")
        self.a.choose("#change-priority", wanted)
        self.a.run("document.querySelector('#change-priority').form.requestSubmit()")
        self.b.wait("the new priority", f"return {ROW}?.querySelector('.rank').textContent === arguments[1]", PLACE, wanted)
        self.a.type("#change-place", PLACE + " (yard)")
        self.a.press("Enter")
        self.b.wait("the new place", "return document.querySelector('.case-place').textContent === arguments[0]", PLACE + " (yard)")

    def link(self):
        answer = self.api.ask("POST", "/incidents", {"place": "9 Quay Street, e2e"})
        self.other = answer["incident"]
        self.a.run("document.querySelector('.linking').closest('details').querySelector('summary').click()")
        self.a.type("#link-other", str(self.id))
        self.a.press("Enter")
        self.a.wait("the refusal of a link to itself", "return !document.querySelector('#refusal').hidden")
        self.a.type("#link-other", f"#{self.other}")
        self.a.choose("#link-relation", "duplicate")
        self.a.click(".linking button")
        for window in (self.a, self.b):
            window.wait("the link", "return document.querySelector('.links a')?.textContent === arguments[0]", f"#{self.other}")
        self.b.click(".links a")
        self.b.wait("the link on the other side", "return document.querySelector('.links a')?.textContent === arguments[0]", f"#{self.id}")
        # A refusal in the second window is in its language, with its values.
        self.b.run("document.querySelector('.linking').closest('details').querySelector('summary').click()")
        self.b.type("#link-other", "99999")
        self.b.press("Enter")
        self.b.wait("a refusal in Chinese", "return document.querySelector('#refusal [data-what]').textContent === '没有警情 #99999' && document.querySelector('#refusal [data-hint]').textContent.startsWith('请')")
        self.b.type("#link-other", "")
        self.b.press("Escape")

    def committed(self):
        """A unit is sent to a second incident as well: refused first, then done expressly."""
        unit = self.units[0]
        self.a.run("[...document.querySelectorAll('.incident')].find((row) => row.dataset.id === arguments[0]).click()", str(self.other))
        self.a.wait("the other incident", "return document.querySelector('.case-line .no').textContent === arguments[0]", f"#{self.other}")
        self.a.type("#send-units", unit)
        self.a.wait("the offer to send it as well", "return document.querySelector('#send-also').hidden === false")
        self.a.click("#send-also")
        self.a.wait("the refusal with its second step", "return document.querySelector('#refusal [data-expressly]')?.hidden === false && !document.querySelector('#refusal').hidden")
        if self.api.ask("GET", f"/incidents/{self.other}")["assignments"]:
            raise Failed("the unit was sent before anybody insisted")
        self.a.run("document.querySelector('#refusal [data-expressly]').focus()")
        self.a.press("Enter")
        self.a.wait("the unit on both", "return document.querySelectorAll('.grid-times tbody tr').length === 1 && document.querySelector('#refusal').hidden")
        if not self.api.ask("GET", f"/incidents/{self.other}")["assignments"][0]["concurrent"]:
            raise Failed("the record does not say that the unit was committed elsewhere")

    def dropped(self):
        """A unit that is dropped on an incident stands in the line, which says that nothing was sent; Escape leaves it."""
        dropped = """
            const row = document.querySelector(`.incident[data-id="${arguments[0]}"]`);
            const unit = document.querySelector(".unit[data-meaning=available]");
            const dataTransfer = new DataTransfer();
            for (const [name, node] of [["dragstart", unit], ["dragover", row], ["drop", row], ["dragend", unit]])
              node.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer }));
            return unit.querySelector(".sign").textContent;"""
        unit = self.a.run(dropped, str(self.other))
        self.a.wait("the line in words", "return document.getElementById('line').dataset.state === 'ready' && document.getElementById('line').matches('[data-dropped]')")
        said = self.a.text("#line-plan")
        if not said.startswith("Not sent yet") or unit not in said:
            raise Failed(f"the line says {said!r}")
        if any(one["unit"] == unit for one in self.api.ask("GET", f"/incidents/{self.other}")["assignments"]):
            raise Failed("the unit was sent before anybody pressed Enter")
        while self.a.run("return document.getElementById('line-input').value"):
            self.a.press("Escape")
        if self.a.run("return document.getElementById('line').matches('[data-dropped]')"):
            raise Failed("an empty line still says that something waits")

    def release(self):
        """The unit's end on the second incident is not known: released with a reason, without a time."""
        self.a.run("document.querySelector('.grid-times .more').focus()")
        self.a.press("Enter")
        self.a.wait("what a unit can be told", "return document.querySelector('#unit-dialog').open")
        codes = self.a.run("return [...document.querySelectorAll('#unit-body [data-status]')].map((button) => button.dataset.status)")
        if not {"AVL", "AQ", "ENR"} <= set(codes):
            raise Failed(f"not every code is offered: {codes}")
        self.a.type("#release-reason", "nobody on the radio")
        self.a.press("Enter")
        self.a.wait("the release", "return !document.querySelector('#unit-dialog').open && document.querySelector('.grid-times .is-ended')")
        ended = self.api.ask("GET", f"/incidents/{self.other}")["assignments"][0]["ended"]
        if ended["at"] is not None or ended["how"] != "released" or ended["reason"] != "nobody on the radio":
            raise Failed(f"the release is recorded as {ended}")
        self.a.run("[...document.querySelectorAll('.incident')].find((row) => row.dataset.id === arguments[0]).click()", str(self.id))
        self.b.run("[...document.querySelectorAll('.incident')].find((row) => row.dataset.id === arguments[0]).click()", str(self.id))

    def back(self):
        """A status set too early is taken back: refused, then set as a correction."""
        self.a.wait("the assignments", "return document.querySelectorAll('.grid-times .more').length === 2")
        self.a.click(".grid-times .more")
        self.a.wait("what a unit can be told", "return document.querySelector('#unit-dialog').open")
        self.a.click("#unit-body [data-status=ENR]")
        self.a.wait("the refusal in the dialog", "return document.querySelector('#unit-dialog [data-expressly]').hidden === false")
        self.a.click("#unit-dialog [data-expressly]")
        self.a.wait("the dialog to close", "return !document.querySelector('#unit-dialog').open")
        self.b.wait("the unit en route again", f"return {UNIT}?.dataset.meaning === 'en_route'", self.units[0])
        self.a.click(".grid-times .more")
        self.a.click("#unit-body [data-status=ONS]")
        self.b.wait("the unit on scene", f"return {UNIT}?.dataset.meaning === 'on_scene'", self.units[0])
        self.a.wait("the dialog to close", "return !document.querySelector('#unit-dialog').open")

    def service(self):
        """By keyboard alone: another code for 'available', out of service with a reason, in again."""
        spare = self.a.run("return [...document.querySelectorAll('.unit[data-meaning=available] .sign')].map((sign) => sign.textContent).at(-1)")
        self.a.type("#unit-filter", spare)
        self.a.press("F4", "s")
        self.a.wait("what the unit can be told", "return document.querySelector('#unit-dialog').open && document.querySelector('#unit-title').textContent === arguments[0]", spare)
        now = self.a.run(f"return {UNIT}.querySelector('.code').textContent", spare)
        other = "AQ" if now == "AVL" else "AVL"
        self.a.run("document.querySelector(`#unit-body [data-status=${arguments[0]}]`).focus()", other)
        self.a.press("Enter")
        self.b.wait("the other code", f"return {UNIT}?.querySelector('.code').textContent === arguments[1]", spare, other)
        self.a.wait("the dialog to close", "return !document.querySelector('#unit-dialog').open")
        self.a.press("F4", "s")
        self.a.choose("#out-status", "WSH")
        self.a.type("#out-reason", "brakes")
        self.a.press("Enter")
        self.b.wait("the unit in the workshop", f"return {UNIT}?.dataset.meaning === 'out_of_service' && {UNIT}.querySelector('.code').textContent === 'WSH'", spare)
        self.a.wait("the dialog to close", "return !document.querySelector('#unit-dialog').open")
        self.a.press("F4", "s")
        self.a.run("document.querySelector('#unit-body .button.main').focus()")
        self.a.press("Enter")
        self.b.wait("the unit in service", f"return {UNIT}?.dataset.meaning === 'available'", spare)
        self.a.wait("the dialog to close", "return !document.querySelector('#unit-dialog').open")
        self.a.type("#unit-filter", "")
        self.a.press("Escape", "Escape")

    def reset(self):
        """A new configuration makes the server send everybody the whole board: typed words stay."""
        self.a.click("#narrative-text")
        self.a.write("half a sent")
        self.a.run("document.querySelector('#change-place').value = 'half a place'")
        self.api.ask("POST", "/configuration/dispositions", {"code": "E2E", "label": "End to end"})
        self.a.wait("the new code on the board", "return [...document.querySelectorAll('#end-input option')].some((option) => option.value === 'E2E')")
        self.a.write("ence")
        typed = self.a.run("return [document.querySelector('#narrative-text').value, document.querySelector('#change-place').value]")
        if typed != ["half a sentence", "half a place"]:
            raise Failed(f"the reset left: {typed}")
        self.a.type("#narrative-text", "")
        self.a.run("document.querySelector('#change-place').value = document.querySelector('.case-place').textContent")

    def close_held(self):
        if not self.a.run("return document.querySelector('#end button').disabled"):
            raise Failed("closing is offered while units are assigned")

    def close(self):
        self.a.wait("closing to be offered", "return document.querySelector('#end button')?.disabled === false")
        self.a.choose("#end-input", self.a.run("return document.querySelector('#end-input').options[1].value"))
        self.a.click("#end button")
        for window in (self.a, self.b):
            window.wait("the incident among the closed ones", f"return {ROW}?.classList.contains('is-closed')", PLACE)
        self.b.wait("its state in the selected pane", "return document.querySelector('.case-line .tag')?.hidden === false")

    def reopen(self):
        self.a.wait("reopening to be offered", "return document.querySelector('#end input')")
        self.a.type("#end-input", "the roof burns again")
        self.a.press("Enter")
        self.b.wait("the incident among the open ones", f"return {ROW}?.classList.contains('is-closed') === false", PLACE)

    def same_document(self):
        for window in (self.a, self.b):
            if not window.run("return window.sameDocument"):
                raise Failed("a window was reloaded")

    def crash(self):
        self.quiet_so_far()
        self.server.stop(signal.SIGKILL)
        for window in (self.a, self.b):
            window.wait("the bar that says how old the data is", "return document.querySelector('#old').hidden === false", seconds=25)
        if not re.search(r"1\d", self.a.text("#old-text")):
            raise Failed(f"the bar says no age: {self.a.text('#old-text')}")
        # Sent while the server is away: waits, and happens once.
        self.a.type("#narrative-text", "written while the line was down")
        self.a.press("Enter")
        self.a.wait("the line drawn as pending", "return document.querySelector('#narrative-text').classList.contains('pending')")
        self.server.serve()
        for window in (self.a, self.b):
            window.wait("the bar to go", "return document.querySelector('#old').hidden", seconds=30)
            count = "return [...document.querySelectorAll('.lines p')].filter((line) => line.textContent === 'written while the line was down').length"
            window.wait("the line that was sent meanwhile", f"{count} === 1", seconds=15)
        for window in self.windows:
            window.log("browser")  # what a dead server makes a browser say

    def plain_pages(self):
        """The same work without script: forms and pages alone."""
        plain = self.window("plain")
        plain.cdp("Emulation.setScriptExecutionDisabled", value=True)
        plain.open(self.server.origin + "/sign-in")
        plain.type("#login", "supervisor")
        plain.type("#password", self.server.passwords["supervisor"])
        plain.send("form.stack button")
        plain.open(f"{self.server.origin}/incidents/{self.id}")
        plain.type("#units", "NONSUCH")
        plain.send("form[action$='/units'] button")
        if "NONSUCH" not in plain.text(".notice.refused"):
            raise Failed("the page does not say which unit is unknown")
        plain.type("#units", self.units[0])
        plain.send("form[action$='/units'] button")
        self.b.wait("the unit in the second window", f"return {UNIT}?.dataset.meaning === 'dispatched'", self.units[0])
        plain.send("form[action$='/cancel'] button")
        self.b.wait("the unit free again", f"return {UNIT}?.dataset.meaning === 'available'", self.units[0])
        # What is rarer: a correction, a link, a committed unit, a release.
        plain.run("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        plain.type("form[action$='/correct'] textarea", "written without script")
        plain.send("form[action$='/correct'] button")
        if "written without script" not in plain.text(".timeline"):
            raise Failed("the corrected line is missing")
        plain.type("#other", str(self.other))
        plain.send("form[action$='/link'] button")
        if f"#{self.other}" not in plain.text(".facts"):
            raise Failed("the link is missing")
        plain.type("#units", self.units[1])
        plain.send("form[action$='/units'] button")
        self.b.wait("the unit in the second window", f"return {UNIT}?.dataset.meaning === 'dispatched'", self.units[1])
        plain.open(f"{self.server.origin}/incidents/{self.other}")
        plain.type("#units", self.units[1])
        plain.send("form[action$='/units'] button")
        if "expressly" not in plain.run("return document.querySelector('.notice.refused')?.innerHTML ?? ''"):
            raise Failed("the page offers no second step for a committed unit")
        plain.send(".notice.refused form[action$='/units'] button")
        plain.run("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        plain.type("form[action$='/release'] input[name=reason]", "no answer")
        plain.send("form[action$='/release'] button")
        if "end unknown" not in plain.text(".table"):
            raise Failed("the release is missing")
        plain.open(f"{self.server.origin}/units/{self.units[1]}")
        plain.send("button[value=AVL]")
        plain.choose("#status", "TRG")
        plain.type("#reason", "ladder drill")
        plain.send("button[value=out]")
        if "ladder drill" not in plain.text(".facts"):
            raise Failed("the reason is missing")
        plain.send("button[value=in]")
        self.b.wait("the unit in service", f"return {UNIT}?.dataset.meaning === 'available'", self.units[1])
        plain.open(f"{self.server.origin}/incidents/{self.id}")
        timeline = plain.text(".timeline")
        for words in ("smoke from the roof", "Reopened", "cancelled", "Demo dispatcher", "ledger"):
            if words not in timeline:
                raise Failed(f"the timeline lacks: {words}")
        plain.choose("#disposition", plain.run("return document.querySelector('#disposition').options[1].value"))
        plain.send("form[action$='/close'] button")
        self.b.wait("the incident closed", f"return {ROW}?.classList.contains('is-closed')", PLACE)
        plain.open(self.server.origin + "/calls/new")
        plain.type("#call-place", "8 Quay Street, e2e")
        plain.send("form[action='/calls/new'][method=post] button")
        self.b.wait("the second call", f"return {ROW}", "8 Quay Street, e2e")
        plain.click(".menu:not(.more) > summary")
        plain.send("button[lang=zh-Hans]")
        if plain.run("return document.documentElement.lang") != "zh-Hans":
            raise Failed("the language switch does nothing")
        plain.open(self.server.origin + "/nothing/here")
        if "404" not in plain.text("main"):
            raise Failed("there is no page for what does not exist")

    def rights(self):
        answer = self.b.run_async(
            "const done = arguments[arguments.length - 1];"
            "fetch(`/api/v1/incidents/${arguments[0]}/units`, {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': 'e2e'}, body: '{\"units\": [\"X\"]}'}).then((r) => done(r.status))", self.id)
        if answer != 403:
            raise Failed(f"a call-taker's dispatch is answered with {answer}, not 403")
        self.b.log("browser")

    def quiet_so_far(self):
        for window in self.windows:
            for entry in window.log("browser"):
                if entry["level"] in ("SEVERE", "WARNING") and "favicon" not in entry["message"]:
                    # A refused sign-in and a form with a mistake are answered with 4xx, which browsers log.
                    if "status of 4" not in entry["message"]:
                        raise Failed(f"the console says: {entry['message']}")

    def own_origin(self):
        asked = 0
        for window in self.windows:
            for url in window.requests():
                asked += 1
                if not url.startswith((self.server.origin + "/", "data:", "chrome://", "about:")):
                    raise Failed(f"a request left the origin: {url}")
        if asked < 50:
            raise Failed(f"only {asked} requests were seen: the log is broken")

    def accessible(self):
        source = axe(self.directory)
        if source is None:
            print("skipped: axe-core (npm does not answer)", flush=True)
            return
        found = []
        for window, theme in ((self.a, "light"), (self.b, "dark")):
            board = f"/board?incident={self.id}"
            for path in [board, f"{board}#call", f"/incidents/{self.id}", *PAGES]:
                window.open(self.server.origin + path)
                if path.startswith("/board"):
                    window.wait("the board", "return document.querySelectorAll('.unit').length > 20")
                    window.wait("the selected incident", "return document.querySelector('.case-place')?.textContent")
                if path.endswith("#call"):
                    window.press("F9")
                    window.wait("the call entry", "return document.activeElement?.id === 'call-place'")
                found += [f"{theme} {path} {one}" for one in faults(window, source)]
        if found:
            raise Failed("axe finds:\n        " + "\n        ".join(found))

    def sign_out(self):
        self.a.open(self.server.origin + "/units")
        self.a.click(".menu:not(.more) > summary")
        self.a.click("button[data-set-theme=dark]")
        self.a.click("form[action='/sign-out'] button")
        self.a.wait("the sign-in page", "return location.pathname === '/sign-in'")
        if self.a.run("return document.documentElement.dataset.theme") != "dark":
            raise Failed("signing out forgot the chosen theme")
        self.a.open(self.server.origin + "/board")
        self.a.wait("the sign-in page again", "return location.pathname === '/sign-in'")

    def all(self):
        self.drive()
        if not self.begin("the server and two windows start", self.start):
            return
        for title, act in [
            ("both sign in; a wrong password is refused in words", self.sign_in_both),
            ("a call is taken by keyboard, and stands in the second window", self.take_call),
            ("two units are dispatched by their call signs", self.dispatch),
            ("closing is held while units are assigned", self.close_held),
            ("a refusal is shown in words with its hint", self.refusal),
            ("the units are en route", self.progress("en_route")),
            ("the units are on scene", self.progress("on_scene")),
            ("a narrative line is text, not markup; a call-taker cannot dispatch", self.narrate),
            ("a narrative line is corrected, both stay in sight", self.correct),
            ("place and priority are corrected after the call", self.change),
            ("two incidents are linked, shown on both; a refusal in Chinese", self.link),
            ("a committed unit is sent as well, only expressly", self.committed),
            ("what is dropped waits in the line and says so", self.dropped),
            ("a unit is released without an end time", self.release),
            ("a status is taken back as a correction", self.back),
            ("a unit: another code, out of service, in service, by keyboard", self.service),
            ("a reset of the stream leaves typed words alone", self.reset),
            ("the server refuses what a role may not do", self.rights),
            ("the units are available", self.progress("available")),
            ("the incident is closed with a disposition", self.close),
            ("the incident is reopened with a reason", self.reopen),
            ("no window was reloaded", self.same_document),
            ("no error and no policy violation in the consoles", self.quiet_so_far),
            ("a killed server: the board says how old it is, then goes on exactly", self.crash),
            ("the pages work without script", self.plain_pages),
            ("axe finds nothing on any page, in two themes and languages", self.accessible),
            ("signing out ends the session", self.sign_out),
            ("still no error in the consoles", self.quiet_so_far),
            ("no request left the origin", self.own_origin),
            *sign_in.steps(self),
        ]:
            self.step(title, act)


def main():
    parser = arguments()
    parser.add_argument("--images", required=True)
    parser.add_argument("--screenshots", action="store_true")
    options = parser.parse_args()
    return play(Journey, options, after=lambda journey: pictures(journey) if options.screenshots else None)


def pictures(journey):
    from screenshots import screenshots
    journey.server.stop()
    journey.step("the screenshots are made", lambda: screenshots(journey))


if __name__ == "__main__":
    sys.exit(main())
