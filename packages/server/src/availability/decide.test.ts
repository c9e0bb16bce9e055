import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Couplings } from '../activity/record.ts';
import { AVAILABLE, UNAVAILABLE } from '../activity/status-label.ts';
import { type Availability, initialAvailability } from './availability.ts';
import type { AvailabilityCommand } from './command.ts';
import { NO_COUPLINGS } from './coupling.ts';
import { nextDeadline, type Surroundings } from './deadline.ts';
import { type Decision, decide } from './decide.ts';
import { evolve } from './evolve.ts';
import type { Transition } from './transition.ts';

const MINUTE = 60_000;
const CREATED = Date.UTC(2026, 0, 1);
const NOW = Date.UTC(2026, 2, 4, 9);
const LUNCH = { status: 10, customStatusId: 'lunch' };
const MEETING = { status: 11, customStatusId: 'meeting' };

const AROUND: Surroundings = {
  activityAt: 0,
  idleAfterMs: 10 * MINUTE,
  idleFloorAt: CREATED,
  disconnectGraceMs: MINUTE,
  graceFloorAt: CREATED,
  allowance: null,
  boundaries: [],
};

type World = { now?: number; around?: Partial<Surroundings>; couplings?: Partial<Couplings>; isActive?: boolean };

function run(state: Availability, command: AvailabilityCommand, world: World = {}): Decision {
  return decide(state, command, {
    now: world.now ?? NOW,
    around: { ...AROUND, ...world.around },
    couplings: { ...NO_COUPLINGS, ...world.couplings },
    isActive: world.isActive ?? true,
  });
}

/** A state made of commands, each at NOW unless it says otherwise. */
function after(...commands: readonly (AvailabilityCommand | [AvailabilityCommand, World])[]): Availability {
  return commands.reduce<Availability>((state, entry) => {
    const [command, world] = Array.isArray(entry) ? entry : [entry, {}];
    return run(state, command, world).state;
  }, initialAvailability(CREATED));
}

const open = (session: number, transport: 'http' | 'websocket' = 'http') =>
  ({ kind: 'OpenSession', session, transport }) as const;
const close = (session: number) => ({ kind: 'CloseSession', session }) as const;
const activity = (session: number) => ({ kind: 'RecordActivity', session }) as const;
const lose = (session: number, lostAt = NOW) => ({ kind: 'LoseSession', session, lostAt }) as const;
const back = (session: number) => ({ kind: 'ReturnSession', session }) as const;
const choose = (
  to: { status: number; customStatusId: string | null },
  more: { until?: number; reason?: 'agent_toggle' | 'supervisor' | 'api' } = {},
) =>
  ({
    kind: 'ChangeIntelliassign',
    ...to,
    until: more.until ?? null,
    note: null,
    reason: more.reason ?? 'agent_toggle',
  }) as const;
const available = { status: AVAILABLE, customStatusId: null };
const unavailable = { status: UNAVAILABLE, customStatusId: null };
const idle: [AvailabilityCommand, World] = [{ kind: 'PassTime' }, { now: NOW + 10 * MINUTE }];

const NAMES: Readonly<Record<number, string>> = { [AVAILABLE]: 'A', [UNAVAILABLE]: 'U', 10: 'Lunch', 11: 'Meeting' };

/** A decision in a few words: what a row of the table says. */
function told(decision: Decision): string {
  const words = decision.transitions.map(word);
  if (decision.outcome.kind === 'rejected') words.push(`refused ${decision.outcome.code}`);
  return words.length === 0 ? 'nothing' : words.join(', ');
}

function word(transition: Transition): string {
  switch (transition.kind) {
    case 'StatusChanged':
      return `${transition.axis === 'Intelliassign' ? 'I' : 'G'} ${NAMES[transition.status]} ${transition.reason}`;
    case 'SessionOpened':
      return `opened ${transition.session}`;
    case 'SessionClosed':
      return `closed ${transition.session}`;
    case 'SessionLost':
      return `lost ${transition.session}`;
    case 'SessionReturned':
      return `returned ${transition.session}`;
    case 'SessionEnded':
      return `ended ${transition.session} ${transition.cause}`;
    case 'UntilChanged':
      return transition.until === null ? 'chosen again' : 'chosen again until';
    case 'AssignmentMissed':
      return `missed ${transition.missed}`;
  }
}

