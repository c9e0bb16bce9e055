import { createWriteStream, type WriteStream } from 'node:fs';
import { type Axis, type IngestAnswer, WIRE_LIMITS } from '@rollcall/contract';
import { openSqliteStore } from '../../store/sqlite/open-sqlite-store.ts';
import { sha256Hex } from '../../system/system-randomness.ts';
import { CommandFailed, EXIT } from '../command-failed.ts';
import { askServer } from '../control/ask-server.ts';
import { OfflineImport } from '../control/offline-import.ts';
import type { ImportOperation } from '../control/operation.ts';
import { refuseEmpty } from '../control/perform-operation.ts';
import { dataFolderOf } from '../data-folder.ts';
import { agentEmails } from '../import/agent-emails.ts';
import { formatOf, readImport } from '../import/import-format.ts';
import type { ImportFormat } from '../import/import-formats.ts';
import type { ImportLine } from '../import/import-line.ts';
import type { Invocation } from '../invocation.ts';
import type { Terminal } from '../terminal.ts';

export type ImportEventsOptions = {
  readonly format?: ImportFormat;
  readonly axis?: Axis;
  readonly account?: string;
  readonly agents?: string;
  readonly emailDomain?: string;
  readonly rejects?: string;
  readonly createAgents?: boolean;
  readonly deliver?: boolean;
  readonly dryRun?: boolean;
  readonly data?: string;
  readonly json?: boolean;
};

/**
 * `import`: takes the events of a file into a data folder, by the server that runs on it or else right here. Whatever was
 * taken is known when the file comes again, so an import that broke off is simply started anew.
 */
export async function importFile(invocation: Invocation, file: string, options: ImportEventsOptions): Promise<void> {
  const { terminal } = invocation;
  const format = options.format ?? (await formatOf(file));
  const emailOf = await agentEmails(options.agents ?? null, options.emailDomain ?? null);
  const rejects = openRejects(terminal, options.rejects ?? null);
  const tally = new Tally(terminal);
  const target = await openTarget(dataFolderOf(options), options.dryRun === true);
  try {
    const events = readImport(file, { format, axis: options.axis ?? null, emailOf });
    await takeAll(events, { target, tally, rejects, options });
  } finally {
    await target.close();
    await rejects.close();
  }
  if (tally.counts.rejected > 0) invocation.exitCode = EXIT.failed;
  const told = { format, dry_run: options.dryRun === true, ...tally.told() };
  await terminal.line(options.json === true ? JSON.stringify(told) : sentence(told));
}

function sentence(told: ReturnType<Tally['told']> & { readonly dry_run: boolean; readonly format: string }): string {
  const { accepted, duplicate, rejected, seconds } = told;
  const what = told.dry_run ? 'would be accepted' : 'accepted';
  return `${accepted} ${what}, ${duplicate} known already, ${rejected} rejected, in ${seconds} s (${told.format})`;
}

// Where to

type Target = { take(operation: ImportOperation): Promise<IngestAnswer>; close(): Promise<void> };

/** The server of the folder; or the folder itself, when none runs on it. */
async function openTarget(folder: string, isTrial: boolean): Promise<Target> {
  const probe: ImportOperation = { ...EMPTY, events: [] };
  if (!isTrial && (await askServer(folder, probe)).kind === 'answered') return serverTarget(folder);
  await refuseEmpty(folder);
  const store = openSqliteStore({ folder, readOnly: isTrial, hash: sha256Hex });
  try {
    const offline = await OfflineImport.open({ store, isTrial });
    return { take: (operation) => offline.take(operation), close: () => store.close() };
  } catch (cause) {
    await store.close();
    throw cause;
  }
}

const EMPTY = { kind: 'ImportEvents', account: null, createAgents: false, deliver: false } as const;

function serverTarget(folder: string): Target {
  const take = async (operation: ImportOperation): Promise<IngestAnswer> => {
    const asked = await askServer(folder, operation);
    if (asked.kind === 'nobody') {
      throw new CommandFailed('The server has stopped. Start the import again: what was taken is known.');
    }
    const { answer } = asked;
    if (answer.kind === 'failed') throw new CommandFailed(answer.sentence);
    if (answer.kind === 'rejected') throw new CommandFailed(answer.detail);
    return answer.value as IngestAnswer;
  };
  return { take, close: async () => {} };
}

// Batches

