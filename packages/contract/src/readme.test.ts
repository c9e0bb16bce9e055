import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

// What stands between the marks is printed in README.md word for word; a test below holds it.
// <readme: types>
import type { ActivityPayload } from '@rollcall/contract';

/** One line for the log: who moved what, and when. */
export const describeChange = ({ data }: ActivityPayload): string => {
  const { agent_activity: change, actor } = data;
  const axis = change.availability_event_type === 'GeneralAvailability' ? 'presence' : 'routing';
  const cause = actor.sub_entity ?? 'presence';
  return `${change.status_change_timestamp} ${change.email} ${axis}: ${change.prev_status} → ${change.status} (${cause})`;
};

// </readme: types>

// <readme: validator>
import { EXAMPLE_ACTIVITY_PAYLOADS, validateActivityPayload } from '@rollcall/contract';

const payload = EXAMPLE_ACTIVITY_PAYLOADS.goes_to_lunch;
const slip = { ...payload, domain: 'https://invented.example.com', timestamp: 1772625600 };

for (const { pointer, detail } of validateActivityPayload(slip)) {
  console.log(`${pointer}: ${detail}`);
}
// </readme: validator>

const README = readFileSync(`${import.meta.dirname}/../README.md`, 'utf8');
const SOURCE = readFileSync(import.meta.filename, 'utf8');

const printed = (mark: string): string => {
  const [, code = ''] = SOURCE.split(new RegExp(`// </?readme: ${mark}>\n`));
  assert.notEqual(code, '');
  return `${code.trimEnd()}\n`;
};

for (const mark of ['types', 'validator']) {
  test(`prints the ${mark} of this file in the README word for word`, () => {
    assert.ok(README.includes(`\`\`\`ts\n${printed(mark)}\`\`\`\n`), printed(mark));
  });
}

test('prints in the README what the validator really says', () => {
  const lines = validateActivityPayload(slip).map(({ pointer, detail }) => `${pointer}: ${detail}\n`);
  assert.equal(lines.length, 2);
  assert.ok(README.includes(`\`\`\`text\n${lines.join('')}\`\`\`\n`), lines.join(''));
});

test('describes a change as the README says', () => {
  const line = describeChange(payload);
  assert.ok(README.includes(`\`${line}\``), line);
});
