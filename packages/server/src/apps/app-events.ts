import type { CallOutcome } from '../delivery/receiver.ts';
import { waitAfter } from '../delivery/retry-schedule.ts';
import type { Change, StoredRecord } from '../engine/change.ts';
import type { Clock } from '../engine/clock.ts';
import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';
import type { Instant } from '../time/instant.ts';
import { type DocumentOwner, documentsOf, putDocument, removeDocument } from './app-document.ts';
import { RateLimit } from './rate-limit.ts';

/** An event that belongs to one app alone: its schedule is due, or somebody called its address. */
export type AppEvent = {
  /** Unique; what the app's log lines of the call are marked with. */
  readonly id: string;
  readonly at: Instant;
} & AppEventKind;

export type AppEventKind =
  | { readonly kind: 'scheduled'; readonly schedule: string; readonly data: JsonValue }
  | {
      readonly kind: 'external';
      readonly data: JsonValue;
      readonly headers: JsonObject;
      /** What the app gave to `generateTargetUrl`; null when nothing. */
      readonly options: string | null;
    };

export type AppEventPorts = {
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly random: { uuid(): string };
  commit(changes: readonly Change[]): Promise<void>;
  /** Makes one attempt; a promise that is rejected counts as a failed one. */
  deliver(app: string, event: AppEvent): Promise<CallOutcome>;
  /** A line of the app's own log. */
  log(app: string, line: { readonly level: 'warn' | 'error'; readonly text: string; readonly callId: string }): void;
  /** A sentence for the operator. */
  report(sentence: string, details: Readonly<Record<string, unknown>>): void;
};

/** An event on its way in: `changes` belong into the commit that makes it so, and `accept` after it. */
export type DraftedEvent = { readonly changes: readonly Change[]; accept(): void };

export const APP_EVENT_LIMITS = {
  /**
   * Attempts at one event: at once, and after 5 s, 30 s and 2 min. The vendor is said to make three; product events are
   * retried for days here, since nobody sends them again, but a schedule comes back and an outside sender retries by
   * itself.
   */
  attemptsMax: 4,
  /**
   * Events of one line that failed and wait for their next attempt while later ones go on. An app that fails with so many
   * is broken, or what it needs is: the others keep their attempts until it fares better.
   */
  asideMax: 100,
  /** A call that ended by another one's fault is made again without counting, but not for ever. */
  interruptionsMax: 20,
  afterInterruptionMs: 500,
  afterFailedCommitMs: 1000,
  /** Waiting events of one line, and their bytes. */
  waitingMax: 1000,
  waitingBytesMax: 16 * 1024 * 1024,
  /** The platform's limit for calls from outside. */
  externalPerMinuteMax: 250,
} as const;

/**
 * The durable queue of the events that belong to single apps. What was accepted is on disk and is delivered at least
 * once; a restart takes up where it was. Each app has two lines, one of its schedules and one of the calls from outside,
 * so that no flood of the one stops the other. A line makes one call at a time, in the order of acceptance. An event that
 * failed is put aside until its next attempt, and others go on meanwhile; one that keeps failing is given up after its
 * attempts, with a line in the app's log.
 */
export class AppEvents {
  readonly #ports: AppEventPorts;
  readonly #apps = new Map<string, AppLines>();
  readonly #pauses = new Set<() => void>();
  #lastNumber = 0;
  #isStopped = false;

  constructor(ports: AppEventPorts) {
    this.#ports = ports;
  }

  /** Takes up what waited when the process before ended. Nothing is delivered before the app is opened. */
  resume(records: readonly StoredRecord[]): void {
    const documents = documentsOf<StoredEvent>(records, 'app_event');
    for (const { owner, name, body } of documents.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      this.#lastNumber = Math.max(this.#lastNumber, Number(name));
      const { lines } = this.#linesOf(owner.id);
      lines[body.event.kind].waiting.push({ owner, name, stored: body, bytes: JSON.stringify(body).length });
    }
  }

  /** From now on the app's events are delivered. */
  open(app: string): void {
    const ofApp = this.#linesOf(app);
    ofApp.isOpen = true;
    for (const line of bothOf(ofApp)) this.#next(app, line);
  }

  /** No further attempt begins, and what waits stays where it is: the app sleeps, is switched off, or the server stops. */
  async close(app: string): Promise<void> {
    const ofApp = this.#apps.get(app);
    if (ofApp === undefined) return;
    ofApp.isOpen = false;
    for (const line of bothOf(ofApp)) line.callOffWait();
    await Promise.all(bothOf(ofApp).map(({ underWay }) => underWay));
  }

  /** What removes the app's waiting events from disk; after its commit, `forget`. */
  removal(app: string): readonly Change[] {
    const ofApp = this.#apps.get(app);
    if (ofApp === undefined) return [];
    return bothOf(ofApp).flatMap(({ waiting }) => waiting.map(({ name }) => removeDocument(app, 'app_event', name)));
  }