type Course = {
  readonly target: Target;
  readonly tally: Tally;
  readonly rejects: Rejects;
  readonly options: ImportEventsOptions;
};

type Batch = { readonly lines: number[]; readonly events: unknown[] };

/** One batch is being taken while the next one is read; never more, so that a long file costs no more than a short one. */
async function takeAll(events: AsyncIterable<ImportLine>, course: Course): Promise<void> {
  let taking: Promise<void> = Promise.resolve();
  let batch: Batch = { lines: [], events: [] };
  const send = async () => {
    await taking;
    const sent = batch;
    batch = { lines: [], events: [] };
    taking = take(sent, course);
    // Who waits for it hears of its failure; nobody does when the reading fails first.
    taking.catch(() => {});
  };
  for await (const event of events) {
    if ('fault' in event) {
      await course.rejects.add({ line: event.line, code: 'invalid_input', detail: event.fault });
      course.tally.add({ accepted: 0, duplicate: 0, rejected: 1 });
      continue;
    }
    batch.lines.push(event.line);
    batch.events.push(event.payload);
    if (batch.events.length === WIRE_LIMITS.eventsOfIngestMax) await send();
  }
  await send();
  await taking;
}

async function take({ lines, events }: Batch, { target, tally, rejects, options }: Course): Promise<void> {
  if (events.length === 0) return;
  const answer = await target.take({
    kind: 'ImportEvents',
    account: options.account ?? null,
    events,
    createAgents: options.createAgents ?? false,
    deliver: options.deliver ?? false,
  });
  tally.add(answer);
  for (const { index, result, code, detail } of answer.items) {
    if (result === 'rejected') await rejects.add({ line: lines[index] ?? 0, code: code ?? '', detail: detail ?? '' });
  }
}

// What is told

type Counts = Pick<IngestAnswer, 'accepted' | 'duplicate' | 'rejected'>;

const TOLD_EVERY_MS = 1000;

/** How far it has come: a line a second on stderr. */
class Tally {
  readonly counts = { accepted: 0, duplicate: 0, rejected: 0 };
  readonly #terminal: Terminal;
  readonly #startedAt = performance.now();
  #toldAt = this.#startedAt;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  add({ accepted, duplicate, rejected }: Counts): void {
    this.counts.accepted += accepted;
    this.counts.duplicate += duplicate;
    this.counts.rejected += rejected;
    if (performance.now() - this.#toldAt < TOLD_EVERY_MS) return;
    this.#toldAt = performance.now();
    const { events, events_per_second, ...counts } = this.told();
    this.#terminal.say(
      `${events} events, ${events_per_second}/s: ${counts.accepted} accepted, ${counts.duplicate} known already, ${counts.rejected} rejected`,
    );
  }

  told() {
    const { accepted, duplicate, rejected } = this.counts;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const events = accepted + duplicate + rejected;
    return {
      events,
      accepted,
      duplicate,
      rejected,
      seconds: Number(seconds.toFixed(1)),
      events_per_second: Math.round(events / Math.max(seconds, 0.001)),
    };
  }
}

type Reject = { readonly line: number; readonly code: string; readonly detail: string };
type Rejects = { add(reject: Reject): Promise<void>; close(): Promise<void> };

const REJECTS_SAID_MAX = 20;

/** The first rejected lines on stderr; all of them, as JSON lines, in a file when one was named. */
function openRejects(terminal: Terminal, file: string | null): Rejects {
  let count = 0;
  const stream: WriteStream | null = file === null ? null : createWriteStream(file);
  let failure: Error | null = null;
  stream?.on('error', (error) => {
    failure = error;
  });
  return {
    async add(reject) {
      count++;
      if (count <= REJECTS_SAID_MAX) terminal.say(`line ${reject.line}: ${reject.detail} (${reject.code})`);
      if (stream === null || stream.write(`${JSON.stringify(reject)}\n`)) return;
      await new Promise<void>((resolve) => stream.once('drain', resolve).once('error', () => resolve()));
    },
    async close() {
      const more = count - REJECTS_SAID_MAX;
      if (more > 0)
        terminal.say(`and ${more} more${file === null ? ': --rejects FILE lists them all' : ` in ${file}`}`);
      if (stream !== null) await new Promise<void>((resolve) => stream.end(() => resolve()));
      if (failure !== null) throw new CommandFailed(`${file} cannot be written: ${failure.message}`, 1, failure);
    },
  };
}
