import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, judge } from './judge.ts';

const quiet: Case = {
  attack: { name: 'read-absolute', kind: 'reading', heldBy: 'fence', mustFail: false },
  outcome: { kind: 'delivered', durationMs: 1 },
  account: { kind: 'refused', leak: null, got: 'EACCES' },
  observation: { residentBytesMax: 50e6, descriptorsMax: 30, threadsMax: 12, started: 0, processes: [] },
  secretsHeard: 0,
  traces: [],
  wasEnded: false,
  durationMs: 1,
};
const failed = (code: 'timed_out' | 'exited' | 'bad_frame' | 'threw' | 'handler_missing' | 'not_loaded') => {
  return { kind: 'failed', error: { code, message: 'x' }, durationMs: 1 } as const;
};
const hanging = { ...quiet.attack, kind: 'hanging', mustFail: true } as const;

test('judges by what was seen from outside, and by the app’s word only where it speaks against the fence', () => {
  const table: readonly (readonly [string, Partial<Case>, string])[] = [
    ['refused', {}, 'held'],
    ['went without getting anything', { account: { kind: 'went', leak: null, got: '' } }, 'held'],
    ['a secret came out of a refusal', { secretsHeard: 1 }, 'leaked'],
    ['a secret came out of a crash', { secretsHeard: 1, account: null, outcome: failed('exited') }, 'leaked'],
    ['a file was changed', { traces: ['files were changed: secret.txt'] }, 'leaked'],
    ['a process was started', { observation: { ...quiet.observation, started: 1 } }, 'leaked'],
    ['it confesses', { account: { kind: 'went', leak: 'reached it', got: '' } }, 'leaked'],
    ['too much memory', { observation: { ...quiet.observation, residentBytesMax: 600e6 } }, 'leaked'],
    ['too many files', { observation: { ...quiet.observation, descriptorsMax: 5000 } }, 'leaked'],
    ['too many threads', { observation: { ...quiet.observation, threadsMax: 500 } }, 'leaked'],
    ['it says nothing', { account: null }, 'unknown'],
    ['the call was cut off', { outcome: { kind: 'interrupted' } }, 'unknown'],
    ['there is no such handler', { account: null, outcome: failed('handler_missing') }, 'unknown'],
    ['it does not load', { account: null, outcome: failed('not_loaded') }, 'unknown'],
    ['it is still at it', { account: null, outcome: failed('timed_out') }, 'unknown'],
    ['it was ended while at it', { account: null, outcome: failed('timed_out'), wasEnded: true }, 'held'],
    ['its process ended', { account: null, outcome: failed('exited') }, 'held'],
    ['an exception came out of it', { account: null, outcome: failed('threw') }, 'held'],
    ['what must fail failed', { attack: hanging, account: null, outcome: failed('timed_out') }, 'held'],
    ['what must fail was refused', { attack: hanging }, 'held'],
    ['what must fail passed', { attack: hanging, account: { kind: 'went', leak: null, got: '' } }, 'leaked'],
  ];
  for (const [name, change, verdict] of table) assert.equal(judge({ ...quiet, ...change }).verdict, verdict, name);
});

test('says in one short line why', () => {
  const long = { kind: 'went', leak: null, got: `a\nb\n${'x'.repeat(1000)}` } as const;
  const { detail } = judge({ ...quiet, account: long });
  assert.equal(detail.length, 200);
  assert.ok(!detail.includes('\n'));
});