/** The commands of the table. Session 1 is the one the states know, 9 is new, 5 never existed. */
const COMMANDS = {
  open: open(9),
  activity: activity(1),
  'activity of nobody': activity(5),
  close: close(1),
  'close nobody': close(5),
  lose: lose(1),
  return: back(1),
  available: choose(available),
  unavailable: choose(unavailable),
  lunch: choose(LUNCH),
  meeting: choose(MEETING, { reason: 'supervisor' }),
  'lunch until': choose(LUNCH, { until: NOW + 60 * MINUTE }),
  'lunch until the past': choose(LUNCH, { until: NOW - 1 }),
  missed: { kind: 'MissAssignment', limit: 1 },
  'call starts': { kind: 'StartCall' },
  'call ends': { kind: 'EndCall' },
  'archive lunch': { kind: 'ArchiveStatus', customStatusId: 'lunch' },
  deactivate: { kind: 'Deactivate' },
  time: { kind: 'PassTime' },
} as const satisfies Record<string, AvailabilityCommand>;

type CommandName = keyof typeof COMMANDS;
type Row = { readonly state: Availability; readonly now?: number; readonly answers: Record<CommandName, string> };

const NOT_THERE = 'refused unknown_session';
const NO_SESSION: Pick<
  Row['answers'],
  'activity' | 'activity of nobody' | 'close' | 'close nobody' | 'lose' | 'return'
> = {
  activity: NOT_THERE,
  'activity of nobody': NOT_THERE,
  close: NOT_THERE,
  'close nobody': NOT_THERE,
  lose: 'nothing',
  return: NOT_THERE,
};
const CHOICES = {
  available: 'I A agent_toggle',
  unavailable: 'I U agent_toggle',
  lunch: 'I Lunch agent_toggle',
  meeting: 'I Meeting supervisor',
  'lunch until': 'I Lunch agent_toggle',
  'lunch until the past': 'refused invalid_input',
};
const QUIET = {
  missed: 'nothing',
  'call starts': 'nothing',
  'call ends': 'nothing',
  'archive lunch': 'nothing',
  time: 'nothing',
};

