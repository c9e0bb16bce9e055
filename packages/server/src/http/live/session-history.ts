import type { LogReader } from '../../activity/log-reader.ts';
import type { Position, SessionNumber } from '../../activity/position.ts';

const PAGE_FACTS = 64;

/**
 * Whether the agent once opened this session, which is live no more. Looks back from the agent's newest fact, because who
 * comes back was here a short while ago; gives up after `factsMax`.
 */
export async function wasSessionOf(
  log: LogReader,
  head: Position,
  session: SessionNumber,
  factsMax: number,
): Promise<boolean> {
  let newest = head;
  for (let looked = 0; looked < factsMax && newest > 0; looked += PAGE_FACTS) {
    const facts = await log.agentFacts({ head: newest, after: 0, limit: PAGE_FACTS });
    if (facts.some((fact) => fact.kind === 'SessionOpened' && fact.session === session)) return true;
    newest = facts[0]?.previous ?? 0;
  }
  return false;
}
