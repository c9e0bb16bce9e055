import type { Position } from '../../activity/position.ts';
import type { AgentProfile, CustomStatus, Group } from '../../activity/record.ts';
import type { Snapshots } from '../../activity/snapshots.ts';
import type { Draft } from '../../engine/draft.ts';
import { draftSnapshots, type Engine } from '../../engine/engine.ts';

/** What codecs look up: what an id or a number stands for today, and what a label said when it was written. */
export type Reading = {
  agent(number: number): AgentProfile | undefined;
  customStatus(id: string): CustomStatus | undefined;
  group(id: string): Group | undefined;
  label(position: Position): CustomStatus;
  readonly snapshots: Snapshots;
};

/** As it is on disk: for reads. */
export function durableReading({ memory, records }: Engine): Reading {
  return {
    agent: (number) => memory.agents.get(number)?.profile,
    customStatus: (id) => memory.customStatuses.get(id)?.record,
    group: (id) => memory.groups.get(id)?.record,
    label: (position) => records.snapshots.customStatus(position),
    snapshots: records.snapshots,
  };
}

/** As a group of commands so far leaves it: for the answers of the group, sent once it is durable. */
export function draftedReading(draft: Draft): Reading {
  const { memory } = draft;
  const snapshots = draftSnapshots(draft);
  return {
    agent: (number) => memory.agents.drafted(number)?.profile,
    customStatus: (id) => memory.customStatuses.drafted(id)?.record,
    group: (id) => memory.groups.drafted(id)?.record,
    label: (position) => snapshots.customStatus(position),
    snapshots,
  };
}
