import { DueQueue } from '../dispatch/due-queue.ts';
import type { Change, StoredRecord } from '../engine/change.ts';
import type { Clock } from '../engine/clock.ts';
import type { JsonValue } from '../marketplace/json-value.ts';
import { refused } from '../marketplace/platform-refusal.ts';
import { readSchedule, readScheduleName, type Schedule, shownSchedule } from '../marketplace/schedule-input.ts';
import { nextOccurrence } from '../marketplace/schedule-recurrence.ts';
import { type Instant, minuteMs, secondMs } from '../time/instant.ts';
import type { Zones } from '../time/zone-rules.ts';
import { type DocumentOwner, documentsOf, putDocument, removeDocument } from './app-document.ts';
import type { AppEvents } from './app-events.ts';
import type { OperationAnswer, OperationHandlers } from './app-operation.ts';
import { Turns } from './turns.ts';

export type SchedulePorts = {
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly zones: Zones;
  readonly events: Pick<AppEvents, 'draft'>;
  commit(changes: readonly Change[]): Promise<void>;
  report(sentence: string, details: Readonly<Record<string, unknown>>): void;
};

export const SCHEDULE_LIMITS = {
  oneTimeMax: 1000,
  recurringMax: 1,
  /** How far ahead a schedule that fires once has to be, where the platform's own rule holds. */
  aheadMsMin: 5 * minuteMs,
  /** The longest wait until the next look: a clock that jumps, or a machine that slept, is noticed within it. */
  lookEveryMsMax: 15 * secondMs,
  /** After a commit that failed, and when an app's queue is full. */
  againAfterMs: secondMs,
  firedPerTurnMax: 100,
} as const;

/** An app that may have schedules. */
export type ScheduleOwner = DocumentOwner & {
  /** Whether it has a handler for `onScheduledEvent`, as its files are now. */
  isListening(): boolean;
  /** False where an app's developer wants to see a schedule fire within seconds. */
  readonly strictMinimum: boolean;
};

/** A schedule and when it fires next. */
export type ScheduleView = { readonly schedule: Schedule; readonly nextAt: Instant };

/**
 * `$schedule`, durable. A schedule is a record with its next instant; firing is one commit that moves or removes that
 * record and puts the event into the app's queue, so that none fires twice and none is lost, whenever the process dies.
 *
 * What was missed while the server was down fires once when it is up again: a schedule for once late, a recurring one
 * once for all the times that it missed, and then at its next regular instant.
 */
export class ScheduleService {
  readonly #ports: SchedulePorts;
  readonly #entries = new Map<string, Map<string, Entry>>();
  /** What is due when; an entry that was moved or removed meanwhile is skipped when its turn comes. */
  readonly #due = new DueQueue<Entry>();
  readonly #turns = new Turns();
  #callOffLook: () => void = () => {};
  #lookAt: Instant = Number.POSITIVE_INFINITY;
  #isRunning = false;
  #looking: Promise<void> | null = null;

  constructor(ports: SchedulePorts) {
    this.#ports = ports;
  }

  /** Takes up the schedules of all apps. Nothing fires before `start`. */
  resume(records: readonly StoredRecord[]): void {
    for (const { owner, body } of documentsOf<StoredSchedule>(records, 'app_schedule')) {
      this.#keep({ owner, ...body });
    }
  }

  start(): void {
    this.#isRunning = true;
    this.#arm();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#callOffLook();
    await this.#looking;
  }

