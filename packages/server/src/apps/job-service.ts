import type { Change, StoredRecord } from '../engine/change.ts';
import {
  JOB_INPUT_LIMITS,
  type JobCall,
  type JobQuery,
  type JobStatus,
  type JobView,
  readJobCall,
  readJobQuery,
  readStatusMessage,
} from '../marketplace/job.ts';
import type { JsonValue } from '../marketplace/json-value.ts';
import { type PlatformRefusal, refused, refusedAsTooOften } from '../marketplace/platform-refusal.ts';
import { formatInstant, type Instant, minuteMs } from '../time/instant.ts';
import { type DocumentOwner, documentsOf, putDocument, removeDocument } from './app-document.ts';
import type { OperationAnswer, OperationHandlers } from './app-operation.ts';
import type { AppAnswer } from './app-runner.ts';
import { RateLimit } from './rate-limit.ts';
import { Turns } from './turns.ts';

export type JobPorts = {
  now(): Instant;
  readonly random: { uuid(): string };
  commit(changes: readonly Change[]): Promise<void>;
  /**
   * Runs the job: `ask` with `mayEndByReturn`, the job's id as its `callId` and `JOB_LIMITS.runMsMax`. A rejection counts
   * as a failure.
   */
  run(app: string, job: JobCall & { readonly id: string }): Promise<AppAnswer>;
  report(sentence: string, details: Readonly<Record<string, unknown>>): void;
};

/** Source: https://developers.freshworks.com/docs/app-sdk/v3.0/common/serverless-apps/jobs/ */
export const JOB_LIMITS = {
  runMsMax: 2 * minuteMs,
  runningMax: 15,
  perMinuteMax: 50,
  /** Ended runs that are kept of one app. */
  keptMax: 100,
} as const;

/** An app that may have jobs. */
export type JobOwner = DocumentOwner & {
  /** Names of the jobs of its manifest, as its files are now. */
  jobs(): readonly string[];
};

/**
 * `$job`: work that an app starts and nobody waits for. Each run is a record from its start on, so that what was under
 * way when the server died is told as failed; it is not run again, since nobody knows how far it came.
 */
export class JobService {
  readonly #ports: JobPorts;
  readonly #apps = new Map<string, JobsOfApp>();
  readonly #turns = new Turns();

  constructor(ports: JobPorts) {
    this.#ports = ports;
  }

  /** Takes up the runs of all apps; those that were under way have failed. */
  async resume(records: readonly StoredRecord[]): Promise<void> {
    const changes: Change[] = [];
    const documents = documentsOf<JobView>(records, 'app_job');
    for (const { owner, body } of documents.toSorted((a, b) => (a.body.start_time < b.body.start_time ? -1 : 1))) {
      const run =
        body.status === 'in-progress' ? this.#ended(body, 'failed', 'the server was restarted meanwhile') : body;
      this.#jobsOf(owner).runs.set(run.id, run);
      if (run !== body) changes.push(putDocument(owner, 'app_job', run.id, run));
    }
    if (changes.length > 0) await this.#ports.commit(changes);
  }

  /** Starts a job and answers as soon as that it runs is on disk. */
  invoke(
    owner: JobOwner,
    args: readonly JsonValue[],
  ): Promise<PlatformRefusal | { readonly kind: 'started'; readonly run: JobView }> {
    return this.#turns.take(owner.id, () => this.#invoke(owner, args));
  }

