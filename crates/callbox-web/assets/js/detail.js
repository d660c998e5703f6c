// Fetches the selected incident whole, again whenever its row changes; one request at a time.
import { ms } from "./clock.js";

let wanted = null;
let isFetching = false;
let isStale = false;
let tell = () => {};

export const onDetail = (listener) => { tell = listener; };

/** Asks for an incident; the answer comes through `onDetail`. */
export function want(id) {
  wanted = id;
  if (id === null) return;
  if (isFetching) isStale = true;
  else fetchNow();
}

async function fetchNow() {
  isFetching = true;
  isStale = false;
  const id = wanted;
  let detail = null;
  try {
    const response = await fetch(`/api/v1/incidents/${id}`, { headers: { Accept: "application/json" } });
    if (response.ok) detail = read(await response.json());
    else if (response.status === 404) detail = { id, missing: true };
  } catch { /* the live line says that the server is away */ }
  isFetching = false;
  if (detail && id === wanted) tell(detail);
  if (wanted !== null && (isStale || wanted !== id)) fetchNow();
}

/** Brings the API's incident into the form that the pane shows: one object, times in milliseconds. */
function read(body) {
  return {
    ...body.row,
    caller: body.caller,
    links: body.links,
    questions: body.questions,
    intake: { calls: body.calls, assessed: body.assessed, merged: body.merged, transfers: body.transfers },
    lines: body.narrative.map((line) => ({ ...line, at: ms(line.at) })),
    assignments: body.assignments.map((assignment) => ({
      ...assignment,
      since: ms(assignment.since),
      times: Object.fromEntries(Object.entries(assignment.times).map(([meaning, at]) => [meaning, ms(at)])),
      ended: assignment.ended && { ...assignment.ended, at: ms(assignment.ended.at) },
    })),
  };
}
