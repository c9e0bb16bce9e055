import type { Instant } from '../time/instant.ts';

/** Fields of a record that may be given: left out means as it was. */
export type Given<R, Fields extends keyof R> = { readonly [Field in Fields]?: R[Field] | undefined };

/** The record with what was given; the fields that are undefined stay. */
export function withGiven<R extends object>(
  record: R,
  input: { readonly [Field in keyof R]?: R[Field] | undefined },
): R {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  return { ...record, ...given };
}

type Lengths = {
  readonly idleAfterMs: number | null;
  readonly disconnectGraceMs: number | null;
  readonly lengthsChangedAt: Instant;
};

/** Whether a change of the record moves deadlines. */
export function differInLengths(before: Lengths, after: Lengths): boolean {
  return before.idleAfterMs !== after.idleAfterMs || before.disconnectGraceMs !== after.disconnectGraceMs;
}

/** Notes since when the lengths hold, when one of them changed. */
export function withLengthsChangedAt<R extends Lengths>(before: Lengths, after: R, now: Instant): R {
  return differInLengths(before, after) ? { ...after, lengthsChangedAt: now } : after;
}
