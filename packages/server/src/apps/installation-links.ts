import type { Caller } from '../directory/api-key.ts';
import type { Clock } from '../engine/clock.ts';
import type { Instant } from '../time/instant.ts';
import { APP_LIMITS } from './limits.ts';

/** The path below the public address; the token follows it. */
export const INSTALLATION_PATH = '/install/';

/** Whose installation page a link opens, and in whose name it acts. */
export type OpenLink = { readonly app: string; readonly caller: Caller };

/**
 * Links by which a person without a key gives an app its parameters: unguessable, for an hour, until they were used. They
 * are kept in memory alone: after a restart a new one is asked for.
 */
export class InstallationLinks {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #secret: () => string;
  readonly #links = new Map<string, OpenLink & { readonly expiresAt: number; readonly isTaken: boolean }>();

  constructor(clock: Pick<Clock, 'now'>, secret: () => string) {
    this.#clock = clock;
    this.#secret = secret;
  }

  make(link: OpenLink): { readonly token: string; readonly expiresAt: Instant } {
    this.#forgetOld();
    const token = this.#secret();
    const expiresAt = this.#clock.now() + APP_LIMITS.installationLinkMs;
    this.#links.set(token, { ...link, expiresAt, isTaken: false });
    return { token, expiresAt };
  }

  find(token: string): OpenLink | null {
    const link = this.#links.get(token);
    return link === undefined || link.expiresAt <= this.#clock.now() ? null : link;
  }

  /** As `find`, for one that acts on it: nobody else can until it is put back, so that a link is used once. */
  take(token: string): OpenLink | null {
    const link = this.#links.get(token);
    if (link === undefined || link.isTaken || this.find(token) === null) return null;
    this.#links.set(token, { ...link, isTaken: true });
    return link;
  }

  putBack(token: string): void {
    const link = this.#links.get(token);
    if (link !== undefined) this.#links.set(token, { ...link, isTaken: false });
  }

  use(token: string): void {
    this.#links.delete(token);
  }

  forgetApp(app: string): void {
    for (const [token, link] of this.#links) if (link.app === app) this.#links.delete(token);
  }

  /** They are made in the order in which they expire, so the first ones are the oldest. */
  #forgetOld(): void {
    const now = this.#clock.now();
    for (const [token, { expiresAt }] of this.#links) {
      if (expiresAt > now && this.#links.size < APP_LIMITS.installationLinksMax) return;
      this.#links.delete(token);
    }
  }
}
