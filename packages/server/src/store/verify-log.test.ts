import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  SAMPLE_START,
  type SampleChange,
  SampleLog,
  sampleAccount,
  sampleDecision,
  sampleProposal,
  sha256,
} from '../../test/sample-log.ts';
import { checksumOf, FIRST_CHECKSUM } from '../activity/checksum.ts';
import type { CorrectionFact } from '../activity/fact.ts';
import { toRow } from '../activity/fact-row.ts';
import { AVAILABLE, UNAVAILABLE } from '../activity/status-label.ts';
import type { Store } from '../engine/store.ts';
import { openForWriting } from './sqlite/connection.ts';
import { migrate, readMigrations } from './sqlite/migrate.ts';
import { createSqliteStore } from './sqlite/sqlite-store.ts';
import { verifyLog } from './verify-log.ts';

const TIMES = { at: SAMPLE_START, recordedAt: SAMPLE_START };

let database: DatabaseSync;
let store: Store;

beforeEach(() => {
  database = openForWriting(':memory:');
  migrate(':memory:', database, readMigrations());
  store = createSqliteStore({
    file: ':memory:',
    writer: database,
    reader: database,
    hash: sha256,
    backUp: async () => undefined,
    close: () => database.close(),
  });
});
afterEach(() => store.close());

/** A small team's log in which everything happened once. */
function soundLog() {
  const log = new SampleLog();
  const account = log.recordAccount();
  const ada = log.recordAgent(account);
  const bob = log.recordAgent(account);
  const lunch = log.recordCustomStatus(account, 'lunch', 'Lunch');
  const session = log.openSession(ada);
  log.change(ada, { axis: 'GeneralAvailability', status: AVAILABLE });
  log.change(ada, { status: AVAILABLE });
  log.act(ada, { kind: 'AssignmentMissed', missed: 1 });
  log.change(bob, { status: lunch, until: SAMPLE_START * 2 });
  log.act(bob, { kind: 'UntilChanged', until: null });
  log.change(ada, { status: lunch });
  log.act(ada, { kind: 'SessionLost', session });
  log.act(ada, { kind: 'SessionReturned', session });
  log.openSession(ada);
  log.put({ kind: 'PutCursor', subscription: 'app', position: 3 });
  return { log, account, ada, bob, lunch, session };
}

async function write(log: SampleLog): Promise<void> {
  await store.commit(log.take());
}

async function assertBroken(position: number, problem: RegExp): Promise<void> {
  const verdict = await verifyLog(store, sha256);
  assert.match(verdict.firstBroken?.problem ?? 'nothing is broken', problem);
  assert.match(verdict.firstBroken?.problem ?? '', /^[A-Z].*\.$/, 'the problem is a sentence');
  assert.equal(verdict.firstBroken?.position, position);
}

