/** The wire of Rollcall: event payloads, API shapes, closed lists, and a validator that names every fault. */
export * from './api/account.ts';
export * from './api/activity-ticks.ts';
export * from './api/agent.ts';
export * from './api/app.ts';
export * from './api/app-call.ts';
export * from './api/app-installation.ts';
export * from './api/calendar.ts';
export * from './api/calendar-file.ts';
export * from './api/correction.ts';
export * from './api/custom-status.ts';
export * from './api/delivery.ts';
export * from './api/event.ts';
export * from './api/group.ts';
export * from './api/ingest.ts';
export * from './api/intelliassign.ts';
export * from './api/key.ts';
export * from './api/page.ts';
export * from './api/path.ts';
export * from './api/plan.ts';
export * from './api/report.ts';
export * from './api/session.ts';
export * from './api/signal.ts';
export {
  APP_SCHEMA_NAMES,
  APP_SCHEMAS,
  type AppSchema,
  type AppSchemaName,
} from './app-schemas/app-schemas.ts';
export * from './app-schemas/platform-names.ts';
export type { Meant } from './closest-word.ts';
export * from './error-codes.ts';
export * from './event-payload.ts';
export * from './example-payloads.ts';
export * from './instant.ts';
export * from './limits.ts';
export type { PayloadLaw, PayloadView } from './payload-law.ts';
export * from './problem.ts';
export * from './reasons.ts';
export * from './shape-faults.ts';
export * from './validate-payload.ts';
export { type Frozen, WIRE_FORMATS, WIRE_PATTERNS, type Wire, type WirePattern } from './wire-field.ts';
