import type { ErrorCode } from '@rollcall/contract';

/** An expected refusal: a returned value, never thrown. `faults` name every bad field by JSON pointer. */
export type Rejection = {
  readonly kind: 'rejected';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly faults: readonly { readonly pointer: string; readonly detail: string }[];
};

export type Done<T> = { readonly kind: 'done'; readonly value: T };

/** What a command answers. */
export type Answer<T> = Done<T> | Rejection;

export function done<T>(value: T): Done<T> {
  return { kind: 'done', value };
}

export function refuse(
  code: ErrorCode,
  detail: string,
  faults: readonly { readonly pointer: string; readonly detail: string }[] = [],
): Rejection {
  return { kind: 'rejected', code, detail, faults };
}
