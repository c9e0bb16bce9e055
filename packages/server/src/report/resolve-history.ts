import type { RecordedFact } from '../activity/fact.ts';
import type { RecordedStatusChange } from '../activity/payload.ts';
import type { Position } from '../activity/position.ts';
import { AVAILABLE, type StatusLabel } from '../activity/status-label.ts';
import type { Instant } from '../time/instant.ts';
import type { Entry } from './entry.ts';
import {
  isPresenceFact,
  markOfImport,
  type PresenceFact,
  presenceStep,
  type SessionsAndPresence,
} from './presence-step.ts';
import { MARK, PRESENCE, type StatusNumber, stateCode, UNAVAILABLE_NUMBER } from './state-code.ts';
import type { StatusNumbers } from './status-numbers.ts';

// The whole history of one agent from its facts, whatever order they came in.
//
// The problem: live facts come in the order of their instants, and then a state machine over them is all there is to it
// (`history-fold.ts`). Imported events come in any order and may contradict one another, corrections speak of the past,
// and outages lie over facts whose instants are inside them. Patching intervals into a list gets each of these right
// alone and their meetings wrong.
//
// The rule: everything that can change the state becomes a step with an instant; steps are sorted by instant and then by
// position, and one walk over them keeps each cause in a variable of its own (general axis, IntelliAssign axis, which of
// them is unknown, outage, corrections). The state at any instant is a function of those variables, so no two causes can
// undo each other, and the order in which facts were recorded cannot matter beyond what positions say.

/** Time in which nobody watched. */
export type Outage = { readonly from: Instant; readonly to: Instant; readonly position: Position };

/** An approved correction: in [from, to) the agent was here, in this status. */
export type AppliedCorrection = {
  readonly from: Instant;
  readonly to: Instant;
  readonly status: StatusNumber;
  /** Of the fact that approved it; of two that overlap the later one holds. */
  readonly position: Position;
};

export type HistorySources = {
  /** Of the agent, in log order. */
  readonly facts: readonly RecordedFact[];
  /** Of the whole log, in log order. */
  readonly outages: readonly Outage[];
  readonly corrections: readonly AppliedCorrection[];
  readonly numbers: StatusNumbers;
  /** What takes effect after this is ignored. */
  readonly now: Instant;
};

/** Every entry of the agent's history, ascending. Before the first the agent is in `firstState`. */
export function resolveHistory(sources: HistorySources): readonly Entry[] {
  const facts = sources.facts.filter(({ at }) => at <= sources.now);
  const { numbers } = sources;
  const turns = new Turns(facts, numbers);
  const steps: Step[] = [];
  addGeneralSteps(steps, facts.filter(isPresenceFact), turns);
  addIntelliassignSteps(steps, facts.filter(isIntelliassignChange), turns, numbers);
  for (const outage of sources.outages) addOutageSteps(steps, outage, sources.now);
  for (const correction of sources.corrections) addCorrectionSteps(steps, correction, sources.now);
  steps.sort(byInstantThenTurn);
  return walk(steps);
}

/** The earliest instant that imported history speaks of, or null without any. */
export function earliestImport(facts: readonly RecordedFact[]): Instant | null {
  let earliest: Instant | null = null;
  for (const fact of facts) {
    if (fact.kind !== 'StatusChanged' || !fact.imported) continue;
    const at = Math.min(fact.at, fact.prevAt);
    if (earliest === null || at < earliest) earliest = at;
  }
  return earliest;
}

/** `turn` orders the facts of one instant, and `rank` the steps of one fact. */
type Step = {
  readonly at: Instant;
  readonly turn: number;
  readonly rank: number;
  readonly position: Position;
  readonly effect: Effect;
};

type Effect =
  /** `settles`: it says what the axis is; a session that opens or closes does not. */
  | { readonly kind: 'general'; readonly presence: number; readonly mark: number; readonly settles: boolean }
  | { readonly kind: 'general_unknown' }
  | { readonly kind: 'intelliassign'; readonly status: StatusNumber; readonly mark: number }
  | { readonly kind: 'intelliassign_unknown' }
  | { readonly kind: 'mark'; readonly mark: number }
  | { readonly kind: 'outage_begins' }
  | { readonly kind: 'outage_ends' }
  | { readonly kind: 'correction_begins'; readonly correction: AppliedCorrection }
  | { readonly kind: 'correction_ends'; readonly correction: AppliedCorrection };

function byInstantThenTurn(one: Step, other: Step): number {
  return one.at - other.at || one.turn - other.turn || one.rank - other.rank;
}

function isIntelliassignChange(fact: RecordedFact): fact is RecordedStatusChange {
  return fact.kind === 'StatusChanged' && fact.axis === 'Intelliassign';
}

