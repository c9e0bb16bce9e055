/** Counts what parsing a JSON text would cost, as the text comes in. */
export type JsonMeter = {
  /** Reads on; what is over the limits, in words, once it is, and null as long as it is not. */
  read(text: string): string | null;
  /** Values and keys so far, as far as commas and brackets show them. */
  readonly members: number;
  /** Begins with another text, from nothing. */
  reset(): void;
};

/**
 * A meter for one text at a time. What a parser costs goes by members and nesting, not by bytes: eight megabytes of `{},{},` take
 * it a second and a gigabyte, and as one string next to nothing. Whether it is JSON at all is the parser's question.
 */
export function createJsonMeter(limits: { readonly membersMax: number; readonly depthMax: number }): JsonMeter {
  const { membersMax, depthMax } = limits;
  let members = 0;
  let depth = 0;
  let isInString = false;
  let isEscaped = false;

  return {
    read,
    reset,
    get members() {
      return members;
    },
  };

  function reset(): void {
    members = 0;
    depth = 0;
    isInString = false;
    isEscaped = false;
  }

  function read(text: string): string | null {
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (isInString) inString(unit);
      else if (unit === QUOTE) isInString = true;
      else if (unit === COMMA || unit === OPEN_OBJECT || unit === OPEN_LIST) {
        members += 1;
        if (members > membersMax) return `a message of more than ${membersMax} values`;
        if (unit !== COMMA) depth += 1;
        if (depth > depthMax) return `a message that is more than ${depthMax} deep`;
      } else if (unit === CLOSE_OBJECT || unit === CLOSE_LIST) depth -= 1;
    }
    return null;
  }

  function inString(unit: number): void {
    if (isEscaped) isEscaped = false;
    else if (unit === BACKSLASH) isEscaped = true;
    else if (unit === QUOTE) isInString = false;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
