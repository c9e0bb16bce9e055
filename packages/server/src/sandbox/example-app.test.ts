import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keyValueOperations } from '../apps/key-value-service.ts';
import { operationTable } from '../apps/operation-table.ts';
import { handlerOf } from '../marketplace/app-definition.ts';
import { appPayload, defaultPayloadSettings, type ProductPayload } from '../marketplace/app-payload.ts';
import { defaultIparams } from '../marketplace/iparams.ts';
import { applyKeyValueOperation, type KeyValueRecord } from '../marketplace/key-value.ts';
import { validateApp } from '../marketplace/validate-app.ts';
import { AppProcess } from './app-process.ts';
import { defaultSandboxLimits } from './limits.ts';
import { createNodeLauncher } from './node-launcher.ts';
import { readAppFolder } from './read-app-folder.ts';

const exampleFolder = fileURLToPath(new URL('../../../../examples/agent-activity-log', import.meta.url));
const dayStart = Date.UTC(2026, 2, 4);

const running: AppProcess[] = [];
after(() => Promise.all(running.map((app) => app.stop())));

async function startExample() {
  const folder = await readAppFolder(exampleFolder);
  assert.ok(folder.kind === 'read');
  const { app: definition, findings } = validateApp(folder.files);
  assert.deepEqual([folder.findings, findings], [[], []]);
  assert.ok(definition !== null);
  const records = new Map<string, KeyValueRecord>();
  const lines: string[] = [];
  const app = new AppProcess({
    appFolder: folder.folder,
    launcher: createNodeLauncher({ nodePath: process.execPath }),
    limits: defaultSandboxLimits,
    clock: {
      now: () => Date.now(),
      after(delayMs, run) {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    },
    services: {
      operation: operationTable(
        [
          keyValueOperations(async (operation) => {
            const outcome = applyKeyValueOperation(operation, records.get(operation.key) ?? null, Date.now());
            if (outcome.kind === 'refused') return outcome;
            if (outcome.record !== null) records.set(operation.key, outcome.record);
            return { kind: 'done', result: outcome.result };
          }),
        ],
        () => null,
      ),
      log: ({ text }) => lines.push(text),
      broke: (cause) => {
        throw cause;
      },
    },
  });
  running.push(app);
  const send = async (event: ProductPayload) => {
    const handler = handlerOf(definition, event.event)?.handler ?? '';
    const iparams = defaultIparams(definition.installation);
    const payload = appPayload(event, { ...definition, iparams, settings: defaultPayloadSettings });
    return app.call({ handler, payload, callId: 'a' });
  };
  return { send, lines, records };
}

function change(agent: number, sequence: number, more: Partial<ProductPayload> = {}): ProductPayload {
  const at = new Date(dayStart + sequence * 61_000).toISOString();
  const isGeneral = sequence % 2 === 0;
  return {
    account_id: '1',
    domain: 'desk.example',
    region: 'EU',
    event: 'onAgentActivityCreate',
    timestamp: dayStart + sequence * 61_000,
    version: '2.0.0',
    data: {
      actor: { type: 'system', id: `agent-${agent}`, avatar: { url: null } },
      agent_activity: {
        availability_event_type: isGeneral ? 'GeneralAvailability' : 'Intelliassign',
        status: isGeneral ? 'UNAVAILABLE' : 'Lunch',
        prev_status: 'AVAILABLE',
        status_change_timestamp: at,
        prev_status_change_timestamp: new Date(dayStart).toISOString(),
        email: `agent-${agent}@example.test`,
        org_agent_id: `90071992547409931${agent}`,
        custom_status_id: null,
        emoji: null,
      },
    },
    activity: { id: `${agent}-${sequence}`, sequence, reason: isGeneral ? 'idle_timeout' : 'agent_toggle' },
    ...more,
  };
}

test('says each change in one line and counts it in the tally of the day', async () => {
  const { send, lines, records } = await startExample();
  for (const sequence of [1, 2]) assert.equal((await send(change(7, sequence))).kind, 'delivered');
  assert.deepEqual(lines, [
    'agent-7@example.test: IntelliAssign AVAILABLE -> Lunch at 2026-03-04 00:01:01 UTC, after 1 min 1 s (agent_toggle), change 1 of the day',
    'agent-7@example.test: general availability AVAILABLE -> UNAVAILABLE at 2026-03-04 00:02:02 UTC, after 2 min 2 s (idle_timeout), change 2 of the day',
  ]);
  const record = records.get('2026-03-04:900719925474099317');
  assert.deepEqual(record?.value, { changes: 2, general_availability: 1, intelliassign: 1, last_sequence: 2 });
  assert.ok((record?.expiresAt ?? 0) > Date.now());
});

test('counts an event once that comes twice, and runs without our own part of the payload', async () => {
  const { send, lines, records } = await startExample();
  for (const sequence of [1, 1, 2, 1]) await send(change(1, sequence));
  const { activity: _, ...vendorOnly } = change(2, 1);
  assert.equal((await send(vendorOnly as ProductPayload)).kind, 'delivered');
  assert.deepEqual(
    [...records.values()].map(({ value }) => value),
    [
      { changes: 2, general_availability: 1, intelliassign: 1, last_sequence: 2 },
      { changes: 1, general_availability: 0, intelliassign: 1, last_sequence: 0 },
    ],
  );
  assert.match(lines.at(-1) ?? '', /^agent-2@.* after 1 min 1 s, change 1 of the day$/);
});

test('handles thousands of events without an error', async () => {
  const { send, lines, records } = await startExample();
  const agents = Array.from({ length: 50 }, (_, agent) => agent);
  const lanes = agents.map(async (agent) => {
    for (let sequence = 1; sequence <= 40; sequence += 1) {
      assert.equal((await send(change(agent, sequence))).kind, 'delivered');
    }
  });
  await Promise.all(lanes);
  assert.deepEqual([lines.length, records.size], [2000, 50]);
});
