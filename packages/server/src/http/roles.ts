import type { Role } from '@rollcall/contract';

/** Who may do what kind of thing: the sets that the routes choose from, so that the same thing is never open to different people. */
export const MAY = {
  administer: ['admin'],
  bringAgents: ['admin', 'ingest'],
  readAgents: ['admin', 'supervisor', 'agent', 'ingest', 'app-developer'],
  readSettings: ['admin', 'supervisor', 'agent', 'app-developer'],
  readEvents: ['admin', 'supervisor', 'agent', 'app-developer'],
  /** A person's own key: of that person alone. */
  readOwnReport: ['admin', 'supervisor', 'agent'],
  /** Of colleagues too. */
  readReports: ['admin', 'supervisor'],
  readKeys: ['admin', 'supervisor'],
  keepSessions: ['admin', 'supervisor', 'agent', 'ingest'],
  /** For many agents at once, or in the name of a machine: not for a person's own key. */
  reportOnAgents: ['admin', 'supervisor', 'ingest'],
  setStatus: ['admin', 'supervisor', 'agent'],
  correct: ['admin', 'supervisor', 'agent'],
  plan: ['admin', 'supervisor'],
  readPlans: ['admin', 'supervisor', 'agent'],
  readApps: ['admin', 'supervisor', 'app-developer'],
  runApps: ['admin', 'app-developer'],
} as const satisfies Readonly<Record<string, readonly [Role, ...Role[]]>>;
