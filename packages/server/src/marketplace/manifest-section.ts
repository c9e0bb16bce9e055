import type { Node } from 'jsonc-parser';
import { functionName } from './actions-file.ts';
import { writtenText } from './config-document.ts';
import { didYouMean, slipOf } from './did-you-mean.ts';
import type { Finding } from './finding.ts';
import {
  doubledKeys,
  type JsonMember,
  memberOf,
  membersOf,
  removeMember,
  renameKey,
  replaceText,
  textOf,
  writtenMembersOf,
} from './json-document.ts';
import { checkLocations } from './manifest-locations.ts';
import {
  commonEvents,
  type EventCatalog,
  eventsOfModule,
  eventsOfProduct,
  everyEvent,
  moduleNames,
  modulesOfEvent,
  products,
  productsOfEvent,
} from './platform-catalog.ts';
import { findingAt, type SourceText } from './source-text.ts';

/** Which product (2.x) or module (3.0) a section of the manifest is about. */
export interface SectionPlace {
  readonly kind: 'product' | 'module';
  readonly name: string;
}

/** One product or module with what it declares; offsets point into manifest.json. */
export interface Section extends SectionPlace {
  readonly handlers: readonly { readonly event: string; readonly handler: string; readonly offset: number }[];
  readonly functions: readonly {
    readonly name: string;
    readonly timeoutSeconds: number | null;
    readonly offset: number;
  }[];
  readonly requests: readonly NamedPlace[];
  readonly jobs: readonly NamedPlace[];
}

interface NamedPlace {
  readonly name: string;
  readonly offset: number;
}

interface SectionReading {
  readonly section: Section;
  readonly findings: readonly Finding[];
}

const sectionKeys = ['location', 'events', 'functions', 'requests', 'jobs'];
const timeoutsAllowed = [5, 10, 15, 20, 25, 30];

/** Reads one entry of `product` or `modules`. */
export function readSection(source: SourceText, entry: JsonMember, place: SectionPlace): SectionReading {
  const empty: Section = { ...place, handlers: [], functions: [], requests: [], jobs: [] };
  if (entry.value.type !== 'object') {
    return { section: empty, findings: [wrongType(source, entry, `${place.kind} "${place.name}"`)] };
  }
  const part = (key: string) => membersOf(memberOf(entry.value, key)?.value);
  const events = readEvents(source, memberOf(entry.value, 'events'), place);
  const functions = readFunctions(source, part('functions'), place);
  const named = ({ key, keyNode }: JsonMember) => ({ name: key, offset: keyNode.offset });
  return {
    section: {
      ...empty,
      handlers: events.handlers,
      functions: functions.items,
      requests: part('requests').map(named),
      jobs: part('jobs').map(named),
    },
    findings: [
      ...events.findings,
      ...functions.findings,
      ...checkKeys(source, entry.value, place),
      ...checkPartTypes(source, entry.value, place),
      ...(place.kind === 'module' ? checkLocations(source, entry) : []),
      ...checkCommonParts(source, entry.value, place),
    ],
  };
}

function wrongType(source: SourceText, { value }: JsonMember, what: string): Finding {
  const message = `${what} must be an object`;
  return findingAt(source, value.offset, { severity: 'error', code: 'manifest-type', message, expected: '{ … }' });
}

interface EventsReading {
  readonly handlers: Section['handlers'];
  readonly findings: readonly Finding[];
}

function readEvents(source: SourceText, member: JsonMember | undefined, place: SectionPlace): EventsReading {
  if (member === undefined) return { handlers: [], findings: [] };
  if (member.value.type !== 'object') {
    return { handlers: [], findings: [wrongType(source, member, `"events" of ${place.kind} "${place.name}"`)] };
  }
  const seen = new Set<string>();
  const handlers: { event: string; handler: string; offset: number }[] = [];
  const findings: Finding[] = [];
  for (const entry of writtenMembersOf(member.value)) {
    if (seen.has(entry.key)) findings.push(mappedTwice(source, entry, place));
    seen.add(entry.key);
    findings.push(...checkEventName(source, entry, place));
    const handler = readHandler(source, entry);
    findings.push(...handler.findings);
    if (handler.name !== null) handlers.push({ event: entry.key, handler: handler.name, offset: handler.offset });
  }
  return { handlers, findings };
}