  /** The app's schedules, the next one first. */
  list(app: string): readonly ScheduleView[] {
    const entries = [...(this.#entries.get(app)?.values() ?? [])];
    return entries.map(({ schedule, nextAt }) => ({ schedule, nextAt })).toSorted((a, b) => a.nextAt - b.nextAt);
  }

  /** What removes the app's schedules from disk; after its commit, `forget`. */
  removal(app: string): readonly Change[] {
    return [...(this.#entries.get(app)?.keys() ?? [])].map((name) => removeDocument(app, 'app_schedule', name));
  }

  forget(app: string): void {
    this.#entries.delete(app);
  }

  /** `$schedule` of one app. */
  operations(owner: ScheduleOwner): OperationHandlers {
    const inTurn =
      (carryOut: (argument: JsonValue | undefined) => Promise<OperationAnswer>): OperationHandlers[string] =>
      async ([argument]) => {
        if (!owner.isListening()) return refused(400, 'The app has not registered an onScheduledEvent');
        return this.#turns.take(owner.id, () => carryOut(argument));
      };
    return {
      'schedule.create': inTurn((argument) => this.#write(owner, argument, 'create')),
      'schedule.update': inTurn((argument) => this.#write(owner, argument, 'update')),
      'schedule.fetch': inTurn((argument) => this.#fetch(owner, argument)),
      'schedule.delete': inTurn((argument) => this.#delete(owner, argument)),
    };
  }

  async #write(
    owner: ScheduleOwner,
    argument: JsonValue | undefined,
    what: 'create' | 'update',
  ): Promise<OperationAnswer> {
    const { clock, zones } = this.#ports;
    const aheadMsMin = owner.strictMinimum ? SCHEDULE_LIMITS.aheadMsMin : 0;
    const now = clock.now();
    const reading = readSchedule(argument, { now, aheadMsMin, zones });
    if (reading.kind === 'refused') return reading;
    const { schedule } = reading;
    const before = this.#entries.get(owner.id)?.get(schedule.name);
    if (what === 'create' && before !== undefined) return refused(400, 'This Schedule name already exists');
    if (what === 'update' && before === undefined) return refused(404, 'Schedule does not exist');
    const full = this.#isFull(owner.id, schedule);
    if (full !== null) return refused(400, full);
    const entry: Entry = {
      owner: { id: owner.id, account: owner.account },
      schedule,
      // A recurring one that began in the past goes on at its next instant; it has missed nothing yet.
      nextAt: this.#nextAt(schedule, Math.max(now, schedule.at - 1)),
    };
    await this.#ports.commit([changeFor(entry)]);
    this.#keep(entry);
    return {
      kind: 'done',
      result: { status: 200, message: what === 'create' ? 'Schedule created' : 'Schedule updated' },
    };
  }

  async #fetch(owner: ScheduleOwner, argument: JsonValue | undefined): Promise<OperationAnswer> {
    const name = readScheduleName(argument);
    if (name.kind === 'refused') return name;
    const entry = this.#entries.get(owner.id)?.get(name.name);
    if (entry === undefined) return refused(404, 'Schedule does not exist');
    return { kind: 'done', result: shownSchedule(entry.schedule) };
  }

  async #delete(owner: ScheduleOwner, argument: JsonValue | undefined): Promise<OperationAnswer> {
    const name = readScheduleName(argument);
    if (name.kind === 'refused') return name;
    if (this.#entries.get(owner.id)?.has(name.name) !== true) return refused(404, 'Schedule does not exist');
    await this.#ports.commit([removeDocument(owner.id, 'app_schedule', name.name)]);
    this.#entries.get(owner.id)?.delete(name.name);
    return { kind: 'done', result: { status: 200, message: 'Schedule deleted' } };
  }

  #isFull(app: string, schedule: Schedule): string | null {
    const others = [...(this.#entries.get(app)?.values() ?? [])].filter((one) => one.schedule.name !== schedule.name);
    const { recurringMax, oneTimeMax } = SCHEDULE_LIMITS;
    const alike = others.filter((one) => (one.schedule.repeat === null) === (schedule.repeat === null)).length;
    if (schedule.repeat !== null && alike >= recurringMax) {
      return `The maximum number of recurring schedules is ${recurringMax}`;
    }
    if (schedule.repeat === null && alike >= oneTimeMax)
      return `The maximum number of one-time schedules is ${oneTimeMax}`;
    return null;
  }

  #nextAt({ at, repeat }: Schedule, after: Instant): Instant {
    if (repeat === null) return at;
    return nextOccurrence(at, repeat, { after, zone: this.#ports.zones.zoneOf(repeat.timezone) });
  }

  #keep(entry: Entry): void {
    const ofApp = this.#entries.get(entry.owner.id) ?? new Map<string, Entry>();
    this.#entries.set(entry.owner.id, ofApp);
    ofApp.set(entry.schedule.name, entry);
    this.#due.push(entry.nextAt, entry);
    this.#arm();
  }

  #arm(): void {
    const { clock } = this.#ports;
    const nextAt = this.#due.nextAt;
    if (!this.#isRunning || this.#looking !== null || nextAt === null) return;
    const now = clock.now();
    const at = Math.min(Math.max(nextAt, now), now + SCHEDULE_LIMITS.lookEveryMsMax);
    if (at >= this.#lookAt && this.#lookAt > now) return;
    this.#callOffLook();
    this.#lookAt = at;
    this.#callOffLook = clock.after(at - now, () => this.#look());
  }

  #look(): void {
    this.#lookAt = Number.POSITIVE_INFINITY;
    this.#looking = this.#fireDue().finally(() => {
      this.#looking = null;
      this.#arm();
    });
  }

  async #fireDue(): Promise<void> {
    const now = this.#ports.clock.now();
    for (let fired = 0; fired < SCHEDULE_LIMITS.firedPerTurnMax && this.#isRunning; fired++) {
      const entry = this.#due.takeDue(now);
      if (entry === undefined) return;
      await this.#turns.take(entry.owner.id, () => this.#fire(entry, now));
    }
  }

  async #fire(entry: Entry, now: Instant): Promise<void> {
    const ofApp = this.#entries.get(entry.owner.id);
    if (ofApp?.get(entry.schedule.name) !== entry) return;
    const { schedule, owner } = entry;
    const event = this.#ports.events.draft(owner, { kind: 'scheduled', schedule: schedule.name, data: schedule.data });
    if (event === null) {
      this.#due.push(now + SCHEDULE_LIMITS.againAfterMs, entry);
      return;
    }
    const moved = schedule.repeat === null ? null : { ...entry, nextAt: this.#nextAt(schedule, now) };
    const change = moved === null ? removeDocument(owner.id, 'app_schedule', schedule.name) : changeFor(moved);
    try {
      await this.#ports.commit([change, ...event.changes]);
    } catch (cause) {
      this.#ports.report('a schedule could not be written; it is tried again', { app: owner.id, cause: String(cause) });
      this.#due.push(now + SCHEDULE_LIMITS.againAfterMs, entry);
      return;
    }
    if (moved === null) ofApp.delete(schedule.name);
    else this.#keep(moved);
    event.accept();
  }
}

type StoredSchedule = { readonly schedule: Schedule; readonly nextAt: Instant };

type Entry = StoredSchedule & { readonly owner: DocumentOwner };

function changeFor({ owner, schedule, nextAt }: Entry): Change {
  const repeat = schedule.repeat === null ? null : { ...schedule.repeat };
  return putDocument(owner, 'app_schedule', schedule.name, { schedule: { ...schedule, repeat }, nextAt });
}
