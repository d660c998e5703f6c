// Which rows are in sight: timers of the others do not move.

export function watchRows(root) {
  const visible = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) visible.add(entry.target);
      else visible.delete(entry.target);
    }
  }, { root, rootMargin: "48px" });
  return {
    visible,
    add: (node) => observer.observe(node),
    remove: (node) => { observer.unobserve(node); visible.delete(node); },
  };
}