function mappedTwice(source: SourceText, { key, keyNode }: JsonMember, place: SectionPlace): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'error',
    code: 'event-mapped-twice',
    message: `Event '${key}' is already mapped to a callback for ${place.kind}: ${place.name}`,
    expected: 'one handler per event',
    fix: 'keep one of them',
  });
}

interface HandlerReading {
  readonly name: string | null;
  readonly offset: number;
  readonly findings: readonly Finding[];
}

function readHandler(source: SourceText, entry: JsonMember): HandlerReading {
  const { key: event, value } = entry;
  if (value.type !== 'object') return { name: null, offset: value.offset, findings: [notAHandler(source, entry)] };
  const member = memberOf(value, 'handler');
  const name = textOf(member?.value);
  const others = membersOf(value).filter(({ key }) => key !== 'handler');
  const doubled = doubledKeys(source, value);
  if (name !== undefined && name.trim() !== '') {
    const findings = [...others.map((other) => uselessKey(source, other, event)), ...doubled];
    return { name, offset: member?.value.offset ?? value.offset, findings };
  }
  if (member !== undefined) {
    return { name: null, offset: value.offset, findings: [emptyHandler(source, member.value, event), ...doubled] };
  }
  return readSlippedHandler(source, entry, others);
}

// "hanlder" stands in an official sample. There is only one thing that it can mean, so it is taken for that and said.
function readSlippedHandler(source: SourceText, entry: JsonMember, others: readonly JsonMember[]): HandlerReading {
  const slip = others.find((other) => slipOf(other.key, ['handler', 'callback']) !== null || other.key === 'callback');
  const name = textOf(slip?.value);
  if (slip === undefined || name === undefined || name.trim() === '') {
    return { name: null, offset: entry.value.offset, findings: [missingHandler(source, entry)] };
  }
  const finding = findingAt(source, slip.keyNode.offset, {
    severity: 'warning',
    code: 'handler-slip',
    message: `"${slip.key}" is not a key of event '${entry.key}': did you mean "handler"? Here it is taken for that; the platform ignores it, and the event is not handled`,
    expected: '"handler"',
    fix: `rename "${slip.key}" to "handler"`,
    edits: replaceText(slip.keyNode, 'handler'),
  });
  return { name, offset: slip.value.offset, findings: [finding] };
}

function notAHandler(source: SourceText, { key, value }: JsonMember): Finding {
  const written = textOf(value);
  const better = `{ "handler": ${JSON.stringify(written ?? 'nameOfTheFunction')} }`;
  const edits = [{ start: value.offset, end: value.offset + value.length, text: better }];
  return findingAt(source, value.offset, {
    severity: 'error',
    code: 'handler-missing',
    message: `event '${key}' must be an object that names its handler`,
    expected: '{ "handler": "…" }',
    fix: `write ${better}`,
    ...(written === undefined ? {} : { edits }),
  });
}

function missingHandler(source: SourceText, { key, value }: JsonMember): Finding {
  return findingAt(source, value.offset, {
    severity: 'error',
    code: 'handler-missing',
    message: `event '${key}' names no handler`,
    expected: '{ "handler": "…" }',
    fix: 'add "handler" with the name of a function in the exports of server/server.js',
  });
}

function emptyHandler(source: SourceText, value: Node, event: string): Finding {
  const message = `the handler of event '${event}' must be the name of a function, as a string`;
  return findingAt(source, value.offset, { severity: 'error', code: 'handler-type', message, expected: '"…"' });
}

function uselessKey(source: SourceText, { key, keyNode }: JsonMember, event: string): Finding {
  const message = `"${key}" means nothing in event '${event}'`;
  return findingAt(source, keyNode.offset, {
    severity: 'warning',
    code: 'event-key-unknown',
    message,
    fix: 'remove it',
  });
}

