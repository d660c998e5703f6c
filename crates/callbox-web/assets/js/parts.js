// Parts that nobody needs to see the board: they come when the page has nothing else to do, so that they are there
// before somebody asks for one, also when the connection is cut then.
import { t } from "./boot.js";
import { Refused, showRefusal } from "./commands.js";
import { by } from "./dom.js";

/** How long one that did not come is waited for before it is asked for again by itself. */
const AGAIN_MS = 5000;
const FROM = { call: "./call-entry.js", unit: "./unit-dialog.js", change: "./change.js", layouts: "./layouts.js", drag: "./drag.js" };
const there = new Map();

/** A browser may keep in mind that an address gave nothing: another try has another one. */
let tries = 0;

function fetchPart(name) {
  if (!there.has(name)) {
    const coming = import(tries ? `${FROM[name]}?try=${tries}` : FROM[name]);
    there.set(name, coming);
    coming.catch(() => { tries += 1; there.delete(name); });
  }
  return there.get(name);
}

/** A part, or null where it cannot be had now; then the page says so. */
export async function part(name) {
  try {
    return await fetchPart(name);
  } catch {
    showRefusal(new Refused({ detail: t("say.unreachable"), hint: t("say.part_hint") }));
    return null;
  }
}

/** Opens what a unit can be told. */
export const openUnit = async (callSign, incident) => (await part("unit"))?.openUnit(callSign, incident);

/** Fetches all parts one after the other, until each is there. */
async function fetchAll() {
  for (const name of Object.keys(FROM)) {
    try {
      await fetchPart(name);
    } catch {
      setTimeout(fetchAll, AGAIN_MS);
      return;
    }
  }
}

export function initParts() {
  by("layouts").addEventListener("click", async () => (await part("layouts"))?.begin());

  if (globalThis.requestIdleCallback) requestIdleCallback(fetchAll, { timeout: 3000 });
  else setTimeout(fetchAll, 1000);
}
