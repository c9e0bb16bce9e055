import type { CorrectionQuery, Page } from '@rollcall/contract';
import type { Caller } from '../../directory/api-key.ts';
import type { Correction } from '../../directory/correction.ts';
import { type Answer, refuse } from '../../directory/rejection.ts';
import { maySee } from '../../engine/correction-commands.ts';
import type { Engine } from '../../engine/engine.ts';
import { parseInstant } from '../../time/instant.ts';
import { correctionRead } from '../codecs/correction-codec.ts';
import { durableReading } from '../codecs/reading.ts';
import { findDurableAgent } from './find-agent.ts';
import { listPage } from './list-page.ts';

/** A page of the account's corrections. A key of role agent sees those of its own agent and no others. */
export function listCorrections(engine: Engine, caller: Caller, ask: CorrectionQuery): Answer<Page<unknown>> {
  const agent = ask.agent_id === undefined ? null : findDurableAgent(engine, caller, ask.agent_id);
  if (agent === undefined) {
    const detail = `There is no agent ${ask.agent_id}.`;
    return refuse('unknown_agent', detail, [{ pointer: '/agent_id', detail }]);
  }
  if (agent !== null && caller.role === 'agent' && agent.number !== caller.agent) {
    return refuse('forbidden', 'A key of role agent may read the corrections of its own agent only.');
  }
  const from = ask.from === undefined ? null : parseInstant(ask.from);
  const to = ask.to === undefined ? null : parseInstant(ask.to);
  const isAsked = (correction: Correction) =>
    (agent === null || correction.agent === agent.number) &&
    (ask.state === undefined || (correction.decision ?? 'proposed') === ask.state) &&
    (from === null || correction.to > from) &&
    (to === null || correction.from < to);
  const items = [...engine.memory.corrections.values()]
    .filter(({ account, record }) => account === caller.account && maySee({ caller }, record) && isAsked(record))
    .map(({ record }) => record);
  const reading = durableReading(engine);
  const placeOf = ({ proposed }: Correction) => [proposed.position];
  return listPage({ list: 'corrections', items, placeOf, encode: (one) => correctionRead(one, reading) }, ask);
}
