import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closestName } from './closest-name.ts';

const known = ['host', 'port', 'data', 'log_level', 'postgres_url'];

const slips: readonly (readonly [slip: string, meant: string | undefined])[] = [
  ['prot', 'port'],
  ['PORT', 'port'],
  ['por', 'port'],
  ['hostt', 'host'],
  ['loglevel', 'log_level'],
  ['postgres', undefined],
  ['postgre_url', 'postgres_url'],
  ['banana', undefined],
  ['', undefined],
];

for (const [slip, meant] of slips) {
  test(`takes "${slip}" for ${meant ?? 'nothing known'}`, () => assert.equal(closestName(slip, known), meant));
}
