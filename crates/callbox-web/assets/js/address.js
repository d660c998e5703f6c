// Every view and filter stands in the address, so that a reload or a bookmark shows the same.
export const view = new URLSearchParams(location.search);

export function setView(name, value) {
  if (value) view.set(name, value);
  else view.delete(name);
  const query = view.toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
}
