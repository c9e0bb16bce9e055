import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/manual-clock.ts';
import type { CallOutcome } from '../delivery/receiver.ts';
import { APP_EVENT_LIMITS, type AppEvent, AppEvents } from './app-events.ts';
import { FakeDocuments, settled } from './fake-documents.ts';

const owner = { id: 'app_1', account: 1 };
const failed: CallOutcome = { kind: 'failed', error: { code: 'threw', message: 'boom' }, durationMs: 1 };
const delivered: CallOutcome = { kind: 'delivered', durationMs: 1 };

function world(documents = new FakeDocuments()) {
  const clock = new ManualClock(1_000_000);
  const seen: { readonly app: string; readonly event: AppEvent; readonly at: number }[] = [];
  const lines: string[] = [];
  let ids = 0;
  const answer = { of: async (_event: AppEvent): Promise<CallOutcome> => delivered };
  const events = new AppEvents({
    clock,
    random: { uuid: () => `u${++ids}` },
    commit: (changes) => documents.commit(changes),
    deliver: (app, event) => {
      seen.push({ app, event, at: clock.now() - 1_000_000 });
      return answer.of(event);
    },
    log: (_app, { level, text }) => lines.push(`${level}: ${text}`),
    report: () => {},
  });
  events.resume(documents.loaded());
  const put = (data: number, app = owner) => events.putExternal(app, { data, headers: {}, options: null });
  const data = () => seen.map(({ event }) => event.data);
  const goOn = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      clock.advance(500);
      await settled();
    }
  };
  return { clock, documents, events, seen, lines, answer, put, data, goOn };
}

test('delivers what was accepted, in order, and then forgets it', async () => {
  const { events, documents, put, data } = world();
  events.open(owner.id);
  assert.deepEqual(await Promise.all([put(1), put(2), put(3)]), ['accepted', 'accepted', 'accepted']);
  await settled();
  assert.deepEqual(data(), [1, 2, 3]);
  assert.deepEqual(documents.keys(), []);
});

test('delivers nothing before the app is open, and goes on after a restart in the same order', async () => {
  const before = world();
  await before.put(1);
  await before.put(2);
  await before.events.stop();
  assert.deepEqual(before.data(), []);
  const after = world(before.documents);
  await after.put(3);
  after.events.open(owner.id);
  await settled();
  assert.deepEqual(after.data(), [1, 2, 3]);
  assert.deepEqual(after.documents.keys(), []);
});

test('puts a failing event aside, lets the later ones go, and gives it up with a line', async () => {
  const { events, answer, put, seen, lines, goOn } = world();
  const other = { id: 'app_2', account: 2 };
  answer.of = async ({ data }) => (data === 1 ? failed : delivered);
  events.open(owner.id);
  events.open(other.id);
  await put(1);
  await put(2);
  await put(9, other);
  await goOn(4 * 60_000);
  const calls = seen.map(({ app, event, at }) => `${app} ${String(event.data)} at ${at / 1000}`);
  const [ofApp, ofOther] = [
    calls.filter((one) => one.startsWith('app_1')),
    calls.filter((one) => one.startsWith('app_2')),
  ];
  assert.deepEqual(ofOther, ['app_2 9 at 0']);
  assert.deepEqual(ofApp, ['app_1 1 at 0', 'app_1 2 at 0', 'app_1 1 at 5', 'app_1 1 at 35', 'app_1 1 at 155']);
  assert.equal(lines.length, APP_EVENT_LIMITS.attemptsMax);
  assert.match(lines[0] ?? '', /^warn: an external event failed \(attempt 1 of 4\), and is tried again in 5 s: boom$/);
  assert.match(lines.at(-1) ?? '', /^error: an external event is given up after 4 attempts: boom$/);
  assert.equal(events.waiting(owner.id), 0);
});

test('makes one call of a line at a time, and lets retries and new events take turns', async () => {
  const { clock, events, answer, put, data } = world();
  let underWay = 0;
  let most = 0;
  answer.of = async ({ data: which }) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise<void>((resolve) => void clock.after(2000, resolve));
    underWay -= 1;
    return Number(which) < 2 ? failed : delivered;
  };
  events.open(owner.id);
  for (let n = 0; n < 8; n++) await put(n);
  for (let half = 0; half < 60; half++) {
    clock.advance(500);
    await settled();
    // New ones never cease to come.
    if (half === 10) await put(8);
    if (half === 20) await put(9);
  }
  assert.equal(most, 1);
  const calls = data();
  assert.deepEqual(calls.slice(0, 2), [0, 1]);
  assert.ok(calls.lastIndexOf(0) < calls.indexOf(9), `the retry had its turn before what came after it: ${calls}`);
  assert.deepEqual(
    calls.filter((one) => Number(one) >= 2),
    [2, 3, 4, 5, 6, 7, 8, 9],
  );
});

test('a schedule fires while calls from outside hang and fail without end', async () => {
  const { clock, events, documents, answer, put, seen, goOn } = world();
  answer.of = async ({ kind }) => {
    if (kind === 'scheduled') return delivered;
    await new Promise<void>((resolve) => void clock.after(20_000, resolve));
    return failed;
  };
  events.open(owner.id);
  for (let minute = 0; minute < 4; minute++) {
    await Promise.all(Array.from({ length: 250 }, (_, n) => put(n)));
    await goOn(60_000);
  }
  const drafted = events.draft(owner, { kind: 'scheduled', schedule: 'daily', data: null });
  assert.ok(drafted !== null, 'a full line of calls leaves room for schedules');
  await documents.commit(drafted.changes);
  drafted.accept();
  await settled();
  const last = seen.at(-1);
  assert.deepEqual([last?.event.kind, last?.at], ['scheduled', 240_000]);
});