  forget(app: string): void {
    const ofApp = this.#apps.get(app);
    if (ofApp === undefined) return;
    // An attempt that is under way still ends, and must find nothing to go on with.
    ofApp.isOpen = false;
    for (const line of bothOf(ofApp)) {
      line.waiting.length = 0;
      line.callOffWait();
    }
    this.#apps.delete(app);
  }

  /** How many events of the app wait, those that are being delivered included. */
  waiting(app: string): number {
    const ofApp = this.#apps.get(app);
    return ofApp === undefined ? 0 : bothOf(ofApp).reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** An external event: durable when it answers `accepted`. */
  async putExternal(
    owner: DocumentOwner,
    event: Omit<Extract<AppEventKind, { kind: 'external' }>, 'kind'>,
  ): Promise<'accepted' | 'too_often' | 'too_many_waiting'> {
    if (!this.#linesOf(owner.id).external.take()) return 'too_often';
    const drafted = this.draft(owner, { kind: 'external', ...event });
    if (drafted === null) return 'too_many_waiting';
    await this.#ports.commit(drafted.changes);
    drafted.accept();
    return 'accepted';
  }

  /** An event for somebody else's commit; null when too many wait already. */
  draft(owner: DocumentOwner, kind: AppEventKind): DraftedEvent | null {
    const line = this.#linesOf(owner.id).lines[kind.kind];
    const event: AppEvent = { ...kind, id: `${kind.kind} ${this.#ports.random.uuid()}`, at: this.#ports.clock.now() };
    const stored: StoredEvent = { event, attempts: 0, notBefore: 0 };
    const bytes = JSON.stringify(stored).length;
    const bytesWaiting = line.waiting.reduce((sum, one) => sum + one.bytes, bytes);
    if (line.waiting.length >= APP_EVENT_LIMITS.waitingMax) return null;
    if (bytesWaiting > APP_EVENT_LIMITS.waitingBytesMax) return null;
    this.#lastNumber += 1;
    const name = String(this.#lastNumber).padStart(12, '0');
    return {
      changes: [putDocument(owner, 'app_event', name, stored)],
      accept: () => {
        line.waiting.push({ owner, name, stored, bytes });
        this.#next(owner.id, line);
      },
    };
  }

  /** Lets the attempts under way end and begins no more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const goOn of this.#pauses) goOn();
    await Promise.all([...this.#apps.keys()].map((app) => this.close(app)));
  }

  #linesOf(app: string): AppLines {
    const known = this.#apps.get(app);
    if (known !== undefined) return known;
    const { clock } = this.#ports;
    const made: AppLines = {
      lines: { scheduled: newLine(), external: newLine() },
      external: new RateLimit(APP_EVENT_LIMITS.externalPerMinuteMax, () => clock.now()),
      isOpen: false,
    };
    this.#apps.set(app, made);
    return made;
  }

  #next(app: string, line: Line): void {
    const isOpen = this.#apps.get(app)?.isOpen === true;
    const next = nextOf(line);
    if (next === null || !isOpen || line.underWay !== null || this.#isStopped) return;
    line.callOffWait();
    const waitMs = Math.max(next.stored.notBefore, line.notBefore) - this.#ports.clock.now();
    if (waitMs > 0) {
      line.callOffWait = this.#ports.clock.after(waitMs, () => this.#next(app, line));
      return;
    }
    line.underWay = this.#attempt(app, line, next).finally(() => {
      line.underWay = null;
      this.#next(app, line);
    });
  }

  async #attempt(app: string, line: Line, head: Waiting): Promise<void> {
    const outcome = await this.#deliver(app, head.stored.event);
    if (outcome.kind === 'interrupted') await this.#interrupted(app, line, head);
    else if (outcome.kind === 'failed') await this.#failed(app, line, head, outcome);
    else await this.#done(app, line, head);
  }

  async #deliver(app: string, event: AppEvent): Promise<CallOutcome> {
    try {
      return await this.#ports.deliver(app, event);
    } catch (cause) {
      this.#ports.report('an event of an app could not be delivered', { app, event: event.id, cause: String(cause) });
      return { kind: 'failed', error: { code: 'not_delivered', message: 'it could not be delivered' }, durationMs: 0 };
    }
  }

  async #interrupted(app: string, line: Line, head: Waiting): Promise<void> {
    head.interruptions = (head.interruptions ?? 0) + 1;
    if (head.interruptions < APP_EVENT_LIMITS.interruptionsMax) {
      // The whole line waits: the process that ended was that of the others too.
      line.notBefore = this.#ports.clock.now() + APP_EVENT_LIMITS.afterInterruptionMs;
      return;
    }
    const error = { code: 'interrupted', message: "the app's process ended each time it was delivered" };
    await this.#giveUp(app, line, head, error);
  }

  async #failed(
    app: string,
    line: Line,
    head: Waiting,
    { error }: Extract<CallOutcome, { kind: 'failed' }>,
  ): Promise<void> {
    const attempts = head.stored.attempts + 1;
    if (attempts >= APP_EVENT_LIMITS.attemptsMax) {
      await this.#giveUp(app, line, head, error);
      return;
    }
    // In the middle of the jitter: a line makes one call at a time, so that nobody comes back together with another.
    const waitMs = waitAfter({ attempts, retryAfterMs: null, random: 0.5 }) ?? 0;
    head.stored = { ...head.stored, attempts, notBefore: this.#ports.clock.now() + waitMs };
    const text = `${nameOf(head.stored.event)} failed (attempt ${attempts} of ${APP_EVENT_LIMITS.attemptsMax}), and is tried again in ${Math.round(waitMs / 1000)} s: ${inWords(error)}`;
    this.#ports.log(app, { level: 'warn', text, callId: head.stored.event.id });
    await this.#write(head, [putDocument(head.owner, 'app_event', head.name, head.stored)]);
  }

  async #giveUp(app: string, line: Line, head: Waiting, error: Parameters<typeof inWords>[0]): Promise<void> {
    const text = `${nameOf(head.stored.event)} is given up after ${head.stored.attempts + 1} attempts: ${inWords(error)}`;
    this.#ports.log(app, { level: 'error', text, callId: head.stored.event.id });
    await this.#done(app, line, head);
  }

  /** Removed from disk before the next one of its line has its turn: after a crash at most this one is delivered again. */
  async #done(app: string, line: Line, head: Waiting): Promise<void> {
    const at = line.waiting.indexOf(head);
    if (at !== -1) line.waiting.splice(at, 1);
    await this.#write(head, [removeDocument(app, 'app_event', head.name)]);
  }

  /**
   * A disk that is full for a while holds the line up, and no longer: what is delivered must not come again for it. While
   * the server stops it is written all the same, and only not tried again.
   */
  async #write(head: Waiting, changes: readonly Change[]): Promise<void> {
    const { owner } = head;
    while (this.#apps.has(owner.id)) {
      try {
        await this.#ports.commit(changes);
        return;
      } catch (cause) {
        this.#ports.report('the events of an app cannot be written; it is tried again', {
          app: owner.id,
          cause: String(cause),
        });
        if (this.#isStopped) return;
        await this.#pause(APP_EVENT_LIMITS.afterFailedCommitMs);
      }
    }
  }

  #pause(durationMs: number): Promise<void> {
    return new Promise((resume) => {
      const goOn = () => {
        callOff();
        this.#pauses.delete(goOn);
        resume();
      };
      const callOff = this.#ports.clock.after(durationMs, goOn);
      this.#pauses.add(goOn);
    });
  }
}

