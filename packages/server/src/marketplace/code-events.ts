import type { AnyNode, ObjectExpression } from 'acorn';
import type { ExportsShape } from './exports-shape.ts';
import type { Finding } from './finding.ts';
import { findingAt, type SourceText } from './source-text.ts';
import { literalText } from './syntax-tree.ts';

/** An event declared in server.js itself, as platform 2.0 did it: `events: [{ event: 'onX', callback: 'fn' }]`. */
export interface CodeEvent {
  readonly event: string;
  readonly callback: string;
  /** Where the callback is named. */
  readonly offset: number;
}

/** The events that server.js declares; null when it declares none. */
export interface CodeEventsReading {
  /** Each event once: of one that is declared twice the first counts. */
  readonly events: readonly CodeEvent[];
  /** The declarations of events that were declared before. */
  readonly doubled: readonly CodeEvent[];
  readonly findings: readonly Finding[];
}

/** Reads the `events` array in the exports of server.js. */
export function readCodeEvents(source: SourceText, shape: ExportsShape): CodeEventsReading | null {
  const member = shape.members.get('events');
  if (member === undefined) return null;
  if (member.value.type !== 'ArrayExpression')
    return { events: [], doubled: [], findings: [invalid(source, member.value)] };
  const entries = member.value.elements.map((element) => readEntry(source, (element ?? member.value) as AnyNode));
  const declared = entries.flatMap(({ event }) => (event === null ? [] : [event]));
  const isFirst = ({ event }: CodeEvent, index: number) => declared.findIndex((each) => each.event === event) === index;
  return {
    events: declared.filter(isFirst),
    doubled: declared.filter((event, index) => !isFirst(event, index)),
    findings: entries.flatMap(({ findings }) => findings),
  };
}

interface EntryReading {
  readonly event: CodeEvent | null;
  readonly findings: readonly Finding[];
}

function readEntry(source: SourceText, element: AnyNode): EntryReading {
  if (element.type !== 'ObjectExpression') return { event: null, findings: [invalid(source, element)] };
  const event = literalText(propertyOf(element, 'event'));
  const callbackNode = propertyOf(element, 'callback');
  const callback = literalText(callbackNode);
  const findings = otherKeys(source, element);
  if (event === undefined || callback === undefined || callbackNode === undefined) {
    return { event: null, findings: [...findings, invalid(source, element)] };
  }
  return { event: { event, callback, offset: callbackNode.start }, findings };
}

function propertyOf(object: ObjectExpression, key: string): AnyNode | undefined {
  const property = object.properties.find((candidate) => keyOf(candidate as AnyNode) === key) as AnyNode | undefined;
  return property?.type === 'Property' ? (property.value as AnyNode) : undefined;
}

function keyOf(property: AnyNode): string | undefined {
  if (property.type !== 'Property' || property.computed) return undefined;
  return property.key.type === 'Identifier' ? property.key.name : literalText(property.key);
}

function otherKeys(source: SourceText, object: ObjectExpression): readonly Finding[] {
  return object.properties.flatMap((property) => {
    const key = keyOf(property as AnyNode);
    if (key === 'event' || key === 'callback') return [];
    const message = `Invalid key in events array: ${key ?? '…'}`;
    const expected = '{ event: "onX", callback: "nameOfTheFunction" }';
    return [
      findingAt(source, property.start, { severity: 'warning', code: 'code-event-key-invalid', message, expected }),
    ];
  });
}

function invalid(source: SourceText, node: AnyNode): Finding {
  return findingAt(source, node.start, {
    severity: 'error',
    code: 'code-event-invalid',
    message: 'Invalid event configuration in server.js',
    expected: 'events: [{ event: "onX", callback: "nameOfTheFunction" }]',
  });
}
