"""The console by keyboard alone: every act of the grammar, every page, and two journeys.

    tests/e2e/keyboard.py --binary target/debug/callbox --browser chromium [--evening 40]

A fire with two alarms and personnel accountability; a busy evening of calls that are taken, sent to
and cleared in typed lines, with the keys and seconds that each takes to the dispatch. No step uses a
pointer. The last line is "N passed, N failed".
"""

import os
import re
import statistics
import sys
import time

from server import Client
from steps import Steps, arguments, play
from webdriver import Failed

STATE = "return document.getElementById('line').dataset.state"
EMPTY = "return document.getElementById('line-input').value === ''"
UNIT = "[...document.querySelectorAll('.unit')].find((unit) => unit.querySelector('.sign').textContent === arguments[0])"


class Keyboard(Steps):
    """One dispatcher without a mouse."""

    keys = 0
    # The first word of every line that was typed and understood.
    typed = set()

    def start(self):
        self.server.demo("--no-calls", "--history", "1", "--speed", "1")
        self.server.stop()
        self.server.serve()
        self.api = Client(self.server, "supervisor")
        # A supervisor may do all that the line can say.
        self.a = self.window("a")
        self.a.open(self.server.origin + "/sign-in")
        # The tab order of the page leads to the first field.
        for _ in range(8):
            if self.a.run("return document.activeElement?.id") == "login":
                break
            self.a.press("Tab")
        self.a.write("supervisor")
        self.a.press("Tab")
        self.a.write(self.server.passwords["supervisor"])
        self.a.press("Enter")
        self.a.wait("the board with its units", "return document.querySelectorAll('.unit').length > 20")
        self.board = self.api.ask("GET", "/board")
        types = {row["code"] for row in self.board["types"]}
        self.type = "FIRE" if "FIRE" in types else sorted(types)[0]
        self.disposition = self.board["dispositions"][0]["code"]

    def free(self, kind=None):
        rows = self.api.ask("GET", "/board")["units"]
        return [row["call_sign"] for row in rows if row["meaning"] == "available" and not row["crew_out_with"] and (kind is None or row["type"] == kind)]

    def unit(self, sign):
        return next(row for row in self.api.ask("GET", "/board")["units"] if row["call_sign"] == sign)

    # Typing

    def focus(self):
        # On a machine that is busy the second press may come too late to be a double one.
        for _ in range(4):
            if self.a.run("return document.activeElement?.id") == "line-input":
                return
            self.a.press("Escape", "Escape")
            time.sleep(0.2)
        raise Failed("Escape twice does not lead to the command line")

    def line(self, text, state="ready"):
        """Types a line, sees what it says, and presses Enter; gives the sentence."""
        self.focus()
        self.a.write(text)
        self.keys += len(text) + 1
        expected = [state] if isinstance(state, str) else state
        self.a.wait(f"{text!r} to be {state}", f"return arguments[0].includes(document.getElementById('line').dataset.state) && document.getElementById('line-input').value === arguments[1]", expected, text)
        said = self.a.text("#line-plan")
        self.a.press("Enter")
        self.a.wait(f"{text!r} to be done (it says: {said})", EMPTY)
        self.typed.add(text.split()[0])
        return said

    def refused(self, text, state):
        self.focus()
        self.a.write(text)
        self.a.wait(f"{text!r} to be {state}", "return document.getElementById('line').dataset.state === arguments[0]", state)
        said = self.a.text("#line-plan")
        self.a.press("Enter")
        time.sleep(0.2)
        if self.a.run(EMPTY):
            raise Failed(f"{text!r} was sent")
        # Escape closes the offers, then clears.
        while not self.a.run(EMPTY):
            self.a.press("Escape")
        return said

    def selected(self):
        return int(self.a.run("return new URLSearchParams(location.search).get('incident')"))

    def call(self, place="7 Quay Street", told="smoke showing"):
        before = self.a.run("return new URLSearchParams(location.search).get('incident')")
        self.line(f"N {self.type} @{place} //{told}")
        self.a.wait("the new incident", "const now = new URLSearchParams(location.search).get('incident'); return now && now !== arguments[0]", before)
        return self.selected()

    # The grammar

    def every_verb(self):
        one, two, three = self.free("ENGINE")[:3] if len(self.free("ENGINE")) >= 3 else self.free()[:3]
        id = self.call()
        other = self.call("8 Quay Street")
        self.line(f"V #{id}", "see")
        self.line(f"D {one} {two} #{id}")
        self.line(f"EN {one}")
        self.line(f"OS {one}")
        self.line(f"NT #{id} //water is on, twice")
        self.line(f"CO #{id} 2 //water is on")
        self.line(f"P #{id} {self.board['priorities'][1]['code']}")
        self.line(f"T #{id} {self.board['types'][1]['code']}")
        self.line(f"AT #{id} @9 Quay Street")
        self.line(f"R {two} #{other}")
        self.line(f"X {two} //not needed")
        self.line("U")
        self.line(f"X {two}")
        self.line(f"RE #{other} #{id}")
        self.line(f"ST {one} #{other}")
        # Everybody sees on the board whose next call it is.
        self.a.wait("the plan in the incident's row", "return document.querySelector(`.incident[data-id='${arguments[0]}'] .units`)?.textContent.includes(arguments[1])", other, one)
        self.a.wait("the plan in the unit's row", f"return /[+]1/.test({UNIT}.textContent)", one)
        if not self.a.run(f"const on = {UNIT}.querySelector('.on'); const box = on.getBoundingClientRect(); const mark = on.querySelector('b').getBoundingClientRect(); return mark.width > 5 && mark.right <= box.right + 0.5", one):
            raise Failed("the mark of what a unit does next is cut off")
        self.line(f"US {one} #{other}")
        self.line(f"EM {one}")
        self.a.wait("the alarm", "return !document.getElementById('alarms').hidden")
        # Red, although it is one of the selected incident, which has a colour of its own.
        self.a.wait("the crew in need in the colour of alarms", f"const unit = {UNIT}; return unit.matches('.is-here') && getComputedStyle(unit).backgroundColor === getComputedStyle(document.querySelector('.alarm[data-cause=emergency]')).backgroundColor", one)
        self.line(f"ACK {one}")
        self.line(f"EE {one} //pressed by mistake")
        self.line(f"CL {one}")
        self.line(f"OUT {three} //flat tyre")
        self.line(f"IN {three}")
        self.line("TM LINE @3 Quay Street //all well")
        self.line(f"C {self.disposition}")
        before = int(self.a.text("#incident-count"))
        self.line(f"DU #{other}>#{id}")
        # It is worked on, and counted, under the other; from there it is reached.
        self.a.wait("one incident less", "return document.getElementById('incident-count').textContent === arguments[0] && document.getElementById('g-open').textContent === arguments[0]", str(before - 1))
        self.line(f"V #{id}", "see")
        self.a.wait("the way to the merged one", "return [...document.querySelectorAll('.intake a')].some((a) => a.textContent === arguments[0])", f"#{other}")
        self.line(f"UD #{other}<#{id}")
        self.line(f"C #{id} {self.disposition}")
        self.line(f"RO #{id} //rekindled")
        self.line(f"C #{id} {self.disposition}")
        self.line(f"C #{other} {self.disposition}")
        self.line("F quay", "see")
        if "quay" in self.a.run("return location.href").lower():
            raise Failed("a place stands in the address")
        self.line(f"LOC {one}", "see")
        row = self.unit(one)
        if row["meaning"] != "available":
            raise Failed(f"{one} is {row['meaning']} in the end")
        self.a.press("Escape")
        self.a.run("const f = document.getElementById('incident-filter'); f.value = ''; f.dispatchEvent(new Event('input'))")

    def next_call(self):
        """A unit that becomes free is to be sent to what is next on its stack; the alarm offers the line."""
        unit = self.free()[0]
        one, other = self.call("11 Quay Street"), self.call("12 Quay Street")
        self.line(f"D {unit} #{one}")
        self.line(f"ST {unit} #{other}")
        self.line(f"CL {unit}")
        self.a.wait("the alarm", "return document.querySelector('.alarm[data-cause=next]')?.textContent.includes(arguments[0])", f"{unit} is free, and #{other} is next")
        self.a.run("document.querySelector('.alarm[data-cause=next] .button').focus()")
        self.a.press("Enter")
        self.a.wait("the line", "return document.activeElement.id === 'line-input' && document.activeElement.value === arguments[0]", f"D {unit} #{other}")
        self.a.wait("its preview", "return document.getElementById('line').dataset.state === 'ready'")
        self.a.press("Enter")
        self.a.wait("the alarm to be over", "return !document.querySelector('.alarm[data-cause=next]')")
        if self.unit(unit)["incident"] != other:
            raise Failed(f"{unit} is not on #{other}")
        self.line(f"CL {unit}")
        for id in (one, other):
            self.line(f"C #{id} {self.disposition}")

    def closed(self):
        return {row["closure"]: row for row in self.api.ask("GET", "/closures")["closures"]}

    def streets(self):
        """BK closes a piece of street and a way between two crossings, LF and U open them; a whole street is refused."""
        self.line("BK works 4 @Velmora General Hospital")
        [(one, row)] = self.closed().items()
        if row["impassable"] or not row["until"]:
            raise Failed(f"the closure is {row}")
        said = self.line("BK flood ! @Heronholm Street / Saltmead Street > Heronholm Street / Elmmead Lane")
        if "Heronholm Street" not in said:
            raise Failed(f"the sentence does not name the street: {said}")
        [(other, row)] = [pair for pair in self.closed().items() if pair[0] != one]
        if not row["impassable"] or row["until"]:
            raise Failed(f"the closure is {row}")
        self.line("U")
        self.line(f"LF {one}")
        if self.closed():
            raise Failed(f"closed are still {self.closed()}")
        self.refused("BK works @Heronholm Street", "refused")
        self.refused(f"LF {one}", "mistake")

    def rarer_verbs(self):
        """What a shift types seldom: the whole way of an ambulance, calls to be called back, planned calls, closed streets."""
        one, two = self.free()[:2]
        code = {row["meaning"]: row["code"] for row in self.board["statuses"]}
        id = self.call("20 Quay Street")
        self.line(f"D {one} {two} #{id}")
        self.line(f"AK {one}")
        self.line(f"S {one} {code['en_route']}")
        for verb in ("OS", "TR", "AH", "CL"):
            self.line(f"{verb} {one}")
        self.line(f"RL {two} #{id} //no status for an hour")
        self.line(f"TF #{id} NORTH //beyond the river")
        self.line(f"C #{id} {self.disposition}")
        silent = self.api.ask("POST", "/incidents", {"type": self.type, "place": "21 Quay Street", "kind": "abandoned", "caller_number": "555 0100"})["incident"]
        self.line(f"CB #{silent} 1 reached")
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7200))
        planned = self.api.ask("POST", "/incidents", {"type": self.type, "place": "22 Quay Street", "scheduled": later})["incident"]
        self.line(f"GO #{planned}")
        for number in (silent, planned):
            self.line(f"C #{number} {self.disposition}")
        known = ["45 Wintercombe Road", "178 Kestrelcroft Road", "70 Fernhill Road", "133 Harbour Road", "72 Kestrelridge Street"]
        found = [self.api.ask("POST", "/places/find", {"text": text}) for text in known]
        place = next(one["answers"][0]["label"] for one in found if one["verdict"] == "certain")
        self.line(f"BK works 4 @{place}")
        closed = self.api.ask("GET", "/closures")["closures"]
        self.line(f"LF {closed[-1]['closure']}")
        self.line("?", "see")
        self.a.wait("the keys", "return document.getElementById('keys-dialog').open")
        self.a.press("Escape")

    def grammar(self):
        """Each verb that the server's own grammar names was typed here."""
        verbs = self.a.run("return [...document.querySelectorAll('#keys-dialog .verbs tbody tr')].map((row) => row.querySelector('code b').textContent)")
        missing = [verb for verb in verbs if verb not in self.typed]
        if len(verbs) < 20 or missing:
            raise Failed(f"of {len(verbs)} verbs these were not typed: {missing}")

    def mistakes(self):
        """A wrong line says what to type instead, and nothing happens."""
        unit = self.free()[0]
        if "there is no verb" not in self.refused("ZQ", "mistake"):
            raise Failed("an unknown verb is not named")
        if "D [UNIT" not in self.refused("D NOBODY 1", "mistake"):
            raise Failed("the right form is not shown")
        self.refused(f"EN {unit}", "refused")
        self.refused("NT ", "unfinished")
        # What stands in the way comes first, with the key that goes on.
        id = self.call("13 Quay Street")
        self.line(f"D {unit} #{id}")
        other = self.call("14 Quay Street")
        said = self.refused(f"D {unit} #{other}", "refused")
        if not re.match(rf"{unit} is on incident #{id} .*!", said.split(" · ")[0]):
            raise Failed(f"the line says {said!r}")
        self.line(f"X {unit} #{id}")
        for number in (id, other):
            self.line(f"C #{number} {self.disposition}")

    def history(self):
        """What was typed comes back by the arrow; Tab takes what is offered."""
        id = self.call("10 Quay Street")
        self.line(f"NT #{id} //first")
        self.a.press("Up")
        if not self.a.run("return document.getElementById('line-input').value").startswith("NT "):
            raise Failed("the last line does not come back")
        # Escape closes the offers, then clears; one more would leave the incident.
        while not self.a.run(EMPTY):
            self.a.press("Escape")
        self.focus()
        free = self.free()[0]
        self.a.write(f"D {free[:1]}")
        self.a.wait("offers", "return document.querySelectorAll('#line-offers li').length > 0")
        self.a.press("Tab")
        taken = self.a.run("return document.getElementById('line-input').value")
        if not taken.startswith("D ") or len(taken) < 5:
            raise Failed(f"Tab made it {taken!r}")
        self.a.wait("the selected incident in the sentence", "return document.getElementById('line-plan').textContent.includes(arguments[0])", f"#{id}")
        self.a.press("Enter")
        self.a.wait("it to be done", EMPTY)
        self.line("U")
        self.line(f"C #{id} {self.disposition}")

    def macros(self):
        """A line that is typed often gets a name, is said in full, and is forgotten."""
        id = self.call("11 Quay Street")
        self.line("=GAS=NT $1 //gas is shut off, $2", "macro")
        said = self.line(f"=gas #{id} twice")
        if "gas is shut off, twice" not in said:
            raise Failed(f"the macro says {said!r}")
        self.line("=GAS=", "macro")
        self.refused("=GAS", "mistake")
        self.line(f"C #{id} {self.disposition}")

    def palette(self):
        """Every page opens by its name; an act chosen on another page begins the line on the board."""
        pages = self.a.run("return [...document.querySelectorAll('#palette-list [data-href]:not([data-click])')].map((row) => [row.querySelector('b').textContent, row.dataset.href]).filter(([name]) => name)")
        for name, path in pages:
            self.a.press("Control+k")
            self.a.wait("the palette", "return document.activeElement?.id === 'palette-input'")
            self.a.write(name)
            self.a.press("Enter")
            self.a.wait(f"the page {path}", "return location.pathname === arguments[0] && document.readyState === 'complete'", path)
            self.a.press("?")
            self.a.wait(f"the keys on {path}", "return document.getElementById('keys-dialog').open")
            self.a.press("Escape")
        self.a.press("Control+k")
        self.a.wait("the palette", "return document.activeElement?.id === 'palette-input'")
        self.a.write("dispatch")
        self.a.press("Enter")
        self.a.wait("the line begun on the board", "return location.pathname === '/board' && document.getElementById('line-input')?.value === 'D '")
        self.a.press("Escape", "Escape")
        self.a.wait("the board with its units", "return document.querySelectorAll('.unit').length > 20")

    def panes(self):
        """A window shows the panes of its position, and its address says which."""
        self.a.press("Control+k")
        self.a.write("Units and the selected")
        self.a.press("Enter")
        self.a.wait("two panes", "return document.querySelectorAll('.board > .pane:not([hidden])').length === 2")
        self.a.run("location.reload()")
        self.a.wait("two panes after a reload", "return document.readyState === 'complete' && document.querySelectorAll('.board > .pane:not([hidden])').length === 2 && document.querySelectorAll('.unit').length > 20")
        self.a.press("Control+k")
        self.a.write("All panes")
        self.a.press("Enter")
        self.a.wait("three panes", "return document.querySelectorAll('.board > .pane:not([data-name=map])[hidden]').length === 0")

    # Journeys

    def fire(self):
        """A structure fire: call, plan, a second alarm, accountability, a missed answer, all clear."""
        self.keys = 0
        id = self.call("12 Harbour Road", "flames on the second floor")
        self.line("D")
        first = set(self.on(id))
        if not first:
            raise Failed("the plan sends nobody")
        for sign in sorted(first):
            self.line(f"EN {sign}")
        if "has all its units" not in self.refused("AL", "refused"):
            raise Failed("an alarm that is complete does not say so")
        self.refused("AL 9", "refused")
        self.line("AL 2")
        both = set(self.on(id))
        if not first < both:
            raise Failed(f"the second alarm adds nobody to {sorted(first)}")
        for sign in sorted(both):
            self.line(f"OS {sign}")
        self.line(f"PAR #{id}")
        for sign in sorted(both):
            self.line(f"W {sign}")
        self.line(f"NT #{id} //under control")
        for sign in sorted(both):
            self.line(f"CL {sign}")
        self.line(f"C {self.disposition}")
        print(f"        {len(both)} units in two alarms, {self.keys} keys", flush=True)

    def entry(self):
        """The call entry shows what the plans would send as soon as it knows what and where; one key sends it."""
        self.keys = 0
        before = self.selected()
        self.a.press("F9")
        self.a.wait("the call entry", "return document.activeElement?.id === 'call-place'")
        self.a.write("30 Harbour Road")
        self.a.press("Tab")
        self.a.wait("the type's list", "return document.activeElement?.id === 'call-type'")
        self.a.write(self.type[:4])
        self.a.wait("the call to be recorded", "return /#\\d/.test(document.getElementById('call-state').textContent)")
        self.a.wait("the units that the plan would send", "return document.querySelectorAll('#call-suggested .suggested li b').length > 0")
        shown = self.a.run("return [...document.querySelectorAll('#call-suggested .suggested li:not(.missing) b')].map((unit) => unit.textContent)")
        label = self.a.run("return document.getElementById('call-send').textContent")
        if not all(sign in label for sign in shown):
            raise Failed(f"the button says {label!r}, the list {shown}")
        if self.options.keep:
            self.a.screenshot(os.path.join(self.directory, "entry.png"))
        self.a.press("Control+Enter")
        self.a.wait("the new incident's panel", "return !document.getElementById('call-dialog').open && new URLSearchParams(location.search).get('incident') !== arguments[0]", str(before))
        id = int(self.a.run("return new URLSearchParams(location.search).get('incident')"))
        self.a.wait("its units on the board", "return [...document.querySelectorAll('.unit[data-meaning=dispatched]')].length >= arguments[0]", len(shown))
        if set(self.on(id)) != set(shown):
            raise Failed(f"{shown} were shown, {self.on(id)} were sent")
        self.focus()
        for sign in shown:
            self.line(f"X {sign} #{id}")
        self.line(f"C #{id} {self.disposition}")

    def on(self, id):
        return [row["call_sign"] for row in self.api.ask("GET", "/board")["units"] if row["incident"] == id]

    def tour(self):
        """The lines of the guided tour, as they stand in both languages."""
        guide = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/guide")
        blocks = [lines(os.path.join(guide, name)) for name in ("tour.md", "tour.zh.md")]
        if blocks[0] != blocks[1]:
            raise Failed("the two languages of the tour type different lines")
        first = None
        # Whether E1 and L1 are in service differs from demo to demo.
        free = self.free()
        engine = "E1" if "E1" in free else next(sign for sign in free if sign.startswith("E"))
        ladder = "L1" if "L1" in free else next(sign for sign in free if sign.startswith("L"))
        for kind, typed in blocks[0]:
            if kind == "first":
                self.line(f"V #{first}", "see")
            for text in typed:
                text = re.sub(r"\bE1\b", engine, re.sub(r"\bL1\b", ladder, text))
                self.line(text, ("ready", "see"))
                if text.startswith("N "):
                    self.a.wait("the new incident", "return new URLSearchParams(location.search).get('incident') !== arguments[0] && document.querySelector('.case-place')", str(first))
                    first = first or self.selected()

    def evening(self):
        """Calls one after the other; each is three lines to the dispatch at most."""
        took, keys = [], []
        for number in range(self.options.evening):
            self.focus()
            self.keys = 0
            begin = time.monotonic()
            id = self.call(f"{number + 1} Long Street", "caller is safe")
            unit = self.free()[number % 7]
            self.line(f"D {unit}")
            took.append(time.monotonic() - begin)
            keys.append(self.keys)
            if self.unit(unit)["incident"] != id:
                raise Failed(f"{unit} is not on #{id}")
            self.line(f"EN {unit}")
            self.line(f"OS {unit}")
            self.line(f"CL {unit}")
            self.line(f"C {self.disposition}")
        print(f"        {len(took)} calls to the dispatch: {statistics.median(keys):.0f} keys, {statistics.median(took):.2f} s in the middle, {max(took):.2f} s at most, with typing as fast as the driver types", flush=True)

    def all(self):
        self.drive()
        if not self.begin("the server starts; somebody signs in by keyboard", self.start):
            return
        for title, act in [
            ("every verb of the grammar does its act", self.every_verb),
            ("a unit that becomes free is sent to its next call", self.next_call),
            ("streets are closed and opened", self.streets),
            ("the verbs that are typed seldom do their acts too", self.rarer_verbs),
            ("a wrong line says what to type, and does nothing", self.mistakes),
            ("lines come back, and words are completed", self.history),
            ("a macro is kept, used and forgotten", self.macros),
            ("every page and act from the palette; keys on every page", self.palette),
            ("a window shows the panes of its position", self.panes),
            ("a fire with two alarms and accountability", self.fire),
            ("a call and its units by one key", self.entry),
            ("the guided tour, line by line", self.tour),
            (f"an evening with {self.options.evening} calls", self.evening),
            ("every verb of the server's grammar was typed", self.grammar),
            ("no error and no policy violation in the console", lambda: self.quiet([self.a], "409", "422", "/consultations")),
            ("no request left the origin", self.own),
        ]:
            self.step(title, act)


def lines(path):
    """The blocks of typed lines in a page of the guide, in order."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return [(kind, block.strip().splitlines()) for kind, block in re.findall(r"```(line|first)\n(.*?)```", text, re.S)]


def main():
    parser = arguments()
    parser.add_argument("--evening", type=int, default=40)
    return play(Keyboard, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
