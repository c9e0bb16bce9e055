import type { Position } from './position.ts';
import type { AccountRecord, AgentProfile, CustomStatus } from './record.ts';

/**
 * Records as they were, by the position of the fact that recorded them. Immutable, so any cache in front of the log may
 * serve them. Reading a position that holds another kind of record is a bug.
 */
export type Snapshots = {
  account(position: Position): AccountRecord;
  agent(position: Position): AgentProfile;
  customStatus(position: Position): CustomStatus;
};

/** The positions that must be at hand before the fact can be told; a custom status' label is such a position. */
export function snapshotPositionsOf(fact: {
  readonly status: number;
  readonly prevStatus: number;
  readonly subjectProfile: Position;
  readonly actorProfile: Position;
  readonly accountProfile: Position;
}): readonly Position[] {
  const positions = [fact.subjectProfile, fact.accountProfile];
  if (fact.actorProfile > 0) positions.push(fact.actorProfile);
  if (fact.status > 1) positions.push(fact.status);
  if (fact.prevStatus > 1) positions.push(fact.prevStatus);
  return positions;
}
