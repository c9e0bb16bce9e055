import type { ActionDefinition } from './action-definition.ts';
import type { EntityDefinition } from './entity-definition.ts';
import type { InstallationPage } from './iparams.ts';
import type { OauthIntegration } from './oauth-integration.ts';
import type { PlatformVersion } from './platform-catalog.ts';
import type { RequestTemplate } from './request-template.ts';

/** Who answers an event: events are dispatched by module and name, since one name may occur in several modules. */
export interface EventHandler {
  /** Module of platform 3.0 (`chat_conversation`) or product of 2.x (`freshchat`). */
  readonly module: string;
  readonly event: string;
  /** Key of the function in the exports of server/server.js. */
  readonly handler: string;
}

/** A server method that the app's front end may call. */
export interface ServerFunction {
  readonly module: string;
  readonly name: string;
  /** Null when the manifest leaves it to the platform. */
  readonly timeoutSeconds: number | null;
}

/** An npm package with the version that the manifest names. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
}

/** What manifest.json says, in one form for all platform versions. */
export interface Manifest {
  readonly platformVersion: PlatformVersion;
  /** Products of 2.x; empty for 3.0. */
  readonly products: readonly string[];
  /** Modules of 3.0, `common` included; empty for 2.x. */
  readonly modules: readonly string[];
  readonly handlers: readonly EventHandler[];
  readonly functions: readonly ServerFunction[];
  /** Names of request templates. */
  readonly requests: readonly string[];
  /** Names of jobs (3.0). */
  readonly jobs: readonly string[];
  readonly dependencies: readonly Dependency[];
  /** Origins that `$request.get` and its siblings may reach (2.x before 2.3); empty when there is no such key. */
  readonly whitelistedDomains: readonly string[];
  /** The author's own tools: information, never a condition. */
  readonly engines: { readonly node: string | null; readonly fdk: string | null };
}

/** An app that can be loaded: its manifest with the events declared in code, and its installation page. */
export interface AppDefinition extends Manifest {
  readonly installation: InstallationPage;
  readonly requestTemplates: readonly RequestTemplate[];
  readonly oauth: readonly OauthIntegration[];
  readonly actions: readonly ActionDefinition[];
  readonly entities: readonly EntityDefinition[];
}

// Events of this server reach apps under these names of the platform.
const modulesServed: ReadonlySet<string> = new Set(['freshchat', 'chat_conversation']);

/** The app's handler for an event of this server, or null when the app does not subscribe to it. */
export function handlerOf(app: Pick<Manifest, 'handlers'>, event: string): EventHandler | null {
  return app.handlers.find((handler) => handler.event === event && modulesServed.has(handler.module)) ?? null;
}
