/** A test kit for Marketplace apps: an invented team, the real engine, the app's own callbacks, in virtual time. */
import type { Team, TeamOptions } from './team.ts';

export type { Agent, AgentProfileInput, SetStatusOptions } from './agent.ts';
export type { Callback, CallbackError, LogLine, SentRequest } from './callback.ts';
export type { Duration } from './duration.ts';
export type { CustomStatusInput } from './invented-agents.ts';
export type { Reply, StubAnswer } from './request-stubs.ts';
export type { Couplings, ExternalRequest, PayloadOf, Team, TeamDb, TeamOptions, TeamSchedule } from './team.ts';

/**
 * Checks an app, loads it into this process and starts an invented team around it, in virtual time.
 *
 * @throws AppRefused (by its `name`) when the app has errors or the parameters do not fit it, with every finding;
 *   TypeError for options that mean nothing; whatever the app's files throw while they are loaded
 */
export async function startTeam(options: TeamOptions = {}): Promise<Team> {
  requireRuntime();
  // The engine needs a runtime that has its own parts: what says so must be loadable without them.
  const { openTeam } = await import('./open-team.ts');
  return openTeam(options);
}

function requireRuntime(): void {
  const major = Number(process.versions.node.split('.', 1)[0]);
  if (major >= NODE_MAJOR_MIN) return;
  throw new Error(
    `@rollcall/testing needs Node.js ${NODE_MAJOR_MIN} or later, and this is ${process.versions.node}. The app itself may run on any: add "node": "26.10.0" to the devDependencies, and run the tests with npm test.`,
  );
}

const NODE_MAJOR_MIN = 26;
