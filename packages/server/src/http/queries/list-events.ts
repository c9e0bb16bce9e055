import { type EventQuery, type Page, WIRE_LIMITS } from '@rollcall/contract';
import type { EventQuery as LogQuery } from '../../activity/log-reader.ts';
import { activityPayload, type RecordedStatusChange } from '../../activity/payload.ts';
import type { Caller } from '../../directory/api-key.ts';
import { type Answer, done, type Rejection, refuse } from '../../directory/rejection.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Agent } from '../../engine/memory.ts';
import { assert } from '../../time/assert.ts';
import { type Instant, parseInstant } from '../../time/instant.ts';
import { positionOfCursor, refusedCursor } from '../cursor.ts';
import { HTTP_LIMITS } from '../limits.ts';
import { findDurableAgent } from './find-agent.ts';

/** A page of the account's events, in log order. A key of role agent sees its own agent's and no others. */
export async function listEvents(engine: Engine, caller: Caller, ask: EventQuery): Promise<Answer<Page<unknown>>> {
  const after = ask.after === undefined ? 0 : positionOfCursor(ask.after);
  if (after === null) return refusedCursor();
  const agent = agentAsked(engine, caller, ask.agent_id);
  if (agent !== null && agent.kind === 'rejected') return agent;
  const query: LogQuery = {
    account: caller.account,
    agent: agent === null ? null : { number: agent.value.number, head: agent.value.head },
    axis: ask.type ?? null,
    from: instantOf(ask.from),
    to: instantOf(ask.to),
    after,
    upTo: engine.head,
    limit: ask.limit ?? WIRE_LIMITS.pageItemsDefault,
  };
  const { facts, next } = await readPage(engine, query);
  await engine.records.load(facts);
  return done({ items: facts.map((fact) => activityPayload(fact, engine.records.snapshots)), next });
}

/** Whose events are asked for; null for everybody's. */
function agentAsked(
  engine: Engine,
  caller: Caller,
  id: string | undefined,
): { readonly kind: 'done'; readonly value: Agent } | Rejection | null {
  if (id === undefined) return caller.role === 'agent' ? done(ownAgent(engine, caller)) : null;
  const asked = findDurableAgent(engine, caller, id);
  if (asked === undefined) {
    const detail = `There is no agent ${id}.`;
    return refuse('unknown_agent', detail, [{ pointer: '/agent_id', detail }]);
  }
  if (caller.role !== 'agent' || asked.number === caller.agent) return done(asked);
  return refuse('forbidden', 'A key of role agent may read the events of its own agent only.');
}

function ownAgent(engine: Engine, caller: Caller): Agent {
  const own = engine.memory.agents.get(caller.agent);
  assert(own !== undefined, 'a key of role agent is bound to an agent, and agents are never removed');
  return own;
}

function instantOf(text: string | undefined): Instant | null {
  return text === undefined ? null : parseInstant(text);
}

type FactPage = { readonly facts: readonly RecordedStatusChange[]; readonly next: string | null };

/** The log answers in steps of what it looked at; a page of a list is filled from as many of them as it takes. */
async function readPage(engine: Engine, query: LogQuery): Promise<FactPage> {
  const facts: RecordedStatusChange[] = [];
  let { after } = query;
  for (let pages = 0; pages < HTTP_LIMITS.logPagesPerListMax; pages++) {
    const page = await engine.store.events({ ...query, after, limit: query.limit - facts.length });
    facts.push(...page.facts);
    after = page.scannedTo;
    if (page.isLast) return { facts, next: null };
    if (facts.length >= query.limit) break;
  }
  return { facts, next: String(after) };
}
