import type { Apps } from '../apps/apps.ts';
import type { Engine } from '../engine/engine.ts';
import type { Reports } from '../reporting/reports.ts';
import type { TableFiles } from '../reporting/table-file.ts';
import type { Deliveries } from './deliveries-port.ts';

/** Whom the routes ask. */
export type Services = {
  readonly engine: Engine;
  readonly apps: Apps;
  readonly deliveries: Deliveries;
  readonly reports: Reports;
  readonly tableFiles: TableFiles;
};