const TABLE: Record<string, Row> = {
  'a new agent': {
    state: initialAvailability(CREATED),
    answers: {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9, G A login',
      unavailable: 'nothing',
      deactivate: 'nothing',
    },
  },
  'signed in, not willing': {
    state: after(open(1)),
    answers: {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9',
      activity: 'nothing',
      close: 'closed 1, G U logout',
      lose: 'lost 1',
      return: 'nothing',
      unavailable: 'nothing',
      deactivate: 'ended 1 deactivated, G U deactivated',
    },
  },
  assignable: {
    state: after(open(1), choose(available)),
    answers: {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9',
      activity: 'nothing',
      close: 'closed 1, G U logout',
      lose: 'lost 1',
      return: 'nothing',
      available: 'nothing',
      missed: 'missed 1, I U missed_assignments',
      'call starts': 'I U call_started',
      deactivate: 'ended 1 deactivated, G U deactivated',
    },
  },
  idle: {
    state: after(open(1), choose(available), idle),
    now: NOW + 11 * MINUTE,
    answers: {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9, G A active',
      activity: 'G A active',
      close: 'closed 1',
      lose: 'lost 1',
      return: 'nothing',
      available: 'nothing',
      missed: 'missed 1, I U missed_assignments',
      'call starts': 'I U call_started',
      deactivate: 'ended 1 deactivated',
    },
  },
  'lost within the grace': {
    state: after(open(1, 'websocket'), choose(available), lose(1)),
    now: NOW + 30_000,
    answers: {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9, ended 1 replaced',
      activity: 'nothing',
      close: 'closed 1, G U logout',
      return: 'returned 1',
      available: 'nothing',
      missed: 'missed 1, I U missed_assignments',
      'call starts': 'I U call_started',
      deactivate: 'ended 1 deactivated, G U deactivated',
    },
  },
  'lost, the grace over, not noticed yet': {
    state: after(open(1, 'websocket'), lose(1)),
    now: NOW + 2 * MINUTE,
    answers: prefixed('ended 1 disconnect, G U disconnect', {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9, G A login',
      unavailable: 'nothing',
      deactivate: 'nothing',
    }),
  },
  'idle after, not noticed yet': {
    state: after(open(1)),
    now: NOW + 30 * MINUTE,
    answers: prefixed('G U idle_timeout', {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9, G A active',
      activity: 'G A active',
      close: 'closed 1',
      lose: 'lost 1',
      return: 'nothing',
      unavailable: 'nothing',
      deactivate: 'ended 1 deactivated',
    }),
  },
  'idle and lost within the grace': {
    state: after(open(1, 'websocket'), idle, [lose(1, NOW + 10 * MINUTE), { now: NOW + 10 * MINUTE }]),
    now: NOW + 10 * MINUTE + 1000,
    answers: {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9, ended 1 replaced, G A active',
      activity: 'G A active',
      close: 'closed 1',
      return: 'returned 1',
      unavailable: 'nothing',
      deactivate: 'ended 1 deactivated',
    },
  },
  'two devices, one lost': {
    state: after(open(1, 'websocket'), open(2), lose(1)),
    now: NOW + 1000,
    answers: {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9, ended 1 replaced',
      activity: 'nothing',
      close: 'closed 1',
      return: 'returned 1',
      unavailable: 'nothing',
      deactivate: 'ended 1 deactivated, ended 2 deactivated, G U deactivated',
    },
  },
  'signed out, willing': {
    state: after(open(1), choose(available), close(1)),
    answers: {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9, G A login',
      available: 'nothing',
      missed: 'missed 1, I U missed_assignments',
      'call starts': 'I U call_started',
      deactivate: 'nothing',
    },
  },
  'at lunch': {
    state: after(open(1), choose(available), choose(LUNCH)),
    answers: {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9',
      activity: 'nothing',
      close: 'closed 1, G U logout',
      lose: 'lost 1',
      return: 'nothing',
      lunch: 'nothing',
      'lunch until': 'chosen again until',
      'archive lunch': 'I U status_deleted',
      deactivate: 'ended 1 deactivated, G U deactivated',
    },
  },
  'at lunch until one': {
    state: after(open(1), choose(LUNCH, { until: NOW + 5 * MINUTE })),
    answers: {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9',
      activity: 'nothing',
      close: 'closed 1, G U logout',
      lose: 'lost 1',
      return: 'nothing',
      lunch: 'chosen again',
      'lunch until': 'chosen again until',
      'archive lunch': 'I U status_deleted',
      deactivate: 'ended 1 deactivated, G U deactivated',
    },
  },
  'at lunch, the time over, not noticed yet': {
    state: after(open(1), choose(LUNCH, { until: NOW + MINUTE })),
    now: NOW + 2 * MINUTE,
    answers: prefixed('I A status_expired', {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9',
      activity: 'nothing',
      close: 'closed 1, G U logout',
      lose: 'lost 1',
      return: 'nothing',
      available: 'nothing',
      missed: 'missed 1, I U missed_assignments',
      'call starts': 'I U call_started',
      deactivate: 'ended 1 deactivated, G U deactivated',
    }),
  },
  'on a call': {
    state: after(open(1), choose(available), { kind: 'StartCall' }),
    answers: {
      ...NO_SESSION,
      ...CHOICES,
      ...QUIET,
      open: 'opened 9',
      activity: 'nothing',
      close: 'closed 1, G U logout',
      lose: 'lost 1',
      return: 'nothing',
      unavailable: 'chosen again',
      'call ends': 'I A call_ended',
      deactivate: 'ended 1 deactivated, G U deactivated',
    },
  },
};

function prefixed(first: string, answers: Row['answers']): Row['answers'] {
  const entries = Object.entries(answers).map(([name, answer]) => [
    name,
    answer === 'nothing' ? first : `${first}, ${answer}`,
  ]);
  return Object.fromEntries(entries) as Row['answers'];
}

describe('the decision table', () => {
  for (const [name, row] of Object.entries(TABLE)) {
    for (const command of Object.keys(COMMANDS) as CommandName[]) {
      test(`${name}: ${command}`, () => {
        const decision = run(row.state, COMMANDS[command], { now: row.now ?? NOW });
        assert.equal(told(decision), expected(row, command));
        assertOneEventPerChange(row.state, decision);
      });
    }
    test(`${name}: nobody may act once the agent is deactivated`, () => {
      for (const command of ['open', 'available', 'lunch', 'missed', 'call starts', 'call ends'] as const) {
        const { outcome } = run(row.state, COMMANDS[command], { now: row.now ?? NOW, isActive: false });
        assert.equal(outcome.kind === 'rejected' && outcome.code, 'agent_inactive');
      }
    });
  }
});

/** `until the past` is measured against the command's own time, which some rows move. */
function expected(row: Row, command: CommandName): string {
  const answer = row.answers[command];
  assert.ok(answer !== undefined, `the table has no answer for ${command}`);
  return answer;
}

/** The chain has no gap, no overlap and no repeated status: the law of the whole event. */
function assertOneEventPerChange(before: Availability, decision: Decision): void {
  let state = before;
  for (const transition of decision.transitions) {
    if (transition.kind === 'StatusChanged') {
      const axis = transition.axis === 'Intelliassign' ? state.intelliassign : state.general;
      assert.equal(transition.prevStatus, axis.status);
      assert.equal(transition.prevAt, axis.since);
      assert.notEqual(transition.status, axis.status);
      assert.equal(transition.sequence, state.sequence + 1);
      assert.ok(transition.at >= state.changedAt, 'sequence order is timestamp order');
    }
    state = evolve(state, transition);
  }
  assert.deepEqual(decision.state, state, 'the decided state is what its transitions make');
}

