import type { Instant } from '../time/instant.ts';
import type { Zones } from '../time/zone-rules.ts';

/** What commands need besides the draft: the instant the server became ready, and randomness. */
export type World = {
  readonly readyAt: Instant;
  readonly random: Randomness;
  readonly zones: Zones;
};

export type Randomness = {
  /** A bare UUID, version 4. */
  uuid(): string;
  /** A decimal string of 19 digits without a leading zero: longer than 2^53, so nobody can take it for a number. */
  longDigits(): string;
  /** A secret of at least 160 bits, URL-safe. */
  secret(): string;
  /** SHA-256, hexadecimal: how a secret is kept. */
  hash(secret: string): string;
};