function addGeneralSteps(steps: Step[], facts: readonly PresenceFact[], turns: Turns): void {
  let current: SessionsAndPresence = { presence: PRESENCE.offline, sessions: 0 };
  let last: RecordedStatusChange | null = null;
  for (const fact of turns.inOrder(facts)) {
    const { position } = fact;
    const turn = turns.of(fact);
    if (fact.kind === 'StatusChanged') {
      const before = stateBefore(last, fact);
      if (before.kind !== 'known') {
        const from = before.kind === 'first' ? null : last;
        if (from !== null) steps.push(afterOf(from, turns, { kind: 'general_unknown' }));
        if (before.knownFrom !== null) {
          const presence = presenceOfLabel(fact.prevStatus);
          const effect = { kind: 'general', presence, mark: MARK.none, settles: true } as const;
          steps.push({ at: before.knownFrom, turn, position, rank: 0, effect });
        }
      }
      last = fact;
    }
    const { mark, ...next } = presenceStep(current, fact);
    current = next;
    const settles = fact.kind === 'StatusChanged';
    const effect = { kind: 'general', presence: next.presence, mark, settles } as const;
    steps.push({ at: fact.at, turn, position, rank: 1, effect });
    const more = fact.kind === 'StatusChanged' && fact.imported ? markOfImport(fact.reason) : MARK.none;
    if (more !== MARK.none) steps.push({ at: fact.at, turn, position, rank: 2, effect: { kind: 'mark', mark: more } });
  }
}

function addIntelliassignSteps(
  steps: Step[],
  changes: readonly RecordedStatusChange[],
  turns: Turns,
  numbers: StatusNumbers,
): void {
  let last: RecordedStatusChange | null = null;
  for (const change of turns.inOrder(changes)) {
    const { position } = change;
    const turn = turns.of(change);
    const before = stateBefore(last, change, numbers);
    if (before.kind !== 'known') {
      if (before.kind === 'gap' && last !== null) steps.push(afterOf(last, turns, { kind: 'intelliassign_unknown' }));
      if (before.knownFrom !== null) {
        const status = numbers.numberOf(change.prevStatus);
        const effect = { kind: 'intelliassign', status, mark: MARK.none } as const;
        steps.push({ at: before.knownFrom, turn, position, rank: 0, effect });
      }
    }
    last = change;
    const effect = {
      kind: 'intelliassign',
      status: numbers.numberOf(change.status),
      mark: MARK.intelliassign_change,
    } as const;
    steps.push({ at: change.at, turn, position, rank: 1, effect });
  }
}

/** What is known of the time before a change: all of it, or only from an instant on (null: none of it). */
type Before =
  | { readonly kind: 'known' }
  | { readonly kind: 'first'; readonly knownFrom: Instant | null }
  | { readonly kind: 'gap'; readonly knownFrom: Instant | null };

const known: Before = { kind: 'known' };

/**
 * Whether two consecutive changes of an axis close. Live ones always do. Where one of them was imported, the later says
 * what was before it: if that is not what the earlier one left, the time between is unknown up to where the later one's
 * word begins, and all of it when that word reaches back over the earlier one. Nothing is guessed.
 */
function stateBefore(
  last: RecordedStatusChange | null,
  next: RecordedStatusChange,
  numbers: StatusNumbers | null = null,
): Before {
  if (last === null) return next.imported && next.prevAt < next.at ? { kind: 'first', knownFrom: next.prevAt } : known;
  if (!next.imported && !last.imported) return known;
  if (isContinued(last, next, numbers)) return known;
  const isInside = last.at < next.prevAt && next.prevAt < next.at;
  return { kind: 'gap', knownFrom: isInside ? next.prevAt : null };
}

/** Whether the later change says of what was before it what the earlier one left. */
function isContinued(last: RecordedStatusChange, next: RecordedStatusChange, numbers: StatusNumbers | null): boolean {
  if (next.prevAt !== last.at) return false;
  if (next.prevStatus === last.status || numbers === null) return next.prevStatus === last.status;
  if (numbers.numberOf(next.prevStatus) === numbers.numberOf(last.status)) return true;
  // As the events carried it: a status that was renamed or made anew since is the one that they spoke of.
  return carriedName(last, 'status', numbers) === carriedName(next, 'prev_status', numbers);
}

function carriedName(change: RecordedStatusChange, field: 'status' | 'prev_status', numbers: StatusNumbers): unknown {
  const label = field === 'status' ? change.status : change.prevStatus;
  return change.source?.activity[field] ?? numbers.nameOf(label) ?? label;
}

/**
 * In which order facts of one instant took effect. Positions say it of live ones. Of imported ones they say in which order
 * they came, which is nobody's order: there each change of an axis goes on from the one before it.
 */
class Turns {
  readonly #turns = new Map<RecordedFact, number>();

  constructor(facts: readonly RecordedFact[], numbers: StatusNumbers) {
    for (const axis of ['GeneralAvailability', 'Intelliassign'] as const) {
      const changes = facts.filter((fact) => fact.kind === 'StatusChanged' && fact.axis === axis);
      this.#orderTies(changes as readonly RecordedStatusChange[], numbers);
    }
  }

  of(fact: RecordedFact): number {
    return this.#turns.get(fact) ?? fact.position;
  }