  /** The app's runs that are kept, the newest first. */
  list(app: string): readonly JobView[] {
    return [...(this.#apps.get(app)?.runs.values() ?? [])].reverse();
  }

  get(app: string, id: string): JobView | null {
    return this.#apps.get(app)?.runs.get(id) ?? null;
  }

  removal(app: string): readonly Change[] {
    return [...(this.#apps.get(app)?.runs.keys() ?? [])].map((id) => removeDocument(app, 'app_job', id));
  }

  forget(app: string): void {
    this.#apps.delete(app);
  }

  operations(owner: JobOwner): JobOperations {
    return {
      'job.invoke': async (args) => {
        const started = await this.invoke(owner, args);
        return started.kind === 'refused' ? started : { kind: 'done', result: started.run };
      },
      'job.get': async ([id]) => {
        const run = typeof id === 'string' ? this.get(owner.id, id) : null;
        return run === null ? refused(404, 'Job not found') : { kind: 'done', result: run };
      },
      'job.list': async ([argument]) => {
        const query = readJobQuery(argument);
        return query.kind === 'refused' ? query : { kind: 'done', result: this.#page(owner.id, query) };
      },
      'job.update_status_message': ([message], { callId }) => this.#say(owner, callId, message),
    };
  }

  async #invoke(owner: JobOwner, args: readonly JsonValue[]) {
    const call = readJobCall(args, owner.jobs());
    if (call.kind === 'refused') return call;
    const app = this.#jobsOf(owner);
    if (!app.rate.take()) return refusedAsTooOften(app.rate.perMinuteMax);
    const running = [...app.runs.values()].filter(({ status }) => status === 'in-progress').length;
    if (running >= JOB_LIMITS.runningMax) {
      return refused(429, `The maximum number of jobs that run at once is ${JOB_LIMITS.runningMax}`);
    }
    const { name, tag } = call;
    const run: JobView = {
      ...{ id: this.#ports.random.uuid(), name, tag, start_time: formatInstant(this.#ports.now()), end_time: null },
      ...{ status: 'in-progress', status_message: null },
    };
    const old = this.#beyondKept(app);
    const removals = old.map((id) => removeDocument(owner.id, 'app_job', id));
    await this.#ports.commit([putDocument(owner, 'app_job', run.id, run), ...removals]);
    for (const id of old) app.runs.delete(id);
    app.runs.set(run.id, run);
    void this.#run(owner, { ...call, id: run.id });
    return { kind: 'started', run } as const;
  }

  async #run(owner: DocumentOwner, job: JobCall & { readonly id: string }): Promise<void> {
    const answer = await this.#answerOf(owner.id, job);
    await this.#change(owner, job.id, (run) => {
      const { status, message } = endOf(answer);
      return this.#ended(run, status, message ?? run.status_message);
    });
  }

  async #answerOf(app: string, job: JobCall & { readonly id: string }): Promise<AppAnswer> {
    try {
      return await this.#ports.run(app, job);
    } catch (cause) {
      this.#ports.report('a job of an app could not be run', { app, job: job.id, cause: String(cause) });
      return { kind: 'failed', error: { code: 'not_run', message: 'it could not be run' }, durationMs: 0 };
    }
  }

  // What runs after the job has ended may still say something: some start work that they do not wait for.
  async #say(owner: DocumentOwner, callId: string | null, argument: JsonValue | undefined): Promise<OperationAnswer> {
    if (callId === null || this.get(owner.id, callId) === null) {
      return refused(400, 'The status message can be updated in a job only');
    }
    const reading = readStatusMessage(argument);
    if (reading.kind === 'refused') return reading;
    await this.#change(owner, callId, (run) => ({ ...run, status_message: reading.message }));
    return { kind: 'done', result: { status: 200, message: 'Status message updated' } };
  }

  #change(owner: DocumentOwner, id: string, change: (run: JobView) => JobView): Promise<void> {
    return this.#turns.take(owner.id, async () => {
      const app = this.#apps.get(owner.id);
      const run = app?.runs.get(id);
      if (app === undefined || run === undefined) return;
      const changed = change(run);
      app.runs.set(id, changed);
      try {
        await this.#ports.commit([putDocument(owner, 'app_job', id, changed)]);
      } catch (cause) {
        // It is told from memory; after a restart a run whose end is not on disk counts as failed.
        this.#ports.report('the state of a job could not be written', { app: owner.id, job: id, cause: String(cause) });
      }
    });
  }

  #ended(run: JobView, status: JobStatus, message: string | null): JobView {
    const shown = message === null ? null : message.slice(0, JOB_INPUT_LIMITS.messageLengthMax);
    return { ...run, status, status_message: shown, end_time: formatInstant(this.#ports.now()) };
  }

  #page(app: string, { tag, page, limit }: JobQuery): readonly JobView[] {
    const runs = this.list(app).filter((run) => tag === null || run.tag === tag);
    return runs.slice((page - 1) * limit, page * limit);
  }

  /** The oldest ended runs that have to go so that one more has its place. */
  #beyondKept({ runs }: JobsOfApp): readonly string[] {
    const ended = [...runs.values()].filter(({ status }) => status !== 'in-progress').map(({ id }) => id);
    return ended.slice(0, Math.max(0, runs.size + 1 - JOB_LIMITS.keptMax));
  }

  #jobsOf({ id }: DocumentOwner): JobsOfApp {
    const known = this.#apps.get(id);
    if (known !== undefined) return known;
    const app: JobsOfApp = { runs: new Map(), rate: new RateLimit(JOB_LIMITS.perMinuteMax, () => this.#ports.now()) };
    this.#apps.set(id, app);
    return app;
  }
}

export type JobOperations = OperationHandlers &
  Readonly<Record<'job.invoke' | 'job.get' | 'job.list' | 'job.update_status_message', OperationHandlers[string]>>;

/** `runs` in the order of their start. */
type JobsOfApp = { readonly runs: Map<string, JobView>; readonly rate: RateLimit };

function endOf(answer: AppAnswer): { readonly status: JobStatus; readonly message: string | null } {
  switch (answer.kind) {
    case 'answered':
      return { status: 'success', message: null };
    case 'refused':
      return { status: 'failed', message: answer.error.message };
    case 'failed':
      return { status: answer.error.code === 'timed_out' ? 'timeout' : 'failed', message: answer.error.message };
    case 'interrupted':
      return { status: 'failed', message: "the app's process ended during the job" };
  }
}
