// What the windows of a position show: kept on the server under the position's name, taken by whoever sits down there.
import { rights, t } from "./boot.js";
import { act } from "./commands.js";
import { by, el, setText } from "./dom.js";
import { choosePanes, onPanes, panesShown } from "./panes.js";

const dialog = by("layout-dialog");
const form = by("layout-form");
const kept = by("layout-kept");
const now = by("layout-now");
/** How long another window is given to answer before it is taken for gone; a busy machine needs its time. */
const ANSWER_MS = 3000;
/** The name of the layout that this browser took last; the layout itself is kept on the server. */
const KEY = "callbox.position";
/** How many windows a position has at most, as the server has it. */
const MAX_WINDOWS = 8;
const windows = new BroadcastChannel("callbox-windows");
const own = Math.random().toString(36).slice(2);
/** The other windows that this browser has open on the board: what they show, and when they said so last. */
const others = new Map();
let layouts = [];

const tellOthers = () => windows.postMessage({ kind: "here", id: own, panes: panesShown() });
const ask = () => windows.postMessage({ kind: "who" });
windows.addEventListener("message", ({ data }) => {
  if (data.kind === "who") tellOthers();
  else if (data.kind === "here") others.set(data.id, { panes: data.panes, at: performance.now() });
  else others.delete(data.id);
  if (dialog.open) showNow();
});
onPanes(() => { tellOthers(); if (dialog.open) showNow(); });
addEventListener("pagehide", () => windows.postMessage({ kind: "bye", id: own }));
tellOthers();
ask();

/** What all windows show: this one first, the others in an order that stays. */
const allShown = () => [panesShown(), ...[...others].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one.panes)];

function showNow() {
  now.replaceChildren(pictures(allShown()));
}

/** A window that was ended by force said no farewell: one that does not answer any more is left out. */
function askAgain() {
  const asked = performance.now();
  ask();
  setTimeout(() => {
    for (const [id, one] of others) if (one.at < asked) others.delete(id);
    if (dialog.open) showNow();
  }, ANSWER_MS);
}

/** A window as a small picture: its panes side by side, as wide as they are. */
function picture(text) {
  const parts = text.split(",").map((part) => part.split(":"));
  const box = el("span", { class: "layout-window" }, ...parts.map(([name]) => el("span", { text: t(`pane.${name}`) })));
  box.style.gridTemplateColumns = parts.map(([, share]) => `minmax(0, ${Number(share) || 100 / parts.length}fr)`).join(" ");
  return box;
}

const pictures = (all) => el("ol", { class: "layout-windows" }, ...all.map((text) => el("li", {}, picture(text))));
const addressOf = (text) => `/board?panes=${text}`;
const nameOf = (layout, at) => `callbox-${layout.name}-${at + 1}`;

/** This window shows the first one's panes, and the others open; those that the browser holds back can be opened one by one. */
function take(layout) {
  choosePanes(layout.windows[0]);
  try { localStorage.setItem(KEY, layout.name); } catch { /* this time only */ }
  const held = layout.windows.slice(1).filter((text, at) => !open(addressOf(text), nameOf(layout, at + 1), "popup"));
  setText(by("layout-held"), held.length ? t("layout.held", { n: held.length }) : "");
  if (!held.length) dialog.close();
}

function row(layout) {
  const button = (words, go) => el("button", { type: "button", class: "button", onclick: go }, words);
  const more = layout.windows.slice(1).map((text, at) =>
    el("a", { href: addressOf(text), target: nameOf(layout, at + 1), class: "button plain", text: t("layout.open", { n: at + 2 }) }));
  const mayForget = !layout.center || rights.configure;
  const forget = mayForget ? button(t("layout.forget"), async (event) => {
    const said = t("layout.forgotten", { name: layout.name });
    if (await act([event.currentTarget], "/layouts", { name: layout.name, center: layout.center }, said)) load();
  }) : null;
  forget?.classList.add("plain");
  return el("li", {}, el("div", { class: "layout-name" }, el("b", { text: layout.name }), el("small", { class: "quiet", text: t(layout.center ? "layout.of_all" : "layout.own") })),
    pictures(layout.windows), el("div", { class: "row-of" }, button(t("layout.take"), () => take(layout)), ...more, forget));
}

async function load() {
  try {
    const response = await fetch("/api/v1/layouts", { headers: { Accept: "application/json" } });
    if (response.ok) ({ layouts } = await response.json());
  } catch { /* what was known stays */ }
  kept.replaceChildren(...layouts.map(row));
  by("layout-none").hidden = layouts.length > 0;
}

export async function begin() {
  if (dialog.open) return;
  dialog.showModal();
  let position = "";
  try { position = localStorage.getItem(KEY) ?? ""; } catch { /* none */ }
  form.elements.name.value = position;
  setText(by("layout-held"), "");
  askAgain();
  showNow();
  await load();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = form.elements.name.value.trim();
  if (!name) return;
  const body = { name, windows: allShown().slice(0, MAX_WINDOWS), center: Boolean(form.elements.center?.checked) };
  if (!await act([form.elements.name], "/layouts", body, t("layout.said", { name }))) return;
  try { localStorage.setItem(KEY, name); } catch { /* this time only */ }
  load();
});
