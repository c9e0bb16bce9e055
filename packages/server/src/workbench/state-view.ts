import type { Engine } from '../engine/engine.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import type { Finding } from '../marketplace/finding.ts';
import { formatInstant, type Instant } from '../time/instant.ts';
import type { AppLife } from './app-life.ts';
import type { AppSeat } from './app-seat.ts';
import { kindOfEvent } from './call-kind.ts';
import type { CoverageSummary } from './coverage.ts';
import type { Entry, LooseLine } from './journal.ts';
import type { ShiftableClock } from './shiftable-clock.ts';
import { sourceFrame } from './source-frame.ts';
import { agentsOf, agentView, nameOf, nextOfTeam, statusViews } from './team.ts';

export type StateParts = {
  readonly engine: Engine;
  readonly clock: ShiftableClock;
  readonly life: AppLife;
  readonly seat: AppSeat;
  readonly fence: string;
  readonly folder: string;
  /** Null while nothing is counted. */
  readonly coverage: () => CoverageSummary | null;
  readonly inspectorPort: number | null;
  readonly version: string;
  readonly isRetried: boolean;
};

/** Everything that the page shows besides the journal, as JSON for the wire: small, so it is sent whole. */
export function stateView(parts: StateParts): object {
  const { engine, clock, life, seat } = parts;
  const view = seat.view();
  return {
    version: parts.version,
    app: {
      name: life.name,
      folder: parts.folder,
      id: view?.id ?? null,
      fence: view?.fence ?? parts.fence,
      life: lifeView(life, view?.process.phase === 'running'),
      packages: packagesView(life),
      last_reload: reloadView(life),
      ...definitionView(life.definition),
      iparams: view?.iparams ?? {},
      missing_parameters: missingOf(life.definition, view?.iparams ?? {}),
      timestamp_unit: view?.settings.timestampUnit ?? null,
      state: view?.state ?? null,
      process: view === null ? null : { phase: view.process.phase, pid: view.process.pid },
    },
    findings: life.findings.map((finding) => findingView(finding, life)),
    clock: clockView(engine, clock, seat),
    agents: agentsOf(engine).map((agent) => agentWire(agentView(engine, agent))),
    custom_statuses: statusViews(engine),
    coverage: parts.coverage(),
    inspector: parts.inspectorPort === null ? null : `127.0.0.1:${parts.inspectorPort}`,
    retries: parts.isRetried,
  };
}

/** The parameters that the app requires and has not got. */
function missingOf(app: AppDefinition | null, iparams: Readonly<Record<string, unknown>>): readonly string[] {
  if (app === null || app.installation.kind !== 'definitions') return [];
  const isMissing = (name: string) => iparams[name] === undefined || iparams[name] === null || iparams[name] === '';
  return app.installation.definitions
    .filter(({ name, required }) => required && isMissing(name))
    .map(({ name }) => name);
}

function lifeView({ state }: AppLife, isAtWork: boolean): object {
  switch (state.kind) {
    case 'starting':
    case 'live':
    case 'uninstalled':
      return { kind: state.kind };
    case 'broken':
      return { kind: 'broken', runs: state.runs && isAtWork };
    case 'not_installed':
      return { kind: 'not_installed', why: state.why, faults: state.faults };
  }
}

function packagesView({ packages }: AppLife): object {
  switch (packages.kind) {
    case 'none':
      return { kind: 'none' };
    case 'installing':
      return { kind: 'installing', names: packages.names, line: packages.line };
    case 'installed':
      return { kind: 'installed', names: packages.names, duration_ms: packages.durationMs };
    case 'failed':
      return { kind: 'failed', names: packages.names, sentence: packages.sentence };
  }
}

function reloadView({ lastReload }: AppLife): object | null {
  if (lastReload === null) return null;
  const { kind, paths, durationMs } = lastReload;
  return { kind, paths, duration_ms: durationMs };
}

function definitionView(app: AppDefinition | null): object {
  if (app === null)
    return { platform_version: null, events: [], functions: [], actions: [], jobs: [], oauth: [], parameters: null };
  return {
    platform_version: app.platformVersion,
    events: app.handlers.map(({ module, event, handler }) => ({ module, event, handler, kind: kindOfEvent(event) })),
    functions: app.functions.map(({ module, name }) => ({ module, name })),
    actions: app.actions.map(({ name, displayName, parameters }) => ({ name, display_name: displayName, parameters })),
    jobs: app.jobs,
    oauth: app.oauth.map(({ name }) => name),
    parameters: app.installation.kind,
  };
}

function findingView(finding: Finding, life: AppLife): object {
  const { severity, code, message, file, line, column, expected, fix } = finding;
  const text = life.reading.files?.get(file);
  const frame = text === undefined || text === '' ? null : sourceFrame(text, { file, line, column }, 1);
  return { severity, code, message, file, line, column, expected: expected ?? null, fix: fix ?? null, frame };
}

function clockView(engine: Engine, clock: ShiftableClock, seat: AppSeat): object {
  const next = nextDue(engine, seat);
  return {
    now: formatInstant(clock.now()),
    offset_ms: clock.offsetMs,
    is_stepping: clock.isStepping,
    next: next === null ? null : { whose: next.whose, kind: next.kind, at: formatInstant(next.at) },
  };
}

/** What comes by time alone next: a deadline of the team, or a schedule of the app. */
export function nextDue(
  engine: Engine,
  seat: AppSeat,
): { readonly whose: string; readonly kind: string; readonly at: Instant } | null {
  const team = nextOfTeam(engine);
  const schedule = seat.nextSchedule();
  if (schedule !== null && (team === null || schedule.at < team.deadline.at)) {
    return { whose: schedule.name, kind: 'schedule', at: schedule.at };
  }
  return team === null ? null : { whose: nameOf(team.agent), kind: team.deadline.kind, at: team.deadline.at };
}

function agentWire(agent: ReturnType<typeof agentView>): object {
  const { isSignedIn, isLost, isAssignable, intelliassign, ...rest } = agent;
  const { customStatusId, ...status } = intelliassign;
  return {
    ...rest,
    is_signed_in: isSignedIn,
    is_lost: isLost,
    is_assignable: isAssignable,
    intelliassign: { ...status, custom_status_id: customStatusId },
  };
}

/** One call of the app, on the wire. */
export function entryView(entry: Entry): object {
  const { number, kind, name, module, handler, origin, attempt, at, shownPayload, lines, linesLeftOut, operations } =
    entry;
  return {
    number,
    kind,
    name,
    module,
    handler,
    origin: origin.kind === 'resent' ? { kind: 'resent', entry: origin.entry, is_edited: origin.isEdited } : origin,
    attempt,
    at: formatInstant(at),
    payload: shownPayload,
    lines: lines.map((line) => ({ ...line, at: formatInstant(line.at) })),
    lines_left_out: linesLeftOut,
    operations: operations.map(({ durationMs, ...operation }) => ({ ...operation, duration_ms: durationMs })),
    outcome: outcomeView(entry.outcome),
  };
}

function outcomeView(outcome: Entry['outcome']): object | null {
  if (outcome === null || outcome.kind === 'interrupted') return outcome;
  const { durationMs, ...rest } = outcome;
  return { ...rest, duration_ms: Math.round(durationMs * 10) / 10 };
}

export function lineView(line: LooseLine): object {
  return { ...line, at: formatInstant(line.at) };
}
