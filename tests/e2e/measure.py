"""What the board costs: 300 incidents and 2,000 units, 50 changes a second; no part of the journey.

    python3 tests/e2e/measure.py --binary target/release/callbox [--seconds 20] [--rate 50] [--trace]
        [--incidents 300] [--units 2000] [--lines 50] [--consoles 1000]

Prints, in one run: the size of the board's scripts; what an empty page costs in the same browser, and the board while
nothing changes; the time from the address to the first whole board; the renderer's
share of one core and its memory (from /proc, all its threads), what Chromium spent it on; the time from an event's
arrival in the page to the changed row (by a MutationObserver, which is part of the cost) and to the frame that shows it
(a message posted from its animation frame, which comes after the frame is handed on); from Enter on the command line
to the ledger's answer; the server's share of one core with many consoles on the stream, which take it packed, as
browsers do, and then as it is. The browser paints in
software, as in the journey. The load of the machine stands beside each figure.
"""

import argparse
import gzip
import json
import os
import re
import selectors
import shutil
import socket
import struct
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

from server import Client, Server
from webdriver import Driver, Window

PROBE = """
window.probe = { waits: new Map(), took: [], painted: [], server: [], lines: [], messages: 0, first: null };
let entered = null;
addEventListener("keydown", (event) => { if (event.key === "Enter") entered = performance.now(); }, true);
const fetched = window.fetch;
window.fetch = (url, options) => fetched(url, options).then((answer) => {
  if (String(url) === "/api/v1/line" && entered !== null) { window.probe.lines.push(performance.now() - entered); entered = null; }
  return answer;
});
const parse = JSON.parse;
// A change arrives as text, and is read at once.
JSON.parse = (text, ...rest) => {
  const data = parse(text, ...rest);
  if (window.probe.on && data?.seq && data.units) {
    window.probe.messages += 1;
    for (const unit of data.units) if (!window.probe.waits.has(unit.id)) window.probe.waits.set(unit.id, [performance.now(), data.at]);
  }
  return data;
};
addEventListener("DOMContentLoaded", () => {
  const list = document.getElementById("units");
  if (!list) return;
  const first = new MutationObserver(() => {
    if (list.querySelector(".unit") === null) return;
    first.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.probe.first = performance.now(); }));
  });
  first.observe(list, { subtree: true, childList: true });
  new MutationObserver((records) => {
    const now = performance.now();
    for (const record of records) {
      const node = record.target.nodeType === 1 ? record.target : record.target.parentElement;
      const row = node?.closest(".unit");
      // Timers move the rows too: only a status counts.
      if (!row || !(record.attributeName === "data-meaning" || node.className === "code")) continue;
      const id = Number(row.dataset.id);
      const wait = window.probe.waits.get(id);
      if (!wait) continue;
      window.probe.waits.delete(id);
      window.probe.took.push(now - wait[0]);
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => window.probe.painted.push(performance.now() - wait[0]);
        port2.postMessage(null);
      });
      window.probe.server.push(performance.timeOrigin + now - wait[1]);
    }
  }).observe(list, { subtree: true, childList: true, characterData: true, attributes: true });
});
"""


