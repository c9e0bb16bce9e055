import type { Caller } from '../directory/api-key.ts';
import type { Clock } from '../engine/clock.ts';
import type { Instant } from '../time/instant.ts';
import { APP_LIMITS } from './limits.ts';

/** The path below the public address; the token follows it. */
export const INSTALLATION_PATH = '/install/';

/** Whose installation page a link opens, and in whose name it acts. */
export type OpenLink = { readonly app: string; readonly caller: Caller };

type KnownLink = OpenLink & {
  readonly expiresAt: number;
  readonly isTaken: boolean;
  /** By it the files of the app's own page are read, and nothing else: the page knows it, and must not know the token. */
  readonly pageKey: string;
};

/**
 * Links by which a person without a key gives an app its parameters: unguessable, for an hour, until they were used. They
 * are kept in memory alone: after a restart a new one is asked for.
 */
export class InstallationLinks {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #secret: () => string;
  readonly #links = new Map<string, KnownLink>();
  readonly #tokensByPage = new Map<string, string>();

  constructor(clock: Pick<Clock, 'now'>, secret: () => string) {
    this.#clock = clock;
    this.#secret = secret;
  }

  make(link: OpenLink): { readonly token: string; readonly expiresAt: Instant } {
    this.#forgetOld();
    const [token, pageKey] = [this.#secret(), this.#secret()];
    const expiresAt = this.#clock.now() + APP_LIMITS.installationLinkMs;
    this.#links.set(token, { ...link, expiresAt, isTaken: false, pageKey });
    this.#tokensByPage.set(pageKey, token);
    return { token, expiresAt };
  }

  /** The key to the files of the page that the link opens; null when the link is over. */
  pageKeyOf(token: string): string | null {
    return this.find(token) === null ? null : (this.#links.get(token)?.pageKey ?? null);
  }

  findByPage(pageKey: string): OpenLink | null {
    const token = this.#tokensByPage.get(pageKey);
    return token === undefined ? null : this.find(token);
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
    const link = this.#links.get(token);
    this.#links.delete(token);
    if (link !== undefined) this.#tokensByPage.delete(link.pageKey);
  }

  forgetApp(app: string): void {
    for (const [token, link] of this.#links) if (link.app === app) this.use(token);
  }

  /** They are made in the order in which they expire, so the first ones are the oldest. */
  #forgetOld(): void {
    const now = this.#clock.now();
    for (const [token, { expiresAt }] of this.#links) {
      if (expiresAt > now && this.#links.size < APP_LIMITS.installationLinksMax) return;
      this.use(token);
    }
  }
}
