import { csvRows } from './csv-rows.ts';
import type { ImportLine } from './import-line.ts';
import type { Line } from './read-lines.ts';

/** JSON lines: a payload each, ours or the vendor's. */
export async function* jsonEvents(lines: AsyncIterable<Line>): AsyncGenerator<ImportLine> {
  for await (const { number, text } of lines) {
    if (text.trim() === '') continue;
    try {
      yield { line: number, payload: JSON.parse(text) as unknown };
    } catch (error) {
      yield { line: number, fault: `It is not JSON: ${(error as Error).message}` };
    }
  }
}

/** Our own export as CSV (`event-csv.ts`). It names the actor and leaves out the actor's particulars. */
export async function* exportedRows(lines: AsyncIterable<Line>): AsyncGenerator<ImportLine> {
  let names: readonly string[] | null = null;
  for await (const { line, cells } of csvRows(lines)) {
    if (names === null) {
      names = cells;
      continue;
    }
    const row = new Map(names.map((name, index) => [name, cells[index] ?? '']));
    const cell = (name: string): string | null => row.get(name) || null;
    yield {
      line,
      payload: {
        data: {
          actor: {
            type: cell('actor_type'),
            sub_entity: cell('availability_event_type') === 'Intelliassign' ? cell('reason') : null,
            id: cell('actor_id'),
            email: cell('actor_email'),
            login_status: cell('login_status') === null ? null : cell('login_status') === 'true',
          },
          agent_activity: {
            availability_event_type: cell('availability_event_type'),
            status: cell('status'),
            prev_status: cell('prev_status'),
            status_change_timestamp: cell('status_change_timestamp'),
            prev_status_change_timestamp: cell('prev_status_change_timestamp'),
            custom_status_id: cell('custom_status_id'),
            emoji: cell('emoji'),
            email: cell('email'),
            org_agent_id: cell('org_agent_id'),
          },
        },
        activity: { id: cell('id'), agent_id: cell('agent_id'), reason: cell('reason') },
      },
    };
  }
}