def fill(client, incidents, units, sight):
    """The rows of the board; gives the units that move: everywhere on the board, or those at its top, which are in sight."""
    board = client.ask("GET", "/board")
    first = board["units"][0]
    for number in range(units - len(board["units"])):
        client.ask("POST", "/configuration/units", {"call_sign": f"Z{number + 1}", "agency": first["agency"], "type": first["type"]})
    natural = lambda unit: (unit["agency"], unit["type"], [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", unit["call_sign"]) if part])
    rows = sorted(client.ask("GET", "/board")["units"], key=natural)
    free = [unit["call_sign"] for unit in rows if unit["meaning"] == "available" and not unit["shared_crew"]]
    pairs = incidents * 5 // 6
    step = 1 if sight == "top" else max(1, len(free) // (2 * pairs))
    take = free[::step][:2 * pairs]
    moving = []
    for number in range(incidents):
        kind = board["types"][number % len(board["types"])]
        incident = client.ask("POST", "/incidents", {"type": kind["code"], "place": f"{number + 1} Long Measured Street"})["incident"]
        if number < pairs:
            sent = [sign for sign in take[2 * number:2 * number + 2]]
            client.ask("POST", f"/incidents/{incident}/units", {"units": sent})
            moving += sent
    return moving[:100] if sight == "top" else moving, free, next(s["code"] for s in board["statuses"] if s["meaning"] == "en_route"), next(s["code"] for s in board["statuses"] if s["meaning"] == "on_scene")


def script_bytes(directory):
    """The board's scripts as they are sent before it stands: what its page names, and what that imports. And what comes later."""
    names = ["board.js", "theme.js", "help.js", "palette.js", "live-worker.js"]
    later = ["call-entry.js", "unit-dialog.js", "change.js", "layouts.js", "drag.js"]

    def with_imports(todo, known):
        todo = list(todo)
        while todo:
            name = todo.pop()
            if name in known:
                continue
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                text = file.read()
            known[name] = len(gzip.compress(text.encode(), 9, mtime=0))
            todo += [one or other for one, other in re.findall(r'^import [^;]*?from "\./([^"]+)"|^import "\./([^"]+)"', text, re.M)]
        return known

    first = with_imports(names, {})
    return sum(first.values()), len(first), sum(with_imports(later, dict(first)).values()) - sum(first.values())


def memory(pid):
    """Megabytes of a process that are its own or its share of what it shares."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return float("nan")


class Consoles:
    """Many clients on the live stream, read by one thread and thrown away."""

    def __init__(self, server, cookie, count, is_packed):
        self.selector = selectors.DefaultSelector()
        self.bytes = 0
        self.isOver = False
        address = ("127.0.0.1", server.port)
        coding = "Accept-Encoding: gzip\r\n" if is_packed else ""
        for _ in range(count):
            wire = socket.create_connection(address)
            wire.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n{coding}\r\n".encode())
            wire.setblocking(False)
            self.selector.register(wire, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while not self.isOver:
            for key, _ in self.selector.select(0.2):
                part = key.fileobj.recv(1 << 16)
                self.bytes += len(part)
                if not part:
                    self.selector.unregister(key.fileobj)

    def close(self):
        self.isOver = True
        self.thread.join(5)
        count = len(self.selector.get_map())
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        return count


def ticks(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(server, units, codes, rate, stop, sent):
    """Moves units between en route and on scene, `rate` times a second."""
    client = Client(server, "supervisor")
    begin = time.monotonic()
    at = 0
    while not stop.is_set():
        unit = units[(at * 37) % len(units)]
        status = codes[(at // len(units)) % 2]
        try:
            client.ask("POST", f"/units/{unit}/status", {"status": status, "correction": True})
        except RuntimeError as error:
            if "same-status" not in str(error):
                raise
        at += 1
        sent[0] = at
        time.sleep(max(0, begin + at / rate - time.monotonic()))


def processes(profile):
    """The browser's processes with their kind and their processor time in seconds."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                command = file.read().replace(b"\0", b" ").decode()
            if profile not in command:
                continue
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        kind = command.split("--type=", 1)[1].split()[0] if "--type=" in command else "browser"
        found[pid] = (kind, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    return found


def threads(pid):
    found = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/stat", encoding="utf-8") as file:
            text = file.read()
        name = text.split("(", 1)[1].rsplit(")", 1)[0]
        fields = text.rsplit(")", 1)[1].split()
        found[name] = found.get(name, 0) + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def at(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))] if sorted_values else float("nan")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--browser", default=shutil.which("chromium"))
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--incidents", type=int, default=300)
    parser.add_argument("--units", type=int, default=2000)
    parser.add_argument("--lines", type=int, default=50, help="how many lines are typed")
    parser.add_argument("--consoles", type=int, default=1000, help="how many more are on the stream")
    parser.add_argument("--trace", action="store_true", help="also what Chromium did, by its own events; tracing itself costs")
    parser.add_argument("--sight", choices=("spread", "top"), default="spread", help="the units that move are anywhere on the board, or all at its top, in sight")
    parser.add_argument("--label", default="")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="callbox-measure-")
    server = Server(options.binary, directory)
    driver = Driver(open(os.path.join(directory, "driver.log"), "w", encoding="utf-8"))
    stop, thread, window = threading.Event(), None, None
    try:
        server.demo("--no-calls", "--history", "1", "--speed", "1")
        server.stop()
        server.serve()
        here = os.path.dirname(os.path.abspath(__file__))
        size, files, later = script_bytes(os.path.join(here, "../../crates/callbox-web/assets/js"))
        print(f"{options.label} scripts: {size / 1000:.1f} KB gzip in {files} files, {later / 1000:.1f} KB later, without the map", flush=True)
        units, free, *codes = fill(Client(server, "supervisor"), options.incidents, options.units, options.sight)
        profile = os.path.join(directory, "measured")
        window = Window(driver, options.browser, profile, size=(1920, 1080), logs=False)
        window.cdp("Page.addScriptToEvaluateOnNewDocument", source=PROBE)
        window.open("about:blank")
        time.sleep(2)
        alone(profile, "an empty page", 5)
        window.open(server.origin + "/sign-in")
        window.type("#login", "dispatcher")
        window.type("#password", server.passwords["dispatcher"])
        window.click("form.stack button")
        window.wait("the board", "return document.getElementById('g-units').textContent === `/${arguments[0]}` && document.querySelectorAll('.unit').length > 20", options.units, seconds=60)
        print(f"  first board: {window.run('return window.probe.first'):.0f} ms from its address, {options.incidents} incidents, {options.units} units, load {os.getloadavg()[0]:.1f}", flush=True)
        window.run("document.querySelectorAll('.incident')[3].click()")
        window.cdp("Performance.enable")
        time.sleep(5)
        alone(profile, "the board while nothing changes", 8)
        sent = [0]
        thread = threading.Thread(target=load, args=(server, units, codes, options.rate, stop, sent), daemon=True)
        thread.start()
        time.sleep(3)
        pid = renderer(profile)
        metrics = lambda: {one["name"]: one["value"] for one in window.cdp("Performance.getMetrics")["metrics"]}
        window.run("window.probe.on = true")
        before, tasks, spent, begin, count = processes(profile), threads(pid), metrics(), time.monotonic(), sent[0]
        time.sleep(options.seconds)
        after, tasks_after, spent_after, took = processes(profile), threads(pid), metrics(), time.monotonic() - begin
        count = sent[0] - count
        probe = window.run("return { took: probe.took, painted: probe.painted, server: probe.server, messages: probe.messages, heap: performance.memory?.usedJSHeapSize }")
        share = {}
        for each, (kind, cpu) in after.items():
            share[kind] = share.get(kind, 0) + (cpu - before.get(each, (kind, 0))[1]) / took * 100
        print(f"{options.label} {count / took:.1f} writes/s, {probe['messages'] / took:.1f} messages/s for {took:.0f} s, load {os.getloadavg()[0]:.1f}")
        print("  % of a core: " + ", ".join(f"{kind} {value:.1f}" for kind, value in sorted(share.items(), key=lambda pair: -pair[1])))
        print("  renderer's threads: " + ", ".join(f"{name} {(value - tasks.get(name, 0)) / took * 100:.1f}" for name, value in sorted(tasks_after.items(), key=lambda pair: -(pair[1] - tasks.get(pair[0], 0)))[:6]))
        print("  main thread: " + ", ".join(f"{name} {(spent_after[name] - spent[name]) / took * 100:.1f} %" for name in ("TaskDuration", "ScriptDuration", "RecalcStyleDuration", "LayoutDuration")) + f"; layouts {(spent_after['LayoutCount'] - spent['LayoutCount']) / took:.0f}/s, styles {(spent_after['RecalcStyleCount'] - spent['RecalcStyleCount']) / took:.0f}/s, nodes {spent_after['Nodes']:.0f}, heap {spent_after['JSHeapUsedSize'] / 1e6:.1f} MB")
        for name, key in (("page hears -> DOM", "took"), ("page hears -> frame", "painted"), ("server renders -> DOM", "server")):
            values = sorted(probe[key])
            print(f"  {name}: p50 {at(values, 0.5):.1f} ms, p99 {at(values, 0.99):.1f} ms, n {len(values)}")
        print(f"  renderer's memory: {memory(pid):.0f} MB (PSS)", flush=True)
        if options.lines:
            typed(window, options.lines)
        consoles(server, options, sent)
        if options.trace:
            own_times(trace(window, 5), 5)
    finally:
        stop.set()
        if thread:
            thread.join(30)
        if window:
            # A driver that ends leaves its browser behind.
            window.close()
        driver.stop()
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


def renderer(profile):
    """The process that draws the page."""
    return max((cpu, pid) for pid, (kind, cpu) in processes(profile).items() if kind == "renderer")[1]


def alone(profile, what, seconds):
    """What the renderer takes while nothing is asked of it."""
    pid = renderer(profile)
    begin, before = time.monotonic(), ticks(pid)
    time.sleep(seconds)
    print(f"  {what}: renderer {(ticks(pid) - before) / (time.monotonic() - begin) * 100:.1f} % of a core, {memory(pid):.0f} MB (PSS), load {os.getloadavg()[0]:.1f}", flush=True)


def typed(window, count):
    """From Enter to the ledger's answer, while the board changes as before."""
    window.run("document.getElementById('line-input').focus()")
    for number in range(count):
        window.write(f"NT //measured {number}")
        window.wait("the reading", "return document.getElementById('line').dataset.state === 'ready'", seconds=20)
        window.press("Enter")
        window.wait("the answer", "return document.getElementById('line-input').value === ''", seconds=20)
    values = sorted(window.run("return window.probe.lines"))
    print(f"  Enter -> committed: p50 {at(values, 0.5):.1f} ms, p99 {at(values, 0.99):.1f} ms, n {len(values)}, load {os.getloadavg()[0]:.1f}", flush=True)


def consoles(server, options, sent):
    """The server's share of a core, before and with many more consoles."""
    pid = server.process.pid
    cookie = Client(server, "dispatcher").cookie
    for count, is_packed in ((0, True), (options.consoles, True), (options.consoles, False)) if options.consoles else ():
        more = Consoles(server, cookie, count, is_packed)
        time.sleep(3)
        begin, before, heard, writes = time.monotonic(), ticks(pid), more.bytes, sent[0]
        time.sleep(options.seconds)
        took = time.monotonic() - begin
        share, heard = (ticks(pid) - before) / took * 100, (more.bytes - heard) / took / 1e6
        writes = (sent[0] - writes) / took
        alive = more.close()
        how = "packed" if is_packed else "as it is"
        print(f"  server with {alive} more consoles, {how}: {share:.1f} % of a core, {heard:.2f} MB/s sent to them at {writes:.1f} writes/s, {memory(pid):.0f} MB, load {os.getloadavg()[0]:.1f}", flush=True)


def trace(window, seconds):
    """Chromium's own events over some seconds, by its debugger: a WebSocket without masks or fragments of ours."""
    with urllib.request.urlopen(f"http://{window.debugger}/json/version") as answer:
        url = urllib.parse.urlsplit(json.load(answer)["webSocketDebuggerUrl"])
    wire = socket.create_connection((url.hostname, url.port))
    wire.sendall(f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    reader = wire.makefile("rb")
    while reader.readline().strip():
        pass

    def send(number, method, **params):
        body = json.dumps({"id": number, "method": method, "params": params}).encode()
        wire.sendall(b"\x81" + bytes([128 | 126]) + struct.pack(">H", len(body)) + b"\0\0\0\0" + body)

    def messages():
        text = b""
        while True:
            first, length = reader.read(2)
            length &= 127
            if length > 125:
                length = struct.unpack(">H" if length == 126 else ">Q", reader.read(2 if length == 126 else 8))[0]
            text += reader.read(length)
            if first & 128:
                yield json.loads(text)
                text = b""

    categories = ["devtools.timeline", "disabled-by-default-devtools.timeline", "blink", "cc", "toplevel", "v8"]
    send(1, "Tracing.start", transferMode="ReportEvents", traceConfig={"includedCategories": categories, "recordMode": "recordAsMuchAsPossible"})
    time.sleep(seconds)
    send(2, "Tracing.end")
    events = []
    for message in messages():
        if message.get("method") == "Tracing.dataCollected":
            events += message["params"]["value"]
        if message.get("method") == "Tracing.tracingComplete":
            return events
    return events


def own_times(events, took):
    """Events by thread and name, each without what lies within it."""
    spans, names = {}, {}
    for event in events:
        if event.get("ph") == "M" and event["name"] == "thread_name":
            names[event["pid"], event["tid"]] = event["args"]["name"]
        if event.get("ph") == "X":
            spans.setdefault((event["pid"], event["tid"]), []).append((event["ts"], event["ts"] + event.get("dur", 0), event["name"]))
    sums = {}
    for thread, events in spans.items():
        events.sort(key=lambda event: (event[0], -event[1]))
        open_spans = []
        for begin, end, name in events:
            while open_spans and open_spans[-1][1] <= begin:
                open_spans.pop()
            key = (names.get(thread, "?"), name)
            own, count = sums.get(key, (0, 0))
            sums[key] = (own + end - begin, count + 1)
            if open_spans:
                outer = open_spans[-1][2]
                sums[outer] = (sums[outer][0] - (end - begin), sums[outer][1])
            open_spans.append((begin, end, key))
    mine = [pair for pair in sums.items() if pair[0][0] in ("CrRendererMain", "Compositor")]
    for (thread, name), (own, count) in sorted(mine, key=lambda pair: -pair[1][0])[:40]:
        print(f"    {own / 1e6 / took * 100:6.2f} %  {count / took:7.1f}/s  {thread}: {name}")


if __name__ == "__main__":
    sys.exit(main())
