import { formatInstant } from '../src/time/instant.ts';

/** A payload from elsewhere, as little of it as a test cares about. */
export type ImportedParts = {
  readonly email: string;
  readonly at: number;
  /** Default: a minute earlier. */
  readonly prevAt?: number;
  readonly axis?: 'GeneralAvailability' | 'Intelliassign';
  readonly status?: string;
  readonly prevStatus?: string;
  readonly customStatusId?: string | null;
  readonly emoji?: string | null;
  readonly id?: string | null;
  readonly reason?: string;
};

/** One of another Rollcall. */
export function importedPayload(parts: ImportedParts) {
  const { email, at, axis = 'Intelliassign' } = parts;
  return {
    account_id: '77',
    domain: 'elsewhere.example.com',
    region: 'EU',
    event: 'onAgentActivityCreate',
    timestamp: at + 40,
    version: '2.0.0',
    iparams: {},
    data: {
      actor: {
        type: 'system',
        sub_entity: axis === 'Intelliassign' ? (parts.reason ?? 'import') : null,
        id: '5f2b7c1e-0a4d-4d8e-9a55-2c8f8f0b7a10',
        email: null,
        first_name: null,
        last_name: null,
        phone: null,
        avatar: { url: null },
        org_actor_id: null,
        org_contact_id: null,
        login_status: true,
        social_profiles: [],
      },
      agent_activity: {
        availability_event_type: axis,
        status: parts.status ?? 'AVAILABLE',
        prev_status: parts.prevStatus ?? 'UNAVAILABLE',
        status_change_timestamp: formatInstant(at),
        prev_status_change_timestamp: formatInstant(parts.prevAt ?? at - 60_000),
        custom_status_id: parts.customStatusId ?? null,
        emoji: parts.emoji ?? null,
        email,
        org_agent_id: orgIdOf(email),
      },
    },
    activity: {
      ...(parts.id == null ? {} : { id: parts.id }),
      ...(parts.reason === undefined ? {} : { reason: parts.reason }),
    },
  };
}

/** One of a real account of the vendor: no `activity`, seconds in `timestamp`, a cause and fields of its own. */
export function vendorPayload({ email, at, prevAt }: { email: string; at: number; prevAt: number }) {
  return {
    actor_source: 'undocumented',
    account_id: 4711,
    domain: 'elsewhere.example.com',
    region: 'US',
    event: 'onAgentActivityCreate',
    timestamp: (at + 40) / 1000,
    version: '1.0.0',
    iparams: { token: 'x' },
    data: {
      actor: {
        type: 'agent',
        sub_entity: 'hallway_bot',
        id: '98c76ba0-6b38-499b-9c37-e104774276b9',
        email: 'boss@elsewhere.example.com',
        first_name: 'Some',
        last_name: 'Boss',
        phone: '123',
        avatar: { url: 'https://elsewhere.example.com/boss.png' },
        org_actor_id: '374207180722084699',
        org_contact_id: '1556375110506151999',
        login_status: false,
        social_profiles: [{ id: 'boss', type: 'facebook' }],
      },
      agent_activity: {
        availability_event_type: 'Intelliassign',
        status: 'Focus',
        prev_status: 'AVAILABLE',
        status_change_timestamp: formatInstant(at),
        prev_status_change_timestamp: formatInstant(prevAt),
        custom_status_id: '75c23bdd-0e88-f234-417a-d3e2eb14c7b0',
        emoji: 'dart',
        email,
        org_agent_id: orgIdOf(email),
      },
    },
  };
}

function orgIdOf(email: string): string {
  const digits = email.replaceAll(/\D/g, '');
  return `90071992547409${digits.padStart(4, '0').slice(-6)}`;
}
