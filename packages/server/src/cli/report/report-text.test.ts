import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentActivityReport, TimelineRead } from '@rollcall/contract';
import { createZones } from '../../time/zone.ts';
import { explainText } from './explain-text.ts';
import { basisSentence, durationText, percentText, reportText } from './report-text.ts';

const minute = 60_000;
const lunch = { kind: 'custom_status', custom_status_id: 'id-1', name: 'Lunch' } as const;
const idle = { kind: 'idle', custom_status_id: null, name: null } as const;

const MEASURES = {
  scheduled_ms: 480 * minute,
  unknown_ms: 0,
  unavailable_ms: 75 * minute,
  available_in_hours_ms: 405 * minute,
  availability_percent: 84.375,
  breakdown: [
    { ...lunch, ms: 45 * minute },
    { ...idle, ms: 30 * minute },
  ],
  online_ms: 480 * minute,
  available_ms: 405 * minute,
  first_sign_in: null,
  last_sign_out: null,
  changes: { general_availability: 2, intelliassign: 2 },
  lived_ms: 1440 * minute,
  unknown_in_window_ms: 0,
};
const BASIS: AgentActivityReport['basis'] = {
  log_position: 12,
  calendars: [],
  tzdata: '2026a',
  now: '2026-03-05T00:00:00.000Z',
  from: '2026-03-04T05:00:00.000Z',
  to: '2026-03-05T05:00:00.000Z',
  time_zone: 'America/New_York',
};

test('says durations as h:mm:ss and percents with one decimal', () => {
  assert.deepEqual([0, 499, 500, 59_999, 3_599_499, 360_000_000].map(durationText), [
    '0:00:00',
    '0:00:00',
    '0:00:01',
    '0:01:00',
    '0:59:59',
    '100:00:00',
  ]);
  assert.deepEqual([null, 0, 100, 86.458].map(percentText), ['–', '0.0 %', '100.0 %', '86.5 %']);
});

test('lines a table up, with a column for each part there is, and obeys no name', () => {
  const row = { ...MEASURES, group_id: null, group_name: null, breakdown: [{ ...lunch, ms: 45 * minute }] };
  const report = {
    items: [row, { ...row, group_id: 'g', group_name: 'Bill\u001b[31ming' }],
    totals: { agents: 1, ...MEASURES },
    basis: BASIS,
    what_if: { idle_after_ms: 60_000 },
    next: null,
  };
  assert.equal(
    reportText(report, ['group']),
    [
      'group         scheduled  unavailable  availability    Lunch     idle  available  unknown',
      '(no group)      8:00:00      1:15:00        84.4 %  0:45:00  0:00:00    6:45:00  0:00:00',
      'Bill\ufffd[31ming    8:00:00      1:15:00        84.4 %  0:45:00  0:00:00    6:45:00  0:00:00',
      '1 agent         8:00:00      1:15:00        84.4 %  0:45:00  0:30:00    6:45:00  0:00:00',
      '',
    ].join('\n'),
  );
  assert.match(basisSentence(report), /calendars: none: all hours; tzdata 2026a. What if: \{"idle_after_ms":60000\}\./);
});

test('tells a day with who began and ended each part of it, and the last activity seen', () => {
  const fact = {
    position: 7,
    kind: 'StatusChanged',
    at: '2026-03-04T21:00:00.000Z',
    recorded_at: '2026-03-04T21:00:01.000Z',
    event_id: 'e',
    reason: 'idle_timeout',
    actor: 'system',
    imported: true,
    last_activity_at: '2026-03-04T20:45:00.500Z',
    sentence: 'Idle.',
  };
  const timeline: TimelineRead = {
    agent_id: 'a',
    items: [
      {
        from: '2026-03-04T21:00:00.000Z',
        to: '2026-03-04T23:00:00.000Z',
        state: 'idle',
        general_availability: 'UNAVAILABLE',
        intelliassign: 'AVAILABLE',
        custom_status_id: null,
        name: null,
        in_hours: [{ from: '2026-03-04T21:00:00.000Z', to: '2026-03-04T22:00:00.000Z' }],
        in_hours_ms: 60 * minute,
        begun_by: fact,
        ended_by: null,
      },
    ],
    hours: [],
    basis: BASIS,
    next: null,
  };
  const zone = createZones('test').zoneOf('America/New_York');
  const totals = { agents: 1, ...MEASURES };
  assert.equal(
    explainText({ agent: 'ada@example.com', day: '2026-03-04', timeline, totals, zone }),
    [
      'ada@example.com on 2026-03-04, America/New_York',
      '',
      '16:00:00 – 18:00:00   2:00:00  idle, 1:00:00 of it in business hours',
      '    began: 16:00:00 Idle. (last active 15:45:00.500) [StatusChanged at position 7, imported]',
      '    ended: it goes on',
      '',
      'scheduled 8:00:00 = available 6:45:00 + unavailable 1:15:00 + unknown 0:00:00; availability 84.4 %',
      'unavailable 1:15:00 = Lunch 0:45:00 + idle 0:30:00',
      '',
    ].join('\n'),
  );
  const empty = explainText({ agent: 'x', day: '2020-01-01', timeline: { ...timeline, items: [] }, totals, zone });
  assert.match(empty, /was not in the account yet/);
});