test('puts aside no more than the limit: later events of a broken app keep their attempts', async () => {
  const { events, answer, put, data, goOn } = world();
  let isBroken = true;
  answer.of = async () => (isBroken ? failed : delivered);
  events.open(owner.id);
  await Promise.all(Array.from({ length: 150 }, (_, n) => put(n)));
  await goOn(20_000);
  const { asideMax } = APP_EVENT_LIMITS;
  assert.equal(Math.max(...data().map(Number)), asideMax - 1);
  isBroken = false;
  await goOn(20_000);
  assert.equal(events.waiting(owner.id), 0);
  assert.equal(new Set(data()).size, 150);
});

test('remembers across a restart what was put aside, and goes on with the others', async () => {
  const before = world();
  before.answer.of = async ({ data }) => (data === 1 ? failed : { kind: 'interrupted' });
  before.events.open(owner.id);
  await before.put(1);
  await before.put(2);
  await before.goOn(1000);
  await before.events.stop();
  const after = world(before.documents);
  after.clock.jumpTo(before.clock.now());
  after.events.open(owner.id);
  await settled();
  assert.deepEqual(after.data(), [2]);
  await after.goOn(5000);
  assert.deepEqual(after.data(), [2, 1]);
});

test('remembers attempts and waits across a restart', async () => {
  const before = world();
  before.answer.of = async () => failed;
  before.events.open(owner.id);
  await before.put(1);
  await before.goOn(6000);
  await before.events.stop();
  assert.equal(before.seen.length, 2);
  const after = world(before.documents);
  after.clock.jumpTo(before.clock.now());
  after.answer.of = async () => failed;
  after.events.open(owner.id);
  await after.goOn(4 * 60_000);
  assert.equal(after.seen.length, 2);
  assert.match(after.lines.at(-1) ?? '', /given up after 4 attempts/);
});

test('an interrupted call is made again without counting, but not for ever', async () => {
  const { events, answer, put, seen, lines, goOn } = world();
  answer.of = async () => ({ kind: 'interrupted' });
  events.open(owner.id);
  await put(1);
  await goOn(30_000);
  assert.equal(seen.length, APP_EVENT_LIMITS.interruptionsMax);
  assert.match(lines[0] ?? '', /^error: .*ended each time/);
});

test('a delivery that is rejected counts as a failed one', async () => {
  const { events, answer, put, seen, goOn } = world();
  answer.of = () => Promise.reject(new Error('no such app'));
  events.open(owner.id);
  await put(1);
  await goOn(10_000);
  assert.equal(seen.length, 2);
});

test('takes no more than the limits from outside', async () => {
  const { events, put, goOn } = world();
  const answers = await Promise.all(Array.from({ length: 251 }, (_, n) => put(n)));
  assert.deepEqual(answers.indexOf('too_often'), 250);
  for (let minute = 1; minute < 4; minute++) {
    await goOn(60_000);
    await Promise.all(Array.from({ length: 250 }, (_, n) => put(n)));
  }
  assert.equal(events.waiting(owner.id), 1000);
  await goOn(60_000);
  assert.equal(await put(1), 'too_many_waiting');
});

test('a full disk holds the line up, and what was delivered does not come again', async () => {
  const { events, documents, put, data, goOn, answer } = world();
  await put(1);
  await put(2);
  answer.of = async () => {
    documents.isFull = true;
    return delivered;
  };
  events.open(owner.id);
  await goOn(3000);
  assert.deepEqual(data(), [1]);
  documents.isFull = false;
  answer.of = async () => delivered;
  await goOn(3000);
  assert.deepEqual(data(), [1, 2]);
  assert.deepEqual(documents.keys(), []);
});

test('closing an app waits for the attempt under way, and its removal leaves nothing', async () => {
  const { events, answer, put, documents, data } = world();
  let finish: (outcome: CallOutcome) => void = () => {};
  answer.of = () => new Promise((resolve) => (finish = resolve));
  events.open(owner.id);
  await put(1);
  await put(2);
  let isClosed = false;
  const closing = events.close(owner.id).then(() => (isClosed = true));
  await settled();
  assert.equal(isClosed, false);
  finish(delivered);
  await closing;
  assert.deepEqual(data(), [1]);
  await documents.commit(events.removal(owner.id));
  events.forget(owner.id);
  assert.deepEqual([documents.keys(), events.waiting(owner.id)], [[], 0]);
});

test('an app that is removed while it is called gets none of its later events', async () => {
  const { events, answer, put, documents, data } = world();
  let finish: (outcome: CallOutcome) => void = () => {};
  answer.of = () => new Promise((resolve) => (finish = resolve));
  events.open(owner.id);
  await put(1);
  await put(2);
  await documents.commit(events.removal(owner.id));
  events.forget(owner.id);
  finish(delivered);
  await settled();
  assert.deepEqual([data(), documents.keys()], [[1], []]);
});

test('stops at once while the disk is full', async () => {
  const { events, documents, put } = world();
  await put(1);
  documents.isFull = true;
  events.open(owner.id);
  await settled();
  await events.stop();
  assert.equal(documents.keys().length, 1);
});
