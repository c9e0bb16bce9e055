const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The base64 of a text's UTF-8. A surrogate without its other half becomes U+FFFD, as everywhere on the wire. */
export function base64OfText(text: string): string {
  const bytes = utf8Bytes(text);
  let encoded = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second, third] = bytes.slice(at, at + 3);
    const bits = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    encoded += digit(bits >> 18) + digit(bits >> 12);
    encoded += (second === undefined ? '=' : digit(bits >> 6)) + (third === undefined ? '=' : digit(bits));
  }
  return encoded;
}

function digit(bits: number): string {
  return DIGITS.charAt(bits & 0x3f);
}

function utf8Bytes(text: string): readonly number[] {
  return [...text].flatMap((character) => {
    const code = character.codePointAt(0) ?? 0;
    const scalar = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
    if (scalar < 0x80) return [scalar];
    if (scalar < 0x800) return [0xc0 | (scalar >> 6), tail(scalar)];
    if (scalar < 0x10000) return [0xe0 | (scalar >> 12), tail(scalar >> 6), tail(scalar)];
    return [0xf0 | (scalar >> 18), tail(scalar >> 12), tail(scalar >> 6), tail(scalar)];
  });
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}
