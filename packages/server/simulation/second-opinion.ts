import type { SessionNumber } from '../src/activity/position.ts';
import type { Instant } from '../src/time/instant.ts';
import type { JournalEntry } from './random-commands.ts';

/** A change of the general axis, as somebody else works it out. */
export type ExpectedChange = {
  readonly at: Instant;
  readonly isOnline: boolean;
  readonly reason: 'login' | 'active' | 'logout' | 'idle_timeout' | 'disconnect';
};

type Line = { lostAt: Instant | null };

/**
 * The general axis of one agent, worked out a second time from what was granted, in another way than the engine's: the
 * time between two entries is walked from one instant at which anything could happen to the next, and at each of them
 * every rule is asked anew. Slow, without any state but the sessions and the last activity, and knowing nothing of
 * facts. Lengths in milliseconds; they must not change on the way.
 */
export function secondOpinion(
  entries: readonly JournalEntry[],
  lengths: { readonly idleAfterMs: number; readonly disconnectGraceMs: number },
  endsAt: Instant,
): readonly ExpectedChange[] {
  const lines = new Map<SessionNumber, Line>();
  const changes: ExpectedChange[] = [];
  let isOnline = false;
  let activeAt = 0;
  const set = (online: boolean, reason: ExpectedChange['reason'], at: Instant) => {
    if (isOnline !== online) changes.push({ at, isOnline: online, reason });
    isOnline = online;
  };
  const happen = (at: Instant) => {
    if (isOnline && lines.size > 0 && at - activeAt >= lengths.idleAfterMs) set(false, 'idle_timeout', at);
    const over = [...lines].filter(([, { lostAt }]) => lostAt !== null && at - lostAt >= lengths.disconnectGraceMs);
    for (const [session] of over) lines.delete(session);
    if (over.length > 0 && lines.size === 0) set(false, 'disconnect', at);
  };
  const walkTo = (to: Instant, from: Instant) => {
    const losses = [...lines.values()].flatMap(({ lostAt }) => (lostAt === null ? [] : [lostAt]));
    const moments = [activeAt + lengths.idleAfterMs, ...losses.map((lostAt) => lostAt + lengths.disconnectGraceMs), to];
    for (const at of moments.filter((moment) => moment >= from && moment <= to).toSorted((a, b) => a - b)) happen(at);
  };
  let walkedTo = Number.NEGATIVE_INFINITY;
  for (const entry of entries) {
    walkTo(entry.at, walkedTo);
    walkedTo = entry.at;
    enter(entry);
  }
  walkTo(endsAt, walkedTo);
  return changes;

  function enter({ at, kind, session }: JournalEntry): void {
    switch (kind) {
      case 'open': {
        const wasEmpty = lines.size === 0;
        for (const [number, { lostAt }] of lines) if (lostAt !== null) lines.delete(number);
        lines.set(session, { lostAt: null });
        activeAt = at;
        set(true, wasEmpty ? 'login' : 'active', at);
        return;
      }
      case 'activity':
        activeAt = at;
        set(true, 'active', at);
        return;
      case 'close':
        lines.delete(session);
        if (lines.size === 0) set(false, 'logout', at);
        return;
      case 'lose':
      case 'return':
        lines.set(session, { lostAt: kind === 'lose' ? at : null });
        return;
    }
  }
}
