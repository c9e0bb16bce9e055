import type { IngestAnswer } from '@rollcall/contract';
import { Draft, type LogHead } from '../../engine/draft.ts';
import { ImportDesk } from '../../engine/import-desk.ts';
import { importEvents } from '../../engine/import-events.ts';
import { Memory } from '../../engine/memory.ts';
import { Presence } from '../../engine/presence.ts';
import { RecordCache } from '../../engine/record-cache.ts';
import { restore } from '../../engine/recover.ts';
import type { LoadedState, Store } from '../../engine/store.ts';
import type { World } from '../../engine/world.ts';
import { importAnswer } from '../../http/codecs/import-codec.ts';
import { sha256Hex, systemRandomness } from '../../system/system-randomness.ts';
import { assert } from '../../time/assert.ts';
import { createZones } from '../../time/zone.ts';
import { CommandFailed } from '../command-failed.ts';
import { callerIn, type ImportOperation } from './operation.ts';

export type OfflineOptions = {
  readonly store: Store;
  /** Decides and writes nothing. */
  readonly isTrial: boolean;
};

/**
 * Takes events from elsewhere into the store of a folder that nobody serves: batch by batch, each a commit of its own.
 *
 * Not by starting an engine, as for any other command (`writeOffline`): nobody's page can reach it, so no session is
 * taken for idle or lost. What time did meanwhile to agents without a session is decided, at its own instants.
 */
export class OfflineImport {
  readonly #options: OfflineOptions;
  readonly #memory = new Memory();
  readonly #presence = new Presence();
  readonly #desk: ImportDesk;
  readonly #world: World;
  readonly #sessionCount: number;
  #head: LogHead;
  /** Noted with the first batch: from then on that is the newest thing in the log. */
  #outage: { readonly from: number; readonly to: number } | null;

  /** @throws StoreFailure */
  static async open(options: OfflineOptions): Promise<OfflineImport> {
    return new OfflineImport(options, await options.store.load());
  }

  private constructor(options: OfflineOptions, loaded: LoadedState) {
    const recovery = restore(loaded, this.#memory, this.#presence, Date.now());
    assert(recovery.kind === 'resumed', 'a folder is written to by a command only when it has a log');
    const zones = createZones(process.versions.tz ?? 'unknown');
    this.#options = options;
    this.#world = { readyAt: recovery.readyAt, random: systemRandomness(), zones };
    this.#sessionCount = loaded.counters.session;
    this.#head = loaded.head;
    this.#outage = { from: recovery.lastSeenAt, to: recovery.readyAt };
    this.#desk = new ImportDesk({
      store: options.store,
      memory: this.#memory,
      records: new RecordCache(this.#memory, options.store),
      hash: sha256Hex,
      // On a trial the log of the draft runs ahead of the one on disk.
      head: () => (options.isTrial ? loaded.head.position : this.#head.position),
      commit: async (changes) => (options.isTrial ? undefined : options.store.commit(changes)),
      onCommitted: () => () => {},
    });
  }

  /**
   * @throws CommandFailed when there is no such account
   * @throws StoreFailure when the commit failed: nothing of the batch happened
   */
  async take(operation: ImportOperation): Promise<IngestAnswer> {
    const account = operation.account === null ? 1 : this.#memory.accountNumbers.get(operation.account);
    if (account === undefined) throw new CommandFailed(`There is no account ${operation.account}.`);
    const now = Math.max(Date.now(), this.#world.readyAt);
    const ask = { caller: callerIn(account), now };
    const batch = await this.#desk.open(ask, operation.events);
    try {
      const draft = this.#draft(now);
      const results = importEvents(draft, this.#world, ask, batch, { ...operation, isWatched: false });
      await this.#commit(draft);
      return importAnswer(results);
    } finally {
      batch.close();
    }
  }

  #draft(now: number): Draft {
    const draft = new Draft({
      memory: this.#memory,
      presence: this.#presence,
      head: this.#head,
      sessionCount: this.#sessionCount,
      hash: sha256Hex,
    });
    if (this.#outage !== null) {
      const { from, to } = this.#outage;
      draft.append(
        { kind: 'OutageRecorded', from, to, account: 0, agent: 0, at: from, recordedAt: Math.min(to, now) },
        0,
      );
    }
    return draft;
  }

  async #commit(draft: Draft): Promise<void> {
    for (const [, agent] of draft.memory.agents.draftedEntries()) draft.put({ kind: 'PutAgent', agent });
    try {
      if (!this.#options.isTrial) await this.#options.store.commit(draft.changes);
    } catch (cause) {
      draft.drop();
      throw cause;
    }
    draft.merge();
    this.#head = draft.head;
    this.#outage = null;
  }
}
