import type { Axis } from '@rollcall/contract';
import { formatInstant, type Instant, isInstant } from '../../time/instant.ts';
import { Chains, type ImportLine } from './import-line.ts';
import type { Line } from './read-lines.ts';

/** Whose e-mail an agent of a telephone system has; null when nobody knows. */
export type EmailOf = (agent: string) => string | null;

/**
 * The `queue_log` of Asterisk: `epoch|callid|queue|agent|event|data…`.
 *
 * An agent is here while a member of any queue: ADDMEMBER and REMOVEMEMBER (AGENTLOGIN and AGENTLOGOFF, and their
 * callback forms, of older versions) move general availability. A pause is an IntelliAssign status, named by its reason;
 * an agent may be given calls while in no pause. Everything else is about calls, and passed by.
 *
 * Source: https://docs.asterisk.org/Configuration/Applications/Queue-Logs/ (read 2026-11-30)
 */
export async function* queueLogRows(lines: AsyncIterable<Line>, emailOf: EmailOf): AsyncGenerator<ImportLine> {
  const members = new Members();
  for await (const { number: line, text } of lines) {
    if (text === '') continue;
    const [epoch = '', callId = '', queue = '', agent = '', event = '', ...data] = text.split('|');
    if (!EVENTS.has(event)) {
      if (event === '') yield { line, fault: 'It is no line of a queue_log: epoch|callid|queue|agent|event|data.' };
      continue;
    }
    const at = instantOfEpoch(epoch);
    if (at === null) {
      yield { line, fault: `Its time, ${JSON.stringify(epoch)}, is not in seconds since 1970.` };
      continue;
    }
    const email = emailOf(agent);
    if (email === null) {
      yield { line, fault: `Nobody knows the email of ${agent}: name it in --agents, or give --email-domain.` };
      continue;
    }
    for (const change of members.hear({ agent, queue, event, reason: data[0]?.trim() ?? '', at })) {
      yield { line, payload: payloadOf(change, { email, agent, callId }) };
    }
  }
}

const JOINS: ReadonlySet<string> = new Set(['ADDMEMBER', 'AGENTLOGIN', 'AGENTCALLBACKLOGIN']);
const LEAVES: ReadonlySet<string> = new Set(['REMOVEMEMBER', 'AGENTLOGOFF', 'AGENTCALLBACKLOGOFF']);
const PAUSES: ReadonlySet<string> = new Set(['PAUSE', 'PAUSEALL']);
const UNPAUSES: ReadonlySet<string> = new Set(['UNPAUSE', 'UNPAUSEALL']);
const EVENTS: ReadonlySet<string> = new Set([...JOINS, ...LEAVES, ...PAUSES, ...UNPAUSES]);

/** Whether a line can be one of a queue_log. */
export function isQueueLogLine(text: string): boolean {
  return /^\d{9,11}(?:\.\d+)?\|[^|]*\|[^|]*\|[^|]*\|[A-Z]+/.test(text);
}

type Heard = {
  readonly agent: string;
  readonly queue: string;
  readonly event: string;
  readonly reason: string;
  readonly at: Instant;
};
type StatusNow = {
  readonly axis: Axis;
  readonly status: string;
  readonly prevStatus: string;
  readonly prevAt: Instant;
  readonly at: Instant;
};

/** Who is a member of which queues, and paused in which: an entry per agent, and none per line. */
class Members {
  readonly #queues = new Map<string, Set<string>>();
  readonly #paused = new Map<string, Set<string>>();
  readonly #chains = new Chains();

  /** The changes that one line makes. */
  hear(heard: Heard): StatusNow[] {
    const { agent, queue, event, at } = heard;
    const queues = entryOf(this.#queues, agent);
    const paused = entryOf(this.#paused, agent);
    if (JOINS.has(event)) queues.add(queue);
    if (LEAVES.has(event)) {
      queues.delete(queue);
      paused.delete(queue);
    }
    // PAUSEALL is written once per queue by some versions and once with the queue NONE by others: either way it is over
    // with the first word of the contrary.
    if (PAUSES.has(event)) paused.add(queue);
    if (UNPAUSES.has(event)) {
      if (event === 'UNPAUSEALL' || queue === 'NONE') paused.clear();
      else paused.delete(queue);
    }
    if (JOINS.has(event) || LEAVES.has(event)) {
      const general = this.#change(agent, 'GeneralAvailability', queues.size > 0 ? 'AVAILABLE' : 'UNAVAILABLE', at);
      // Who joins and said nothing of a pause takes calls from here on.
      const isFirst = this.#chains.current(agent, 'Intelliassign') === undefined && JOINS.has(event);
      return [...general, ...(isFirst ? this.#change(agent, 'Intelliassign', 'AVAILABLE', at) : [])];
    }
    if (PAUSES.has(event)) return this.#change(agent, 'Intelliassign', pauseName(heard.reason), at);
    return paused.size === 0 ? this.#change(agent, 'Intelliassign', 'AVAILABLE', at) : [];
  }

  #change(agent: string, axis: Axis, status: string, at: Instant): StatusNow[] {
    const before = this.#chains.before(agent, axis, { status, at });
    if (before === null) return [];
    return [{ axis, status, prevStatus: before.status, prevAt: before.at, at }];
  }
}

function entryOf(map: Map<string, Set<string>>, agent: string): Set<string> {
  const entry = map.get(agent) ?? new Set<string>();
  map.set(agent, entry);
  return entry;
}

/** A pause without a reason is plainly unavailable; one that is called like a default status cannot keep its name. */
function pauseName(reason: string): string {
  const upper = reason.toUpperCase();
  return reason === '' || upper === 'UNAVAILABLE' || upper === 'AVAILABLE' ? 'UNAVAILABLE' : reason;
}

function payloadOf(
  change: StatusNow,
  who: { readonly email: string; readonly agent: string; readonly callId: string },
) {
  return {
    data: {
      agent_activity: {
        availability_event_type: change.axis,
        status: change.status,
        prev_status: change.prevStatus,
        status_change_timestamp: formatInstant(change.at),
        prev_status_change_timestamp: formatInstant(change.prevAt),
        custom_status_id: null,
        emoji: null,
        email: who.email,
        org_agent_id: null,
      },
    },
  };
}

function instantOfEpoch(text: string): Instant | null {
  const instant = /^\d{9,11}(?:\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : Number.NaN;
  return isInstant(instant) ? instant : null;
}
