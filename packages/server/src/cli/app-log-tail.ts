import type { Clock } from '../engine/clock.ts';
import type { Store } from '../engine/store.ts';
import { formatInstant } from '../time/instant.ts';

export type AppLogTailParts = {
  readonly store: Pick<Store, 'appLog'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly apps: readonly { readonly id: string; readonly name: string }[];
  readonly print: (line: string) => void;
};

/** How often it looks; what apps print is on disk a tenth of a second later. An app that floods is shown with a lag. */
const LOOK_EVERY_MS = 400;
const PAGE_LENGTH = 500;

/**
 * Shows what apps print from now on, as they print it: for the person who sits before the server and wants to see
 * callbacks run. It reads the apps' logs, as anybody may, and holds up nobody.
 */
export async function tailAppLogs(parts: AppLogTailParts): Promise<{ stop(): Promise<void> }> {
  const places = new Map<string, number>();
  for (const { id } of parts.apps) places.set(id, await endOf(parts, id));
  let isStopped = false;
  let cancel = () => {};
  let looking = Promise.resolve();
  const look = async (): Promise<void> => {
    for (const { id, name } of parts.apps) {
      const page = await parts.store.appLog({ app: id, after: places.get(id) ?? 0, limit: PAGE_LENGTH });
      for (const { at, text } of page) parts.print(`${timeOf(at)}  ${name}  ${harmless(text)}`);
      const last = page.at(-1);
      if (last !== undefined) places.set(id, last.number);
    }
    lookLater();
  };
  const lookLater = (): void => {
    if (isStopped) return;
    cancel = parts.clock.after(LOOK_EVERY_MS, () => {
      // When the store cannot be read, whoever writes to it says so; the tail just ends.
      looking = look().catch(() => {});
    });
  };
  lookLater();
  return {
    async stop() {
      isStopped = true;
      cancel();
      await looking;
    },
  };
}

/** The number of the last line that stands there already. */
async function endOf({ store }: AppLogTailParts, app: string): Promise<number> {
  let place = 0;
  for (;;) {
    const page = await store.appLog({ app, after: place, limit: PAGE_LENGTH });
    place = page.at(-1)?.number ?? place;
    if (page.length < PAGE_LENGTH) return place;
  }
}

/**
 * An app that is not trusted must not steer the terminal of who looks at it: no control characters but line breaks. Nor
 * may it show text in another order than it has: the marks for the direction of writing are replaced too.
 */
function harmless(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD');
}

/** `12:05:08`, in UTC, as everything else here is. */
function timeOf(at: number): string {
  return formatInstant(at).slice(11, 19);
}