  inOrder<F extends RecordedFact>(facts: readonly F[]): readonly F[] {
    return facts.toSorted((one, other) => one.at - other.at || this.of(one) - this.of(other));
  }

  #orderTies(changes: readonly RecordedStatusChange[], numbers: StatusNumbers): void {
    const sorted = this.inOrder(changes);
    for (let start = 0; start < sorted.length; ) {
      let end = start + 1;
      while (end < sorted.length && sorted[end]?.at === sorted[start]?.at) end++;
      const together = sorted.slice(start, end);
      if (together.length > 1 && together.some(({ imported }) => imported)) {
        chained(together, numbers).forEach((change, index) => {
          this.#turns.set(change, together[index]?.position ?? change.position);
        });
      }
      start = end;
    }
  }
}

function chained(together: readonly RecordedStatusChange[], numbers: StatusNumbers): readonly RecordedStatusChange[] {
  const rest = [...together];
  const chain: RecordedStatusChange[] = [];
  while (rest.length > 0) {
    const last = chain.at(-1);
    const next = rest.findIndex((change) =>
      // The first is one that speaks of an earlier time.
      last === undefined ? change.prevAt < change.at : isContinued(last, change, numbers),
    );
    chain.push(...rest.splice(Math.max(0, next), 1));
  }
  return chain;
}

function presenceOfLabel(status: StatusLabel): number {
  return status === AVAILABLE ? PRESENCE.online : PRESENCE.offline;
}

/** Right behind a change, at its own instant. */
function afterOf(change: RecordedStatusChange, turns: Turns, effect: Effect): Step {
  return { at: change.at, turn: turns.of(change), position: change.position, rank: 3, effect };
}

function addOutageSteps(steps: Step[], { from, to, position }: Outage, now: Instant): void {
  if (from >= to || from > now) return;
  steps.push({ at: from, turn: position, position, rank: 0, effect: { kind: 'outage_begins' } });
  steps.push({ at: to, turn: position, position, rank: 1, effect: { kind: 'outage_ends' } });
}

function addCorrectionSteps(steps: Step[], correction: AppliedCorrection, now: Instant): void {
  const { from, to, position } = correction;
  if (from >= to || from > now) return;
  steps.push({ at: from, turn: position, position, rank: 0, effect: { kind: 'correction_begins', correction } });
  steps.push({ at: to, turn: position, position, rank: 1, effect: { kind: 'correction_ends', correction } });
}

/** Every cause by itself; the state is calculated from all of them. */
type Causes = {
  presence: number;
  isGeneralUnknown: boolean;
  status: StatusNumber;
  isIntelliassignUnknown: boolean;
  isOut: boolean;
  corrections: readonly AppliedCorrection[];
};

function walk(steps: readonly Step[]): readonly Entry[] {
  const causes: Causes = {
    presence: PRESENCE.offline,
    isGeneralUnknown: false,
    status: UNAVAILABLE_NUMBER,
    isIntelliassignUnknown: false,
    isOut: false,
    corrections: [],
  };
  const entries: Entry[] = [];
  for (const { at, position, effect } of steps) {
    const isTold = take(causes, effect);
    if (isTold) entries.push({ at, code: codeOf(causes, effect), position });
  }
  return entries;
}

/** The answer: whether the step shows in the history at all. */
function take(causes: Causes, effect: Effect): boolean {
  switch (effect.kind) {
    case 'general':
      causes.presence = effect.presence;
      if (effect.settles) causes.isGeneralUnknown = false;
      return true;
    case 'general_unknown':
      causes.isGeneralUnknown = true;
      return true;
    case 'intelliassign':
      causes.status = effect.status;
      causes.isIntelliassignUnknown = false;
      return true;
    case 'intelliassign_unknown':
      causes.isIntelliassignUnknown = true;
      return true;
    case 'mark':
      return true;
    case 'outage_begins':
      // Who was not here when it went down could only have come by signing in, and nobody could.
      causes.isOut = causes.presence === PRESENCE.online && !causes.isGeneralUnknown;
      return causes.isOut;
    case 'outage_ends': {
      const was = causes.isOut;
      causes.isOut = false;
      return was;
    }
    case 'correction_begins':
      causes.corrections = [...causes.corrections, effect.correction].sort(
        (one, other) => one.position - other.position,
      );
      return true;
    case 'correction_ends':
      causes.corrections = causes.corrections.filter((correction) => correction !== effect.correction);
      return true;
  }
}

function codeOf(causes: Causes, effect: Effect): number {
  const mark = 'mark' in effect ? effect.mark : MARK.none;
  const correction = causes.corrections.at(-1);
  if (correction !== undefined) return stateCode(PRESENCE.online, correction.status, mark);
  const isUnknown = causes.isGeneralUnknown || causes.isIntelliassignUnknown || causes.isOut;
  if (isUnknown) return stateCode(PRESENCE.unknown, UNAVAILABLE_NUMBER, mark);
  return stateCode(causes.presence, causes.status, mark);
}
