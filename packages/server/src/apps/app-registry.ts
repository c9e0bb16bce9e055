import type { AccountNumber } from '../activity/position.ts';
import type { AppRecord } from './app-record.ts';
import type { InstalledApp } from './installed-app.ts';

/** The apps that are installed in this server, and the code that must stay because of them. */
export class AppRegistry {
  readonly #apps = new Map<string, InstalledApp>();
  readonly #beginning = new Set<InstalledApp>();
  /** Digests of code that is about to be recorded, by how often. */
  readonly #held = new Map<string, number>();

  /** Not one of the installed apps yet, and perhaps never; it may have a process already. */
  begin(app: InstalledApp): void {
    this.#beginning.add(app);
  }

  giveUp(app: InstalledApp): void {
    this.#beginning.delete(app);
  }

  add(app: InstalledApp): void {
    this.#beginning.delete(app);
    this.#apps.set(app.id, app);
  }

  delete(id: string): void {
    this.#apps.delete(id);
  }

  byId(id: string): InstalledApp | undefined {
    return this.#apps.get(id);
  }

  find(account: AccountNumber, id: string): InstalledApp | undefined {
    const app = this.#apps.get(id);
    return app?.record.account === account ? app : undefined;
  }

  ofFolder(account: AccountNumber, folder: string): InstalledApp | undefined {
    return this.ofAccount(account).find(
      ({ record: { origin } }) => origin.kind === 'folder' && origin.folder === folder,
    );
  }

  ofAccount(account: AccountNumber): readonly InstalledApp[] {
    return this.all().filter(({ record }) => record.account === account);
  }

  all(): readonly InstalledApp[] {
    return [...this.#apps.values()];
  }

  /** Everybody who may have a process. */
  atWork(): readonly InstalledApp[] {
    return [...this.#apps.values(), ...this.#beginning];
  }

  /** Keeps code from being removed until what comes back is called. */
  hold(digest: string): () => void {
    this.#held.set(digest, (this.#held.get(digest) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.#held.get(digest) ?? 1) - 1;
      if (left === 0) this.#held.delete(digest);
      else this.#held.set(digest, left);
    };
  }

  /** Whether an app runs this code, could go back to it, or is about to. */
  needs(digest: string): boolean {
    return this.#held.has(digest) || this.all().some(({ record }) => digestsOf(record).includes(digest));
  }
}

export function digestsOf({ package: current, previous }: Pick<AppRecord, 'package' | 'previous'>): readonly string[] {
  return [current, previous].flatMap((one) => (one === null ? [] : [one.digest]));
}
