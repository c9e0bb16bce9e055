import type { Fault } from '@rollcall/contract';
import { parseInstant } from '../time/instant.ts';

type Schema = {
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
};

/**
 * Where text has the shape of an instant and yet is none that the house can hold, such as one of the year 0: what is
 * stored must be written again one day.
 */
export function instantFaults(schema: Schema, value: unknown, pointer: string): readonly Fault[] {
  if (typeof value === 'string' && schema.format === 'instant' && parseInstant(value) === null) {
    return [{ pointer, detail: 'expected an instant of the years 1 to 9999, such as 2026-03-04T09:00:00.000Z' }];
  }
  const { properties = {}, items } = schema;
  if (Array.isArray(value)) {
    return items === undefined ? [] : value.flatMap((item, index) => instantFaults(items, item, `${pointer}/${index}`));
  }
  if (typeof value !== 'object' || value === null) return [];
  const members = value as Readonly<Record<string, unknown>>;
  return Object.entries(properties).flatMap(([name, field]) =>
    Object.hasOwn(members, name) ? instantFaults(field, members[name], `${pointer}/${name}`) : [],
  );
}
