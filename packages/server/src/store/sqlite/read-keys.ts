import type { DatabaseSync } from 'node:sqlite';
import type { AgentNumber, Position } from '../../activity/position.ts';

/** The questions about events from elsewhere: which of them are known. */
export type KeyQuestions = {
  eventKeys(keys: readonly string[]): ReadonlyMap<string, Position>;
  keyedAgents(agents: readonly AgentNumber[]): ReadonlyMap<AgentNumber, Position>;
};

/** One statement for all keys of a batch, like `factsAt`. */
export function prepareKeyReader(database: DatabaseSync): KeyQuestions {
  const keys = database.prepare(
    `SELECT wanted.value, event_key.position FROM json_each(?) AS wanted
     JOIN event_key ON event_key.key = unhex(wanted.value)`,
    { returnArrays: true },
  );
  const agents = database.prepare(
    `SELECT keyed_agent.agent, keyed_agent.position FROM json_each(?) AS wanted
     JOIN keyed_agent ON keyed_agent.agent = wanted.value`,
    { returnArrays: true },
  );
  // The types of node:sqlite do not know `returnArrays`; the tables are STRICT.
  return {
    eventKeys: (wanted) =>
      new Map(wanted.length === 0 ? [] : (keys.all(JSON.stringify(wanted)) as unknown as [string, Position][])),
    keyedAgents: (wanted) =>
      new Map(wanted.length === 0 ? [] : (agents.all(JSON.stringify(wanted)) as unknown as [AgentNumber, Position][])),
  };
}
