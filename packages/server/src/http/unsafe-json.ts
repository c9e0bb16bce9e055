import { type Fault, WIRE_LIMITS } from '@rollcall/contract';

/**
 * Finds what JSON can say and no honest caller means: names that reach into the prototype of the object that somebody
 * merges them into, and text that no database and no UTF-8 file can hold. Nested at most as deep as a body may be.
 */
export function unsafeFaults(value: unknown): readonly Fault[] {
  return faultsOf(value, '').slice(0, WIRE_LIMITS.faultsMax);
}

function faultsOf(value: unknown, pointer: string): readonly Fault[] {
  if (typeof value === 'string') return textFaults(value, pointer);
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => faultsOf(item, `${pointer}/${index}`));
  return Object.entries(value).flatMap(([name, member]) => memberFaults(name, member, pointer));
}

function memberFaults(name: string, member: unknown, pointer: string): readonly Fault[] {
  const at = `${pointer}/${name.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (name === '__proto__' || (name === 'constructor' && typeof member === 'object')) {
    return [{ pointer: at, detail: 'is a name that no object may have' }];
  }
  return [...textFaults(name, at), ...faultsOf(member, at)];
}

function textFaults(text: string, pointer: string): readonly Fault[] {
  if (!text.isWellFormed()) return [{ pointer, detail: 'holds half of a surrogate pair, which is no character' }];
  if (text.includes('\u0000')) return [{ pointer, detail: 'holds the character U+0000, which no text may' }];
  return [];
}
