/**
 * The syntax of iCalendar: lines, properties, components. It knows no meaning, but keeps where everything stands, because
 * whatever cannot be understood later is refused by its line.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc5545#section-3.1 (read 2026-12-01)
 */
export type IcalComponent = {
  /** In capitals: `VEVENT`. */
  readonly name: string;
  /** Of its BEGIN, counted from 1. */
  readonly line: number;
  readonly properties: readonly IcalProperty[];
  readonly components: readonly IcalComponent[];
};

export type IcalProperty = {
  /** In capitals: `DTSTART`. */
  readonly name: string;
  /** By name in capitals. */
  readonly parameters: ReadonlyMap<string, string>;
  /** As it is written: escapes of texts are still in it. */
  readonly value: string;
  readonly line: number;
};

/** What is wrong at a line, as a whole sentence. */
export type IcalFault = { readonly line: number; readonly detail: string };

/** Lists of faults that readers append to. */
export type IcalFaults = IcalFault[];

/** The calendars of a text; what is no iCalendar is named by its line. */
export function readIcal(text: string, faults: IcalFaults): readonly IcalComponent[] {
  const calendars: IcalComponent[] = [];
  const open: Mutable[] = [];
  for (const { text: content, line } of unfolded(text)) {
    const property = readProperty(content, line);
    if (property === null) {
      faults.push({ line, detail: 'This is no line of iCalendar: a name, a colon and a value are expected.' });
      continue;
    }
    if (property.name === 'BEGIN') {
      open.push({ name: property.value.trim().toUpperCase(), line, properties: [], components: [] });
    } else if (property.name === 'END') {
      const closed = open.pop();
      if (closed?.name !== property.value.trim().toUpperCase()) {
        faults.push({ line, detail: `END:${property.value} ends nothing that is open here.` });
        return calendars;
      }
      (open.at(-1)?.components ?? calendars).push(closed);
    } else {
      const inside = open.at(-1);
      if (inside === undefined) faults.push({ line, detail: `${property.name} stands outside of any component.` });
      else inside.properties.push(property);
    }
  }
  for (const { name, line } of open) faults.push({ line, detail: `The ${name} that begins here has no end.` });
  const wrong = calendars.filter(({ name }) => name !== 'VCALENDAR');
  for (const { name, line } of wrong) {
    faults.push({ line, detail: `A VCALENDAR is expected here, and this is a ${name}.` });
  }
  if (calendars.length === 0 && faults.length === 0) {
    faults.push({ line: 1, detail: 'There is no VCALENDAR in this text.' });
  }
  return calendars.filter(({ name }) => name === 'VCALENDAR');
}

type Mutable = {
  readonly name: string;
  readonly line: number;
  readonly properties: IcalProperty[];
  readonly components: IcalComponent[];
};

/** The first property of a name; most stand once. */
export function propertyOf(component: IcalComponent, name: string): IcalProperty | undefined {
  return component.properties.find((property) => property.name === name);
}

export function propertiesOf(component: IcalComponent, name: string): readonly IcalProperty[] {
  return component.properties.filter((property) => property.name === name);
}

/** The value of a text property, without its escapes. */
export function textOf(component: IcalComponent, name: string): string | undefined {
  return propertyOf(component, name)?.value.replace(/\\([nN,;\\])/g, (_, letter: string) =>
    letter === 'n' || letter === 'N' ? '\n' : letter,
  );
}

/** A text as a value: `Closed\, sorry`. */
export function escapedText(text: string): string {
  return text.replace(/[\\;,]/g, (letter) => `\\${letter}`).replace(/\r\n|\r|\n/g, '\\n');
}

/** A line of at most 75 octets of UTF-8 each, folded by the rule of the format, with its end. */
export function foldedLine(content: string): string {
  let folded = '';
  let octets = 0;
  for (const letter of content) {
    const size = octetsOf(letter.codePointAt(0) as number);
    if (octets + size > 75) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += letter;
    octets += size;
  }
  return `${folded}\r\n`;
}

function octetsOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** Lines that begin with a space or a tab go on with the line before. */
function unfolded(text: string): readonly { readonly text: string; readonly line: number }[] {
  const lines: { text: string; line: number }[] = [];
  text.split(/\r\n|\n|\r/).forEach((part, index) => {
    const content = index === 0 && part.charCodeAt(0) === 0xfeff ? part.slice(1) : part;
    const before = lines.at(-1);
    if (/^[ \t]/.test(content) && before !== undefined) before.text += content.slice(1);
    else if (content !== '') lines.push({ text: content, line: index + 1 });
  });
  return lines;
}

/** `NAME;PARAMETER=value;OTHER="quoted: value":the value`, scanned once. */
function readProperty(content: string, line: number): IcalProperty | null {
  const name = /^[A-Za-z0-9-]+/.exec(content)?.[0];
  if (name === undefined) return null;
  const parameters = new Map<string, string>();
  let at = name.length;
  while (content[at] === ';') {
    const equals = content.indexOf('=', at);
    if (equals < 0) return null;
    const key = content.slice(at + 1, equals).toUpperCase();
    const end = endOfParameter(content, equals + 1);
    if (end < 0) return null;
    parameters.set(key, content.slice(equals + 1, end).replaceAll('"', ''));
    at = end;
  }
  if (content[at] !== ':') return null;
  return { name: name.toUpperCase(), parameters, value: content.slice(at + 1), line };
}

/** Where the next parameter or the value begins; -1 when neither does. */
function endOfParameter(content: string, start: number): number {
  let isQuoted = false;
  for (let at = start; at < content.length; at++) {
    if (content[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (content[at] === ';' || content[at] === ':')) return at;
  }
  return -1;
}
