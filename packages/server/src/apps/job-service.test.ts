import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobCall } from '../marketplace/job.ts';
import type { JsonValue } from '../marketplace/json-value.ts';
import type { AppAnswer } from './app-runner.ts';
import { FakeDocuments, settled } from './fake-documents.ts';
import { JOB_LIMITS, JobService } from './job-service.ts';

type Running = { readonly job: JobCall & { readonly id: string }; readonly end: (answer: AppAnswer) => void };

const answered: AppAnswer = { kind: 'answered', data: null, durationMs: 1 };

async function world(documents = new FakeDocuments()) {
  const time = { now: Date.UTC(2026, 2, 1) };
  const running: Running[] = [];
  let ids = 0;
  const service = new JobService({
    now: () => time.now,
    random: { uuid: () => `job-${++ids}` },
    commit: (changes) => documents.commit(changes),
    run: (_app, job) => new Promise((end) => running.push({ job, end })),
    report: () => {},
  });
  await service.resume(documents.loaded());
  const operations = service.operations({ id: 'app_1', account: 1, jobs: () => ['sync', 'tidy'] });
  const ask = async (name: string, args: readonly JsonValue[], callId: string | null = null): Promise<JsonValue> => {
    const answer = await operations[`job.${name}`]?.(args, { callId, purpose: null });
    return answer?.kind === 'refused' ? `${answer.error.status} ${answer.error.message}` : (answer?.result ?? null);
  };
  return { service, documents, running, time, ask };
}

test('runs a job that nobody waits for, and tells what became of it', async () => {
  const { ask, running, time } = await world();
  const started = {
    ...{ id: 'job-1', name: 'sync', tag: 'contacts', status: 'in-progress', status_message: null },
    ...{ start_time: '2026-03-01T00:00:00.000Z', end_time: null },
  };
  assert.deepEqual(await ask('invoke', ['sync', 'contacts', { a: 1 }]), started);
  assert.deepEqual(running[0]?.job, { kind: 'job', id: 'job-1', name: 'sync', tag: 'contacts', options: { a: 1 } });
  assert.deepEqual(await ask('update_status_message', ['half'], 'job-1'), {
    status: 200,
    message: 'Status message updated',
  });
  assert.deepEqual(await ask('get', ['job-1']), { ...started, status_message: 'half' });
  time.now += 1000;
  running[0]?.end(answered);
  await settled();
  const ended = { ...started, status: 'success', status_message: 'half', end_time: '2026-03-01T00:00:01.000Z' };
  assert.deepEqual(await ask('get', ['job-1']), ended);
  await ask('update_status_message', ['all of it'], 'job-1');
  assert.deepEqual(await ask('get', ['job-1']), { ...ended, status_message: 'all of it' });
});

test('tells every way in which a job ends', async () => {
  const table: readonly (readonly [AppAnswer, string])[] = [
    [answered, 'success null'],
    [{ kind: 'refused', error: { status: 500, message: 'no' }, durationMs: 1 }, 'failed no'],
    [{ kind: 'failed', error: { code: 'threw', message: 'boom' }, durationMs: 1 }, 'failed boom'],
    [{ kind: 'failed', error: { code: 'timed_out', message: 'late' }, durationMs: 1 }, 'timeout late'],
    [{ kind: 'interrupted' }, "failed the app's process ended during the job"],
  ];
  for (const [answer, expected] of table) {
    const { ask, running } = await world();
    await ask('invoke', ['sync']);
    running[0]?.end(answer);
    await settled();
    const run = (await ask('get', ['job-1'])) as { readonly status: string; readonly status_message: string };
    assert.equal(`${run.status} ${run.status_message}`, expected);
  }
});

test('refuses what is no job', async () => {
  const { ask } = await world();
  const table: readonly (readonly [string, readonly JsonValue[], string])[] = [
    ['invoke', [], '400 The name of the job cannot be blank'],
    ['invoke', ['gone'], '404 The job gone is not defined in the manifest'],
    ['invoke', ['sync', 7], '400 The tag of a job should be of type string'],
    ['invoke', ['sync', 'x'.repeat(101)], '400 The tag of a job should not exceed 100 characters'],
    ['invoke', ['sync', 't', 'text'], '400 The options of a job should be of type JSON'],
    ['invoke', ['sync', 't', { a: 'x'.repeat(102_400) }], '400 The options of a job should not exceed 100KB'],
    ['get', [], '404 Job not found'],
    ['get', ['__proto__'], '404 Job not found'],
    ['list', [{ page: 0 }], '400 page and limit should be whole numbers greater than 0'],
    ['list', [{ tag: 7 }], '400 The tag of a job should be of type string'],
    ['update_status_message', ['x'], '400 The status message can be updated in a job only'],
  ];
  for (const [name, args, expected] of table) assert.equal(await ask(name, args), expected);
  await ask('invoke', ['sync', { a: 1 }]);
  for (const [message, expected] of [
    [7, '400 The status message should be of type string'],
    ['x'.repeat(501), '400 The status message should not exceed 500 characters'],
  ] as const) {
    assert.equal(await ask('update_status_message', [message], 'job-1'), expected);
  }
});

test('lists past runs by tag and page, the newest first', async () => {
  const { ask, running } = await world();
  for (let n = 1; n <= 12; n++) {
    await ask('invoke', ['sync', n % 2 === 0 ? 'even' : 'odd']);
    running.at(-1)?.end(answered);
    await settled();
  }
  const idsOf = async (query?: JsonValue) => {
    const runs = (await ask('list', query === undefined ? [] : [query])) as unknown as readonly {
      readonly id: string;
    }[];
    return runs.map(({ id }) => Number(id.slice(4)));
  };
  assert.deepEqual(await idsOf(), [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
  assert.deepEqual(await idsOf({ page: 2 }), [2, 1]);
  assert.deepEqual(await idsOf({ tag: 'even', limit: 2, page: 2 }), [8, 6]);
});

test('runs so many at once, starts so many a minute, and keeps so many', async () => {
  const { ask, running, time, service, documents } = await world();
  const start = () => ask('invoke', ['tidy']);
  for (let n = 0; n < JOB_LIMITS.runningMax; n++) await start();
  assert.equal(await start(), '429 The maximum number of jobs that run at once is 15');
  const endAll = async () => {
    for (const { end } of running.splice(0)) end(answered);
    await settled();
  };
  await endAll();
  for (let n = JOB_LIMITS.runningMax + 1; n < JOB_LIMITS.perMinuteMax; n++) {
    await start();
    await endAll();
  }
  assert.equal(await start(), '429 You have exceeded the limit of 50 requests per minute');
  for (let minute = 0; minute < 2; minute++) {
    time.now += 60_000;
    for (let n = 0; n < JOB_LIMITS.perMinuteMax; n++) {
      await start();
      await endAll();
    }
  }
  assert.deepEqual([service.list('app_1').length, documents.records.size], [100, 100]);
});

test('what was under way when the server died has failed, and is not run again', async () => {
  const before = await world();
  await before.ask('invoke', ['sync']);
  const after = await world(before.documents);
  const run = (await after.ask('get', ['job-1'])) as { readonly status: string; readonly status_message: string };
  assert.deepEqual([run.status, run.status_message], ['failed', 'the server was restarted meanwhile']);
  assert.equal(after.running.length, 0);
  await after.documents.commit(after.service.removal('app_1'));
  after.service.forget('app_1');
  assert.deepEqual([after.documents.keys(), after.service.list('app_1')], [[], []]);
});
