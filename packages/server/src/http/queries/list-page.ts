import { type Page, WIRE_LIMITS } from '@rollcall/contract';
import { type Answer, done } from '../../directory/rejection.ts';
import { comparePlaces, cursorOf, type Place, placeOfCursor, refusedCursor } from '../cursor.ts';

/** Which part of a list is asked for. */
export type PageAsk = { readonly limit?: number | undefined; readonly after?: string | undefined };

export type Listing<Item> = {
  /** The name of the list, in its cursors. */
  readonly list: string;
  readonly items: Iterable<Item>;
  /** What the list is ordered by; no two items have the same. */
  readonly placeOf: (item: Item) => Place;
  readonly encode: (item: Item) => unknown;
};

/** A page of a list that is small enough to be ordered when it is asked for: settings, not people, not events. */
export function listPage<Item>({ list, items, placeOf, encode }: Listing<Item>, ask: PageAsk): Answer<Page<unknown>> {
  const placed = [...items].map((item) => ({ item, place: placeOf(item) }));
  placed.sort((one, other) => comparePlaces(one.place, other.place));
  const sample = placed[0]?.place;
  const after = ask.after === undefined || sample === undefined ? null : placeOfCursor(list, ask.after, sample);
  if (ask.after !== undefined && sample !== undefined && after === null) return refusedCursor();
  const rest = after === null ? placed : placed.filter(({ place }) => comparePlaces(place, after) > 0);
  const shown = rest.slice(0, ask.limit ?? WIRE_LIMITS.pageItemsDefault);
  const last = shown.at(-1);
  return done({
    items: shown.map(({ item }) => encode(item)),
    next: shown.length < rest.length && last !== undefined ? cursorOf(list, last.place) : null,
  });
}
