import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AXES } from '@rollcall/contract';
import fc from 'fast-check';
import { anyFact } from '../../test/any-fact.ts';
import { SAMPLE_START, SampleLog, sampleProfile } from '../../test/sample-log.ts';
import { FIRST_CHECKSUM } from '../activity/checksum.ts';
import type { RecordedFact } from '../activity/fact.ts';
import type { EventPage, EventQuery } from '../activity/log-reader.ts';
import { AVAILABLE, UNAVAILABLE } from '../activity/status-label.ts';
import type {
  Change,
  DeadLetterRow,
  EntityRecord,
  HistoryAgentRow,
  HistoryChunkRow,
  KeyValueEntry,
  LaneRow,
  StoredAnswer,
  StoredRecord,
} from '../engine/change.ts';
import { type Store, type StoredChunks, StoreFailure } from '../engine/store.ts';
import { STORE_LIMITS } from './limits.ts';

/** One engine, empty, for one test. */
export type StoreUnderTest = {
  readonly store: Store;
  /** Opens the same data once more. The suite closes the store before, but for the test that two writers are refused. */
  reopen(): Promise<Store>;
  /** Called at the end with every store closed. */
  destroy(): Promise<void>;
};

/** What every engine keeps: run it over each. */
export function storeSuite(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of the store`, () => {
    let under: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      under = await open();
      store = under.store;
    });
    afterEach(async () => {
      await store.close();
      await under.destroy();
    });

    const reopen = async (): Promise<void> => {
      await store.close();
      store = await under.reopen();
    };
    const commit = async (changes: readonly Change[]): Promise<void> => store.commit(changes);
    const putAndReopen = async (...changes: readonly Change[]): Promise<void> => {
      await commit(changes);
      await reopen();
    };

    describe('commits', () => {
      test('an empty store loads as nothing', async () => {
        assert.deepEqual(await store.load(), {
          head: { position: 0, checksum: FIRST_CHECKSUM, recordedAt: 0 },
          counters: { session: 0, liveness_mark: 0 },
          records: [],
          agents: [],
          labels: [],
          sessions: [],
          cursors: [],
          lanes: [],
        });
        assert.deepEqual(await store.facts({ after: 0, limit: 10 }), []);
        assert.equal(await store.factAt(1), null);
        await reopen();
        assert.equal((await store.load()).head.position, 0);
      });

      test('nothing to change changes nothing', async () => {
        await commit([]);
        assert.equal((await store.load()).head.position, 0);
      });

      test('everything is there as soon as the commit returns, and after a restart', async () => {
        const { log, expected } = wholeState();
        await commit(log.take());
        assert.deepEqual(await store.load(), expected);
        assert.deepEqual(await store.facts({ after: 0, limit: 1000 }), log.facts);
        await reopen();
        assert.deepEqual(await store.load(), expected);
        assert.deepEqual(await store.facts({ after: 0, limit: 1000 }), log.facts);
      });

      test('a commit that fails at its last change leaves nothing of the others', async () => {
        const { log } = wholeState();
        await commit(log.take());
        const before = await store.load();
        const gap = gapAfter(log);
        await assert.rejects(commit([...oneOfEverything(log), gap]));
        assert.deepEqual(await store.load(), before);
        assert.equal(await store.answer('key', 'once'), null);
        assert.equal(await store.keyValue('app', 'key'), null);
        assert.deepEqual(await store.appLog({ app: 'app', after: 0, limit: 10 }), []);
        assert.deepEqual(await store.attempts('app', 1), []);
        assert.deepEqual(await store.histories(), { cursor: null, agents: [], records: [] });
        assert.deepEqual((await store.historyChunks({ agents: [1], from: 0, to: 1000 }))[0]?.chunks, []);
        await reopen();
        assert.deepEqual(await store.load(), before);
        assert.equal(await store.factAt(before.head.position + 1), null);
      });

      test('the log goes on after a commit that failed', async () => {
        const log = new SampleLog();
        await assert.rejects(commit([...log.take(), gapAfter(log)]));
        const again = new SampleLog();
        again.recordAccount();
        await commit(again.take());
        assert.deepEqual(await store.facts({ after: 0, limit: 10 }), again.facts);
      });

      test('refuses a fact at any position but the next one', async () => {
        const log = new SampleLog();
        await commit(log.take());
        for (const position of [0, 1, 3]) {
          await assert.rejects(commit([factAt(log, position)]), `position ${position}`);
        }
        assert.equal((await store.load()).head.position, 1);
      });

      test('refuses a number that would not come back as it is, and writes nothing', async () => {
        const log = new SampleLog();
        await commit(log.take());
        const change = factAt(log, 2);
        for (const at of [2 ** 53, 0.5, Number.NaN]) {
          await assert.rejects(commit([{ ...change, row: { ...change.row, at } }]), `at ${at}`);
        }
        assert.equal((await store.load()).head.position, 1);
      });

      test('the later change of one commit wins', async () => {
        await commit([
          { kind: 'PutCursor', subscription: 'app', position: 1 },
          { kind: 'PutCursor', subscription: 'app', position: 2 },
        ]);
        assert.deepEqual((await store.load()).cursors, [{ subscription: 'app', position: 2 }]);
      });

      test('refuses a second writer, by name and with a way out, and lets it in when the first is gone', async () => {
        await assert.rejects(under.reopen(), (error: unknown) => {
          assert.ok(error instanceof StoreFailure);
          assert.equal(error.code, 'locked');
          assert.match(error.message, new RegExp(`${process.pid}`));
          return true;
        });
        await reopen();
        await commit(new SampleLog().take());
      });
    });

    describe('facts', () => {
      test('come in pages, in order, after a position', async () => {
        const { log } = wholeState();
        await commit(log.take());
        const collected: RecordedFact[] = [];
        for (;;) {
          const page = await store.facts({ after: collected.at(-1)?.position ?? 0, limit: 3 });
          assert.ok(page.length <= 3);
          if (page.length === 0) break;
          collected.push(...page);
        }
        assert.deepEqual(collected, log.facts);
      });

      test('come at positions in the order asked for, as often as asked for', async () => {
        const { log } = wholeState();
        await commit(log.take());
        const facts = await store.factsAt([4, 1, 4, 2]);
        assert.deepEqual(
          facts.map(({ position }) => position),
          [4, 1, 4, 2],
        );
        assert.deepEqual(facts[0], await store.factAt(4));
        assert.deepEqual(await store.factsAt([]), []);
        await assert.rejects(store.factsAt([1, log.position + 1]));
      });

      test('are the same fact that was written, whatever it says', async () => {
        const log = new SampleLog();
        const facts = fc.sample(anyFact, { numRuns: 500, seed: 20260302 });
        for (const fact of facts) log.append(fact);
        await putAndReopen(...log.take());
        const read = await store.facts({ after: 0, limit: 1000 });
        assert.deepEqual(read, log.facts);
        assert.equal(read.length, 501);
      });

      test('keep a detail of 300 KB', async () => {
        const log = new SampleLog();
        const account = log.recordAccount();
        const agent = log.recordAgent(account);
        const note = '🦉 ü "\\\n'.repeat(300_000 / 8);
        log.change(agent, { status: AVAILABLE, note });
        await putAndReopen(...log.take());
        const fact = await store.factAt(log.position);
        assert.equal(fact?.kind === 'StatusChanged' && fact.note, note);
      });
    });

    describe('events', () => {
      test('every page of every question holds what a look at each fact would give', async () => {
        const log = busyLog();
        await commit(log.take());
        await fc.assert(
          fc.asyncProperty(anyQuery(log), async (query) => {
            const { facts, scannedTo } = await allPages(store, query);
            assert.deepEqual(facts, lookedFor(log, query));
            assert.equal(scannedTo, Math.max(query.after, Math.min(query.upTo, log.position)));
          }),
          { numRuns: 500 },
        );
      });

      test('a call looks at a bounded piece of the log, and says where to go on', async () => {
        const log = new SampleLog();
        const account = log.recordAccount();
        const other = log.recordAccount();
        const rare = log.recordAgent(other);
        const frequent = log.recordAgent(account);
        const count = STORE_LIMITS.eventRowsScannedMax;
        log.change(rare, { status: AVAILABLE });
        for (let index = 0; index < count + 10; index++) log.change(frequent, { status: (index + 1) % 2 });
        log.change(rare, { status: UNAVAILABLE });
        await commit(log.take());

        const query = { ...everything(log, other), limit: 10 };
        const first = await store.events(query);
        assert.deepEqual(
          first.facts.map(({ position }) => position),
          [6],
        );
        assert.deepEqual([first.scannedTo, first.isLast], [count, false]);
        const second = await store.events({ ...query, after: first.scannedTo });
        assert.deepEqual(
          second.facts.map(({ position }) => position),
          [log.position],
        );
        assert.equal(second.isLast, true);

        const ofRare = await store.events({ ...query, agent: { number: rare, head: log.agent(rare).head } });
        assert.deepEqual(
          [ofRare.facts.length, ofRare.isLast],
          [2, true],
          "one agent's chain is followed past the rest",
        );
        const long = { ...query, account, agent: { number: frequent, head: log.agent(frequent).head } };
        const { facts } = await allPages(store, { ...long, limit: 40_000 });
        assert.equal(facts.length, count + 10, 'a chain longer than one call may follow is searched for');
      });

      test("an agent's newest facts come oldest first", async () => {
        const log = busyLog();
        await commit(log.take());
        const head = log.agent(1).head;
        const all = log.facts.filter(({ agent }) => agent === 1);
        assert.deepEqual(await store.agentFacts({ head, after: 0, limit: 1000 }), all);
        assert.deepEqual(await store.agentFacts({ head, after: 0, limit: 3 }), all.slice(-3));
        const middle = all[Math.floor(all.length / 2)]?.position ?? 0;
        const later = all.filter(({ position }) => position > middle);
        assert.deepEqual(await store.agentFacts({ head, after: middle, limit: 1000 }), later);
        assert.deepEqual(await store.agentFacts({ head, after: head, limit: 10 }), []);
      });
    });

    describe('agents', () => {
      test('a renamed custom status keeps the name in the labels that named it', async () => {
        const log = new SampleLog();
        const account = log.recordAccount();
        const [early, late] = [log.recordAgent(account), log.recordAgent(account)];
        const lunch = log.recordCustomStatus(account, 'status-1', 'Lunch');
        log.change(early, { status: lunch });
        const break_ = log.recordCustomStatus(account, 'status-1', 'Break');
        log.change(late, { status: break_ });
        log.change(late, { status: AVAILABLE });
        await putAndReopen(...log.take());
        const { agents, labels } = await store.load();
        assert.deepEqual(
          labels.map(({ position, record }) => [position, record.id, record.name]),
          [
            [lunch, 'status-1', 'Lunch'],
            [break_, 'status-1', 'Break'],
          ],
        );
        assert.deepEqual(
          agents.map(({ availability }) => availability.intelliassign.customStatusId),
          ['status-1', null],
        );
      });

      test('the profile that holds comes with the agent', async () => {
        const log = new SampleLog();
        const agent = log.recordAgent(log.recordAccount());
        await putAndReopen(...log.take());
        assert.deepEqual((await store.load()).agents[0]?.profile, sampleProfile(agent));
      });
    });

    describe('documents', () => {
      test('a record is replaced and removed by its type and key', async () => {
        const record: StoredRecord = { type: 'key', key: 'a', account: 1, position: 0, body: '{"n":1}' };
        const other: StoredRecord = { ...record, type: 'app' };
        const changed: StoredRecord = { ...record, body: '{"n":2}', account: 2, position: 7 };
        await putAndReopen(
          { kind: 'PutRecord', record },
          { kind: 'PutRecord', record: other },
          { kind: 'PutRecord', record: changed },
        );
        assert.deepEqual((await store.load()).records, [other, changed]);
        await putAndReopen(
          { kind: 'RemoveRecord', type: 'key', key: 'a' },
          { kind: 'RemoveRecord', type: 'x', key: 'a' },
        );
        assert.deepEqual((await store.load()).records, [other]);
      });

      test('an answer is kept by scope and key until it is older than what is pruned', async () => {
        const answer: StoredAnswer = { scope: 'key', key: 'once', requestHash: 'h', status: 201, body: null, at: 1000 };
        const later: StoredAnswer = { ...answer, scope: 'other', at: 2000, body: '{"ü":"🦉"}' };
        await putAndReopen({ kind: 'PutAnswer', answer }, { kind: 'PutAnswer', answer: later });
        assert.deepEqual(await store.answer('key', 'once'), answer);
        assert.deepEqual(await store.answer('other', 'once'), later);
        assert.equal(await store.answer('key', 'twice'), null);
        await commit([{ kind: 'RemoveAnswersBefore', before: 2000 }]);
        assert.equal(await store.answer('key', 'once'), null);
        assert.deepEqual(await store.answer('other', 'once'), later, 'what is exactly as old stays');
      });

      test('key values are replaced, removed one by one, and removed with their app', async () => {
        const entry: KeyValueEntry = { app: 'app', key: 'k', value: '{"a":1}', expiresAt: null };
        const expiring: KeyValueEntry = { ...entry, value: '"new"', expiresAt: SAMPLE_START };
        const second: KeyValueEntry = { ...entry, key: 'second' };
        const foreign: KeyValueEntry = { ...entry, app: 'foreign' };
        await putAndReopen(
          ...[entry, expiring, second, foreign].map((one): Change => ({ kind: 'PutKeyValue', entry: one })),
        );
        assert.deepEqual(
          await store.keyValue('app', 'k'),
          expiring,
          'whether it has expired is for who knows the time',
        );
        assert.deepEqual(await store.keyValues({ app: 'app', after: '', limit: 9 }), [expiring, second]);
        assert.deepEqual(await store.keyValues({ app: 'app', after: 'k', limit: 9 }), [second]);
        assert.deepEqual(await store.keyValues({ app: 'app', after: '', limit: 1 }), [expiring]);
        await commit([{ kind: 'RemoveKeyValue', app: 'app', key: 'k' }]);
        assert.equal(await store.keyValue('app', 'k'), null);
        assert.deepEqual(await store.keyValue('app', 'second'), second);
        await commit([{ kind: 'RemoveKeyValues', app: 'app' }]);
        assert.equal(await store.keyValue('app', 'second'), null);
        assert.deepEqual(await store.keyValue('foreign', 'k'), foreign);
      });

      test('key values that expired before an instant are removed, of every app, and no others', async () => {
        const at = SAMPLE_START;
        const expiries = [at - 1, at, at + 1, null];
        const entries = ['app', 'foreign'].flatMap((app) =>
          expiries.map((expiresAt, index): KeyValueEntry => ({ app, key: `k${index}`, value: '1', expiresAt })),
        );
        await putAndReopen(...entries.map((entry): Change => ({ kind: 'PutKeyValue', entry })));
        await commit([{ kind: 'RemoveKeyValuesExpiredBefore', before: at }]);
        const left = await Promise.all(entries.map(({ app, key }) => store.keyValue(app, key)));
        assert.deepEqual(
          left,
          entries.map((entry) => (entry.expiresAt === at - 1 ? null : entry)),
        );
      });

      test('tells how many bytes the key values of an app take', async () => {
        assert.equal(await store.keyValueBytes('app'), 0);
        const put = (app: string, key: string, value: string): Change => ({
          kind: 'PutKeyValue',
          entry: { app, key, value, expiresAt: null },
        });
        await putAndReopen(put('app', 'k', '"four"'), put('app', 'é', '"😀"'), put('foreign', 'k', '1'));
        assert.equal(await store.keyValueBytes('app'), 1 + 6 + 2 + 6);
        await commit([{ kind: 'RemoveKeyValue', app: 'app', key: 'k' }]);
        assert.equal(await store.keyValueBytes('app'), 8);
      });

      test('expired key values are removed a bounded number at a time', async () => {
        const count = STORE_LIMITS.keyValuesPrunedMax + 1;
        const put = (index: number): Change => ({
          kind: 'PutKeyValue',
          entry: { app: 'app', key: String(index), value: '1', expiresAt: 1 },
        });
        await commit(Array.from({ length: count }, (_, index) => put(index)));
        const prune: Change = { kind: 'RemoveKeyValuesExpiredBefore', before: 2 };
        const left = async () => {
          const all = await Promise.all(
            Array.from({ length: count }, (_, index) => store.keyValue('app', String(index))),
          );
          return all.filter((entry) => entry !== null).length;
        };
        await commit([prune]);
        assert.equal(await left(), 1);
        await commit([prune]);
        assert.equal(await left(), 0);
      });

      test('entity records are replaced, paged by number, removed one by one, and removed with their app', async () => {
        const at = SAMPLE_START;
        const record = (number: number, more: Partial<EntityRecord> = {}): EntityRecord => ({
          ...{ app: 'app', entity: 'shops', number, data: `{"n":${number}}`, createdAt: at, updatedAt: at + 1 },
          ...more,
        });
        const others = [record(2, { entity: 'meals' }), record(2, { app: 'foreign' })];
        const changed = record(2, { data: '{"n":"new"}', updatedAt: at + 9 });
        const all = [3, 1, 2].map((number) => record(number));
        await putAndReopen(
          ...[...all, ...others, changed].map((one): Change => ({ kind: 'PutEntityRecord', record: one })),
        );
        const page = (after: number, limit: number, entity = 'shops') =>
          store.entityRecords({ app: 'app', entity, after, limit });
        assert.deepEqual(await page(0, 2), [record(1), changed]);
        assert.deepEqual(await page(2, 2), [record(3)]);
        assert.deepEqual(await page(3, 2), []);
        assert.deepEqual(await store.entityRecord('app', 'shops', 2), changed);
        assert.equal(await store.entityRecord('app', 'shops', 4), null);
        await commit([{ kind: 'RemoveEntityRecord', app: 'app', entity: 'shops', number: 2 }]);
        assert.deepEqual(await page(0, 9), [record(1), record(3)]);
        await commit([{ kind: 'RemoveEntityRecords', app: 'app' }]);
        assert.deepEqual([await page(0, 9), await page(0, 9, 'meals')], [[], []]);
        assert.deepEqual(await store.entityRecord('foreign', 'shops', 2), others[1]);
      });

      test("an app's log goes with the app, and no other's does", async () => {
        const line = (app: string): Change => ({
          kind: 'AddAppLog',
          line: { app, at: SAMPLE_START, level: 'info', text: app, eventId: null },
        });
        await commit([line('gone'), line('kept'), line('gone')]);
        await commit([{ kind: 'RemoveAppLog', app: 'gone' }]);
        assert.deepEqual(await store.appLog({ app: 'gone', after: 0, limit: 10 }), []);
        assert.equal((await store.appLog({ app: 'kept', after: 0, limit: 10 })).length, 1);
      });

      test('text comes back as it went in, in any script', async () => {
        const texts = [
          '',
          'Grüße',
          '日本語',
          'مرحبا',
          '👩‍👩‍👧‍👦',
          'é',
          "'; DROP TABLE fact; --",
          'a\u0000b',
          '\n\r\t',
          '',
        ];
        const lines = texts.map(
          (text): Change => ({ kind: 'AddAppLog', line: { app: text, at: 1, level: text, text, eventId: text } }),
        );
        const values = texts.map(
          (text): Change => ({
            kind: 'PutKeyValue',
            entry: { app: 'app', key: `k${text}`, value: text, expiresAt: null },
          }),
        );
        await putAndReopen(...lines, ...values);
        for (const text of texts) {
          const [line] = await store.appLog({ app: text, after: 0, limit: 1 });
          assert.deepEqual([line?.app, line?.level, line?.text, line?.eventId], [text, text, text, text]);
          assert.equal((await store.keyValue('app', `k${text}`))?.value, text);
        }
      });
    });

    describe("an app's log", () => {
      const line = (app: string, text: string): Change => ({
        kind: 'AddAppLog',
        line: { app, at: SAMPLE_START, level: 'info', text, eventId: null },
      });

      test('comes oldest first, in pages after a number', async () => {
        await putAndReopen(...['one', 'two', 'three', 'four'].map((text) => line('app', text)), line('other', 'five'));
        const oldest = await store.appLog({ app: 'app', after: 0, limit: 3 });
        assert.deepEqual(
          oldest.map(({ text }) => text),
          ['one', 'two', 'three'],
        );
        const rest = await store.appLog({ app: 'app', after: oldest.at(-1)?.number ?? 0, limit: 3 });
        assert.deepEqual(
          rest.map(({ text }) => text),
          ['four'],
        );
      });

      test('keeps the newest lines of each app, and a bounded number', async () => {
        const { appLogLinesKept: kept, appLogLinesSlack: slack } = STORE_LIMITS;
        await commit([line('quiet', 'still here')]);
        const total = kept + 3 * slack;
        for (let from = 0; from < total; from += slack / 2) {
          await commit(Array.from({ length: slack / 2 }, (_, index) => line('app', String(from + index))));
        }
        const lines = await store.appLog({ app: 'app', after: 0, limit: total });
        assert.ok(lines.length >= kept && lines.length <= kept + slack, `${lines.length} lines`);
        assert.deepEqual(
          lines.map(({ text }) => text),
          Array.from({ length: lines.length }, (_, index) => String(total - lines.length + index)),
        );
        assert.equal((await store.appLog({ app: 'quiet', after: 0, limit: 10 })).length, 1);
      });
    });

    describe('keys of events', () => {
      const key = (digit: string) => digit.repeat(24);

      test('come back with the position they were put with, and only those that are asked for', async () => {
        await putAndReopen(
          { kind: 'PutEventKey', key: key('a'), position: 3 },
          { kind: 'PutEventKey', key: key('b'), position: 5 },
        );
        const found = await store.eventKeys([key('c'), key('b')]);
        assert.deepEqual([...found], [[key('b'), 5]]);
        assert.equal((await store.eventKeys([])).size, 0);
      });

      test('stay with the event that had them first', async () => {
        await commit([{ kind: 'PutEventKey', key: key('a'), position: 3 }]);
        await putAndReopen({ kind: 'PutEventKey', key: key('a'), position: 9 });
        assert.equal((await store.eventKeys([key('a')])).get(key('a')), 3);
      });

      test('tell of an agent up to where its events have some', async () => {
        await commit([{ kind: 'PutKeyedAgent', agent: 7, position: 3 }]);
        await putAndReopen({ kind: 'PutKeyedAgent', agent: 7, position: 8 });
        assert.deepEqual([...(await store.keyedAgents([6, 7]))], [[7, 8]]);
      });
    });

    describe('deliveries', () => {
      const lane: LaneRow = {
        subscription: 'app',
        agent: 7,
        position: 12,
        mode: 'retrying',
        attempts: 2,
        nextAttemptAt: SAMPLE_START,
        lastError: '{"code":"time_out"}',
      };
      const letter: DeadLetterRow = {
        subscription: 'app',
        agent: 7,
        position: 12,
        attempts: 9,
        at: SAMPLE_START,
        error: '{"code":"time_out"}',
        redeliveredAt: null,
      };
      const attempt = { subscription: 'app', position: 12, number: 1, at: 5, durationMs: 20_000, error: '{}' };

      test('a lane is replaced by its agent and removed', async () => {
        const probing: LaneRow = { ...lane, mode: 'probing', attempts: 9, lastError: null };
        const other: LaneRow = { ...lane, agent: 8 };
        await putAndReopen(
          { kind: 'PutLane', lane },
          { kind: 'PutLane', lane: other },
          { kind: 'PutLane', lane: probing },
        );
        assert.deepEqual((await store.load()).lanes, [probing, other]);
        await putAndReopen({ kind: 'RemoveLane', subscription: 'app', agent: 7 });
        assert.deepEqual((await store.load()).lanes, [other]);
      });

      test('attempts come in the order they were made, a replay after the first round', async () => {
        const attempts = [attempt, { ...attempt, number: 2 }, attempt];
        const other = { ...attempt, position: 13 };
        await putAndReopen(...[...attempts, other].map((one): Change => ({ kind: 'AddAttempt', attempt: one })));
        assert.deepEqual(await store.attempts('app', 12), attempts);
        assert.deepEqual(await store.attempts('other', 12), []);
      });

      test('dead letters come in log order, in pages, and remember that they were sent again', async () => {
        const letters = [20, 3, 12].map((position): DeadLetterRow => ({ ...letter, position }));
        const again: DeadLetterRow = { ...letter, redeliveredAt: SAMPLE_START + 1 };
        await putAndReopen(...[...letters, again].map((one): Change => ({ kind: 'PutDeadLetter', letter: one })));
        const first = await store.deadLetters({ subscription: 'app', after: 0, limit: 2 });
        assert.deepEqual(
          first.map(({ position, redeliveredAt }) => [position, redeliveredAt]),
          [
            [3, null],
            [12, SAMPLE_START + 1],
          ],
        );
        const rest = await store.deadLetters({ subscription: 'app', after: 12, limit: 2 });
        assert.deepEqual(
          rest.map(({ position }) => position),
          [20],
        );
        assert.deepEqual(await store.deadLetter('app', 12), again);
        assert.equal(await store.deadLetter('app', 13), null);
        assert.equal(await store.deadLetter('other', 12), null);
      });

      test('a subscription goes with everything it owns, and nothing of another', async () => {
        const of = (subscription: string): readonly Change[] => [
          { kind: 'PutCursor', subscription, position: 4 },
          { kind: 'PutLane', lane: { ...lane, subscription } },
          { kind: 'AddAttempt', attempt: { ...attempt, subscription } },
          { kind: 'PutDeadLetter', letter: { ...letter, subscription } },
        ];
        await commit([...of('app'), ...of('other')]);
        await putAndReopen({ kind: 'RemoveSubscription', subscription: 'app' });
        const { cursors, lanes } = await store.load();
        assert.deepEqual(cursors, [{ subscription: 'other', position: 4 }]);
        assert.deepEqual(
          lanes.map(({ subscription }) => subscription),
          ['other'],
        );
        for (const [subscription, count] of [
          ['app', 0],
          ['other', 1],
        ] as const) {
          assert.equal((await store.attempts(subscription, 12)).length, count);
          assert.equal((await store.deadLetters({ subscription, after: 0, limit: 9 })).length, count);
        }
      });
    });

    describe('histories', () => {
      test('an empty store keeps none', async () => {
        assert.deepEqual(await store.histories(), { cursor: null, agents: [], records: [] });
        assert.deepEqual(await store.historyChunks({ agents: [7, 2], from: 0, to: 1000 }), [
          { agent: 7, position: null, chunks: [] },
          { agent: 2, position: null, chunks: [] },
        ]);
      });

      test('agents, records and the cursor come back as they were put, the latest of each', async () => {
        const one = historyAgent(1);
        const two = {
          ...historyAgent(2),
          at: null,
          newestMonth: null,
          earliestImport: -5,
          isStale: true,
          looseAxes: 3,
        };
        await commit([
          { kind: 'PutHistoryAgent', agent: two },
          { kind: 'PutHistoryAgent', agent: { ...one, head: 1 } },
          { kind: 'PutHistoryAgent', agent: one },
          { kind: 'AddHistoryRecords', positions: [9, 3] },
          { kind: 'AddHistoryRecords', positions: [3, 4] },
          { kind: 'PutHistoryCursor', format: 1, position: 8 },
        ]);
        await putAndReopen({ kind: 'PutHistoryCursor', format: 2, position: 9 });
        assert.deepEqual(await store.histories(), {
          cursor: { format: 2, position: 9 },
          agents: [one, two],
          records: [3, 4, 9],
        });
      });

      test('months come by agent as asked for, ascending, with the row that they belong to', async () => {
        const months = [-23_640, 0, 674, 675, 96_359];
        const chunks = [3, 1, 2].flatMap((agent) => months.map((month) => historyChunk(agent, month)));
        await commit(chunks.toReversed().map((chunk) => ({ kind: 'PutHistoryChunk', chunk }) as const));
        await putAndReopen({ kind: 'PutHistoryAgent', agent: historyAgent(1) });
        const found = await store.historyChunks({ agents: [2, 4, 1], from: 0, to: 675 });
        const expected = (agent: number) => [0, 674, 675].map((month) => historyChunk(agent, month));
        assert.deepEqual(plain(found), [
          { agent: 2, position: null, chunks: expected(2) },
          { agent: 4, position: null, chunks: [] },
          { agent: 1, position: 40, chunks: expected(1) },
        ]);
        const all = await store.historyChunks({ agents: [3], from: -23_640, to: 96_359 });
        assert.deepEqual(
          plain(all)[0]?.chunks,
          months.map((month) => historyChunk(3, month)),
        );
      });

      test("a month is overwritten, and one agent's months go alone", async () => {
        await commit([1, 2].map((agent) => ({ kind: 'PutHistoryChunk', chunk: historyChunk(agent, 5) }) as const));
        const changed = { ...historyChunk(2, 5), body: Uint8Array.of(1, 2, 3, 4), checksum: 4_294_967_295 };
        await commit([
          { kind: 'PutHistoryChunk', chunk: changed },
          { kind: 'RemoveHistoryChunks', agent: 1 },
        ]);
        const found = await store.historyChunks({ agents: [1, 2], from: 5, to: 5 });
        assert.deepEqual(
          plain(found).map(({ chunks }) => chunks),
          [[], [changed]],
        );
      });

      test('all of it can be removed, and the log stays', async () => {
        const log = new SampleLog();
        log.recordAccount();
        await commit(log.take());
        await commit([
          { kind: 'PutHistoryChunk', chunk: historyChunk(1, 5) },
          { kind: 'PutHistoryAgent', agent: historyAgent(1) },
          { kind: 'AddHistoryRecords', positions: [2] },
          { kind: 'PutHistoryCursor', format: 1, position: 2 },
          { kind: 'RemoveHistories' },
        ]);
        assert.deepEqual(await store.histories(), { cursor: null, agents: [], records: [] });
        assert.deepEqual((await store.historyChunks({ agents: [1], from: 0, to: 9 }))[0]?.chunks, []);
        assert.equal((await store.facts({ after: 0, limit: 10 })).length, 2);
      });
    });
  });
}

/** A log with something of everything that is loaded at start, and what loading must give. */
function wholeState() {
  const log = new SampleLog();
  const account = log.recordAccount();
  const [first, second] = [log.recordAgent(account), log.recordAgent(account)];
  const lunch = log.recordCustomStatus(account, 'status-1', 'Lunch');
  const session = log.openSession(first);
  log.change(first, { axis: 'GeneralAvailability', status: AVAILABLE });
  log.change(first, { status: AVAILABLE });
  log.change(first, { status: lunch, until: SAMPLE_START + 9_000_000, note: 'back at two' });
  log.act(first, { kind: 'UntilChanged', until: null });
  log.act(first, { kind: 'SessionLost', session });
  const other = log.openSession(second);
  log.openSession(second);
  log.act(second, { kind: 'SessionClosed', session: other });
  log.put({ kind: 'PutCounter', name: 'session', value: 3 });
  log.put({ kind: 'PutCounter', name: 'liveness_mark', value: SAMPLE_START });
  log.put({ kind: 'PutCursor', subscription: 'app', position: 3 });
  const newest = log.facts.at(-1);
  const labels = log.facts.flatMap((fact) =>
    fact.kind === 'CustomStatusRecorded' ? [{ position: fact.position, record: fact.record }] : [],
  );
  const sessions = [first, second].flatMap((agent) =>
    log.agent(agent).availability.sessions.map((one) => ({ ...one, slot: one.number, agent })),
  );
  const expected = {
    head: { position: log.position, checksum: newest?.checksum, recordedAt: newest?.recordedAt },
    counters: { session: 3, liveness_mark: SAMPLE_START },
    records: recordsOf(log),
    agents: [first, second].map((number) => ({ ...log.agent(number), profile: sampleProfile(number) })),
    labels,
    sessions,
    cursors: [{ subscription: 'app', position: 3 }],
    lanes: [],
  };
  return { log, expected };
}

function historyAgent(number: number): HistoryAgentRow {
  const times = { at: SAMPLE_START, newestMonth: 674, earliestImport: null };
  const state = { presence: 1, status: 2, sessions: 3, isStale: false, looseAxes: 0 };
  return { number, account: 1, head: 39, position: 40, ...state, ...times };
}

function historyChunk(agent: number, month: number): HistoryChunkRow {
  const body = new Uint8Array(5000).fill(agent);
  return { agent, month, body, checksum: (agent * 1000 + month) >>> 0 };
}

/** Bytes as arrays of numbers alone, whatever class the engine gives them. */
function plain(found: readonly StoredChunks[]) {
  return found.map((one) => ({
    ...one,
    chunks: one.chunks.map((row) => ({ ...row, body: Uint8Array.from(row.body) })),
  }));
}

/** The configuration that a sample's facts recorded, as rows. */
function recordsOf(log: SampleLog): readonly StoredRecord[] {
  return log.facts.flatMap((fact): readonly StoredRecord[] => {
    if (fact.kind !== 'AccountRecorded' && fact.kind !== 'CustomStatusRecorded') return [];
    const type = fact.kind === 'AccountRecorded' ? 'account' : 'custom_status';
    const { account, position, record } = fact;
    return [{ type, key: record.id, account, position, body: JSON.stringify(record) }];
  });
}

/** Changes of every table, to be taken back. */
function oneOfEverything(log: SampleLog): readonly Change[] {
  const session = log.openSession(1);
  log.change(1, { status: UNAVAILABLE });
  const at = SAMPLE_START;
  const event = { subscription: 'app', agent: 1, position: 1, attempts: 1 };
  return [
    ...log.take(),
    { kind: 'RemoveSession', session },
    { kind: 'PutRecord', record: { type: 'key', key: 'k', account: 1, position: 0, body: '{}' } },
    { kind: 'RemoveRecord', type: 'account', key: '1001' },
    { kind: 'PutCounter', name: 'session', value: 99 },
    { kind: 'PutAnswer', answer: { scope: 'key', key: 'once', requestHash: 'h', status: 200, body: null, at } },
    { kind: 'PutKeyValue', entry: { app: 'app', key: 'key', value: '1', expiresAt: null } },
    {
      kind: 'PutEntityRecord',
      record: { app: 'app', entity: 'shops', number: 1, data: '{}', createdAt: at, updatedAt: at },
    },
    { kind: 'AddAppLog', line: { app: 'app', at, level: 'info', text: 'line', eventId: null } },
    { kind: 'PutHistoryChunk', chunk: historyChunk(1, 674) },
    { kind: 'PutHistoryAgent', agent: historyAgent(1) },
    { kind: 'AddHistoryRecords', positions: [1] },
    { kind: 'PutHistoryCursor', format: 1, position: 1 },
    { kind: 'PutCursor', subscription: 'app', position: 99 },
    { kind: 'PutLane', lane: { ...event, mode: 'retrying', nextAttemptAt: at, lastError: null } },
    { kind: 'AddAttempt', attempt: { ...event, number: 1, at, durationMs: 1, error: '{}' } },
    { kind: 'PutDeadLetter', letter: { ...event, at, error: '{}', redeliveredAt: null } },
  ];
}

/** A fact two places after the end: what no engine may take. */
function gapAfter(log: SampleLog): Change {
  return factAt(log, log.position + 2);
}

function factAt(log: SampleLog, position: number): Extract<Change, { kind: 'AppendFact' }> {
  const source = new SampleLog();
  source.recordAccount();
  const change = source.take().find((one) => one.kind === 'AppendFact');
  assert.ok(change?.kind === 'AppendFact' && log.position >= 0);
  return { ...change, row: { ...change.row, position } };
}

/** Two accounts, a few agents, some hundred changes on both axes, other facts in between. */
function busyLog(): SampleLog {
  const log = new SampleLog();
  const accounts = [log.recordAccount(), log.recordAccount()];
  const agents = [0, 1, 0, 1, 0].map((index) => log.recordAgent(accounts[index] ?? 1));
  for (let index = 0; index < 400; index++) {
    const agent = agents[(index * 7) % agents.length] ?? 1;
    if (index % 5 === 0) log.act(agent, { kind: 'UntilChanged', until: index });
    const axis = AXES[index % 3 === 0 ? 0 : 1];
    const { general, intelliassign } = log.agent(agent).availability;
    const before = axis === 'Intelliassign' ? intelliassign : general;
    log.change(agent, { axis: axis ?? 'Intelliassign', status: 1 - before.status });
  }
  return log;
}

function everything(log: SampleLog, account: number): EventQuery {
  return { account, agent: null, axis: null, from: null, to: null, after: 0, upTo: log.position, limit: 1000 };
}

function anyQuery(log: SampleLog): fc.Arbitrary<EventQuery> {
  // Whole seconds, as the sample's facts are: only then do the ends of a span fall on facts.
  const instant = fc.option(fc.integer({ min: 0, max: log.position }).map((second) => SAMPLE_START + second * 1000));
  const position = fc.integer({ min: 0, max: log.position + 5 });
  const agent = fc.option(fc.integer({ min: 1, max: 5 }).map((number) => ({ number, head: log.agent(number).head })));
  return fc.record({
    account: fc.integer({ min: 1, max: 3 }),
    agent,
    axis: fc.option(fc.constantFrom(...AXES)),
    from: instant,
    to: instant,
    after: fc.oneof(fc.constant(0), position),
    upTo: fc.oneof(fc.constant(log.position), position),
    limit: fc.integer({ min: 1, max: 50 }),
  });
}

/** The question, answered by looking at every fact. */
function lookedFor(log: SampleLog, query: EventQuery): readonly RecordedFact[] {
  return log.facts.filter(
    (fact) =>
      fact.kind === 'StatusChanged' &&
      fact.account === query.account &&
      (query.agent === null || fact.agent === query.agent.number) &&
      (query.axis === null || fact.axis === query.axis) &&
      (query.from === null || fact.at >= query.from) &&
      (query.to === null || fact.at < query.to) &&
      fact.position > query.after &&
      fact.position <= query.upTo,
  );
}

async function allPages(store: Store, query: EventQuery): Promise<Pick<EventPage, 'facts' | 'scannedTo'>> {
  const facts: EventPage['facts'][number][] = [];
  let after = query.after;
  for (;;) {
    const page = await store.events({ ...query, after });
    assert.ok(page.facts.length <= query.limit, 'a page is never longer than asked for');
    assert.ok(page.isLast || page.scannedTo > after, 'a page that is not the last one gets on');
    facts.push(...page.facts);
    after = page.scannedTo;
    if (page.isLast) return { facts, scannedTo: after };
  }
}