describe('instants are exact however late they are noticed', () => {
  test('idle comes at the last activity + idle_after, also when the activity was a tick', () => {
    const state = after(open(1));
    const decision = run(state, { kind: 'PassTime' }, { now: NOW + 90 * MINUTE, around: { activityAt: NOW + 3333 } });
    assert.deepEqual(
      decision.transitions.map((one) => one.at),
      [NOW + 3333 + 10 * MINUTE],
    );
  });

  test('a disconnect comes at the last loss + grace, and ends every lost session at its own', () => {
    const state = after(open(1, 'websocket'), open(2, 'websocket'), lose(1), [
      lose(2, NOW + 5000),
      { now: NOW + 5000 },
    ]);
    const decision = run(state, { kind: 'PassTime' }, { now: NOW + 10 * MINUTE - 1 });
    assert.equal(told(decision), 'ended 1 disconnect, ended 2 disconnect, G U disconnect');
    assert.deepEqual(
      decision.transitions.map((one) => one.at - NOW),
      [MINUTE, MINUTE + 5000, MINUTE + 5000],
    );
  });

  test('there is no disconnect while a session over plain HTTP remains', () => {
    const state = after(open(1, 'websocket'), open(2), lose(1));
    assert.equal(told(run(state, { kind: 'PassTime' }, { now: NOW + 2 * MINUTE })), 'ended 1 disconnect');
  });

  test('what is due on both axes is decided in time order, at one instant the general axis first', () => {
    const lunchUntilIdle = choose(LUNCH, { until: NOW + 10 * MINUTE });
    const state = after(open(1), lunchUntilIdle);
    const decision = run(state, activity(1), { now: NOW + 12 * MINUTE });
    assert.equal(told(decision), 'G U idle_timeout, I A status_expired, G A active');
    assert.deepEqual(
      decision.transitions.map((one) => one.at - NOW),
      [10 * MINUTE, 10 * MINUTE, 12 * MINUTE],
    );
  });

  test('a command that comes with an earlier clock takes the time of the last change', () => {
    const state = after(open(1));
    const decision = run(state, choose(available), { now: NOW - 5000 });
    assert.equal(decision.transitions[0]?.at, NOW);
  });

  test('a changed length acts from its change on', () => {
    const state = after(open(1));
    const around = { idleAfterMs: MINUTE, idleFloorAt: NOW + 5 * MINUTE };
    const decision = run(state, { kind: 'PassTime' }, { now: NOW + 6 * MINUTE, around });
    assert.equal(decision.transitions[0]?.at, NOW + 5 * MINUTE);
  });

  test('the allowance ends a status at its start + allowance, and only one that ends then', () => {
    const state = after(open(1), choose(LUNCH));
    const allowance = { lengthMs: 5 * MINUTE, floorAt: CREATED };
    const ended = run(state, { kind: 'PassTime' }, { now: NOW + 9 * MINUTE, around: { allowance } });
    assert.equal(told(ended), 'I U status_expired');
    assert.equal(ended.transitions[0]?.at, NOW + 5 * MINUTE);
    assert.equal(told(run(state, { kind: 'PassTime' }, { now: NOW + 9 * MINUTE })), 'nothing');
  });

  test('a loss that is noticed after its grace ends no earlier than the last change', () => {
    const state = after(
      open(1, 'websocket'),
      [choose(available), { now: NOW + 3 * MINUTE }],
      [lose(1, NOW + 1000), { now: NOW + 4 * MINUTE }],
    );
    const decision = run(state, { kind: 'PassTime' }, { now: NOW + 4 * MINUTE });
    assert.equal(told(decision), 'ended 1 disconnect, G U disconnect');
    assert.equal(decision.transitions[1]?.at, NOW + 3 * MINUTE);
  });
});

