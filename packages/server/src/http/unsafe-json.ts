import { type Fault, WIRE_LIMITS } from '@rollcall/contract';

/**
 * Finds what JSON can say and no honest caller means: names that reach into the prototype of the object that somebody
 * merges them into, and text that no database and no UTF-8 file can hold. Nested at most as deep as a body may be.
 */
export function unsafeFaults(value: unknown): readonly Fault[] {
  const faults: Fault[] = [];
  collect(value, '', faults);
  return faults;
}

function collect(value: unknown, pointer: string, faults: Fault[]): void {
  if (faults.length >= WIRE_LIMITS.faultsMax) return;
  if (typeof value === 'string') collectText(value, pointer, faults);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) collect(item, `${pointer}/${index}`, faults);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) collectMember({ name, member }, pointer, faults);
  }
}

type Member = { readonly name: string; readonly member: unknown };

function collectMember({ name, member }: Member, pointer: string, faults: Fault[]): void {
  const at = `${pointer}/${name.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (name === '__proto__' || (name === 'constructor' && typeof member === 'object')) {
    faults.push({ pointer: at, detail: 'is a name that no object may have' });
    return;
  }
  collectText(name, at, faults);
  collect(member, at, faults);
}

function collectText(text: string, pointer: string, faults: Fault[]): void {
  if (!text.isWellFormed()) faults.push({ pointer, detail: 'holds half of a surrogate pair, which is no character' });
  else if (text.includes('\u0000')) faults.push({ pointer, detail: 'holds the character U+0000, which no text may' });
}
