// Every view and filter stands in the address, so that a reload or a bookmark shows the same.
export const view = new URLSearchParams(location.search);

export function setView(name, value) {
  if (value) view.set(name, value);
  else view.delete(name);
  // Commas and colons may stand in a query as they are, and are read so.
  const query = view.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
}
