import { inWords } from './in-words.ts';
import { parseInstant } from './instant.ts';
import { WIRE_LIMITS } from './limits.ts';
import type { PayloadLaw, PayloadView } from './payload-law.ts';
import type { Fault } from './problem.ts';
import { type Axis, type Move, REASON_RULES, REASONS, type Reason, type StatusSort, sortOfStatus } from './reasons.ts';

/** What the statuses, the causes and the times of a payload demand of each other. */

const REASON_AT = '/activity/reason';
const CAUSE_AT = '/data/actor/sub_entity';
const LOGIN_AT = '/data/actor/login_status';
const DURATION_AT = '/activity/prev_duration_ms';
const TIME_AT = '/data/agent_activity/status_change_timestamp';
const PREVIOUS_TIME_AT = '/data/agent_activity/prev_status_change_timestamp';

/** Whether the agent still has a live session after a general-availability change, by its reason. */
const SIGNED_IN_AFTER: { readonly [reason in Reason]?: boolean } = {
  login: true,
  active: true,
  idle_timeout: true,
  logout: false,
  disconnect: false,
  deactivated: false,
};

/** The laws that both payloads obey. */
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

/** The laws of `onAgentActivityCreate` alone, which carries the times and the axis. */
export const ACTIVITY_LAWS: readonly PayloadLaw[] = [
  {
    rule: 'a custom status has an id, a default status has none',
    faults: (payload) => customStatusIdFaults(payload),
  },
  {
    rule: 'only a custom status has an emoji',
    faults: (payload) => emojiFaults(payload),
  },
  {
    rule: 'a status begins no earlier than the one before',
    faults: (payload) => (isImported(payload) ? [] : timeOrderFaults(payload)),
  },
  {
    rule: 'the previous duration is the difference of the two times',
    faults: (payload) => durationFaults(payload),
  },
  {
    rule: 'the system actor of a general-availability change is signed in as its reason leaves it',
    faults: (payload) => loginFaults(payload),
  },
];

const isText = (value: unknown): value is string => typeof value === 'string';

/** Imported changes keep the previous values they came with, which need not join on to anything. */
const isImported = ({ read }: PayloadView): boolean => read(REASON_AT) === 'import';

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

/** "Available" is a slip for AVAILABLE and is named as such alone: it is not a custom status that lacks its id. */
const sortInAnyLetters = (status: string): StatusSort => sortOfStatus(status.toUpperCase());

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

const isCustom = ({ axis, status }: { readonly axis: unknown; readonly status: string }): boolean =>
  axis !== 'GeneralAvailability' && sortInAnyLetters(status) === 'custom';

const customStatusIdFaults = ({ read, axis, statusAt }: PayloadView): readonly Fault[] => {
  const pointer = '/data/agent_activity/custom_status_id';
  const [id, status] = [read(pointer), read(statusAt)];
  if (id === undefined || !isText(status)) return [];
  if (isCustom({ axis, status })) {
    return id === null
      ? [{ pointer, detail: `expected the id of the custom status ${inWords(status)}, got null` }]
      : [];
  }
  const why = axis === 'GeneralAvailability' ? 'the axis is GeneralAvailability' : `the status is ${status}`;
  return id === null ? [] : [{ pointer, detail: `expected null, since ${why}, got ${inWords(id)}` }];
};

const emojiFaults = ({ read, axis, statusAt }: PayloadView): readonly Fault[] => {
  const pointer = '/data/agent_activity/emoji';
  const [emoji, status] = [read(pointer), read(statusAt)];
  if (!isText(emoji) || !isText(status) || isCustom({ axis, status })) return [];
  return [{ pointer, detail: `expected null, since no custom status is set, got ${inWords(emoji)}` }];
};

const timesOf = ({ read }: PayloadView): readonly [time: number, previous: number] | undefined => {
  const [time, previous] = [read(TIME_AT), read(PREVIOUS_TIME_AT)].map((text) =>
    isText(text) ? parseInstant(text) : undefined,
  );
  return time === undefined || previous === undefined ? undefined : [time, previous];
};

const timeOrderFaults = (payload: PayloadView): readonly Fault[] => {
  const times = timesOf(payload);
  if (times === undefined || times[1] <= times[0]) return [];
  const got = inWords(payload.read(PREVIOUS_TIME_AT));
  return [{ pointer: PREVIOUS_TIME_AT, detail: `expected an instant no later than ${TIME_AT}, got ${got}` }];
};

/** Where imported times run backwards there is no duration to compare with. */
const durationFaults = (payload: PayloadView): readonly Fault[] => {
  const [times, duration] = [timesOf(payload), payload.read(DURATION_AT)];
  if (times === undefined || times[1] > times[0] || typeof duration !== 'number') return [];
  const lasted = times[0] - times[1];
  return duration === lasted
    ? []
    : [
        {
          pointer: DURATION_AT,
          detail: `expected ${lasted}, the milliseconds between the two times, got ${inWords(duration)}`,
        },
      ];
};

const loginFaults = ({ read, axis }: PayloadView): readonly Fault[] => {
  const [reason, login] = [read(REASON_AT), read(LOGIN_AT)];
  if (axis !== 'GeneralAvailability' || !isReason(reason) || typeof login !== 'boolean') return [];
  const after = SIGNED_IN_AFTER[reason];
  return after === undefined || after === login
    ? []
    : [{ pointer: LOGIN_AT, detail: `expected ${after}, since the reason is ${reason}, got ${login}` }];
};

const isAxis = (value: unknown): value is Axis => value === 'GeneralAvailability' || value === 'Intelliassign';

const isReason = (value: unknown): value is Reason => REASONS.some((reason) => reason === value);
