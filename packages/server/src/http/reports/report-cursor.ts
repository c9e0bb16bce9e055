import type { Position } from '../../activity/position.ts';
import type { ReportAsk } from '../../reporting/report-ask.ts';
import type { Instant } from '../../time/instant.ts';
import { cursorOf, placeOfCursor } from '../cursor.ts';
import type { ReportCall } from './report-call.ts';

/**
 * Where a page of a report ends, and what the report was made of: the next page goes on with the same instant and the
 * same log, whatever has happened since, so that the pages belong together.
 */
export type Pin = { readonly offset: number; readonly now: Instant; readonly position: Position };

const LIST = 'agent-activity';
const FINGERPRINT_CHARACTERS = 16;

export function cursorOfPin(
  { offset, now, position }: Pin,
  ask: ReportAsk,
  { hash }: Pick<ReportCall, 'hash'>,
): string {
  return cursorOf(LIST, [offset, now, position, fingerprint(ask, hash)]);
}

/** The pin of a cursor; null when it is none, or belongs to another question. */
export function pinOf(cursor: string, ask: ReportAsk, call: ReportCall): Pin | null {
  const place = placeOfCursor(LIST, cursor, [0, 0, 0, '']);
  if (place === null) return null;
  const [offset, now, position, mark] = place as [number, number, number, string];
  const isSound = [offset, now, position].every(Number.isSafeInteger) && offset > 0 && position > 0;
  // A cursor of ours holds an instant that was past and a log that was there; nobody may ask for others.
  const isPossible = now <= call.now && position <= call.head;
  return isSound && isPossible && mark === fingerprint(ask, call.hash) ? { offset, now, position } : null;
}

/** Of what is asked, from wherever it is seen. */
function fingerprint({ now: _now, atPosition: _position, ...question }: ReportAsk, hash: ReportCall['hash']): string {
  return hash(JSON.stringify(question)).slice(0, FINGERPRINT_CHARACTERS);
}
