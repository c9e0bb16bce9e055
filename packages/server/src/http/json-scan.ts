import { HTTP_LIMITS } from './limits.ts';

/** What a look at the bytes of a JSON text says before it is parsed. */
export type JsonScan =
  | { readonly kind: 'bounded'; readonly hasEscapes: boolean }
  | { readonly kind: 'too_deep' }
  | { readonly kind: 'too_many' };

/**
 * Bounds what parsing a body can cost, in one pass over its bytes. A parser's cost goes by nesting and by members, and a
 * hostile megabyte of either holds up everybody for tens of milliseconds; counting them first costs a hundredth of that.
 * Whether it is JSON at all is the parser's question.
 */
export function scanJson(bytes: Uint8Array, membersMax: number): JsonScan {
  let depth = 0;
  let members = 0;
  let hasEscapes = false;
  let isInString = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (isInString) {
      if (byte === QUOTE) isInString = false;
      else if (byte === BACKSLASH) {
        hasEscapes = true;
        index++;
      }
      continue;
    }
    if (byte === QUOTE) isInString = true;
    else if (byte === COMMA || byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (++members > membersMax) return { kind: 'too_many' };
      if (byte !== COMMA && ++depth > HTTP_LIMITS.jsonDepthMax) return { kind: 'too_deep' };
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
  }
  return { kind: 'bounded', hasEscapes };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
