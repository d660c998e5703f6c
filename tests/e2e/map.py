"""The live map: drawn by WebGL where there is some, the same as lists where there is none.

    tests/e2e/map.py --binary target/debug/callbox --browser chromium [--images DIRECTORY]

The last line is "N passed, N failed".
"""

import json
import math
import os
import sys
import time

from steps import Steps, arguments, axe, faults, play
from webdriver import Failed

# How many colours the picture of the page has where the map is.
COLOURS = """
const [png, done] = arguments;
const box = document.getElementById('map').getBoundingClientRect();
const image = new Image();
image.onload = () => {
  const canvas = document.createElement('canvas');
  canvas.width = 300; canvas.height = 200;
  const pen = canvas.getContext('2d');
  pen.drawImage(image, box.x, box.y, box.width, box.height, 0, 0, 300, 200);
  const data = pen.getImageData(0, 0, 300, 200).data;
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
  done(seen.size);
};
image.src = 'data:image/png;base64,' + png;
"""
# Open incidents with a place, the longest way of a unit first.
PLACES = """
const [done] = arguments;
fetch('/api/v1/board').then((r) => r.json()).then((b) => done(b.incidents.filter((row) => row.place && row.lat !== null)
  .map((row) => ({ id: row.id, place: row.place, lat: row.lat, lon: row.lon, units: row.units }))));
"""
# How long streets may take that a busy processor draws instead of a graphics card, in seconds.
DRAWN = 180
CLOSURES = "return Number(document.getElementById('map').dataset.closures)"
LINES = "return document.querySelectorAll('#map-incidents li').length"