describe('a sound log', () => {
  test('is walked to its end', async () => {
    const { log } = soundLog();
    await write(log);
    assert.deepEqual(await verifyLog(store, sha256), {
      facts: log.position,
      events: 4,
      agents: 2,
      checksum: log.facts.at(-1)?.checksum,
      firstBroken: null,
    });
  });

  test('may be empty', async () => {
    const verdict = await verifyLog(store, sha256);
    assert.deepEqual([verdict.facts, verdict.firstBroken], [0, null]);
  });

  test('may be longer than a page', async () => {
    const { log, ada } = soundLog();
    for (let index = 0; index < 4500; index++) log.change(ada, { status: index % 2 });
    await write(log);
    const verdict = await verifyLog(store, sha256);
    assert.deepEqual([verdict.facts, verdict.firstBroken], [log.position, null]);
  });

  test('may hold events from elsewhere, with the times and previous values that they came with', async () => {
    const { log, ada, bob } = soundLog();
    const old = { imported: true, lie: { prevStatus: AVAILABLE, prevAt: 500 } } as const;
    log.change(bob, { ...old, status: AVAILABLE, reason: 'import', at: 1000 });
    log.change(bob, { ...old, status: UNAVAILABLE, reason: 'agent_toggle', at: 900 });
    log.change(ada, { status: UNAVAILABLE });
    await write(log);
    assert.equal((await verifyLog(store, sha256)).firstBroken, null);
  });

  test('may hold corrections: decided or not, of any status', async () => {
    const { log, ada, bob, lunch } = soundLog();
    const { profilePosition } = log.agent(bob);
    log.correct(ada, sampleProposal({ status: lunch, actorProfile: profilePosition }));
    log.correct(bob, sampleProposal({ correctionId: 'two', status: UNAVAILABLE }));
    log.correct(ada, sampleDecision({ actorProfile: profilePosition }));
    log.correct(bob, sampleDecision({ correctionId: 'two', decision: 'withdrawn' }));
    log.correct(bob, sampleProposal({ correctionId: 'three' }));
    log.change(ada, { status: AVAILABLE });
    await write(log);
    assert.equal((await verifyLog(store, sha256)).firstBroken, null);
  });

  test('goes on from an imported event that is the latest of its axis', async () => {
    const { log, ada } = soundLog();
    const at = SAMPLE_START + 500_000;
    log.change(ada, { status: AVAILABLE, imported: true, at, lie: { prevStatus: UNAVAILABLE, prevAt: at - 5 } });
    log.change(ada, { status: UNAVAILABLE, at: at + 1 });
    await write(log);
    assert.equal((await verifyLog(store, sha256)).firstBroken, null);
  });

  const lies = {
    'an imported event contradicts itself': {},
    'a live event is only called an import': { imported: false },
  };
  for (const [what, lie] of Object.entries(lies)) {
    test(`is broken where ${what}`, async () => {
      const { log, bob } = soundLog();
      log.change(bob, { status: AVAILABLE, reason: 'import', at: 1000, imported: true, lie: { prevAt: 2000, ...lie } });
      await write(log);
      assert.equal((await verifyLog(store, sha256)).firstBroken?.position, log.position);
    });
  }

  test('may grow while it is walked', async () => {
    const { log, ada } = soundLog();
    await write(log);
    const walking = verifyLog(store, sha256);
    log.change(ada, { status: AVAILABLE });
    await write(log);
    assert.equal((await walking).firstBroken, null);
  });
});

describe('a log on disk that was changed', () => {
  const columns = ['account', 'agent', 'at', 'delay', 'sequence', 'status', 'prev_status', 'prev_duration', 'reason'];
  for (const column of [...columns, 'subject', 'actor', 'context', 'previous']) {
    test(`is broken where a fact has another ${column}`, async () => {
      await write(soundLog().log);
      database.exec(`UPDATE fact SET ${column} = ${column} + 1 WHERE position = 8`);
      await assertBroken(8, /position 8 does not have the checksum/);
    });
  }

  test('is broken where a fact has another detail', async () => {
    await write(soundLog().log);
    database.exec("UPDATE fact SET detail = replace(detail, 'Lunch', 'Launch') WHERE position = 5");
    await assertBroken(5, /position 5 does not have the checksum/);
  });

  test('is broken where a fact has another checksum', async () => {
    await write(soundLog().log);
    database.exec('UPDATE fact SET checksum = zeroblob(16) WHERE position = 1');
    await assertBroken(1, /position 1 does not have the checksum/);
  });

  test('is broken after two facts that changed places', async () => {
    await write(soundLog().log);
    database.exec(`UPDATE fact SET position = -7 WHERE position = 7; UPDATE fact SET position = 7 WHERE position = 8;
      UPDATE fact SET position = 8 WHERE position = -7`);
    await assertBroken(7, /position 7 does not have the checksum/);
  });

  test('is broken where a fact is missing', async () => {
    await write(soundLog().log);
    database.exec('DELETE FROM fact WHERE position = 6');
    await assertBroken(6, /no fact at position 6/);
  });

  test('is broken at its end when its end is missing', async () => {
    const { log } = soundLog();
    await write(log);
    database.exec(`DELETE FROM fact WHERE position >= ${log.position - 1}`);
    await assertBroken(log.position - 2, /agent 1 has a fact beyond the end of the log/);
  });

  test('is broken at its end when what configuration came of is missing', async () => {
    const { log } = soundLog();
    log.recordCustomStatus(1, 'break', 'Break');
    await write(log);
    database.exec(`DELETE FROM fact WHERE position = ${log.position}`);
    await assertBroken(log.position - 1, /custom_status break is at position \d+, and the log ends at/);
  });

  test('is broken where a fact cannot be read, however much stands on its page', async () => {
    const { log, ada } = soundLog();
    for (let index = 0; index < 2500; index++) log.change(ada, { status: index % 2 });
    await write(log);
    database.exec('UPDATE fact SET kind = 99 WHERE position = 2222');
    await assertBroken(2222, /position 2222 cannot be read.+fact kind 99/);
  });

  test('is broken where a detail is not JSON', async () => {
    await write(soundLog().log);
    database.exec("UPDATE fact SET detail = '{' WHERE position = 2");
    await assertBroken(2, /position 2 cannot be read/);
  });
});

