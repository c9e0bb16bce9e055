import type { TSchema } from 'typebox';
import { WIRE_LIMITS } from '../limits.ts';
import { cursor, integer, list, optional, orNull } from '../wire-field.ts';
import { answer } from '../wire-object.ts';

/** The query fields that every list takes. */
export const pageFields = {
  limit: optional(
    integer('How many items at most.', {
      min: 1,
      max: WIRE_LIMITS.pageItemsMax,
      default: WIRE_LIMITS.pageItemsDefault,
    }),
  ),
  after: optional(cursor('The `next` of the page before; the first page without it.')),
};

/** One page of a list. */
export const pageOf = <Item extends TSchema>(description: string, item: Item) =>
  answer(description, {
    items: list('The items of this page, in order.', item, { max: WIRE_LIMITS.pageItemsMax }),
    next: orNull(cursor('What to send as `after` for the following page. Null on the last one.')),
  });

/** The same, as data. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null };