function checkEventName(source: SourceText, { key, keyNode }: JsonMember, place: SectionPlace): readonly Finding[] {
  const verdict = judgeEvent(key, place);
  if (verdict === null) return [];
  const { slip } = verdict;
  return [
    findingAt(source, keyNode.offset, {
      severity: 'error',
      code: 'event-invalid',
      ...verdict.what,
      ...(slip === null ? {} : renameKey(keyNode, slip)),
    }),
  ];
}

/** What is wrong with an event: the parts of a finding, and what its name certainly is a typing slip of. */
export interface EventJudgement {
  readonly what: { readonly message: string; readonly expected: string; readonly fix?: string };
  readonly slip: string | null;
}

/** What to say about an event that a product or module does not have; null when it has it. */
export function judgeEvent(key: string, place: SectionPlace): EventJudgement | null {
  const meant = meantPlace(place);
  const catalog = meant.kind === 'module' ? eventsOfModule(meant.name) : eventsOfProduct(meant.name);
  if (catalog.events.includes(key)) return null;
  const verdict = judgeEventName(key, catalog, meant);
  if (verdict === null) return null;
  const message = `Invalid event: '${key}' for ${place.kind}: ${place.name}${verdict.hint}`;
  const expected = `one of ${catalog.events.join(', ')}`;
  return { what: { message, expected, ...(verdict.fix === null ? {} : { fix: verdict.fix }) }, slip: verdict.slip };
}

// A slip in the name of a module is a finding of its own: its events are judged by the module that was meant.
function meantPlace(place: SectionPlace): SectionPlace {
  const name = slipOf(place.name, place.kind === 'module' ? moduleNames : products);
  return name === null ? place : { ...place, name };
}

// Lists of modules that are not complete let unknown events pass when they look like events and like no known one.
function judgeEventName(event: string, catalog: EventCatalog, place: SectionPlace): EventVerdict | null {
  const home = homeOf(event, place);
  if (home !== null) return { hint: ` (it belongs in ${home})`, fix: `move it to ${home}`, slip: null };
  const slip = slipOf(event, catalog.events) ?? slipOf(event, everyEvent());
  const isKnownSomewhere = everyEvent().includes(event);
  if (slip !== null && !isKnownSomewhere) {
    return { hint: ` (did you mean '${slip}'?)`, fix: `rename it to "${slip}"`, slip };
  }
  if (!catalog.isComplete && /^(on|after|before)[A-Z]\w*$/.test(event)) return null;
  const guess = didYouMean(event, catalog.events);
  return {
    hint: guess === null ? '' : ` (did you mean '${guess}'?)`,
    fix: guess && `rename it to "${guess}"`,
    slip: null,
  };
}

interface EventVerdict {
  readonly hint: string;
  readonly fix: string | null;
  /** The event of which the name is certainly a typing slip. */
  readonly slip: string | null;
}

function homeOf(event: string, place: SectionPlace): string | null {
  const isCommonEvent = commonEvents.some((name) => name === event);
  if (place.kind === 'module') {
    if (isCommonEvent) return 'modules.common';
    const modules = modulesOfEvent(event);
    const isStrict =
      place.name === 'common' || eventsOfModule(place.name).isComplete || modules.includes('chat_conversation');
    return modules.length > 0 && isStrict ? modules.map((name) => `modules.${name}`).join(' or ') : null;
  }
  const isChatOnly = event === 'onAgentActivityCreate' || event === 'onAgentCustomStatusUpdate';
  if (isChatOnly) return 'product.freshchat';
  // Of a product whose list is not complete it is not known that it lacks an event.
  const known = eventsOfProduct(place.name).isComplete ? productsOfEvent(event) : [];
  return known.length === 0 ? null : known.map((name) => `product.${name}`).join(' or ');
}

interface FunctionsReading {
  readonly items: Section['functions'];
  readonly findings: readonly Finding[];
}

