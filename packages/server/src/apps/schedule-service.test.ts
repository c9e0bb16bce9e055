import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/manual-clock.ts';
import type { JsonValue } from '../marketplace/json-value.ts';
import { hourMs, minuteMs } from '../time/instant.ts';
import { createZones } from '../time/zone.ts';
import { AppEvents } from './app-events.ts';
import { FakeDocuments, settled } from './fake-documents.ts';
import { SCHEDULE_LIMITS, ScheduleService } from './schedule-service.ts';

const zones = createZones('test');
const start = Date.UTC(2026, 2, 1, 12);
const context = { callId: null, purpose: null };
const in_ = (ms: number, now = start) => new Date(now + ms).toISOString();

function world(documents = new FakeDocuments(), now = start) {
  const clock = new ManualClock(now);
  const fired: string[] = [];
  const commit = (changes: Parameters<FakeDocuments['commit']>[0]) => documents.commit(changes);
  const events = new AppEvents({
    clock,
    random: { uuid: () => String(Math.random()) },
    commit,
    deliver: async (app, event) => {
      fired.push(`${app} ${JSON.stringify(event.data)} at ${(clock.now() - start) / minuteMs}`);
      return { kind: 'delivered', durationMs: 1 };
    },
    log: () => {},
    report: () => {},
  });
  const service = new ScheduleService({ clock, zones, events, commit, report: () => {} });
  events.resume(documents.loaded());
  service.resume(documents.loaded());
  const appOf = (id: string, isListening = true) => {
    const operations = service.operations({ id, account: 1, isListening: () => isListening, strictMinimum: true });
    events.open(id);
    return async (method: string, argument?: JsonValue) => {
      const answer = await operations[`schedule.${method}`]?.(argument === undefined ? [] : [argument], context);
      if (answer?.kind === 'refused') return `${answer.error.status} ${answer.error.message}`;
      return answer?.kind === 'done' ? answer.result : 'no such operation';
    };
  };
  const goOn = async (ms: number, stepMs = 15_000) => {
    for (let passed = 0; passed < ms; passed += stepMs) {
      clock.advance(stepMs);
      await settled();
    }
  };
  return { clock, documents, events, service, fired, app: appOf('app_1'), appOf, goOn };
}

const once = { name: 'once', data: { n: 1 }, schedule_at: in_(10 * minuteMs) };
const often = {
  ...once,
  name: 'often',
  data: { n: 2 },
  repeat: { time_unit: 'minutes', frequency: 20, timezone: 'UTC' },
};

test('answers as the platform does', async () => {
  const { app, appOf } = world();
  assert.deepEqual(await app('create', once), { status: 200, message: 'Schedule created' });
  assert.equal(await app('create', once), '400 This Schedule name already exists');
  assert.deepEqual(await app('fetch', { name: 'once' }), once);
  const later = { ...once, schedule_at: in_(20 * minuteMs) };
  assert.deepEqual(await app('update', later), { status: 200, message: 'Schedule updated' });
  assert.deepEqual(await app('fetch', { name: 'once' }), later);
  assert.deepEqual(await app('delete', { name: 'once' }), { status: 200, message: 'Schedule deleted' });
  for (const method of ['fetch', 'delete']) {
    assert.equal(await app(method, { name: 'once' }), '404 Schedule does not exist');
  }
  assert.equal(await app('update', once), '404 Schedule does not exist');
  assert.equal(await app('create'), '400 The following mandatory keys are missing - name,data,schedule_at');
  assert.deepEqual(await app('create', often), { status: 200, message: 'Schedule created' });
  assert.equal(await app('create', { ...often, name: 'second' }), '400 The maximum number of recurring schedules is 1');
  assert.deepEqual(await app('update', often), { status: 200, message: 'Schedule updated' });
  assert.deepEqual(await app('fetch', { name: 'often' }), often);
  assert.deepEqual(await appOf('app_2')('create', often), { status: 200, message: 'Schedule created' });
  const deaf = appOf('app_3', false);
  assert.equal(await deaf('create', once), '400 The app has not registered an onScheduledEvent');
});