class LiveMap(Steps):
    """One dispatcher looks at the map in three ways."""

    def start(self):
        self.server.demo("--history", "1", "--speed", "12")
        self.a = self.window("a", webgl=True)
        self.sign_in(self.a, "dispatcher")
        self.a.wait("calls on the board", "return document.querySelectorAll('.incident:not(.is-closed)').length >= 3", seconds=90)

    def drawn(self):
        self.a.open(self.server.origin + "/map")
        self.a.wait("the lists", LINES + " >= 3", seconds=30)
        self.a.wait("the streets to be drawn", "return document.getElementById('map').dataset.state === 'idle'", seconds=DRAWN)
        colours = self.a.run_async(COLOURS, self.a.request("GET", self.a.session + "/screenshot"))
        if colours < 12:
            raise Failed(f"the picture has {colours} colours")
        self.picture(self.a, "map")

    def moved(self):
        """Somebody without a pointer goes to an incident and reads what it is."""
        self.a.run("document.querySelector('#map-incidents button:not(:disabled)').focus()")
        self.a.press("Enter")
        self.a.wait("what was chosen", "return !document.getElementById('map-picked').hidden && document.querySelector('#map-picked a').pathname.startsWith('/incidents/')")
        self.a.wait("the streets there", "return document.getElementById('map').dataset.state === 'idle'", seconds=DRAWN)
        if self.a.run("return document.activeElement.getAttribute('aria-pressed')") != "true":
            raise Failed("the chosen line has lost the focus")
        self.picture(self.a, "map-near")

    def positions(self):
        self.a.wait("a unit with a position", "return Number(document.getElementById('map').dataset.units) > 0", seconds=90)

    def dark(self):
        self.a.run("document.querySelector('button[data-set-theme=dark]').click()")
        self.a.wait("the dark streets", "return document.getElementById('map').dataset.state === 'idle'", seconds=DRAWN)
        self.picture(self.a, "map-dark")

    def chinese(self):
        window = self.window("zh", webgl=True, language="zh-CN")
        self.sign_in(window, "dispatcher")
        window.open(self.server.origin + "/map")
        window.wait("the streets to be drawn", "return document.getElementById('map').dataset.state === 'idle'", seconds=DRAWN)
        self.picture(window, "map-zh")

    def accessible(self):
        source = axe(self.directory)
        if source is None:
            print("skipped: axe-core (npm does not answer)", flush=True)
            return
        found = [one for window in self.windows[:2] for one in faults(window, source)]
        if found:
            raise Failed("axe finds:\n        " + "\n        ".join(found))

    def wait_closures(self, window, count):
        window.wait(f"{count} closed streets", CLOSURES + " === arguments[0]", count)

    def closes_by_keyboard(self, window=None):
        """Without a pointer: K, where, why, Enter; then the act is undone, closed again, and lifted from the list."""
        window = window or self.a
        place = window.run_async(PLACES)[0]["place"]
        window.run("document.activeElement.blur()")
        for round_no in range(2):
            if window.run("return document.getElementById('map-coverage').disabled"):
                window.run("document.getElementById('map-close').focus()")
                window.press("Enter")
            else:
                window.run("document.body.focus(); document.activeElement?.blur?.()")
                window.press("k")
            window.wait("the form", "return document.activeElement?.name === 'from'")
            window.write(place)
            window.wait("what would be closed", "return document.getElementById('closing-would').dataset.state === 'ready'")
            self.picture(window, "map-closing")
            window.press("Enter")
            self.wait_closures(window, 1)
            if window.run("return document.querySelectorAll('#map-closures .map-closure').length") != 1:
                raise Failed("the list has no closure")
            if round_no == 0:
                window.wait("what was done can be undone", "return !document.getElementById('undo').hidden")
                window.run("document.getElementById('undo').focus()")
            else:
                window.run("document.querySelector('[data-lift]').focus()")
            window.press("Enter")
            self.wait_closures(window, 0)

    def closes_by_pointer(self):
        """Two clicks on the map draw a line along streets; what would be closed is said before."""
        self.a.run("document.querySelector('#map-incidents button:not(:disabled)').click()")
        self.a.wait("the streets there", "return document.getElementById('map').dataset.state === 'idle'", seconds=DRAWN)
        self.a.run("document.getElementById('map-close').click()")
        for x, y in [(-60, 10), (70, -20)]:
            self.tap(self.a, x, y, "#map")
        self.a.wait("the line", "return document.getElementById('closing-would').dataset.state === 'ready'")
        self.picture(self.a, "map-drawing")
        self.a.run("document.getElementById('closing-send').click()")
        self.wait_closures(self.a, 1)
        self.a.wait("the closure on the map", "return document.getElementById('map').dataset.state === 'idle'", seconds=DRAWN)
        self.picture(self.a, "map-closed")

    def ways(self):
        """The ways of the units to an incident: in words and as lines, refreshed while they drive."""
        ways = "return Number(document.getElementById('map-ways').dataset.count)"
        asked = """
            const [done] = arguments;
            fetch('/api/v1/board').then((r) => r.json()).then(async (board) => {
              for (const row of board.incidents.filter((one) => one.units.length)) {
                const found = await (await fetch(`/api/v1/ways?incident=${row.id}`)).json();
                if (found.ways.length && found.ways[0].line.length > 6) { done(row.id); return; }
              }
              done(null);
            });"""
        incident = self.until("an incident with a unit under way", lambda: self.a.run_async(asked), 90)
        self.a.run("document.querySelector(`[data-key='incident-${arguments[0]}']`).click()", incident)
        self.a.wait("the ways", ways + " > 0")
        text = self.a.run("return document.querySelector('#map-ways li').textContent")
        if " min" not in text or not self.a.run("return document.querySelector('#map-ways li p').textContent.length > 3"):
            raise Failed(f"the way says {text}")
        self.a.wait("the way drawn", "return document.getElementById('map').dataset.state === 'idle'", seconds=DRAWN)
        self.picture(self.a, "map-ways")

    def covers(self):
        """C shades what help does not reach in time; fewer minutes reach less; stations instead of units."""
        self.a.run("document.activeElement.blur()")
        self.a.press("c")
        percent = "return Number(document.getElementById('map-legend').dataset.percent)"
        self.a.wait("the shading", "return !document.getElementById('map-legend').hidden && document.getElementById('map-legend').dataset.percent !== undefined")
        self.a.run("document.getElementById('cover-from').value = 'stations'; document.getElementById('cover-from').dispatchEvent(new Event('change'))")
        self.a.wait("that of stations", "return new URLSearchParams(location.search).get('coverage') === 'stations'")
        shares = []
        for minutes in (1, 30):
            before = self.a.run("return document.getElementById('cover-share').textContent")
            self.a.run("const field = document.getElementById('cover-minutes'); field.value = arguments[0]; field.dispatchEvent(new Event('change'))", str(minutes))
            self.a.wait(f"{minutes} minutes", "return document.getElementById('cover-share').textContent !== arguments[0]", before)
            shares.append(self.a.run(percent))
        if not shares[0] < shares[1]:
            raise Failed(f"more minutes reach no more: {shares}")
        self.a.run("const field = document.getElementById('cover-minutes'); field.value = '2'; field.dispatchEvent(new Event('change'))")
        self.a.wait("two minutes", "return document.getElementById('cover-share').textContent.includes('2 min')")
        self.a.run("document.querySelector('.maplibregl-ctrl-zoom-out').click()")
        self.a.wait("the shading drawn", "return document.getElementById('map').dataset.state === 'idle'", seconds=DRAWN)
        self.picture(self.a, "map-coverage")

    def pane(self):
        """The map beside the lists of the board: what is chosen here is chosen there; hidden it is not there at all."""
        inside = "document.querySelector('#map-pane iframe')?.contentDocument"
        self.a.open(self.server.origin + "/board?panes=incidents,map,selected")
        self.a.wait("the map in the board", f"return {inside}?.getElementById('map')?.dataset.state === 'idle'", seconds=DRAWN)
        self.a.run("document.querySelectorAll('.incident')[1].click()")
        self.a.wait("the same incident on the map", f"return {inside}.getElementById('map-picked').hidden === false")
        chosen = self.a.run(f"return {inside}.querySelector('#map-picked a').textContent")
        other = self.a.run(f"const other = [...{inside}.querySelectorAll('#map-incidents button:not(:disabled)')].find((one) => one.querySelector('b').textContent !== arguments[0]); other.click(); return other.querySelector('b').textContent", chosen)
        self.a.wait("the other incident on the board", "return document.getElementById('selected').textContent.includes(arguments[0])", other)
        self.a.wait("the streets", f"return {inside}.getElementById('map').dataset.state === 'idle'", seconds=DRAWN)
        self.picture(self.a, "board-map")
        shared = self.a.run(f"return performance.getEntriesByType('resource').concat({inside}.defaultView.performance.getEntriesByType('resource')).filter((one) => one.name.includes('/api/v1/live')).length")
        if shared:
            raise Failed("the map has a stream of its own")
        self.a.open(self.server.origin + "/board?panes=incidents,selected")
        self.a.wait("the board", "return document.querySelectorAll('.incident').length > 0")
        if self.a.run("return document.querySelector('iframe') !== null"):
            raise Failed("a map that is not shown is there")

    def until(self, what, ask, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = ask()
            if found is not None:
                return found
            time.sleep(1)
        raise Failed(f"waited {seconds} s for {what}")

    def decoded(self):
        """Somebody else's decoder reads a tile."""
        try:
            import mapbox_vector_tile
        except ImportError:
            print("skipped: mapbox-vector-tile is not installed (pip install mapbox-vector-tile)", flush=True)
            return
        west, south, east, north = json.loads(self.a.run("return document.getElementById('map').dataset.bounds"))
        side, middle = 1 << 13, math.radians((south + north) / 2)
        column = int(((west + east) / 720 + 0.5) * side)
        row = int((0.5 - math.asinh(math.tan(middle)) / math.tau) * side)
        read = "const [path, done] = arguments; fetch(path).then((r) => r.arrayBuffer()).then((b) => done([...new Uint8Array(b)]))"
        data = bytes(self.a.run_async(read, f"/tiles/13/{column}/{row}.mvt"))
        layers = mapbox_vector_tile.decode(data)
        kinds = {feature["properties"]["kind"] for feature in layers["road"]["features"]}
        shapes = {feature["geometry"]["type"] for name in ("landuse", "water", "building") for feature in layers.get(name, {"features": []})["features"]}
        if not kinds & {"street", "road", "main"} or not shapes <= {"Polygon", "MultiPolygon"}:
            raise Failed(f"roads {kinds}, surfaces {shapes}")

    def without(self):
        window = self.window("plain")
        window.run("return 1")
        self.sign_in(window, "dispatcher")
        window.cdp("Page.addScriptToEvaluateOnNewDocument", source="HTMLCanvasElement.prototype.getContext = () => null")
        window.open(self.server.origin + "/map")
        window.wait("the lists", LINES + " >= 3", seconds=30)
        window.wait("the words", "return document.querySelector('#map .empty') !== null")
        # The closure that was drawn stands in the list, and is lifted from it.
        self.wait_closures(window, 1)
        window.run("document.querySelector('[data-lift]').focus()")
        window.press("Enter")
        self.wait_closures(window, 0)
        self.closes_by_keyboard(window)

    def draws(self):
        """A supervisor draws an area corner by corner, takes one away, sees what it changes, saves it."""
        window = self.window("supervisor", webgl=True, size=(1280, 1000))
        self.sign_in(window, "supervisor")
        window.open(self.server.origin + "/settings/areas")
        idle = "return document.getElementById('draw-map')?.dataset.state === 'idle'"
        window.wait("the streets to draw on", idle, seconds=DRAWN)
        window.type("#set-code", "HARBOUR")
        window.type("#set-name", "Harbour")
        window.run("document.getElementById('draw-map').scrollIntoView({block: 'center'})")
        for count, (x, y) in enumerate([(-120, -90), (120, -90), (120, 90), (-120, 90), (0, 0)], start=1):
            self.tap(window, x, y)
            window.wait(f"corner {count}", "return document.getElementById('draw-map').dataset.drawn === arguments[0]", str(count))
        self.tap(window, 0, 0)
        window.wait("the corner to be gone", "return document.getElementById('draw-map').dataset.drawn === '4'")
        window.wait("the area", idle)
        self.picture(window, "area")
        window.send("button[value=preview]")
        window.wait("what it would change", "return document.querySelector('.notice[role=status]')?.textContent.includes('HARBOUR')")
        if window.run("return document.querySelector('[data-corners]').value.split('\\n').length") != 4:
            raise Failed("the form lost a corner")
        window.send("button[value=save]")
        window.wait("the area in the list", "return [...document.querySelectorAll('.table tbody b')].some((cell) => cell.textContent === 'HARBOUR')")
        corners = window.run_async("const done = arguments[0]; fetch('/api/v1/board').then((r) => r.json()).then((b) => done(b.areas.find((a) => a.code === 'HARBOUR').corners))")
        (north, west), (north_too, east), (south, _), _ = corners
        if not (abs(north - north_too) < 0.0005 and south < north and west < east):
            raise Failed(f"the corners are {corners}")
        self.quiet([window])

    def silent(self):
        # The simulation may close an incident while its suggestion is asked for: a refusal (409), which the browser logs.
        self.quiet(self.windows[:2], "/recommendation")

    def tap(self, window, x, y, where="#draw-map"):
        """Clicks so many pixels beside the middle of the map to draw on."""
        frame = {"element-6066-11e4-a52e-4f735466cecf": window.find(where)}
        window.post("/actions", actions=[{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [
            {"type": "pointerMove", "origin": frame, "x": x, "y": y, "duration": 0},
            {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]}])

    def picture(self, window, name):
        if self.options.images:
            os.makedirs(self.options.images, exist_ok=True)
            # Names are put in place after the streets.
            time.sleep(1.5)
            window.screenshot(os.path.join(self.options.images, f"{name}.png"))

    def all(self):
        self.drive()
        if not self.begin("a demo with calls", self.start):
            return
        for title, act in [
            ("the map draws streets from tiles", self.drawn),
            ("an incident is found by keyboard", self.moved),
            ("units are where they are", self.positions),
            ("a tile is read by another decoder", self.decoded),
            ("a street is closed, undone, closed and lifted by keyboard alone", self.closes_by_keyboard),
            ("a street is closed by pointer", self.closes_by_pointer),
            ("the ways of units under way", self.ways),
            ("which streets help reaches in time", self.covers),
            ("dark", self.dark),
            ("with Chinese names", self.chinese),
            ("axe finds nothing, dark in English and light in Chinese", self.accessible),
            ("without WebGL the lists stay", self.without),
            ("a supervisor draws an area", self.draws),
            ("the map as a pane of the board", self.pane),
            ("no error and no policy violation in the console", self.silent),
            ("no request left the origin", self.own),
        ]:
            self.step(title, act)


def main():
    parser = arguments()
    parser.add_argument("--images")
    return play(LiveMap, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
