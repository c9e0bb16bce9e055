import { isUtf8 } from 'node:buffer';
import { type Answer, done, type Rejection, refuse } from '../directory/rejection.ts';
import { findJsonFault } from './json-fault.ts';
import { scanJson } from './json-scan.ts';
import { HTTP_LIMITS } from './limits.ts';
import { refusedInput } from './problem-answer.ts';
import { unsafeFaults } from './unsafe-json.ts';

/** Reads a body of JSON in UTF-8; undefined for an empty one. Refuses what is not JSON, saying where it breaks off. */
export function readBody(bytes: Buffer, membersMax: number): Answer<unknown> {
  if (bytes.length === 0) return done(undefined);
  if (!isUtf8(bytes)) return refuse('malformed_json', 'The body is not UTF-8.');
  const scan = scanJson(bytes, membersMax);
  if (scan.kind !== 'bounded') return tooMuch(scan.kind, membersMax);
  const text = withoutMark(bytes.toString('utf8'));
  const parsed = parse(text);
  if (parsed.kind === 'rejected' || !maybeUnsafe(text, scan.hasEscapes)) return parsed;
  const faults = unsafeFaults(parsed.value);
  return faults.length === 0 ? parsed : refusedInput(faults);
}

function parse(text: string): Answer<unknown> {
  try {
    return done(JSON.parse(text));
  } catch {
    const { line, column, expected } = findJsonFault(text);
    return refuse(
      'malformed_json',
      `The body stops being JSON at line ${line}, column ${column}: expected ${expected}.`,
    );
  }
}

function tooMuch(kind: 'too_deep' | 'too_many', membersMax: number): Rejection {
  const { jsonDepthMax } = HTTP_LIMITS;
  const detail =
    kind === 'too_deep'
      ? `is nested deeper than ${jsonDepthMax} levels`
      : `has more than ${membersMax} members and items: split it`;
  return refusedInput([{ pointer: '', detail }]);
}

/** A byte order mark says nothing in UTF-8, but some programs write one. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Whether a closer look is needed: almost never, so that it costs the honest nothing. */
function maybeUnsafe(text: string, hasEscapes: boolean): boolean {
  return (hasEscapes && text.includes('\\u')) || text.includes('__proto__') || text.includes('constructor');
}
