import { inWords } from './in-words.ts';
import { WIRE_LIMITS } from './limits.ts';
import { isImported, isText, type PayloadLaw, type PayloadView, REASON_AT, sortInAnyLetters } from './payload-law.ts';
import type { Fault } from './problem.ts';
import { isAxis, isReason, type Move, REASON_RULES, REASONS, type StatusSort, sortOfStatus } from './reasons.ts';

/** What the statuses and the causes of either payload demand of each other. */

const CAUSE_AT = '/data/actor/sub_entity';

/** The laws that both payloads obey, beside those of the actor. */
export const CHANGE_LAWS: readonly PayloadLaw[] = [
  {
    rule: 'the timestamp is whole milliseconds, or seconds with up to three decimals that are never whole',
    faults: ({ read }) => timestampFaults(read('/timestamp')),
  },
  {
    rule: 'general availability is AVAILABLE or UNAVAILABLE',
    faults: (payload) =>
      [payload.statusAt, payload.previousAt].flatMap((pointer) => generalStatusFaults(payload, pointer)),
  },
  {
    rule: 'no custom status is called AVAILABLE or UNAVAILABLE in other letters',
    faults: (payload) => [payload.statusAt, payload.previousAt].flatMap((pointer) => letterFaults(payload, pointer)),
  },
  {
    rule: 'a status differs from the one before, unless both are custom statuses',
    faults: (payload) => (isImported(payload) ? [] : unchangedFaults(payload)),
  },
  {
    rule: 'the reason is one that moves this axis',
    faults: (payload) => reasonOfAxisFaults(payload),
  },
  {
    rule: 'the reason equals the cause when the axis is Intelliassign',
    faults: ({ read, axis }) =>
      axis === 'Intelliassign' &&
      isText(read(REASON_AT)) &&
      read(REASON_AT) !== 'import' &&
      isText(read(CAUSE_AT)) &&
      read(REASON_AT) !== read(CAUSE_AT)
        ? [{ pointer: REASON_AT, detail: `expected the same as ${CAUSE_AT}, got ${inWords(read(REASON_AT))}` }]
        : [],
  },
  {
    rule: 'a reason leads only to statuses that it can set, and from ones that it can end',
    faults: (payload) => transitionFaults(payload),
  },
];

/** Millisecond integers and fractional seconds tell themselves apart; a whole number of seconds would read as 1970. */
const timestampFaults = (timestamp: unknown): readonly Fault[] => {
  if (typeof timestamp !== 'number') return [];
  const fault = (what: string): readonly Fault[] => [
    { pointer: '/timestamp', detail: `expected ${what}, got ${inWords(timestamp)}` },
  ];
  if (Number.isInteger(timestamp)) {
    return timestamp >= WIRE_LIMITS.timestampMsMin
      ? []
      : fault('milliseconds, or seconds with three decimals that are not a whole number (.000 is sent as .001)');
  }
  if (timestamp >= WIRE_LIMITS.timestampMsMin) return fault('whole milliseconds');
  return Math.round(timestamp * 1000) / 1000 === timestamp ? [] : fault('seconds with no more than three decimals');
};

const generalStatusFaults = ({ read, axis }: PayloadView, pointer: string): readonly Fault[] => {
  const status = read(pointer);
  if (axis !== 'GeneralAvailability' || !isText(status) || sortOfStatus(status) !== 'custom') return [];
  const what = 'AVAILABLE or UNAVAILABLE, since the axis is GeneralAvailability';
  return [{ pointer, detail: `expected ${what}, got ${inWords(status)}` }];
};

const letterFaults = ({ read }: PayloadView, pointer: string): readonly Fault[] => {
  const status = read(pointer);
  if (!isText(status) || sortOfStatus(status) !== 'custom' || sortInAnyLetters(status) === 'custom') return [];
  return [{ pointer, detail: `expected ${status.toUpperCase()} in capitals, got ${inWords(status)}` }];
};

const unchangedFaults = ({ read, statusAt, previousAt }: PayloadView): readonly Fault[] => {
  const status = read(statusAt);
  if (!isText(status) || status !== read(previousAt) || sortOfStatus(status) === 'custom') return [];
  return [{ pointer: statusAt, detail: `expected another status than ${previousAt}, got ${inWords(status)} again` }];
};

const reasonOfAxisFaults = ({ read, axis }: PayloadView): readonly Fault[] => {
  const reason = read(REASON_AT);
  if (!isAxis(axis) || !isReason(reason) || REASON_RULES[reason].moves[axis] !== null) return [];
  const reasons = REASONS.filter((candidate) => REASON_RULES[candidate].moves[axis] !== null);
  const what = `one of ${reasons.join(', ')}, since the axis is ${axis}`;
  return [{ pointer: REASON_AT, detail: `expected ${what}, got ${inWords(reason)}` }];
};

const transitionFaults = (payload: PayloadView): readonly Fault[] => {
  const { read, axis, statusAt, previousAt } = payload;
  const reason = axis === 'Intelliassign' ? read(CAUSE_AT) : read(REASON_AT);
  const move = isAxis(axis) && isReason(reason) ? REASON_RULES[reason].moves[axis] : null;
  if (move === null) return [];
  return [
    ...sortFaults(payload, { pointer: statusAt, sorts: move.to, why: `${String(reason)} leads to nothing else` }),
    ...sortFaults(payload, { pointer: previousAt, sorts: move.from, why: `${String(reason)} acts on nothing else` }),
  ];
};

type SortRule = { readonly pointer: string; readonly sorts: Move['to']; readonly why: string };

const sortFaults = ({ read }: PayloadView, { pointer, sorts, why }: SortRule): readonly Fault[] => {
  const status = read(pointer);
  if (!isText(status) || sorts.includes(sortOfStatus(status))) return [];
  const what = sorts.map((sort: StatusSort) => (sort === 'custom' ? 'the name of a custom status' : sort)).join(' or ');
  return [{ pointer, detail: `expected ${what}, since ${why}, got ${inWords(status)}` }];
};
