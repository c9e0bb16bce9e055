import type { Instant } from '../time/instant.ts';
import type { Entry } from './entry.ts';
import { firstState, PRESENCE, presenceOf, statusOf } from './state-code.ts';

/**
 * The metric by looking at every minute: slow, stupid, and with nothing in it to get wrong. Everything it is asked about
 * must fall on whole minutes.
 */
export function naiveReport(
  entries: readonly Entry[],
  question: {
    readonly from: Instant;
    readonly to: Instant;
    readonly isInHours: (minute: Instant) => boolean;
    readonly isAlive: (minute: Instant) => boolean;
  },
): ReadonlyMap<string, number> {
  const minutes = new Map<string, number>();
  const count = (name: string) => minutes.set(name, (minutes.get(name) ?? 0) + 1);
  for (let minute = question.from; minute < question.to; minute += 60_000) {
    if (!question.isAlive(minute)) continue;
    const code = entries.findLast(({ at }) => at <= minute)?.code ?? firstState;
    const name = nameOf(presenceOf(code), statusOf(code));
    count(`whole ${name}`);
    if (question.isInHours(minute)) count(name);
  }
  return minutes;
}

function nameOf(presence: number, status: number): string {
  if (presence === PRESENCE.unknown) return 'unknown';
  if (presence === PRESENCE.offline) return 'offline';
  if (presence === PRESENCE.idle) return 'idle';
  if (presence === PRESENCE.disconnected) return 'disconnected';
  return `status ${status}`;
}