type StoredEvent = {
  readonly event: AppEvent;
  readonly attempts: number;
  /** Before which no attempt is made. */
  readonly notBefore: Instant;
};

type Waiting = {
  readonly owner: DocumentOwner;
  readonly name: string;
  readonly bytes: number;
  stored: StoredEvent;
  interruptions?: number;
};

type Line = {
  /** In the order of acceptance. */
  readonly waiting: Waiting[];
  underWay: Promise<void> | null;
  /** Before which no attempt is made at any of them. */
  notBefore: Instant;
  callOffWait: () => void;
};

type AppLines = {
  readonly lines: Readonly<Record<AppEventKind['kind'], Line>>;
  readonly external: RateLimit;
  isOpen: boolean;
};

function newLine(): Line {
  return { waiting: [], underWay: null, notBefore: 0, callOffWait: () => {} };
}

function bothOf({ lines }: AppLines): readonly Line[] {
  return [lines.scheduled, lines.external];
}

/** Which has its turn next: whose time came, or comes, first, so that retries and new ones take turns. */
function nextOf({ waiting }: Line): Waiting | null {
  const isFull = waiting.filter(isAside).length >= APP_EVENT_LIMITS.asideMax;
  const candidates = isFull ? waiting.filter(isAside) : waiting;
  let next: Waiting | null = null;
  for (const one of candidates) if (next === null || turnOf(one) < turnOf(next)) next = one;
  return next;
}

function isAside({ stored }: Waiting): boolean {
  return stored.attempts > 0;
}

/** When it came, or comes again. */
function turnOf({ stored }: Waiting): Instant {
  return Math.max(stored.event.at, stored.notBefore);
}

function nameOf(event: AppEvent): string {
  return event.kind === 'scheduled' ? `the schedule "${event.schedule}"` : 'an external event';
}

function inWords(error: { readonly message: string; readonly file?: string; readonly line?: number }): string {
  return error.file === undefined ? error.message : `${error.message} at ${error.file}:${error.line ?? 1}`;
}
