import type { CalendarFileAnswer } from '@rollcall/contract';
import type { CalendarRecord } from '../../activity/record.ts';
import { type Rejection, refuse } from '../../directory/rejection.ts';
import type { IcalFault } from '../../time/ical-component.ts';
import type { Instant } from '../../time/instant.ts';
import type { Zones } from '../../time/zone-rules.ts';
import { HTTP_LIMITS } from '../limits.ts';
import { calendarRead } from './calendar-codec.ts';

export function calendarFileAnswer(
  record: CalendarRecord,
  leftOut: readonly IcalFault[],
  around: { readonly now: Instant; readonly zones: Zones },
): CalendarFileAnswer {
  return { calendar: calendarRead(record, around.now, around.zones), left_out: leftOut };
}

/** A file that cannot be taken, by its lines: as many of them as an answer holds. */
export function fileRefusal(faults: readonly IcalFault[]): Rejection {
  const shown = faults.slice(0, HTTP_LIMITS.fileFaultsMax);
  const [first] = shown;
  const detail = `Line ${first?.line ?? 1}: ${first?.detail ?? ''}${faults.length > 1 ? ` (and ${faults.length - 1} more: see errors)` : ''}`;
  return refuse(
    'invalid_input',
    detail,
    shown.map((fault) => ({ pointer: `/lines/${fault.line}`, detail: fault.detail })),
  );
}