describe('a log that its writer got wrong, checksums and all', () => {
  const lies: Readonly<Record<string, readonly [SampleChange['lie'] & object, RegExp]>> = {
    'skips a sequence': [{ sequence: 9 }, /has sequence 9 after 2/],
    'repeats a sequence': [{ sequence: 2 }, /has sequence 2 after 2/],
    'begins at another status than the last one was': [{ prevStatus: UNAVAILABLE }, /from 0, and it was 1/],
    'begins at another instant than the last one': [{ prevAt: 5 }, /was so since 5, and it was since \d+/],
    'goes back in time': [{ at: SAMPLE_START + 4500 }, /earlier than the event before it/],
    'changes a status to what it was': [{ status: AVAILABLE }, /to what it was/],
    "names another agent's profile as its own": [{ subjectProfile: 4 }, /position 4 as its agent's profile/],
    'names what is no profile as a person': [{ actorProfile: 2 }, /position 2 as a person's profile/],
    'names what is no account as its account': [{ accountProfile: 3 }, /position 3 as its account/],
    'names what is no custom status as its status': [{ status: 3 }, /position 3 as a custom status/],
    'names a custom status of the future': [{ status: 99 }, /position 99 as a custom status/],
  };
  for (const [name, [lie, problem]] of Object.entries(lies)) {
    test(`is broken where an event ${name}`, async () => {
      const { log, ada } = toldSoFar();
      const { position } = log.change(ada, { status: UNAVAILABLE, lie });
      await write(log);
      await assertBroken(position, problem);
    });
  }

  for (const [what, lie] of Object.entries({
    status: { prevStatus: AVAILABLE },
    instant: { prevAt: SAMPLE_START + 1 },
  })) {
    test(`is broken where the first event begins at another ${what} than the agent was created with`, async () => {
      const { log, bob } = toldSoFar();
      const { position } = log.change(bob, { status: AVAILABLE, lie });
      await write(log);
      await assertBroken(position, /Intelliassign of agent 2/);
    });
  }

  test('is broken where a custom status follows itself under another name', async () => {
    const { log, account, bob, lunch } = soundLog();
    const renamed = log.recordCustomStatus(account, 'lunch', 'Break');
    const { position } = log.change(bob, { status: renamed, lie: { prevStatus: lunch } });
    await write(log);
    await assertBroken(position, /to what it was/);
  });

  test('is broken where an event names a custom status of another account', async () => {
    const { log, ada } = toldSoFar();
    const theirs = log.recordCustomStatus(log.recordAccount(), 'theirs', 'Theirs');
    const { position } = log.change(ada, { status: theirs });
    await write(log);
    await assertBroken(position, /as a custom status of its account/);
  });

  test("is broken where a fact follows another one than the agent's last", async () => {
    const { log, ada } = soundLog();
    const { position } = log.append({ kind: 'UntilChanged', until: 1, account: 1, agent: ada, ...TIMES }, 3);
    await write(log);
    await assertBroken(position, /agent 1's fact before it is at 3, and it is at \d+/);
  });

  test('is broken where an agent is in another account than before', async () => {
    const { log, account, ada } = soundLog();
    const { head } = log.agent(ada);
    const { position } = log.append(
      { kind: 'UntilChanged', until: 1, account: account + 1, agent: ada, ...TIMES },
      head,
    );
    await write(log);
    await assertBroken(position, /moves agent 1 to another account/);
  });

  test('is broken where something happens to an agent that no fact recorded', async () => {
    const { log, account } = soundLog();
    const { position } = log.append({ kind: 'UntilChanged', until: 1, account, agent: 9, ...TIMES });
    await write(log);
    await assertBroken(position, /about agent 9, which no fact recorded/);
  });

  test('is broken where a session opens that is live', async () => {
    const { log, ada, session } = soundLog();
    const { position } = log.act(ada, { kind: 'SessionOpened', session, transport: 'http' });
    await write(log);
    await assertBroken(position, /opens session 1, which is live already/);
  });

  test('is broken where a session ends that is not live', async () => {
    const { log, bob } = soundLog();
    const { position } = log.act(bob, { kind: 'SessionEnded', session: 77, cause: 'disconnect' });
    await write(log);
    await assertBroken(position, /session 77, which is not live/);
  });

  test('is broken where a missed assignment is not counted', async () => {
    const { log, bob } = soundLog();
    const { position } = log.act(bob, { kind: 'AssignmentMissed', missed: 2 });
    await write(log);
    await assertBroken(position, /counts 2 missed after 0/);
  });

  const corrections: Readonly<Record<string, readonly [CorrectionFact, RegExp]>> = {
    'of no time': [sampleProposal({ correctionId: 'new', to: SAMPLE_START - 60_000 }), /which is no time/],
    'with an id that another has': [sampleProposal(), /proposes correction one a second time/],
    'by nobody known': [sampleProposal({ correctionId: 'new', actorProfile: 2 }), /position 2 as a person's profile/],
    'to an unknown status': [sampleProposal({ correctionId: 'new', status: 99 }), /position 99 as a custom status/],
    'decided that nobody proposed': [sampleDecision({ correctionId: 'new' }), /which nobody proposed for agent 1/],
    'decided twice': [sampleDecision(), /decides correction one a second time/],
  };
  for (const [name, [fact, problem]] of Object.entries(corrections)) {
    test(`is broken where there is a correction ${name}`, async () => {
      const { log, ada } = toldSoFar();
      log.correct(ada, sampleProposal());
      log.correct(ada, sampleDecision());
      const { position } = log.correct(ada, fact);
      await write(log);
      await assertBroken(position, problem);
    });
  }

  test("is broken where a correction is decided on another agent's chain", async () => {
    const { log, ada, bob } = toldSoFar();
    log.correct(ada, sampleProposal());
    const { position } = log.correct(bob, sampleDecision());
    await write(log);
    await assertBroken(position, /nobody proposed for agent 2/);
  });

  test('is broken where the log starts a second time', async () => {
    const { log } = soundLog();
    const { position } = log.append({ kind: 'LogStarted', logId: 'again', account: 0, agent: 0, ...TIMES });
    await write(log);
    await assertBroken(position, /starts the log a second time/);
  });

  test('is broken at position 1 when that does not start the log', async () => {
    const row = toRow({ kind: 'OutageRecorded', from: 1, to: 2, account: 0, agent: 0, ...TIMES }, 1, 0);
    await store.commit([{ kind: 'AppendFact', row, checksum: checksumOf(FIRST_CHECKSUM, row, sha256) }]);
    await assertBroken(1, /must be LogStarted, and is OutageRecorded/);
  });

  /** Ada was online and willing when the next thing happens; Bob did nothing yet. */
  function toldSoFar() {
    const log = new SampleLog();
    const account = log.recordAccount();
    const [ada, bob] = [log.recordAgent(account), log.recordAgent(account)];
    log.change(ada, { axis: 'GeneralAvailability', status: AVAILABLE });
    log.change(ada, { status: AVAILABLE });
    return { log, ada, bob };
  }
});

describe('rows that the facts do not lead to', () => {
  // Each to a value that is allowed in its column, so that only the facts speak against it.
  const others: Readonly<Record<string, readonly [string, RegExp]>> = {
    account: ['2', /says 2 for account/],
    head: ['3', /says 3 for head/],
    profile_position: ['4', /agent 1 has no profile at position 4/],
    sequence: ['sequence + 1', /says 4 for availability\.sequence/],
    changed_at: ['1', /availability\.changedAt/],
    general_status: ['0', /availability\.general\.status/],
    general_since: ['1', /availability\.general\.since/],
    general_prev_status: ['1', /availability\.general\.prevStatus/],
    general_reason: ['NULL', /says null for availability\.general\.reason, and its facts say "login"/],
    intelliassign_status: ['1', /availability\.intelliassign\.status/],
    intelliassign_since: ['1', /availability\.intelliassign\.since/],
    intelliassign_prev_status: ['0', /availability\.intelliassign\.prevStatus/],
    intelliassign_reason: ['0', /says "login" for availability\.intelliassign\.reason/],
    intelliassign_until: ['7', /says 7 for availability\.intelliassign\.until, and its facts say null/],
    intelliassign_set_by: ['2', /says "coupling" for availability\.intelliassign\.setBy, and its facts say "choice"/],
    activity_at: ['1', /availability\.activityAt/],
    missed: ['1', /says 1 for availability\.missed, and its facts say 0/],
  };
  for (const [column, [value, problem]] of Object.entries(others)) {
    test(`an agent's row with another ${column} is found`, async () => {
      await write(soundLog().log);
      database.exec(`UPDATE agent SET ${column} = ${value} WHERE number = 1`);
      const { firstBroken } = await verifyLog(store, sha256);
      assert.match(firstBroken?.problem ?? 'nothing is broken', problem);
    });
  }

  test('an agent without a row is found', async () => {
    const { log, bob } = soundLog();
    await write(log);
    database.exec(`DELETE FROM agent WHERE number = ${bob}`);
    await assertBroken(log.agent(bob).head, /Agent 2 has facts and no row/);
  });

  test('a session that began or was lost at another time is found', async () => {
    const { log, ada, session } = soundLog();
    await write(log);
    database.exec(`UPDATE session SET lost_at = 5 WHERE number = ${session}`);
    await assertBroken(log.agent(ada).head, /row of agent 1 says 5 for availability\.sessions\.0\.lostAt/);
  });

  test('a live session without a row is found', async () => {
    const { log, ada, session } = soundLog();
    await write(log);
    database.exec(`DELETE FROM session WHERE number = ${session}`);
    await assertBroken(log.agent(ada).head, /row of agent 1 says .+ for availability\.sessions/);
  });

  test('a session of nobody is found', async () => {
    const { log } = soundLog();
    await write(log);
    database.exec('INSERT INTO session (number, slot, agent, transport, opened_at) VALUES (77, 7, 99, 1, 1)');
    await assertBroken(log.position, /Session 77 belongs to agent 99, which has no facts/);
  });

  test('configuration that differs from what was recorded is found', async () => {
    await write(soundLog().log);
    database.exec("UPDATE record SET body = replace(body, 'Account 1', 'Account 2') WHERE type = 'account'");
    await assertBroken(2, /account 1001 differs from what the fact at position 2 recorded/);
    const body = JSON.stringify(sampleAccount(1)).slice(1);
    database.prepare("UPDATE record SET body = ? WHERE type = 'account'").run(body);
    await assertBroken(2, /account 1001 differs/);
  });

  test('a cursor beyond the end of the log is found', async () => {
    const { log } = soundLog();
    await write(log);
    database.exec('UPDATE cursor SET position = 999');
    await assertBroken(log.position, /cursor of app is at position 999, and the log ends at/);
  });
});
