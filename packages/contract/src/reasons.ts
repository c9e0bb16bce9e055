/** What happened to an agent's availability, and who may do what: the closed lists that the wire and the disk share. */

/** The two questions an agent's availability answers. They never mix: each has its own history. */
export const AXES = Object.freeze(['GeneralAvailability', 'Intelliassign'] as const);
export type Axis = (typeof AXES)[number];

/** The values that both axes know; the IntelliAssign axis knows names of custom statuses besides. */
export const DEFAULT_STATUSES = Object.freeze(['AVAILABLE', 'UNAVAILABLE'] as const);
export type DefaultStatus = (typeof DEFAULT_STATUSES)[number];

/** What a key, and a person who signs in, may do. `ingest` is for machines that bring events and ticks. */
export const ROLES = Object.freeze(['agent', 'supervisor', 'admin', 'ingest', 'app-developer'] as const);
export type Role = (typeof ROLES)[number];

/** The data-centre regions that an account can name. */
export const REGIONS = Object.freeze(['US', 'EU', 'EUC', 'AUS', 'IND'] as const);
export type Region = (typeof REGIONS)[number];

/** The platforms of a social profile. */
export const SOCIAL_TYPES = Object.freeze(['facebook', 'twitter', 'skype', 'linkedin'] as const);
export type SocialType = (typeof SOCIAL_TYPES)[number];

/** Who a payload names as the mover: a person, or the system. */
export const ACTOR_TYPES = Object.freeze(['agent', 'system'] as const);
export type ActorType = (typeof ACTOR_TYPES)[number];

/**
 * Every cause of a change of availability, sent as `activity.reason` and, on the IntelliAssign axis, as
 * `actor.sub_entity`.
 *
 * THE ORDER IS FROZEN: the log on disk stores a reason as its index in this list. Append new reasons at the end, never
 * insert, move or remove one: every fact already written would silently change its meaning. A test holds the order.
 */
export const REASONS = Object.freeze([
  'login',
  'active',
  'logout',
  'idle_timeout',
  'disconnect',
  'deactivated',
  'agent_toggle',
  'supervisor',
  'api',
  'schedule_open',
  'schedule_close',
  'missed_assignments',
  'status_expired',
  'status_deleted',
  'call_started',
  'call_ended',
  'import',
  'correction',
] as const);
export type Reason = (typeof REASONS)[number];

/** A status by its sort: one of the two defaults, or any custom status. */
export type StatusSort = DefaultStatus | 'custom';

/** How a reason moves one axis: who is named as the actor, from and to which sorts of status. */
export type Move = {
  readonly actor: ActorType;
  readonly from: readonly StatusSort[];
  readonly to: readonly StatusSort[];
};

/** A reason's entry: how it moves each axis (null: never), and one plain sentence. */
export type ReasonRule = {
  readonly moves: { readonly [axis in Axis]: Move | null };
  readonly sentence: string;
};

const ANY = ['AVAILABLE', 'UNAVAILABLE', 'custom'] as const satisfies readonly StatusSort[];
const signsIn: Move = { actor: 'system', from: ['UNAVAILABLE'], to: ['AVAILABLE'] };
const signsOut: Move = { actor: 'system', from: ['AVAILABLE'], to: ['UNAVAILABLE'] };
const eitherWay: Move = { actor: 'system', from: DEFAULT_STATUSES, to: DEFAULT_STATUSES };
const coupled: Move = { actor: 'system', from: ANY, to: DEFAULT_STATUSES };
const anything: Move = { actor: 'system', from: ANY, to: ANY };
const byPerson: Move = { actor: 'agent', from: ANY, to: ANY };
const routed = (move: Omit<Move, 'actor'>): Move => ({ actor: 'system', ...move });

/** Each reason with the axes it can move, the actor it is sent with on each, and what it means. */
export const REASON_RULES: { readonly [reason in Reason]: ReasonRule } = Object.freeze({
  login: {
    moves: { GeneralAvailability: signsIn, Intelliassign: coupled },
    sentence: 'The agent opened a session while none was live.',
  },
  active: {
    moves: { GeneralAvailability: signsIn, Intelliassign: null },
    sentence: 'The agent became active again, or opened another session, while every live session was idle.',
  },
  logout: {
    moves: { GeneralAvailability: signsOut, Intelliassign: coupled },
    sentence: "The agent's last live session was closed on purpose.",
  },
  idle_timeout: {
    moves: { GeneralAvailability: signsOut, Intelliassign: coupled },
    sentence: 'No session of the agent saw any activity for the idle time of the account, group or agent.',
  },
  disconnect: {
    moves: { GeneralAvailability: signsOut, Intelliassign: coupled },
    sentence: "The agent's last connected session was lost and did not return within the grace.",
  },
  deactivated: {
    moves: { GeneralAvailability: signsOut, Intelliassign: null },
    sentence: "The agent's record was deactivated.",
  },
  agent_toggle: {
    moves: { GeneralAvailability: null, Intelliassign: byPerson },
    sentence: 'The agent chose the status.',
  },
  supervisor: {
    moves: { GeneralAvailability: null, Intelliassign: byPerson },
    sentence: 'Somebody else with the right to do so chose the status.',
  },
  api: {
    moves: { GeneralAvailability: null, Intelliassign: anything },
    sentence: 'A key that is bound to no person set the status.',
  },
  schedule_open: {
    moves: { GeneralAvailability: null, Intelliassign: coupled },
    sentence: "The agent's business hours began.",
  },
  schedule_close: {
    moves: { GeneralAvailability: null, Intelliassign: coupled },
    sentence: "The agent's business hours ended.",
  },
  missed_assignments: {
    moves: { GeneralAvailability: null, Intelliassign: routed({ from: ANY, to: ['UNAVAILABLE'] }) },
    sentence: "The agent let the account's limit of assigned conversations pass.",
  },
  status_expired: {
    moves: {
      GeneralAvailability: null,
      Intelliassign: routed({ from: ['UNAVAILABLE', 'custom'], to: DEFAULT_STATUSES }),
    },
    sentence: 'A timed status ran out, or a status that ends at its allowance reached it.',
  },
  status_deleted: {
    moves: { GeneralAvailability: null, Intelliassign: routed({ from: ['custom'], to: ['UNAVAILABLE'] }) },
    sentence: 'The custom status in use was archived.',
  },
  call_started: {
    moves: { GeneralAvailability: null, Intelliassign: routed({ from: ['AVAILABLE'], to: ['UNAVAILABLE'] }) },
    sentence: 'A call began while the agent was available.',
  },
  call_ended: {
    moves: { GeneralAvailability: null, Intelliassign: routed({ from: ['UNAVAILABLE'], to: ['AVAILABLE'] }) },
    sentence: 'The call that had made the agent unavailable ended.',
  },
  import: {
    moves: { GeneralAvailability: eitherWay, Intelliassign: anything },
    sentence: 'The change came from another system, with its own time.',
  },
  correction: {
    moves: { GeneralAvailability: eitherWay, Intelliassign: anything },
    sentence: 'An approved correction of what was recorded.',
  },
});

/** The sort of a status by its text: no custom status may be called like a default one. */
export const sortOfStatus = (status: string): StatusSort =>
  status === 'AVAILABLE' || status === 'UNAVAILABLE' ? status : 'custom';

/** True for a word of the closed list of axes. */
export const isAxis = (value: unknown): value is Axis => AXES.some((axis) => axis === value);

/** True for a word of the closed list of reasons. */
export const isReason = (value: unknown): value is Reason => REASONS.some((reason) => reason === value);
