import { inWords } from './in-words.ts';
import { parseInstant } from './instant.ts';
import { isImported, isText, type PayloadLaw, type PayloadView, REASON_AT, sortInAnyLetters } from './payload-law.ts';
import type { Fault } from './problem.ts';
import { isReason, type Reason } from './reasons.ts';

/** What the custom status, the times and the presence in an `onAgentActivityCreate` payload demand of each other. */

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
