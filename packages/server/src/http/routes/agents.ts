import { AgentCreate, AgentPage, AgentPatch, AgentQuery, AgentRead, UuidPath } from '@rollcall/contract';
import { done, type Rejection, refuse } from '../../directory/rejection.ts';
import type { Ask } from '../../engine/agent-commands.ts';
import { changeAgent, createAgent, deactivateAgent } from '../../engine/agent-record-commands.ts';
import { agentInput, agentRead, newAgentInput } from '../codecs/agent-codec.ts';
import { draftedReading, durableReading } from '../codecs/reading.ts';
import { all, knownTimeZone, notCreatedInTheFuture } from '../field-checks.ts';
import { findDurableAgent } from '../queries/find-agent.ts';
import { listAgents } from '../queries/list-agents.ts';
import { MAY } from '../roles.ts';
import { command, encoded, query, type Route } from '../route.ts';

const chapter = 'Agents';

export const agentRoutes: readonly Route[] = [
  command({
    method: 'POST',
    path: '/agents',
    chapter,
    roles: MAY.bringAgents,
    summary: 'Creates an agent, who starts as UNAVAILABLE on both axes.',
    body: AgentCreate,
    example: { email: 'ada@example.com', first_name: 'Ada', time_zone: 'Europe/Berlin' },
    check: all(knownTimeZone, notCreatedInTheFuture),
    answer: { status: 201, schema: AgentRead },
    refusals: ['email_taken', 'org_agent_id_taken', 'unknown_group', 'unknown_calendar'],
    decide: ({ draft, world, ask }, { body }) =>
      refusedRole(ask, body) ??
      encoded(createAgent(draft, world, ask, newAgentInput(body)), (agent) => agentRead(agent, draftedReading(draft))),
  }),
  query({
    method: 'GET',
    path: '/agents',
    chapter,
    roles: MAY.readAgents,
    summary: 'Lists the agents and where they stand, oldest first.',
    query: AgentQuery,
    answer: { status: 200, schema: AgentPage },
    refusals: ['unknown_group'],
    read: ({ engine }, { caller }, input) => listAgents(engine, caller, input.query),
  }),
  query({
    method: 'GET',
    path: '/agents/{id}',
    chapter,
    roles: MAY.readAgents,
    summary: 'Reads an agent: its profile, and where it stands on both axes.',
    params: UuidPath,
    answer: { status: 200, schema: AgentRead },
    refusals: ['unknown_agent'],
    read: ({ engine }, { caller }, { params }) => {
      const agent = findDurableAgent(engine, caller, params.id);
      if (agent === undefined) return refuse('unknown_agent', `There is no agent ${params.id}.`);
      return done(agentRead(agent, durableReading(engine)));
    },
  }),
  command({
    method: 'PATCH',
    path: '/agents/{id}',
    chapter,
    roles: MAY.administer,
    summary: 'Changes an agent; past events keep the profile of then.',
    about: '`active: false` deactivates: the sessions end and the history stays.',
    params: UuidPath,
    body: AgentPatch,
    example: { phone: '+49 30 1234567', idle_after_ms: null },
    check: knownTimeZone,
    answer: { status: 200, schema: AgentRead },
    refusals: ['unknown_agent', 'email_taken', 'org_agent_id_taken', 'unknown_group', 'unknown_calendar'],
    decide: ({ draft, world, ask }, { params, body }) =>
      encoded(changeAgent(draft, world, ask, { ...agentInput(body), id: params.id }), (agent) =>
        agentRead(agent, draftedReading(draft)),
      ),
  }),
  command({
    method: 'DELETE',
    path: '/agents/{id}',
    chapter,
    roles: MAY.administer,
    summary: 'Deactivates an agent: its sessions end, its history stays.',
    params: UuidPath,
    answer: { status: 204 },
    refusals: ['unknown_agent'],
    decide: ({ draft, world, ask }, { params }) => deactivateAgent(draft, world, ask, params),
  }),
];

/** Who only brings agents in must not make administrators of them. */
function refusedRole({ caller }: Ask, { role }: AgentCreate): Rejection | null {
  if (caller.role === 'admin' || role === undefined || role === 'agent') return null;
  const detail = `A key of role ${caller.role} may create agents of role agent only.`;
  return refuse('forbidden', detail, [{ pointer: '/role', detail }]);
}