test('keeps a thousand schedules that fire once, and no more', async () => {
  const { app } = world();
  for (let n = 0; n < SCHEDULE_LIMITS.oneTimeMax; n++) await app('create', { ...once, name: `n${n}` });
  assert.equal(await app('create', once), '400 The maximum number of one-time schedules is 1000');
  assert.deepEqual(await app('update', { ...once, name: 'n7' }), { status: 200, message: 'Schedule updated' });
});

test('fires at its time: once, or again and again', async () => {
  const { app, service, fired, goOn, documents } = world();
  service.start();
  await app('create', once);
  await app('create', often);
  await goOn(55 * minuteMs);
  assert.deepEqual(fired, ['app_1 {"n":1} at 10', 'app_1 {"n":2} at 10', 'app_1 {"n":2} at 30', 'app_1 {"n":2} at 50']);
  assert.equal(await app('fetch', { name: 'once' }), '404 Schedule does not exist');
  assert.deepEqual(documents.keys(), ['app_schedule app_1/often']);
  await app('delete', { name: 'often' });
  await goOn(60 * minuteMs);
  assert.equal(fired.length, 4);
});

test('a changed schedule fires at its new time alone', async () => {
  const { app, service, fired, goOn } = world();
  service.start();
  await app('create', once);
  await app('update', { ...once, schedule_at: in_(30 * minuteMs), data: { n: 9 } });
  await goOn(60 * minuteMs);
  assert.deepEqual(fired, ['app_1 {"n":9} at 30']);
});

test('what was missed while the server was down fires once, and then at its regular instants', async () => {
  const before = world();
  await before.app('create', { ...once, name: 'a/b' });
  await before.app('create', often);
  const after = world(before.documents, start + 3 * hourMs);
  after.service.start();
  after.clock.advance(0);
  await settled();
  await after.goOn(25 * minuteMs);
  assert.deepEqual(after.fired, ['app_1 {"n":1} at 180', 'app_1 {"n":2} at 180', 'app_1 {"n":2} at 190']);
});

test('notices a clock that jumped within seconds', async () => {
  const { app, service, fired, goOn, clock } = world();
  service.start();
  await app('create', { ...once, schedule_at: in_(24 * hourMs) });
  clock.jumpTo(start + 24 * hourMs);
  await goOn(15_000);
  assert.deepEqual(fired, ['app_1 {"n":1} at 1440.25']);
});

test('moves a schedule and puts its event into the queue in one commit', async () => {
  const { app, service, documents, goOn } = world();
  service.start();
  await app('create', often);
  documents.commits.length = 0;
  await goOn(10 * minuteMs);
  assert.deepEqual(
    documents.commits.map((changes) =>
      changes.map((change) => `${change.kind} ${change.kind === 'PutRecord' ? change.record.type : ''}`),
    ),
    [['PutRecord app_schedule', 'PutRecord app_event'], ['RemoveRecord ']],
  );
});

test('loses nothing and fires nothing twice when the disk is full for a while', async () => {
  const { app, service, fired, documents, goOn } = world();
  service.start();
  await app('create', once);
  documents.isFull = true;
  await goOn(12 * minuteMs);
  assert.deepEqual(fired, []);
  documents.isFull = false;
  await goOn(minuteMs, 1000);
  assert.equal(fired.length, 1);
});

test('a removed app leaves no schedule behind', async () => {
  const { app, service, documents, fired, goOn } = world();
  service.start();
  await app('create', once);
  assert.deepEqual(
    service.list('app_1').map(({ schedule }) => schedule.name),
    ['once'],
  );
  await documents.commit(service.removal('app_1'));
  service.forget('app_1');
  assert.deepEqual([documents.keys(), service.list('app_1')], [[], []]);
  await goOn(20 * minuteMs);
  assert.deepEqual(fired, []);
});

test('lets a developer schedule within seconds', async () => {
  const { service, events, clock, fired, goOn } = world();
  service.start();
  events.open('app_9');
  const operations = service.operations({ id: 'app_9', account: 1, isListening: () => true, strictMinimum: false });
  const soon = new Date(clock.now() + 2000).toISOString();
  const answer = await operations['schedule.create']?.([{ ...once, schedule_at: soon }], context);
  assert.equal(answer?.kind, 'done');
  await goOn(3000, 1000);
  assert.equal(fired.length, 1);
});
