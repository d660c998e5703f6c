// Small helpers. Text goes in by textContent only: what callers say never becomes markup.

export const by = (id) => document.getElementById(id);

/** Makes an element; `props` are attributes, `on…` listeners, or `text`. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";
/** One shape for each fixed meaning, filled or as a line of some width; the pages draw the same by masks. */
export const SHAPES = {
  available: ["M6 1.9a4.1 4.1 0 1 0 .01 0Z", 1.8],
  dispatched: ["M3 1.9 10 6 3 10.1Z", 1.6],
  acknowledged: ["M3 1.9 10 6 3 10.1ZM3.6 2.6v6.8M4.8 3.4v5.2", 1.6],
  en_route: ["M2.4 1.2 11 6 2.4 10.8Z", 0],
  on_scene: ["M2 2h8v8H2Z", 0],
  transporting: ["M.8 1.8 6 6 .8 10.2Zm5.4 0L11.4 6l-5.2 4.2Z", 0],
  at_hospital: ["M4.4 1.4h3.2v3h3v3.2h-3v3H4.4v-3h-3V4.4h3Z", 0],
  out_of_service: ["M2.4 2.4l7.2 7.2M9.6 2.4 2.4 9.6", 1.7],
  waiting: ["M6 1 11.4 10.8H.6Z", 0],
  closed: ["M1.6 6.4 4.8 9.4 10.4 2.8", 1.8],
};

/** A shape as a picture of its own: masks over hundreds of rows cost a third of each frame. */
export function shape(meaning) {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("class", "glyph");
  node.setAttribute("viewBox", "0 0 12 12");
  node.setAttribute("aria-hidden", "true");
  node.append(document.createElementNS(SVG, "path"));
  setShape(node, meaning);
  return node;
}

export function setShape(node, meaning) {
  const known = SHAPES[meaning];
  if (node.shape === known) return;
  node.shape = known;
  const [path, width] = known ?? ["", 0];
  node.firstChild.setAttribute("d", path);
  setAttr(node.firstChild, "stroke-width", width || null);
}

/** Writes only what differs: an untouched node costs no layout, and a text that is written into leaves no old one behind. */
export function setText(node, text) {
  const value = String(text ?? "");
  const only = node.firstChild;
  if (only?.nodeType === Node.TEXT_NODE && only === node.lastChild) {
    if (only.data !== value) only.data = value;
  } else if (node.textContent !== value) node.textContent = value;
}

export function setAttr(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Brings the children of `parent` into the order of `nodes`, moving as few as possible. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const node of nodes) {
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
}
