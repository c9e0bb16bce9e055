import { inWords } from './in-words.ts';
import { isText, type PayloadLaw, type PayloadView } from './payload-law.ts';
import type { Fault } from './problem.ts';
import { sortOfStatus } from './reasons.ts';

/** What the fields that only `onAgentCustomStatusUpdate` has demand of each other. */

const SOURCE_AT = '/data/actor/actor_source';
const CAUSE_AT = '/data/actor/sub_entity';
const STATUS_AT = '/data/agent_custom_status';

export const CUSTOM_STATUS_LAWS: readonly PayloadLaw[] = [
  {
    rule: 'the source of the change is its cause',
    faults: ({ read }) =>
      isText(read(SOURCE_AT)) && isText(read(CAUSE_AT)) && read(SOURCE_AT) !== read(CAUSE_AT)
        ? [{ pointer: SOURCE_AT, detail: `expected the same as ${CAUSE_AT}, got ${inWords(read(SOURCE_AT))}` }]
        : [],
  },
  {
    rule: 'the custom status is the one that was entered, and null when a default status was',
    faults: (payload) => enteredFaults(payload),
  },
  {
    rule: 'at least one of the two statuses is a custom status',
    faults: ({ read, statusAt, previousAt }) => {
      const [status, previous] = [read(statusAt), read(previousAt)];
      if (!isText(status) || !isText(previous)) return [];
      if (sortOfStatus(status) === 'custom' || sortOfStatus(previous) === 'custom') return [];
      const detail = `expected the name of a custom status among the two, got ${status} and ${previous}`;
      return [{ pointer: '/data/changes/status', detail }];
    },
  },
];

const enteredFaults = ({ read, statusAt }: PayloadView): readonly Fault[] => {
  const [status, entered, name] = [read(statusAt), read(STATUS_AT), read(`${STATUS_AT}/name`)];
  if (!isText(status) || entered === undefined) return [];
  if (sortOfStatus(status) !== 'custom') {
    return entered === null
      ? []
      : [{ pointer: STATUS_AT, detail: `expected null, since the new status is ${status}, got ${inWords(entered)}` }];
  }
  if (entered === null)
    return [{ pointer: STATUS_AT, detail: `expected the custom status ${inWords(status)}, got null` }];
  return isText(name) && name !== status
    ? [{ pointer: `${STATUS_AT}/name`, detail: `expected the same as ${statusAt}, got ${inWords(name)}` }]
    : [];
};
