import { hourMs, secondMs } from '../time/instant.ts';

/** What the calls of apps may take, and how many things are remembered for them. */
export const APP_LIMITS = {
  /** The platform's: product, scheduled and external events, and functions that name no limit of their own. */
  callMsMax: 20 * secondMs,
  /** Of install, update and uninstall, the process's start not counted. */
  setUpMsMax: 20 * secondMs,
  /** The same for an app that runs in its developer's folder: what the vendor's kit gives it there. */
  liveSetUpMsMax: 10 * secondMs,
  /** Of a function or an action, in a minute. */
  functionsPerMinuteMax: 50,
  functionBytesMax: 100 * 1024,
  /** Of what an app says when it refuses. The platform cuts at 60; longer reasons help whoever reads them. */
  refusalCharactersMax: 500,
  /** How long a link to an installation page opens it. */
  installationLinkMs: hourMs,
  installationLinksMax: 1000,
} as const;
