// @ts-check
import { statusInWords } from './in-words.js';

/** @typedef {{ id: string, name: string, email: string }} TeamMember */

/**
 * Whom a payload is about: the agent of the team, else as the payload itself names who it was.
 *
 * @param {any} payload @param {readonly TeamMember[]} team
 * @returns {string | null}
 */
export function whoOf({ activity, data }, team) {
  const told = data?.agent_activity ?? {};
  const actor = data?.actor ?? {};
  // The system and a supervisor change the status of somebody else.
  const isSelf = actor.type === 'agent' && (actor.sub_entity ?? actor.actor_source) !== 'supervisor';
  const known =
    team.find(({ id }) => id === activity?.agent_id) ??
    team.find(({ email }) => email === told.email) ??
    (told.email === undefined && isSelf ? team.find(({ id }) => id === actor.id) : undefined);
  if (known !== undefined) return known.name;
  if (typeof told.email === 'string') return told.email;
  if (!isSelf) return null;
  return [actor.first_name, actor.last_name].filter(Boolean).join(' ') || actor.email || null;
}

/**
 * What happened, in words where the event is one that has them; everything else is called by its own name, whatever
 * payload somebody put into it.
 *
 * @param {any} entry @param {readonly TeamMember[]} team
 * @returns {string}
 */
export function titleOf({ name, payload }, team) {
  const { data } = payload;
  const who = whoOf(payload, team) ?? 'Somebody';
  const activity = data?.agent_activity;
  if (name === 'onAgentActivityCreate' && activity !== undefined && activity !== null) {
    const axis = activity.availability_event_type === 'GeneralAvailability' ? 'presence ' : '';
    return `${who}: ${axis}${statusInWords(activity.prev_status)} → ${statusInWords(activity.status)}`;
  }
  const change = data?.changes?.status;
  if (name === 'onAgentCustomStatusUpdate' && Array.isArray(change)) {
    return `${who}: ${statusInWords(change[1])} → ${statusInWords(change[0])}`;
  }
  return name;
}
