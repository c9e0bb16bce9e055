import type { Route } from '../route.ts';
import { accountRoutes } from './account.ts';
import { activityTickRoutes } from './activity-ticks.ts';
import { agentRoutes } from './agents.ts';
import { appCallRoutes } from './app-calls.ts';
import { appInstallationRoutes } from './app-installation.ts';
import { appRoutes } from './apps.ts';
import { calendarFileRoutes } from './calendar-files.ts';
import { calendarRoutes } from './calendars.ts';
import { correctionRoutes } from './corrections.ts';
import { customStatusRoutes } from './custom-statuses.ts';
import { deliveryRoutes } from './deliveries.ts';
import { eventRoutes } from './events.ts';
import { groupRoutes } from './groups.ts';
import { ingestRoutes } from './ingest.ts';
import { intelliassignRoutes } from './intelliassign.ts';
import { keyRoutes } from './keys.ts';
import { planRoutes } from './plans.ts';
import { reportRoutes } from './reports.ts';
import { sessionRoutes } from './sessions.ts';
import { signalRoutes } from './signals.ts';

/** Every route below `/api/v1` that answers once; those that stay open are the live door's. In the order of the documentation. */
export const allRoutes: readonly Route[] = [
  ...agentRoutes,
  ...sessionRoutes,
  ...activityTickRoutes,
  ...intelliassignRoutes,
  ...signalRoutes,
  ...customStatusRoutes,
  ...groupRoutes,
  ...calendarFileRoutes,
  ...calendarRoutes,
  ...correctionRoutes,
  ...planRoutes,
  ...accountRoutes,
  ...keyRoutes,
  ...eventRoutes,
  ...reportRoutes,
  ...appRoutes,
  ...appInstallationRoutes,
  ...appCallRoutes,
  ...deliveryRoutes,
  ...ingestRoutes,
];
