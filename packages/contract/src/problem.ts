import { ERROR_CODES, ERROR_RULES, type ErrorCode } from './error-codes.ts';
import { WIRE_LIMITS } from './limits.ts';
import { choice, integer, list, optional, text, type Wire } from './wire-field.ts';
import { answer } from './wire-object.ts';

/** One fault of an input: where it is and what is wrong with it, as a sentence for people. */
export const Fault = answer('One bad field.', {
  pointer: text('Where the fault is: a JSON pointer (RFC 6901) into the body, or into the query after "?".', {
    min: 0,
    max: 2048,
  }),
  detail: text('What was expected there and what came, as a sentence.', { max: WIRE_LIMITS.messageCharactersMax }),
});
export type Fault = Wire<typeof Fault>;

/**
 * The body of every error answer, `application/problem+json`.
 * Source: https://www.rfc-editor.org/rfc/rfc9457
 */
export const Problem = answer('An error, as RFC 9457 describes it.', {
  type: text('Where the code is explained, relative to the server: `/docs/errors#` and the code.'),
  title: text('The meaning of the code in a few words; the same for every error of that code.'),
  status: integer('The HTTP status of the answer, repeated.', { min: 400, max: 599 }),
  detail: text('What went wrong this time and what the caller can do, as a sentence.', {
    max: WIRE_LIMITS.messageCharactersMax,
  }),
  code: choice('The stable code to branch on.', ERROR_CODES),
  instance: optional(text('The id of this one answer, to be named when asking an operator about it.')),
  errors: optional(list('Every bad field at once; only when the input itself is bad.', Fault)),
});
export type Problem = Wire<typeof Problem>;

/** The relative reference at which a code is explained. */
export const problemType = (code: ErrorCode): string => `/docs/errors#${code}`;

/** What a problem may say besides its code. */
export type ProblemParts = {
  readonly detail?: string;
  readonly instance?: string;
  readonly errors?: readonly Fault[];
};

/** The error answer for a code; without a detail it says the way out of the registry. */
export const problemOf = (code: ErrorCode, { detail, ...rest }: ProblemParts = {}): Problem => {
  const { status, title, wayOut } = ERROR_RULES[code];
  return { type: problemType(code), title, status, detail: detail ?? wayOut, code, ...rest };
};
