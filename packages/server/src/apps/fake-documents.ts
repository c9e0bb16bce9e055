import type { Change, StoredRecord } from '../engine/change.ts';

/** Records that survive a restart of whoever keeps them, and a disk that can be full. */
export class FakeDocuments {
  readonly records = new Map<string, StoredRecord>();
  readonly commits: (readonly Change[])[] = [];
  isFull = false;

  async commit(changes: readonly Change[]): Promise<void> {
    await Promise.resolve();
    if (this.isFull) throw new Error('the disk is full');
    this.commits.push(changes);
    for (const change of changes) {
      if (change.kind === 'PutRecord') this.records.set(`${change.record.type} ${change.record.key}`, change.record);
      if (change.kind === 'RemoveRecord') this.records.delete(`${change.type} ${change.key}`);
    }
  }

  /** What a server that starts now would load. */
  loaded(): readonly StoredRecord[] {
    return [...this.records.values()];
  }

  keys(): readonly string[] {
    return [...this.records.keys()];
  }
}

/** Lets everything that is awaited now run to its end. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resume) => setImmediate(resume));
}
