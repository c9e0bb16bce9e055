import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AXES, REASON_RULES, REASONS, sortOfStatus } from './reasons.ts';

test('keeps the order of the reasons, whose index is on disk', () => {
  assert.deepEqual(
    [...REASONS],
    [
      'login',
      'active',
      'logout',
      'idle_timeout',
      'disconnect',
      'deactivated',
      'agent_toggle',
      'supervisor',
      'api',
      'schedule_open',
      'schedule_close',
      'missed_assignments',
      'status_expired',
      'status_deleted',
      'call_started',
      'call_ended',
      'import',
      'correction',
    ],
  );
});

test('explains every reason, and no other', () => {
  assert.deepEqual(Object.keys(REASON_RULES).sort(), [...REASONS].sort());
  for (const reason of REASONS) assert.match(REASON_RULES[reason].sentence, /^[A-Z].{20,}\.$/, reason);
});

test('lets every reason move at least one axis, between statuses that differ', () => {
  for (const reason of REASONS) {
    const moves = AXES.flatMap((axis) => REASON_RULES[reason].moves[axis] ?? []);
    assert.ok(moves.length > 0, reason);
    for (const { from, to } of moves) {
      assert.ok(
        to.every((status) => status === 'custom' || from.some((before) => before !== status)),
        reason,
      );
    }
  }
});

test('names a person as the actor of agent_toggle and supervisor alone, and never on general availability', () => {
  const byPerson = REASONS.filter((reason) => REASON_RULES[reason].moves.Intelliassign?.actor === 'agent');
  assert.deepEqual(byPerson, ['agent_toggle', 'supervisor']);
  assert.ok(REASONS.every((reason) => REASON_RULES[reason].moves.GeneralAvailability?.actor !== 'agent'));
});

test('moves general availability by the signs of presence, by imports and by corrections alone', () => {
  assert.deepEqual(
    REASONS.filter((reason) => REASON_RULES[reason].moves.GeneralAvailability !== null),
    ['login', 'active', 'logout', 'idle_timeout', 'disconnect', 'deactivated', 'import', 'correction'],
  );
});

test('tells the default statuses from custom ones by their exact letters', () => {
  assert.deepEqual(['AVAILABLE', 'UNAVAILABLE', 'Lunch', 'available'].map(sortOfStatus), [
    'AVAILABLE',
    'UNAVAILABLE',
    'custom',
    'custom',
  ]);
});
