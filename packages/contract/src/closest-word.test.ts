import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closestWord } from './closest-word.ts';

const FIELDS = ['availability_event_type', 'status', 'prev_status', 'custom_status_id', 'emoji', 'org_agent_id'];

test('knows the slip of the reference page for certain', () => {
  assert.deepEqual(closestWord('availability_agent_type', FIELDS), { word: 'availability_event_type', certain: true });
});

test('guesses nothing for a known slip where its word does not belong', () => {
  assert.equal(closestWord('availability_agent_type', ['email']), undefined);
});

const GUESSES = [
  ['stauts', 'status'],
  ['statu', 'status'],
  ['emjoi', 'emoji'],
  ['prve_sttaus', 'prev_status'],
  ['customStatusId', 'custom_status_id'],
  ['org-agent-id', 'org_agent_id'],
  ['Emoji', 'emoji'],
] as const;
for (const [slip, word] of GUESSES) {
  test(`takes ${slip} for ${word}`, () => {
    assert.deepEqual(closestWord(slip, FIELDS), { word, certain: false });
  });
}

for (const stranger of ['', 'x', 'id', 'emails', 'constructor', '__proto__', 'status'.repeat(1000)]) {
  test(`takes ${JSON.stringify(stranger.slice(0, 12))} for nothing`, () => {
    assert.equal(closestWord(stranger, FIELDS), undefined);
  });
}

test('prefers the nearest of several', () => {
  assert.deepEqual(closestWord('statuss', ['statusses', 'status']), { word: 'status', certain: false });
});
