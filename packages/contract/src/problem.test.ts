import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, ERROR_RULES } from './error-codes.ts';
import { Problem, problemOf } from './problem.ts';
import { shapeFaults } from './shape-faults.ts';

test('makes a sound problem of every code, which says the way out when nothing better is known', () => {
  for (const code of ERROR_CODES) {
    const problem = problemOf(code);
    assert.deepEqual(shapeFaults(Problem, problem), []);
    assert.equal(problem.detail, ERROR_RULES[code].wayOut);
    assert.equal(problem.type, `/docs/errors#${code}`);
  }
});

test('carries the detail, the instance and the bad fields of the case at hand', () => {
  const errors = [{ pointer: '/email', detail: 'is missing' }];
  const problem = problemOf('invalid_input', { detail: 'One field is bad.', instance: 'req-1', errors });
  assert.deepEqual(shapeFaults(Problem, problem), []);
  assert.deepEqual(problem, {
    type: '/docs/errors#invalid_input',
    title: ERROR_RULES.invalid_input.title,
    status: 400,
    detail: 'One field is bad.',
    code: 'invalid_input',
    instance: 'req-1',
    errors,
  });
});
