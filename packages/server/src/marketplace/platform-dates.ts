import type { PlatformVersion } from './platform-catalog.ts';

/** A day on the calendar, `2026-03-04`; days compare as texts. */
export type CalendarDay = string;

interface Milestone {
  readonly day: CalendarDay;
  readonly before: string;
  readonly since: string;
}

// Source: https://developers.freshworks.com/docs/app-sdk/v2.3/freshdesk/migration-guide (2.3) and
// https://developers.freshworks.com/crm/docs/request-method (2.2), read in 2026.
const milestones: Readonly<Record<PlatformVersion, readonly Milestone[]>> = {
  '2.0': [],
  '2.1': [],
  '2.2': [
    {
      day: '2023-07-31',
      before: 'its deprecation is announced for 31 July 2023',
      since: 'deprecated since 31 July 2023',
    },
  ],
  '2.3': [
    {
      day: '2026-01-30',
      before: 'new apps are taken until 30 January 2026',
      since: 'no new apps since 30 January 2026',
    },
    {
      day: '2026-05-30',
      before: 'updates and support end on 30 May 2026',
      since: 'no updates and no support since 30 May 2026',
    },
  ],
  '3.0': [],
};

/**
 * What the vendor's calendar says about a platform version on a day, as a sentence; null for the current version.
 * Apps that are published keep running, and every version runs here.
 */
export function platformDates(version: PlatformVersion, today: CalendarDay): string | null {
  if (version === '3.0') return null;
  const parts = milestones[version].map(({ day, before, since }) => (today < day ? before : since));
  if (parts.length === 0) parts.push('deprecated since 2.2 came');
  return `platform ${version}: ${parts.join(', ')}; apps that are published keep running, and so does every version here`;
}
