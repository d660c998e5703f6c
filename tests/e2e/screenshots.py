"""The pictures in docs/img: the demo's town at work."""

import os
import time

from server import Server

CALLS = """
const done = arguments[arguments.length - 1];
const take = (place, seconds) => fetch('/api/v1/board').then((r) => r.json()).then((board) => {
  const first = board.priorities[0];
  const type = board.types.find((one) => one.label.includes('fire') && one.priority === first.code) ?? board.types[0];
  const limit = seconds === 'warn' ? first.unassigned_warn_seconds + 8 : first.unassigned_alarm_seconds + 15;
  const at = new Date(Date.now() - limit * 1000).toISOString();
  return fetch('/api/v1/incidents', { method: 'POST', body: JSON.stringify({ type: type.code, priority: first.code, place, at }),
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() } });
});
take('12 Tanner St', 'alarm').then(() => take('Harbour Rd / Bell Ave', 'warn')).then(() => done(true));
"""


def screenshots(journey):
    os.makedirs(journey.options.images, exist_ok=True)
    server = Server(journey.options.binary, os.path.join(journey.directory, "pictures"))
    try:
        server.demo("--history", "12", "--speed", "30")
        journey.server = server
        for name, language, dark, size in [
            ("board", "en-US", False, (1440, 900)),
            ("board-dark", "en-US", True, (1440, 900)),
            ("board-zh", "zh-CN", False, (1440, 900)),
        ]:
            window = journey.window(f"picture-{name}", language=language, dark=dark, size=size)
            window.open(server.origin + "/sign-in")
            if name == "board":
                window.screenshot(os.path.join(journey.options.images, "sign-in.png"))
            journey.sign_in(window, "dispatcher")
            busy = "return document.querySelectorAll('.incident:not(.is-closed)').length >= 8 && document.querySelector('.incident[data-meaning=waiting]') !== null"
            window.wait("a busy board", busy, seconds=180)
            if name == "board":
                # Two calls that the simulation leaves to people: one waits too long, one nearly so.
                window.run_async(CALLS)
                window.wait("both of them", "return document.querySelectorAll('.incident[data-call]').length >= 2")
            window.run("[...document.querySelectorAll('.incident:not(.is-closed)')].filter((row) => row.dataset.meaning !== 'waiting').sort((a, b) => b.querySelector('.units').textContent.length - a.querySelector('.units').textContent.length)[0].click()")
            time.sleep(1)
            window.screenshot(os.path.join(journey.options.images, f"{name}.png"))
            if name in ("board", "board-zh"):
                window.press("Escape", "Escape")
                window.run("document.getElementById('line-input').focus()")
                window.write("D E")
                window.wait("offers", "return document.querySelectorAll('#line-offers li').length > 1")
                window.screenshot(os.path.join(journey.options.images, name.replace("board", "line") + ".png"))
                window.press("Escape", "Escape", "Escape")
            if name == "board":
                closed = window.run("return [...document.querySelectorAll('.incident.is-closed')].sort((a, b) => b.querySelector('.age').textContent.length - a.querySelector('.age').textContent.length)[0].dataset.id")
                window.open(f"{server.origin}/incidents/{closed}")
                window.screenshot(os.path.join(journey.options.images, "incident.png"))
    finally:
        server.stop()
