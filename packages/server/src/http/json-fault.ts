/** Where a text stops being JSON: 1-based, and what would have been right there. */
export type JsonFault = { readonly line: number; readonly column: number; readonly expected: string };

/**
 * Finds the place where a text breaks off being JSON. The engine's own parser says so only in a message, and in a
 * different one in each version; a reader of JSON in one page says it for good. The text is known not to be JSON, and
 * not to be nested deeply.
 */
export function findJsonFault(text: string): JsonFault {
  const reader = new JsonReader(text);
  const expected = reader.readDocument() ?? 'one JSON value';
  return { ...placeOf(text, reader.at), expected };
}

function placeOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** Every method moves `at` over what it reads, and answers null or what it expected where `at` stopped. */
class JsonReader {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  readDocument(): string | null {
    const fault = this.#readValue();
    if (fault !== null) return fault;
    this.#skipSpace();
    return this.at === this.#text.length ? null : 'the end of the text';
  }

  #readValue(): string | null {
    this.#skipSpace();
    switch (this.#text[this.at]) {
      case '{':
        return this.#readMembers();
      case '[':
        return this.#readItems();
      case '"':
        return this.#readString();
      default:
        return this.#readMatch(LITERAL) ? null : 'a value: an object, a list, a string, a number, true, false or null';
    }
  }

  #readMembers(): string | null {
    this.at++;
    if (this.#readSign('}')) return null;
    do {
      this.#skipSpace();
      if (this.#text[this.at] !== '"') return 'the name of a member in double quotes';
      const fault = this.#readString();
      if (fault !== null) return fault;
      if (!this.#readSign(':')) return 'a colon';
      const wrong = this.#readValue();
      if (wrong !== null) return wrong;
    } while (this.#readSign(','));
    return this.#readSign('}') ? null : 'a comma or "}"';
  }

  #readItems(): string | null {
    this.at++;
    if (this.#readSign(']')) return null;
    do {
      const fault = this.#readValue();
      if (fault !== null) return fault;
    } while (this.#readSign(','));
    return this.#readSign(']') ? null : 'a comma or "]"';
  }

  #readString(): string | null {
    this.at++;
    while (this.#readMatch(CHARACTERS));
    if (this.#text[this.at] === '"') {
      this.at++;
      return null;
    }
    return this.at === this.#text.length ? 'the closing double quote' : 'a character of a string, escaped where needed';
  }

  #readSign(sign: string): boolean {
    this.#skipSpace();
    if (this.#text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  #skipSpace(): void {
    this.#readMatch(SPACE);
  }

  #readMatch(expression: RegExp): boolean {
    expression.lastIndex = this.at;
    const match = expression.exec(this.#text);
    if (match === null || match[0] === '') return false;
    this.at = expression.lastIndex;
    return true;
  }
}

const SPACE = /[ \t\r\n]*/y;
const LITERAL = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![A-Za-z0-9_.+-])/y;
// Bounded, because a repetition of alternatives over a long string would use up the stack of the matcher.
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in a string
const CHARACTERS = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})){1,1000}/y;
