// Which rows are in sight: timers of the others do not move. The browser knows, because it leaves
// rows out of sight unrendered (content-visibility), and says so; an observer would cost each frame.

export function watchRows(root) {
  const visible = new Set();
  root.addEventListener("contentvisibilityautostatechange", (event) => {
    if (event.skipped) visible.delete(event.target);
    else visible.add(event.target);
  });
  // Until the browser says otherwise, or where it never does, a row counts as seen.
  return { visible, add: (node) => visible.add(node), remove: (node) => visible.delete(node) };
}
