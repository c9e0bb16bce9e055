import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bench, median, quantile } from './figure.ts';
import { load } from './socket-load.ts';

const CONNECTIONS = 256;
const KEY = 'an admin key that only the bench has';

/** Durable status changes over HTTP, 256 connections, against a bare Fastify route that echoes the same body. */
export const http: Bench = {
  name: 'http',
  async run({ folder, isQuick }) {
    const seconds = isQuick ? 3 : 8;
    const rounds = isQuick ? 1 : 3;
    const ours = await startServer('rollcall-server.ts', join(folder, 'data'), KEY);
    const echo = await startServer('echo-server.ts');
    const agents = await makeAgents(ours.port);
    const headers = [`authorization: Bearer ${KEY}`, 'content-type: application/json'];
    const ask = (connection: number, turn: number) => ({
      method: 'PUT',
      path: `/agents/${agents[connection] ?? ''}/intelliassign`,
      body: turn % 2 === 0 ? '{"status":"AVAILABLE"}' : '{"status":"UNAVAILABLE"}',
    });
    const api = (connection: number, turn: number) => {
      const asked = ask(connection, turn);
      return { ...asked, path: `/api/v1${asked.path}` };
    };
    await load({ port: ours.port, connections: CONNECTIONS, seconds: 2, headers, ask: api });
    await load({ port: echo.port, connections: CONNECTIONS, seconds: 2, headers, ask });
    const rates: number[] = [];
    const ceilings: number[] = [];
    let waits: readonly number[] = [];
    for (let round = 0; round < rounds; round++) {
      ceilings.push((await load({ port: echo.port, connections: CONNECTIONS, seconds, headers, ask })).perSecond);
      const result = await load({ port: ours.port, connections: CONNECTIONS, seconds, headers, ask: api });
      if (result.failures > 0) throw new Error(`${result.failures} requests were refused`);
      rates.push(result.perSecond);
      waits = result.waitsMs;
    }
    ours.child.kill('SIGTERM');
    echo.child.kill('SIGKILL');
    return [
      {
        name: 'durable transitions over HTTP, 256 connections',
        against: 'bare Fastify echo of the body',
        ceiling: median(ceilings),
        ours: median(rates),
        unit: '/s',
        better: 'higher',
        hold: 0.5,
        note: `p50 ${quantile(waits, 0.5).toFixed(1)} ms, p99 ${quantile(waits, 0.99).toFixed(1)} ms`,
      },
    ];
  },
};

export async function startServer(
  program: string,
  ...words: readonly string[]
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', file, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.once('data', (bytes: Buffer) => resolve(Number(bytes.toString().trim())));
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  return { child, port };
}

async function makeAgents(port: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < CONNECTIONS; index++) {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/agents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ email: `agent-${index}@example.com` }),
    });
    ids.push(((await response.json()) as { id: string }).id);
  }
  return ids;
}
