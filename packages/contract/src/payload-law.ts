import type { Fault } from './problem.ts';
import { type StatusSort, sortOfStatus } from './reasons.ts';
import { isRecord } from './schema-keywords.ts';

/**
 * A payload as the laws see it: any value at all, read by JSON pointer, so that a law can speak about the fields it
 * knows even when the rest of the payload is broken.
 */
export type PayloadView = {
  /** What stands at a pointer, or undefined. Names with "/" or "~" do not occur in what the laws read. */
  readonly read: (pointer: string) => unknown;
  /** The axis that changed; undefined when the payload does not say it. */
  readonly axis: unknown;
  /** Where the new status and the previous one stand. */
  readonly statusAt: string;
  readonly previousAt: string;
};

/** What one field of a payload demands of another. */
export type PayloadLaw = {
  /** The law as a sentence in the present tense. */
  readonly rule: string;
  /** Where the payload breaks it. A field that is missing breaks no law: its absence is a fault of the shape. */
  readonly faults: (payload: PayloadView) => readonly Fault[];
};

/** A payload of `onAgentActivityCreate`, of whatever shape it turned out to be. */
export const activityView = (value: unknown): PayloadView => ({
  read: (pointer) => readPointer(value, pointer),
  axis: readPointer(value, '/data/agent_activity/availability_event_type'),
  statusAt: '/data/agent_activity/status',
  previousAt: '/data/agent_activity/prev_status',
});

/** A payload of `onAgentCustomStatusUpdate`, which speaks of one axis only. */
export const customStatusView = (value: unknown): PayloadView => ({
  read: (pointer) => readPointer(value, pointer),
  axis: 'Intelliassign',
  statusAt: '/data/changes/status/0',
  previousAt: '/data/changes/status/1',
});

const readPointer = (value: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((inner, name) => {
      if (Array.isArray(inner)) return inner[Number(name)];
      return isRecord(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined;
    }, value);

export const REASON_AT = '/activity/reason';

/** Imported changes keep the previous values they came with, which need not join on to anything. */
export const isImported = ({ read }: PayloadView): boolean => read(REASON_AT) === 'import';

/** "Available" is a slip for AVAILABLE and is named as such alone: it is not a custom status that lacks its id. */
export const sortInAnyLetters = (status: string): StatusSort => sortOfStatus(status.toUpperCase());

export const isText = (value: unknown): value is string => typeof value === 'string';
