import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readActions } from './actions-file.ts';

function read(actions: unknown) {
  return readActions(new Map([['actions.json', JSON.stringify(actions, null, 2)]]));
}

const schema = { type: 'object', properties: { input: { type: 'string' } } };

test('reads actions with their schemas', () => {
  const { actions, findings } = read({
    lookUp: { display_name: 'Look up', description: 'Finds a person', parameters: schema, response: schema },
  });
  assert.deepEqual(findings, []);
  assert.deepEqual(JSON.parse(JSON.stringify(actions)), [
    { name: 'lookUp', displayName: 'Look up', description: 'Finds a person', parameters: schema, response: schema },
  ]);
});

test('names what is wrong with an action', () => {
  const { findings } = read({
    '1st': { display_name: 'First', parameters: schema, response: schema },
    half: { display_name: 'Half', paramters: schema },
    odd: { display_name: 'Odd', parameters: [], response: schema, note: 'x' },
    none: 5,
  });
  assert.deepEqual(
    findings.map(({ severity, line, message }) => `${severity} ${line}: ${message}`),
    [
      'warning 2: Action "1st" has invalid name',
      "warning 21: action 'half' must have required property 'parameters', 'response'",
      "error 23: action 'half' must NOT have additional properties 'paramters': did you mean \"parameters\"?",
      'warning 34: "parameters" of action \'odd\' must be a JSON Schema',
      "warning 43: action 'odd' must NOT have additional properties 'note'",
      "error 45: action 'none' must be an object",
    ],
  );
});
