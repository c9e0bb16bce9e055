import type { RecordedFact } from '../activity/fact.ts';
import type { Position } from '../activity/position.ts';
import { type BookPorts, nextTurn } from './book-ports.ts';

/** All facts of one agent up to its newest one, in log order: followed backwards, a page at a time. */
export async function agentChain(
  { store, clock }: Pick<BookPorts, 'store' | 'clock'>,
  newest: Position,
  pageMax: number,
): Promise<readonly RecordedFact[]> {
  const pages: (readonly RecordedFact[])[] = [];
  for (let head = newest; head > 0; ) {
    const page = await store.agentFacts({ head, after: 0, limit: pageMax });
    pages.push(page);
    head = page[0]?.previous ?? 0;
    if (head > 0) await nextTurn(clock);
  }
  return pages.reverse().flat();
}
