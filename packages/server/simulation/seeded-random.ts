import type { Randomness } from '../src/engine/world.ts';
import { assert } from '../src/time/assert.ts';

/** Chance that can be had again: the same seed makes the same choices, on every machine. */
export type SeededRandom = {
  /** From 0 inclusive to 1 exclusive, in steps of 2^-32. */
  fraction(): number;
  /** A whole number, both ends included. */
  integer(from: number, to: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /**
   * Chance of its own for one part of a world, by name: what one part draws moves no other part, so that a model can
   * grow in one place without changing all that every seed ever made.
   */
  part(name: string): SeededRandom;
};

/** xoshiro128**, seeded by the hash of a name. Source: https://prng.di.unimi.it/xoshiro128starstar.c */
export function createSeededRandom(seed: string | number): SeededRandom {
  const next = generatorOf(hashOf(String(seed)));
  const fraction = () => next() / 2 ** 32;
  const integer = (from: number, to: number) => from + Math.floor(fraction() * (to - from + 1));
  return {
    fraction,
    integer,
    chance: (probability) => fraction() < probability,
    pick<T>(list: readonly T[]): T {
      assert(list.length > 0, 'There is something to pick from.');
      return list[integer(0, list.length - 1)] as T;
    },
    part: (name) => createSeededRandom(`${seed}/${name}`),
  };
}

/**
 * The engine's randomness out of a seed: every id, and so every byte of the log, is the same again. For worlds that end
 * with the process, never for a server: its secrets can be guessed.
 *
 * @param sha256Hex how secrets are kept, as everywhere else
 */
export function seededRandomness(random: SeededRandom, sha256Hex: (text: string) => string): Randomness {
  const hexadecimal = (digits: number) =>
    Array.from({ length: digits }, () => random.integer(0, 15).toString(16)).join('');
  return {
    uuid: () =>
      `${hexadecimal(8)}-${hexadecimal(4)}-4${hexadecimal(3)}-${random.pick(['8', '9', 'a', 'b'])}${hexadecimal(3)}-${hexadecimal(12)}`,
    longDigits: () => `${random.integer(1, 8)}${Array.from({ length: 18 }, () => random.integer(0, 9)).join('')}`,
    secret: () => `rk_${hexadecimal(40)}`,
    hash: sha256Hex,
  };
}

type State = readonly [number, number, number, number];

function generatorOf(seed: State): () => number {
  let [a, b, c, d] = seed;
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return result;
  };
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Four words that change wholly when one letter does: each is its own pass over the text, mixed at the end. */
function hashOf(text: string): State {
  const word = (start: number): number => {
    let hash = start;
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
      hash ^= hash >>> 15;
    }
    return mixed(hash ^ text.length);
  };
  // The first word is never 0, because a state of nothing but zeros stays there.
  return [word(0x811c9dc5) | 1, word(0x9e3779b9), word(0x85ebca6b), word(0xc2b2ae35)];
}

/** The finishing mix of MurmurHash3. Source: https://github.com/aappleby/smhasher/wiki/MurmurHash3 */
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
