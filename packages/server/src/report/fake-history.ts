import type { Reason } from '@rollcall/contract';
import type { FactBody, RecordedFact } from '../activity/fact.ts';
import { AVAILABLE, type StatusLabel, UNAVAILABLE } from '../activity/status-label.ts';
import type { Instant } from '../time/instant.ts';
import { RecordedStatusNumbers } from './status-numbers.ts';

/** Positions of the labels of two custom statuses that every invented history knows. */
export const LUNCH: StatusLabel = 901;
export const TRAINING: StatusLabel = 902;

export function inventedNumbers(): RecordedStatusNumbers {
  const numbers = new RecordedStatusNumbers();
  numbers.record(LUNCH, 'lunch', 'Lunch');
  numbers.record(TRAINING, 'training', 'Training');
  return numbers;
}

type Axis = 'GeneralAvailability' | 'Intelliassign';
type Word = { readonly status: StatusLabel; readonly at: Instant };

export type ImportedEvent = {
  readonly axis: Axis;
  readonly at: Instant;
  readonly status: StatusLabel;
  readonly prevAt: Instant;
  readonly prevStatus: StatusLabel;
  readonly reason?: Reason;
};

/** Facts of one invented agent, in log order, as the engine would have written them. */
export class InventedAgent {
  readonly facts: RecordedFact[] = [];
  readonly #last: Record<Axis, Word>;
  #position = 1000;
  #session = 0;
  #live: number[] = [];

  constructor(createdAt: Instant) {
    const word = { status: UNAVAILABLE, at: createdAt };
    this.#last = { GeneralAvailability: word, Intelliassign: word };
  }

  get isSignedIn(): boolean {
    return this.#live.length > 0;
  }

  get isOnline(): boolean {
    return this.#last.GeneralAvailability.status === AVAILABLE;
  }

  get status(): StatusLabel {
    return this.#last.Intelliassign.status;
  }

  signIn(at: Instant): this {
    const wasLive = this.isSignedIn;
    this.#session += 1;
    this.#live.push(this.#session);
    this.#add(at, { kind: 'SessionOpened', session: this.#session, transport: 'http' });
    return this.isOnline ? this : this.#change('GeneralAvailability', AVAILABLE, wasLive ? 'active' : 'login', at);
  }

  signOut(at: Instant): this {
    const session = this.#live.pop() ?? 0;
    this.#add(at, { kind: 'SessionClosed', session });
    if (this.isSignedIn || !this.isOnline) return this;
    return this.#change('GeneralAvailability', UNAVAILABLE, 'logout', at);
  }

  idle(at: Instant): this {
    return this.#change('GeneralAvailability', UNAVAILABLE, 'idle_timeout', at);
  }

  active(at: Instant): this {
    return this.#change('GeneralAvailability', AVAILABLE, 'active', at);
  }

  disconnect(at: Instant): this {
    for (const session of this.#live) this.#add(at, { kind: 'SessionEnded', session, cause: 'disconnect' });
    this.#live = [];
    return this.isOnline ? this.#change('GeneralAvailability', UNAVAILABLE, 'disconnect', at) : this;
  }

  set(status: StatusLabel, at: Instant): this {
    return this.#change('Intelliassign', status, 'agent_toggle', at);
  }

  import({ reason = 'import', ...event }: ImportedEvent): this {
    this.#add(event.at, { ...this.#body(event.axis, event.status, reason), ...event, imported: true });
    return this;
  }

  #change(axis: Axis, status: StatusLabel, reason: Reason, at: Instant): this {
    this.#add(at, this.#body(axis, status, reason));
    this.#last[axis] = { status, at };
    return this;
  }

  #body(axis: Axis, status: StatusLabel, reason: Reason): Extract<FactBody, { kind: 'StatusChanged' }> {
    const { status: prevStatus, at: prevAt } = this.#last[axis];
    return {
      kind: 'StatusChanged',
      axis,
      sequence: 0,
      status,
      prevStatus,
      prevAt,
      reason,
      loginStatus: true,
      subjectProfile: 1,
      actorProfile: 0,
      accountProfile: 1,
      until: null,
      note: null,
      imported: false,
      delivered: true,
      source: null,
    };
  }

  #add(at: Instant, body: FactBody): void {
    this.#position += 1;
    const common = { account: 1, agent: 1, at, recordedAt: at, previous: 0, checksum: '' };
    this.facts.push({ ...body, ...common, position: this.#position });
  }
}
