import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The admin key of every server that a test starts. */
export const ADMIN_KEY = 'an-admin-key-that-only-tests-have';

const PROGRAM = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

/** The real program in a process of its own, as `rollcall serve` starts it. */
export type ServerProcess = { readonly child: ChildProcess; readonly url: string };

/** Starts a server on a folder and any free port; settles when it listens. `words` are more flags of `serve`. */
export async function startServerProcess(folder: string, ...words: readonly string[]): Promise<ServerProcess> {
  const flags = ['--disable-warning=ExperimentalWarning', PROGRAM, 'serve', '--port', '0', '--data', folder, ...words];
  const child = spawn(process.execPath, flags, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ROLLCALL_ADMIN_KEY: ADMIN_KEY, ROLLCALL_LOG_LEVEL: 'warn' },
  });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const url = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (bytes: Buffer) => {
      out += bytes.toString();
      const found = /listening on (http:\S+)/.exec(out)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready: ${said}${out}`)));
  });
  return { child, url };
}

/** Asks it to end, and waits until it has. */
export async function stopServerProcess({ child }: ServerProcess): Promise<void> {
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
}

/** Ends it without asking. */
export async function killServerProcess({ child }: ServerProcess): Promise<void> {
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

export type Call = {
  readonly method: string;
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
  readonly idempotencyKey?: string;
};

/** One call of the API; the text of an answer that must be a good one. */
export async function callServer({ url }: ServerProcess, call: Call): Promise<string> {
  const { method, path, body, key, idempotencyKey } = call;
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key ?? ADMIN_KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text;
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** Looks every few milliseconds until there is an answer; gives up, saying what it waited for. */
export async function eventually<T>(what: string, look: () => Promise<T | null>, giveUpAfterMs = 20_000): Promise<T> {
  const giveUpAt = Date.now() + giveUpAfterMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    assert.ok(Date.now() < giveUpAt, `waited in vain for ${what}`);
    await pause(25);
  }
}
