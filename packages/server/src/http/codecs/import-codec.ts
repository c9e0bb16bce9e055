import type { IngestAnswer } from '@rollcall/contract';
import type { ImportResult } from '../../engine/import-events.ts';

/** What became of a batch of events, on the wire: also what the command line is told by a running server. */
export function importAnswer(results: readonly ImportResult[]): IngestAnswer {
  const count = { accepted: 0, duplicate: 0, rejected: 0 };
  const items = results.map((result, index) => {
    count[result.kind]++;
    return result.kind === 'rejected'
      ? { index, result: result.kind, id: null, code: result.code, detail: result.detail }
      : { index, result: result.kind, id: result.id, code: null, detail: null };
  });
  return { items, ...count };
}