describe('couplings', () => {
  const couplings: Couplings = {
    login: 'AVAILABLE',
    logout: 'UNAVAILABLE',
    idle_timeout: 'UNAVAILABLE',
    disconnect: 'UNAVAILABLE',
    schedule_open: 'AVAILABLE',
    schedule_close: 'UNAVAILABLE',
  };

  test('a coupling acts at the instant of its cause, after the general axis', () => {
    const state = after(open(1), choose(available));
    const decision = run(state, { kind: 'PassTime' }, { now: NOW + 11 * MINUTE, couplings });
    assert.equal(told(decision), 'G U idle_timeout, I U idle_timeout');
    assert.equal(decision.transitions[1]?.at, NOW + 10 * MINUTE);
  });

  test('a coupling to AVAILABLE lifts what a coupling set', () => {
    const away = run(after(open(1), choose(available)), close(1), { couplings });
    assert.equal(told(away), 'closed 1, G U logout, I U logout');
    assert.equal(told(run(away.state, open(2), { couplings })), 'opened 2, G A login, I A login');
  });

  test('a coupling never lifts a choice, nor what nobody set', () => {
    const chosen = after(open(1), choose(available), choose(unavailable), close(1));
    assert.equal(told(run(chosen, open(2), { couplings })), 'opened 2, G A login');
    assert.equal(told(run(initialAvailability(CREATED), open(2), { couplings })), 'opened 2, G A login');
  });

  test('a coupling that overwrote a custom status has set the value, and another may lift it', () => {
    const lunch = run(after(open(1), choose(LUNCH)), close(1), { couplings });
    assert.equal(told(lunch), 'closed 1, G U logout, I U logout');
    assert.equal(told(run(lunch.state, open(2), { couplings })), 'opened 2, G A login, I A login');
  });

  test('who chooses the away state that a coupling or a call had set makes it a choice, without an event', () => {
    const coupled = run(after(open(1), choose(available)), close(1), { couplings }).state;
    const chosen = run(coupled, choose(unavailable));
    assert.equal(told(chosen), 'chosen again');
    assert.equal(told(run(chosen.state, open(2), { couplings })), 'opened 2, G A login');
    assert.equal(told(run(chosen.state, choose(unavailable))), 'nothing', 'once is enough');
    const called = run(after(open(1), choose(available), { kind: 'StartCall' }), choose(unavailable)).state;
    assert.equal(told(run(called, { kind: 'EndCall' })), 'nothing');
  });

  test('an until at closing time comes before the closing', () => {
    const state = after(open(1), choose(LUNCH, { until: NOW + MINUTE }));
    const boundaries = [{ at: NOW + MINUTE, kind: 'close' }] as const;
    const decision = run(state, { kind: 'PassTime' }, { now: NOW + MINUTE, couplings, around: { boundaries } });
    assert.equal(told(decision), 'I A status_expired, I U schedule_close');
  });

  test('business hours close and open at their own instants', () => {
    const state = after(open(1), choose(available));
    const boundaries = [
      { at: NOW + MINUTE, kind: 'close' },
      { at: NOW + 2 * MINUTE, kind: 'open' },
      { at: NOW + 600 * MINUTE, kind: 'close' },
    ] as const;
    const decision = run(state, { kind: 'PassTime' }, { now: NOW + 3 * MINUTE, couplings, around: { boundaries } });
    assert.equal(told(decision), 'I U schedule_close, I A schedule_open');
    assert.deepEqual(
      decision.transitions.map((one) => one.at - NOW),
      [MINUTE, 2 * MINUTE],
    );
  });
});

describe('calls and missed assignments', () => {
  test('the end of a call brings back only what its start took', () => {
    const chosen = after(open(1), choose(available), { kind: 'StartCall' }, choose(LUNCH));
    assert.equal(told(run(chosen, { kind: 'EndCall' })), 'nothing');
  });

  test('the account limit of missed assignments counts since the last change', () => {
    const miss = { kind: 'MissAssignment', limit: 2 } as const;
    const once = run(after(open(1), choose(available)), miss);
    assert.equal(told(once), 'missed 1');
    assert.equal(told(run(once.state, miss)), 'missed 2, I U missed_assignments');
    const again = run(run(once.state, choose(LUNCH)).state, choose(available)).state;
    assert.equal(told(run(again, miss)), 'missed 1');
  });

  test('without a limit a missed assignment is noted and changes nothing', () => {
    const state = after(open(1), choose(available));
    assert.equal(told(run(state, { kind: 'MissAssignment', limit: null })), 'missed 1');
  });
});

describe('the next deadline', () => {
  test('there is none for who is offline and untimed', () => {
    assert.equal(nextDeadline(initialAvailability(CREATED), AROUND), null);
  });

  test('asking again gives the same answer', () => {
    const state = after(open(1, 'websocket'), choose(LUNCH, { until: NOW + 99 * MINUTE }), lose(1));
    assert.deepEqual(nextDeadline(state, AROUND), nextDeadline(state, AROUND));
    assert.deepEqual(nextDeadline(state, AROUND), { kind: 'disconnect', at: NOW + MINUTE, session: 1 });
  });
});
