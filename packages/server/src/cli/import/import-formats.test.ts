import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { EXAMPLE_ACTIVITY_PAYLOADS } from '@rollcall/contract';
import { readImportedEvent } from '../../directory/imported-event.ts';
import { csvHeader, csvRow } from '../event-csv.ts';
import { agentEmails } from './agent-emails.ts';
import { formatOf, readImport } from './import-format.ts';
import type { ImportLine } from './import-line.ts';
import { instantOf } from './raw-report.ts';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-import-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const NOW = Date.UTC(2036, 0, 1);

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(path: string, emailDomain: string | null = null, agents: string | null = null) {
  const format = await formatOf(path);
  const lines: ImportLine[] = [];
  const emailOf = await agentEmails(agents, emailDomain);
  for await (const line of readImport(path, { format, axis: null, emailOf })) lines.push(line);
  const events = lines.map((line) => {
    if ('fault' in line) return `${line.line}: ${line.fault}`;
    const event = readImportedEvent(line.payload, NOW);
    assert.equal(event.kind, 'event', JSON.stringify(event));
    if (event.kind !== 'event') return '';
    const { axis, prevStatus, status, at, prevAt, email } = event;
    return `${line.line} ${email} ${axis === 'Intelliassign' ? 'I' : 'G'} ${prevStatus}>${status} ${at - prevAt}`;
  });
  return { format, lines, events };
}

const payloads = Object.values(EXAMPLE_ACTIVITY_PAYLOADS);

test('reads JSON lines, packed by gzip or not, and names the line that is none', async () => {
  const text = `${payloads.map((payload) => JSON.stringify(payload)).join('\r\n')}\n\n{broken`;
  for (const path of [file('a.jsonl', text), file('a.jsonl.gz', gzipSync(text))]) {
    const { format, lines } = await read(path);
    assert.equal(format, 'jsonl');
    assert.equal(lines.length, payloads.length + 1);
    assert.deepEqual(lines[0], { line: 1, payload: payloads[0] });
    assert.equal(lines.at(-1)?.line, payloads.length + 2);
  }
});

test('reads its own export as CSV, with whatever a status may be called', async () => {
  const odd = structuredClone(payloads[1]) as (typeof payloads)[number];
  Object.assign(odd.data.agent_activity, { prev_status: 'Lunch, "long"\nand late' });
  const path = file('export.csv', `\uFEFF${[csvHeader(), csvRow(odd), csvRow(payloads[0] as never)].join('\n')}\n`);
  const { format, lines } = await read(path);
  assert.equal(format, 'csv');
  const events = lines.map((line) => readImportedEvent('payload' in line ? line.payload : null, NOW));
  const [first, second] = events;
  assert.ok(first?.kind === 'event' && second?.kind === 'event');
  assert.equal(first.prevStatus, 'Lunch, "long"\nand late');
  assert.equal(second.id, payloads[0]?.activity.id);
  assert.equal(second.reason, payloads[0]?.activity.reason);
  assert.deepEqual(
    lines.map(({ line }) => line),
    [2, 4],
  );
});

test('reads raw reports by the names of their columns, however they are written', async () => {
  const activity = [
    'Agent ID,Agent Email,Activity Type,Start Time,End Time',
    '7,ada@example.com,ONLINE,2026-03-02 09:00:00,2026-03-02 10:00:00',
    '7,ada@example.com,Away,2026-03-02T10:00:00.000Z,',
    '7,ada@example.com,Away,2026-03-02T10:30:00.000Z,',
    '7,ada@example.com,Asleep,2026-03-02T11:00:00.000Z,',
    '7,ada@example.com,Online,yesterday,',
  ];
  assert.deepEqual((await read(file('activity.csv', activity.join('\n')))).events, [
    '2 ada@example.com G UNAVAILABLE>AVAILABLE 0',
    '3 ada@example.com G AVAILABLE>UNAVAILABLE 3600000',
    '5: Its status, "Asleep", is neither available nor not.',
    '6: Its time, "yesterday", cannot be read.',
  ]);
  const intelliassign = ['agent_email,intelliassign_status,created_at', 'ada@example.com,Lunch break,1772442000'];
  assert.deepEqual((await read(file('intelliassign.csv', intelliassign.join('\n')))).events, [
    '2 ada@example.com I UNAVAILABLE>Lunch break 0',
  ]);
});

test('reads the times that reports have', () => {
  const nine = Date.UTC(2026, 2, 2, 9);
  for (const text of [
    '2026-03-02 09:00',
    '2026-03-02 09:00:00 UTC',
    '2026-03-02T10:00:00+01:00',
    '1772442000',
    '1772442000000',
  ]) {
    assert.equal(instantOf(text), nine, text);
  }
  for (const text of ['', '9 o’clock', '12', '2026-02-30 09:00:00']) assert.equal(instantOf(text), null, text);
});

test('reads a queue_log: members are here, pauses are statuses, calls are passed by', async () => {
  const log = [
    '1772442000|NONE|NONE|NONE|QUEUESTART|',
    '1772442010|MANAGER|sales|PJSIP/ada|ADDMEMBER|',
    '1772442010|MANAGER|care|PJSIP/ada|ADDMEMBER|',
    '1772442020|1772442020.1|sales|PJSIP/ada|CONNECT|5|x|2',
    '1772442070|NONE|NONE|PJSIP/ada|PAUSEALL|Lunch',
    '1772442070|NONE|sales|PJSIP/ada|PAUSE|Lunch',
    '1772443070|NONE|sales|PJSIP/ada|UNPAUSE|',
    '1772443070|NONE|NONE|PJSIP/ada|UNPAUSEALL|',
    '1772443080|NONE|sales|PJSIP/ada|PAUSE|',
    '1772443090|MANAGER|sales|PJSIP/ada|REMOVEMEMBER|',
    '1772443100|MANAGER|care|PJSIP/ada|REMOVEMEMBER|',
  ].join('\n');
  const path = file('queue_log', log);
  const { format, events } = await read(path, 'example.com');
  assert.equal(format, 'queue-log');
  assert.deepEqual(events, [
    '2 ada@example.com G UNAVAILABLE>AVAILABLE 0',
    '2 ada@example.com I UNAVAILABLE>AVAILABLE 0',
    '5 ada@example.com I AVAILABLE>Lunch 60000',
    '8 ada@example.com I Lunch>AVAILABLE 1000000',
    '9 ada@example.com I AVAILABLE>UNAVAILABLE 10000',
    '11 ada@example.com G AVAILABLE>UNAVAILABLE 1090000',
  ]);
  const named = await read(path, null, file('agents.csv', 'PJSIP/ada,ada.l@example.com\n'));
  assert.match(named.events[0] ?? '', /ada\.l@example\.com/);
  assert.match((await read(path)).events[0] ?? '', /Nobody knows the email of PJSIP\/ada/);
});

test('says of a file that is none of them what to do', async () => {
  await assert.rejects(read(file('letter.txt', 'Dear all,\n')), /--format/);
  await assert.rejects(read(file('empty.txt', '\n')), /is empty/);
  await assert.rejects(read(join(folder, 'nothing')), /cannot be read/);
});
