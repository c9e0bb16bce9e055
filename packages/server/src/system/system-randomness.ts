import { hash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { HashHex } from '../activity/checksum.ts';
import type { Randomness } from '../engine/world.ts';

/** SHA-256 as lower-case hexadecimal. */
export const sha256Hex: HashHex = (text) => hash('sha256', text, 'hex');

/** Randomness from the operating system. */
export function systemRandomness(): Randomness {
  return {
    uuid: () => randomUUID(),
    longDigits: () => longDigits(),
    secret: () => `rk_${randomBytes(30).toString('base64url')}`,
    hash: sha256Hex,
  };
}

/** Nineteen digits without a leading zero, below 2^63 so that databases of consumers can hold it as an integer too. */
function longDigits(): string {
  return `${randomInt(1, 9)}${String(randomInt(0, 1e9)).padStart(9, '0')}${String(randomInt(0, 1e9)).padStart(9, '0')}`;
}
