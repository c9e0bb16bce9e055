import type { StatusLabel } from '../activity/status-label.ts';
import type { Line } from '../report/activity-report.ts';
import type { AccountHistory } from '../report/directory-history.ts';
import { measuresOf, type PartOfMetric } from '../report/measures.ts';
import { AVAILABLE_NUMBER, type StatusNumber, UNAVAILABLE_NUMBER } from '../report/state-code.ts';
import type { StatusNumbers } from '../report/status-numbers.ts';
import type { Layout } from '../report/tally.ts';
import type { Measures, Part, ReportRow } from './report-answer.ts';

/** Numbers of statuses as people know them: ids, and the names of today. */
export class StatusNames {
  readonly #account: AccountHistory;
  readonly #numbers: StatusNumbers;

  constructor(account: AccountHistory, numbers: StatusNumbers) {
    this.#account = account;
    this.#numbers = numbers;
  }

  /** Today's name of the status that a label is of. */
  ofLabel(label: StatusLabel): string | null {
    return this.custom(this.#numbers.numberOf(label))?.name ?? null;
  }

  /** null for the two default statuses. */
  custom(status: StatusNumber): { readonly id: string; readonly name: string } | null {
    const id = this.#numbers.idOf(status);
    return id === null ? null : { id, name: this.#account.customStatuses.get(id)?.record.name ?? id };
  }
}

/** A line as an object, for those that somebody looks at. */
export function rowOf(line: Line, layout: Layout, names: StatusNames): ReportRow {
  return {
    agent: line.agent,
    groupId: line.group,
    ...line.time,
    status: line.status === undefined || line.status === null ? line.status : statusOfRow(line.status, names),
    ...toldMeasures(layout, line.tally, line.row, names),
  };
}

export function toldMeasures(layout: Layout, tally: Float64Array, row: number, names: StatusNames): Measures {
  const { parts, generalChanges, intelliassignChanges, ...measures } = measuresOf(layout, tally, row);
  const breakdown = parts.map((part) => partOf(part, names)).sort((one, other) => other.ms - one.ms);
  return {
    ...measures,
    breakdown,
    changes: { generalAvailability: generalChanges, intelliassign: intelliassignChanges },
  };
}

function partOf(part: PartOfMetric, names: StatusNames): Part {
  const custom = part.kind === 'custom_status' ? names.custom(part.status) : null;
  return { kind: part.kind, customStatusId: custom?.id ?? null, name: custom?.name ?? null, ms: part.ms };
}

export function statusOfRow(status: StatusNumber, names: StatusNames): NonNullable<ReportRow['status']> {
  if (status === AVAILABLE_NUMBER) return { kind: 'AVAILABLE', customStatusId: null, name: 'AVAILABLE' };
  if (status === UNAVAILABLE_NUMBER) return { kind: 'UNAVAILABLE', customStatusId: null, name: 'UNAVAILABLE' };
  const custom = names.custom(status);
  return { kind: 'custom_status', customStatusId: custom?.id ?? null, name: custom?.name ?? String(status) };
}