function readFunctions(source: SourceText, entries: readonly JsonMember[], place: SectionPlace): FunctionsReading {
  const findings: Finding[] = [];
  const items = entries.map(({ key: name, keyNode, value }) => {
    const timeout = memberOf(value, 'timeout')?.value;
    const seconds = typeof timeout?.value === 'number' ? timeout.value : null;
    if (!functionName.test(name)) findings.push(invalidFunctionName(source, keyNode, place));
    if (timeout !== undefined && (seconds === null || !timeoutsAllowed.includes(seconds))) {
      findings.push(invalidTimeout(source, timeout));
    }
    return { name, timeoutSeconds: seconds, offset: keyNode.offset };
  });
  return { items, findings };
}

function invalidFunctionName(source: SourceText, keyNode: Node, place: SectionPlace): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'warning',
    code: 'function-name-invalid',
    message: `Function "${String(keyNode.value)}" for ${place.kind} "${place.name}" has invalid name`,
    expected: '2 to 40 letters, digits and underscores, no digit first',
  });
}

function invalidTimeout(source: SourceText, timeout: Node): Finding {
  return findingAt(source, timeout.offset, {
    severity: 'warning',
    code: 'function-timeout-invalid',
    message: 'Timeout should be one of the allowed values.',
    expected: timeoutsAllowed.join(', '),
  });
}

function checkKeys(source: SourceText, section: Node, place: SectionPlace): readonly Finding[] {
  const unknown = membersOf(section).filter(({ key }) => !sectionKeys.includes(key));
  return unknown.map(({ key, keyNode }) => {
    const slip = slipOf(key, sectionKeys);
    const isLoss = slip !== null && memberOf(section, slip) === undefined;
    return findingAt(source, keyNode.offset, {
      severity: isLoss ? 'error' : 'warning',
      code: 'section-key-unknown',
      message: `"${key}" is not a key of ${place.kind} "${place.name}"${slip === null ? '' : `: did you mean "${slip}"?`}`,
      ...(slip === null ? {} : renameKey(keyNode, slip)),
    });
  });
}

const objectParts = ['location', 'functions', 'requests', 'jobs'];

function checkPartTypes(source: SourceText, section: Node, place: SectionPlace): readonly Finding[] {
  const findings = objectParts.flatMap((part) => {
    const member = memberOf(section, part);
    const path = `/${place.kind === 'module' ? 'modules' : 'product'}/${place.name}/${part}`;
    if (member === undefined) return [];
    if (member.value.type !== 'object') return [partType(source, member.value, path)];
    const wrong = membersOf(member.value).filter(({ value }) => value.type !== 'object');
    return [
      ...wrong.map(({ key, value }) => partType(source, value, `${path}/${key}`)),
      ...doubledKeys(source, member.value),
    ];
  });
  return [...findings, ...doubledKeys(source, section)];
}

function partType(source: SourceText, value: Node, path: string): Finding {
  return findingAt(source, value.offset, {
    severity: 'warning',
    code: 'section-part-type',
    message: `${path} must be object: ${writtenText(source, value)} means nothing`,
    expected: '{ … }',
  });
}

// In 3.0 requests, functions and jobs belong to `common` alone, and an empty part there is refused by the vendor.
function checkCommonParts(source: SourceText, section: Node, place: SectionPlace): readonly Finding[] {
  if (place.kind !== 'module') return [];
  const parts = membersOf(section).filter(({ key }) => sectionKeys.includes(key));
  if (place.name === 'common') {
    const empty = parts.filter(({ value }) => value.type === 'object' && membersOf(value).length === 0);
    return empty.map((part) => emptyPart(source, part));
  }
  return parts
    .filter(({ key }) => key === 'functions' || key === 'requests' || key === 'jobs')
    .map(({ key, keyNode }) =>
      findingAt(source, keyNode.offset, {
        severity: 'warning',
        code: 'part-belongs-in-common',
        message: `"${key}" belongs in modules.common, not in modules.${place.name}`,
        fix: 'move it to modules.common',
      }),
    );
}

function emptyPart(source: SourceText, { key, keyNode }: JsonMember): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'warning',
    code: 'part-empty',
    message: `/modules/common/${key} must NOT have fewer than 1 properties`,
    fix: 'remove it',
    edits: removeMember(source, keyNode),
  });
}
