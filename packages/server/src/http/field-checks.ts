import type { Fault } from '@rollcall/contract';
import { parseInstant } from '../time/instant.ts';
import type { FieldCheck } from './route.ts';

// What the shape of a field cannot say. A check is silent about a value of the wrong shape: the schema speaks of that.

/** A time zone must be one that this machine knows. */
export const knownTimeZone: FieldCheck = ({ time_zone: name }, { services }) =>
  typeof name !== 'string' || services.engine.world.zones.isZone(name)
    ? []
    : fault('/time_zone', `expected an IANA time zone such as Europe/Berlin, got ${JSON.stringify(name.slice(0, 64))}`);

/** An agent's record may begin in the past, never in the future. */
export const notCreatedInTheFuture: FieldCheck = ({ created_at: text }, { ask }) => {
  const at = typeof text === 'string' ? parseInstant(text) : null;
  return at === null || at <= ask.now ? [] : fault('/created_at', 'expected an instant that is not in the future');
};

/** Runs several checks, so that every one of their faults is named. */
export function all(...checks: readonly FieldCheck[]): FieldCheck {
  return (fields, around) => checks.flatMap((check) => check(fields, around));
}

function fault(pointer: string, detail: string): readonly Fault[] {
  return [{ pointer, detail }];
}
