import { ERROR_RULES, type Fault, problemOf } from '@rollcall/contract';
import type { Rejection } from '../directory/rejection.ts';
import type { EncodedAnswer } from '../engine/engine.ts';
import { HTTP_LIMITS } from './limits.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** A rejection as `application/problem+json`. `instance` names this one answer in the log. */
export function problemAnswer({ code, detail, faults }: Rejection, instance: string): EncodedAnswer {
  const errors = faults.map(shortened);
  const problem = problemOf(code, { detail, instance, ...(errors.length === 0 ? {} : { errors }) });
  return { status: ERROR_RULES[code].status, body: JSON.stringify(problem) };
}

/** Bad input, told by its first fault and how many more there are. */
export function refusedInput(faults: readonly Fault[]): Rejection {
  const first = faults[0];
  const place = first === undefined || first.pointer === '' ? 'The request' : shortened(first).pointer;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more: see errors)` : '';
  const detail = first === undefined ? 'The request has bad fields.' : `${place} ${first.detail}.${more}`;
  return { kind: 'rejected', code: 'invalid_input', detail, faults };
}

/** A pointer repeats names that the sender chose, as long as he liked. */
function shortened(fault: Fault): Fault {
  const { pointer } = fault;
  if (pointer.length <= HTTP_LIMITS.pointerCharactersMax) return fault;
  return { ...fault, pointer: `${pointer.slice(0, HTTP_LIMITS.pointerCharactersMax)}…` };
}
