import type { EventHandler, Manifest } from './app-definition.ts';
import { didYouMean } from './did-you-mean.ts';
import type { EntityDefinition } from './entity-definition.ts';
import type { Finding } from './finding.ts';
import type { PlatformCall } from './platform-calls.ts';
import { findingAt } from './source-text.ts';

/** What the checks between the code and the events, jobs and entities that are declared look at. */
export interface EventTies {
  readonly manifest: Manifest;
  /** With those that server.js declares itself. */
  readonly handlers: readonly EventHandler[];
  readonly entities: readonly EntityDefinition[];
  readonly calls: readonly PlatformCall[];
}

/** Checks that what the code asks of the platform is declared, and that set-up events are answered. */
export function checkEventTies(ties: EventTies): readonly Finding[] {
  return [
    ...needsEvent(ties, {
      calls: ['$schedule.create', '$schedule.update'],
      event: 'onScheduledEvent',
      message: 'The app has not registered an onScheduledEvent: this call is refused',
    }),
    ...needsEvent(ties, {
      calls: ['generateTargetUrl'],
      event: 'onExternalEvent',
      message:
        'Unsupported operation: The generateTargetUrl method cannot be used unless there is a corresponding external event callback',
    }),
    ...unknownJobs(ties),
    ...entitiesWithoutFile(ties),
    ...unansweredSetUp(ties),
  ];
}

interface EventNeed {
  readonly calls: readonly string[];
  readonly event: string;
  readonly message: string;
}

// Once per app: the first call shows where.
function needsEvent({ handlers, calls }: EventTies, need: EventNeed): readonly Finding[] {
  if (handlers.some(({ event }) => event === need.event)) return [];
  const first = calls.find(({ name }) => need.calls.includes(name));
  if (first === undefined) return [];
  return [
    findingAt(first.source, first.call.start, {
      severity: 'warning',
      code: 'event-not-registered',
      message: need.message,
      fix: `add "${need.event}": { "handler": "…" } to the events in manifest.json`,
    }),
  ];
}

function unknownJobs({ manifest: { jobs }, calls }: EventTies): readonly Finding[] {
  return calls.flatMap(({ name, firstText, call, source }) => {
    if (name !== '$job.invoke' || firstText === null || jobs.includes(firstText)) return [];
    const guess = didYouMean(firstText, jobs);
    return [
      findingAt(source, call.arguments[0]?.start ?? call.start, {
        severity: 'warning',
        code: 'job-undeclared',
        message: `job '${firstText}' is not declared in manifest.json: this call is refused`,
        fix: guess === null ? `add "${firstText}": {} to modules.common.jobs` : `did you mean '${guess}'?`,
      }),
    ];
  });
}

function entitiesWithoutFile({ entities, calls }: EventTies): readonly Finding[] {
  const first = calls.find(({ name }) => name === '$db.entity');
  if (first === undefined || entities.length > 0) return [];
  const message = 'this app uses $db.entity and defines no entity';
  const fix = 'add config/entities.json';
  return [findingAt(first.source, first.call.start, { severity: 'warning', code: 'entities-missing', message, fix })];
}

const setUpEvents: readonly string[] = ['onAppInstall', 'afterAppUpdate', 'onAppUninstall'];

function unansweredSetUp({ handlers, calls }: EventTies): readonly Finding[] {
  const setUp = handlers.filter(({ event }) => setUpEvents.includes(event));
  if (setUp.length === 0 || calls.some(({ name }) => name === 'renderData')) return [];
  const names = setUp.map(({ event }) => event).join(', ');
  return [
    {
      severity: 'warning',
      code: 'set-up-unanswered',
      message: `${names} must be answered by renderData(), which this app never calls: installing it would wait until the time is up`,
      fix: 'call renderData() when it went well, renderData({ message: "…" }) when not',
      file: 'server/server.js',
      line: 1,
      column: 1,
    },
  ];
}
