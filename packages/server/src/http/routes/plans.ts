import { PlanFileAnswer, PlanFileQuery, PlanPut, PlanQuery, PlanRead, UuidPath } from '@rollcall/contract';
import { type Answer, done, refuse } from '../../directory/rejection.ts';
import { importPlan, planOf, replacePlan } from '../../engine/plan-commands.ts';
import { type PlanFaults, planFromCsv, planFromIcal } from '../../report/plan-file.ts';
import { assert } from '../../time/assert.ts';
import type { Interval } from '../../time/interval.ts';
import { planEntries, planRead, planWindow } from '../codecs/plan-codec.ts';
import { draftedReading, durableReading } from '../codecs/reading.ts';
import { HTTP_LIMITS } from '../limits.ts';
import { refusedInput } from '../problem-answer.ts';
import { findDurableAgent } from '../queries/find-agent.ts';
import { MAY } from '../roles.ts';
import { command, encoded, query, type Route } from '../route.ts';
import { TextBody } from '../text-body.ts';

const chapter = 'Plans';

export const planRoutes: readonly Route[] = [
  query({
    method: 'GET',
    path: '/agents/{id}/plan',
    chapter,
    roles: MAY.readPlans,
    summary: 'Reads what an agent is planned to do in a window.',
    params: UuidPath,
    query: PlanQuery,
    answer: { status: 200, schema: PlanRead },
    refusals: ['unknown_agent'],
    read: ({ engine }, { caller }, { params, query: asked }) => {
      const agent = findDurableAgent(engine, caller, params.id);
      if (agent === undefined) return refuse('unknown_agent', `There is no agent ${params.id}.`);
      if (caller.role === 'agent' && caller.agent !== agent.number) {
        return refuse('forbidden', 'A key of role agent may read the plan of its own agent only.');
      }
      return encoded(planWindow(asked), (window) =>
        planRead(agent.profile.id, window, planOf(engine.memory, agent.number, window), durableReading(engine)),
      );
    },
  }),
  command({
    method: 'PUT',
    path: '/agents/{id}/plan',
    chapter,
    roles: MAY.plan,
    summary: 'Says what an agent is planned to do in a window: what was planned there gives way.',
    about: 'What was planned outside of the window stays; an entry that reaches into it is cut at its edge.',
    params: UuidPath,
    query: PlanQuery,
    body: PlanPut,
    example: {
      entries: [
        { from: '2026-03-04T09:00:00+01:00', to: '2026-03-04T12:00:00+01:00', activity: { kind: 'work' } },
        {
          from: '2026-03-04T12:00:00+01:00',
          to: '2026-03-04T13:00:00+01:00',
          activity: { kind: 'other', name: 'Team meeting', productive: true },
        },
      ],
    },
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 200, schema: PlanRead },
    refusals: ['unknown_agent', 'unknown_custom_status'],
    decide: ({ draft, ask }, { params, query: asked, body }) => {
      const window = planWindow(asked as PlanQuery);
      if (window.kind === 'rejected') return window;
      const entries = planEntries(body);
      if (entries.kind === 'rejected') return entries;
      const input = { agentId: params.id, window: window.value, entries: entries.value };
      return encoded(replacePlan(draft, ask, input), (plan) =>
        planRead(params.id.toLowerCase(), window.value, plan, draftedReading(draft)),
      );
    },
  }),
  command({
    method: 'POST',
    path: '/plans',
    chapter,
    roles: MAY.plan,
    summary: 'Takes up to 5000 shifts from a CSV or iCalendar file: all of them, or none.',
    about:
      'CSV has the columns `email` (or `agent_id`), `start`, `end`, `activity` and perhaps `productive`, with times that have an offset; iCalendar a VEVENT for each shift, the agent in ATTENDEE or X-AGENT and the activity in SUMMARY. An activity is `work`, a custom status by name or id, or any other name. `errors` names every bad line (`/lines/N`).',
    query: PlanFileQuery,
    takesText: ['text/csv', 'text/calendar'],
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 201, schema: PlanFileAnswer },
    refusals: ['unknown_agent'],
    decide: ({ draft, world, ask }, { query: asked, body }) => {
      const window = fileWindow(asked as PlanFileQuery);
      if (window.kind === 'rejected') return window;
      assert(body instanceof TextBody, 'a route that takes text gets no other body');
      const faults: PlanFaults = [];
      const lines =
        body.type === 'text/csv' ? planFromCsv(body.text, faults) : planFromIcal(body.text, world.zones, faults);
      return encoded(
        importPlan(draft, ask, { lines, faults, window: window.value }),
        ({ agents, entries, otherActivities }) => ({
          agents,
          entries,
          other_activities: otherActivities,
        }),
      );
    },
  }),
];

function fileWindow({ from, to }: PlanFileQuery): Answer<Interval | null> {
  if (from === undefined && to === undefined) return done(null);
  if (from !== undefined && to !== undefined) return planWindow({ from, to });
  const missing = from === undefined ? '/from' : '/to';
  return refusedInput([{ pointer: missing, detail: 'is needed with the other one' }]);
}
