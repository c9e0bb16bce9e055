import type { AgentProfile } from '../activity/record.ts';
import type { Instant } from '../time/instant.ts';

/** What may be said about an agent; everything left out stays as it is, or gets its default. */
export type AgentInput = {
  readonly [Field in keyof AgentFields]?: AgentFields[Field] | undefined;
};

type AgentFields = Omit<AgentProfile, 'id' | 'lengthsChangedAt' | 'createdAt'>;

/** What a new agent gets where nothing was said. The ids are made by whoever has randomness. */
export type NewAgent = {
  readonly id: string;
  readonly orgAgentId: string;
  readonly orgContactId: string;
  readonly createdAt: Instant;
};

export function newAgentProfile(
  input: AgentInput & { readonly email: string },
  fresh: NewAgent,
  now: Instant,
): AgentProfile {
  return {
    id: fresh.id,
    orgAgentId: input.orgAgentId ?? fresh.orgAgentId,
    orgContactId: input.orgContactId ?? fresh.orgContactId,
    email: input.email,
    firstName: input.firstName ?? null,
    lastName: input.lastName ?? null,
    phone: input.phone ?? null,
    avatarUrl: input.avatarUrl ?? null,
    socialProfiles: input.socialProfiles ?? [],
    timeZone: input.timeZone ?? null,
    groups: input.groups ?? [],
    calendarId: input.calendarId ?? null,
    idleAfterMs: input.idleAfterMs ?? null,
    disconnectGraceMs: input.disconnectGraceMs ?? null,
    lengthsChangedAt: now,
    role: input.role ?? 'agent',
    active: input.active ?? true,
    createdAt: fresh.createdAt,
  };
}

/** The profile after a change. A change of lengths or of groups moves deadlines from now on. */
export function changedAgentProfile(profile: AgentProfile, input: AgentInput, now: Instant): AgentProfile {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const changed: AgentProfile = { ...profile, ...given };
  return movesDeadlines(profile, changed) ? { ...changed, lengthsChangedAt: now } : changed;
}

function movesDeadlines(before: AgentProfile, after: AgentProfile): boolean {
  return (
    before.idleAfterMs !== after.idleAfterMs ||
    before.disconnectGraceMs !== after.disconnectGraceMs ||
    before.groups.length !== after.groups.length ||
    before.groups.some((id) => !after.groups.includes(id))
  );
}
