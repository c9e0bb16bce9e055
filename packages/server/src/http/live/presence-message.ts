import type { ErrorCode } from '@rollcall/contract';

/** What a page says on its presence socket. */
export type PresenceMessage =
  | { readonly kind: 'activity' }
  | { readonly kind: 'sign_out' }
  | { readonly kind: 'unknown'; readonly code: ErrorCode; readonly detail: string };

const ACTIVITY = Buffer.from('{"type":"activity"}');

/** Whether it is the activity message as almost everybody writes it: known without being parsed. */
export function isPlainActivity(data: Buffer): boolean {
  return data.length === ACTIVITY.length && data.equals(ACTIVITY);
}

export function readPresenceMessage(data: Buffer, isBinary: boolean): PresenceMessage {
  if (isBinary) return unknown('malformed_json', 'Send text, not bytes.');
  let message: unknown;
  try {
    message = JSON.parse(data.toString('utf8'));
  } catch {
    return unknown('malformed_json', 'A message is one JSON object.');
  }
  const type = typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
  if (type === 'activity' || type === 'sign_out') return { kind: type };
  return unknown('invalid_input', 'Send {"type":"activity"} or {"type":"sign_out"}.');
}

function unknown(code: ErrorCode, detail: string): PresenceMessage {
  return { kind: 'unknown', code, detail };
}
