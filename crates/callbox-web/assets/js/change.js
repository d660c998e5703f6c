// What helps to put an incident's place and type right: offers of places while somebody types, types by their words.
import { PlaceSearch } from "./place-search.js";
import { typeAhead } from "./typeahead.js";

const helped = new WeakMap();

/** The search of a form's place; begun once for each form. */
export function help({ place, type }, list, verdict) {
  if (!helped.has(place)) {
    typeAhead(type);
    helped.set(place, new PlaceSearch(place, list, verdict, () => {}));
  }
  return helped.get(place);
}
