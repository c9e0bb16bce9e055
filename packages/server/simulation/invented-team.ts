import type { Transport } from '../src/activity/fact.ts';
import type { Weekday } from '../src/time/local-date.ts';
import type { SeededRandom } from './seeded-random.ts';

/** How an account is called that holds the invented team and nobody else. */
export const INVENTED_ACCOUNT_NAME = 'Demo team (invented)';
export const INVENTED_DOMAIN = 'demo-team.example.com';

/** The groups of the invented team. Who has the phone to the ear touches the screen less: idle comes later. */
export const INVENTED_GROUPS = [
  { name: 'Demo Chat', idleAfterMs: null },
  { name: 'Demo Phone', idleAfterMs: 15 * 60_000 },
  { name: 'Demo Tickets', idleAfterMs: null },
] as const;

export type GroupName = (typeof INVENTED_GROUPS)[number]['name'];

/** The custom statuses of the invented team. */
export const INVENTED_STATUSES = [
  { name: 'Lunch', emoji: 'sandwich', allowanceMinutes: 45, endsAtAllowance: false, productive: false },
  { name: 'Break', emoji: 'coffee', allowanceMinutes: 20, endsAtAllowance: true, productive: false },
  { name: 'Meeting', emoji: 'calendar', allowanceMinutes: null, endsAtAllowance: false, productive: true },
  { name: 'Training', emoji: 'mortar_board', allowanceMinutes: null, endsAtAllowance: false, productive: true },
] as const;

export type CustomStatusName = (typeof INVENTED_STATUSES)[number]['name'];

/** Somebody who does not exist, and whose name and e-mail address say so. */
export type InventedAgent = {
  readonly index: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly role: 'agent' | 'supervisor';
  readonly groups: readonly GroupName[];
  readonly shift: Shift;
  readonly weekdays: readonly Weekday[];
  /** How the agent's page keeps in touch: only a WebSocket can be lost. */
  readonly transport: Transport;
};

/** When the working day begins and ends, in minutes after midnight on the clocks of the zone. */
export type Shift = { readonly timeZone: string; readonly startMinutes: number; readonly endMinutes: number };

/** A team of so many: the first of every ten is a supervisor. */
export function inventTeam(count: number, random: SeededRandom): readonly InventedAgent[] {
  return Array.from({ length: count }, (_, index) => inventAgent(index, random.part(`agent ${index}`)));
}

const NAMES = [
  ...['Avocet', 'Bittern', 'Bunting', 'Curlew', 'Dipper', 'Dunlin', 'Dunnock', 'Fieldfare', 'Finch', 'Gannet'],
  ...['Godwit', 'Goldcrest', 'Goshawk', 'Grebe', 'Harrier', 'Heron', 'Hoopoe', 'Jackdaw', 'Kestrel', 'Kingfisher'],
  ...['Kittiwake', 'Lapwing', 'Linnet', 'Magpie', 'Nuthatch', 'Oriole', 'Osprey', 'Ouzel', 'Petrel', 'Pipit'],
  ...['Plover', 'Puffin', 'Redpoll', 'Redstart', 'Sandpiper', 'Shearwater', 'Shrike', 'Siskin', 'Skylark', 'Snipe'],
  ...['Starling', 'Stonechat', 'Swift', 'Tern', 'Treecreeper', 'Turnstone', 'Wagtail', 'Waxwing', 'Wheatear', 'Wren'],
];

const SHIFTS: readonly Shift[] = [
  { timeZone: 'Europe/Berlin', startMinutes: 8 * 60, endMinutes: 16 * 60 + 30 },
  { timeZone: 'Europe/Berlin', startMinutes: 9 * 60 + 30, endMinutes: 18 * 60 },
  { timeZone: 'America/New_York', startMinutes: 9 * 60, endMinutes: 17 * 60 + 30 },
  { timeZone: 'Asia/Kolkata', startMinutes: 10 * 60, endMinutes: 18 * 60 + 30 },
];

const WEEK: readonly Weekday[] = [1, 2, 3, 4, 5];
/** Every eighth works through the weekend and has Monday and Tuesday off. */
const WEEK_WITH_WEEKEND: readonly Weekday[] = [3, 4, 5, 6, 7];

function inventAgent(index: number, random: SeededRandom): InventedAgent {
  const round = Math.floor(index / NAMES.length);
  const name = NAMES[index % NAMES.length] as string;
  const suffix = round === 0 ? '' : `${round + 1}`;
  return {
    index,
    email: `demo.${name.toLowerCase()}${suffix}@example.com`,
    firstName: 'Demo',
    lastName: round === 0 ? name : `${name} ${suffix}`,
    role: index % 10 === 0 ? 'supervisor' : 'agent',
    groups: groupsOf(index, random),
    shift: SHIFTS[index % SHIFTS.length] as Shift,
    weekdays: index % 8 === 7 ? WEEK_WITH_WEEKEND : WEEK,
    transport: random.chance(0.7) ? 'websocket' : 'http',
  };
}

/** One group each, and a second one for some: the rules for several groups want to be seen at work. */
function groupsOf(index: number, random: SeededRandom): readonly GroupName[] {
  const own = INVENTED_GROUPS[index % INVENTED_GROUPS.length] as (typeof INVENTED_GROUPS)[number];
  const second = random.pick(INVENTED_GROUPS);
  return random.chance(0.15) && second.name !== own.name ? [own.name, second.name] : [own.name];
}
