import { FIRST_ACCOUNT } from '../../server/simulation/virtual-engine.ts';
import type { AgentNumber, SessionNumber } from '../../server/src/activity/position.ts';
import { AVAILABLE, isCustom, type StatusLabel } from '../../server/src/activity/status-label.ts';
import type { Caller } from '../../server/src/directory/api-key.ts';
import { nameKey } from '../../server/src/directory/name-key.ts';
import type { Answer } from '../../server/src/directory/rejection.ts';
import {
  changeIntelliassign,
  closeSession,
  loseSession,
  openSession,
  type Signal,
  signal,
} from '../../server/src/engine/agent-commands.ts';
import { createAgent } from '../../server/src/engine/agent-record-commands.ts';
import { createCustomStatus } from '../../server/src/engine/custom-status-commands.ts';
import type { Draft } from '../../server/src/engine/draft.ts';
import type { Engine } from '../../server/src/engine/engine.ts';
import { type Agent as EngineAgent, scoped } from '../../server/src/engine/memory.ts';
import type { Agent, AgentProfileInput, SetStatusOptions } from './agent.ts';
import { durationMs } from './duration.ts';

/** The invented agents of a team, by e-mail address. `act` does one thing and lets everything follow from it. */
export type InventedAgents = {
  agent(email: string, profile?: AgentProfileInput): Promise<Agent>;
  /** Makes a custom status, unless there is one of this name. */
  addCustomStatus(input: CustomStatusInput): Promise<void>;
};

export type CustomStatusInput = {
  readonly name: string;
  /** Short code without colons. */
  readonly emoji?: string;
  readonly allowanceMinutes?: number;
  /** The agent is UNAVAILABLE when the allowance is over. */
  readonly endsAtAllowance?: boolean;
};

export function inventedAgents(engine: Engine, act: <T>(work: () => Promise<T>) => Promise<T>): InventedAgents {
  const agents = new Map<string, Agent>();
  const numbers = new Map<Agent, AgentNumber>();

  const write = <T>(caller: Caller, decide: (draft: Draft, ask: { caller: Caller; now: number }) => Answer<T>) =>
    act(async () => granted(await engine.write((draft) => decide(draft, { caller, now: engine.clock.now() }))));

  const create = async (email: string, profile: AgentProfileInput): Promise<Agent> => {
    const made = await write(ADMIN, (draft, ask) => createAgent(draft, engine.world, ask, { email, ...profile }));
    const agent = agentOf(made.number, email);
    agents.set(nameKey(email), agent);
    numbers.set(agent, made.number);
    return agent;
  };

  const agentOf = (number: AgentNumber, email: string): Agent => {
    const current = (): EngineAgent => engine.memory.agents.get(number) as EngineAgent;
    const { id: agentId, orgAgentId } = current().profile;
    const self: Caller = { keyId: 'team', account: FIRST_ACCOUNT, role: 'agent', agent: number };
    let session: SessionNumber | null = null;

    const tell = (type: Signal) =>
      write({ ...ADMIN, role: 'ingest' }, (draft, ask) => signal(draft, engine.world, ask, { agentId, type }));
    const endSession = async (how: 'closed' | 'lost') => {
      const ended = session;
      if (ended === null) return;
      session = null;
      const input = { agentId, session: ended };
      await act(() =>
        engine.write((draft) => {
          const ask = { caller: self, now: engine.clock.now() };
          if (how === 'closed') return closeSession(draft, engine.world, ask, input);
          return loseSession(draft, engine.world, ask, { ...input, lostAt: ask.now });
        }),
      );
    };

    return {
      email,
      id: agentId,
      orgAgentId,
      get generalAvailability() {
        const { status, since } = current().availability.general;
        return { status: nameOf(engine, status), since: new Date(since).toISOString() };
      },
      get intelliassign() {
        const { status, since } = current().availability.intelliassign;
        return { status: nameOf(engine, status), since: new Date(since).toISOString() };
      },
      async signIn() {
        const opened = await write(self, (draft, ask) =>
          openSession(draft, engine.world, ask, { agentId, transport: 'websocket' }),
        );
        session = opened.session;
      },
      signOut: () => endSession('closed'),
      loseConnection: () => endSession('lost'),
      async beActive() {
        const active = session;
        if (active === null) throw new Error(`${email} is not signed in, and so cannot be active: signIn() first`);
        const isAlive = await act(() => engine.tick(self, active, engine.clock.now()));
        if (!isAlive) throw new Error(`the session of ${email} has ended: signIn() again`);
      },
      async setStatus(status, options: SetStatusOptions = {}) {
        const choice = plainStatus(status);
        if (choice === null) await addCustomStatus({ name: status });
        const by = options.by === undefined ? undefined : numbers.get(options.by);
        const caller: Caller = by === undefined ? self : { ...self, role: 'supervisor', agent: by };
        const until = options.for === undefined ? null : engine.clock.now() + durationMs(options.for);
        const chosen = choice === null ? { customStatus: status } : { status: choice };
        await write(caller, (draft, ask) =>
          changeIntelliassign(draft, engine.world, ask, { agentId, until, ...chosen }),
        );
      },
      missAssignment: async () => void (await tell('missed_assignment')),
      startCall: async () => void (await tell('call_started')),
      endCall: async () => void (await tell('call_ended')),
    };
  };

  const addCustomStatus = async (input: CustomStatusInput): Promise<void> => {
    await act(() =>
      engine.write((draft) => {
        const known = draft.memory.customStatusNames.drafted(scoped(FIRST_ACCOUNT, nameKey(input.name)));
        if (known !== undefined) return;
        granted(createCustomStatus(draft, engine.world, { caller: ADMIN, now: engine.clock.now() }, input));
      }),
    );
  };

  return {
    addCustomStatus,
    agent: async (email, profile = {}) => agents.get(nameKey(email)) ?? create(email, profile),
  };
}

const ADMIN: Caller = { keyId: 'team', account: FIRST_ACCOUNT, role: 'admin', agent: 0 };

function plainStatus(status: string): 'AVAILABLE' | 'UNAVAILABLE' | null {
  const upper = status.toUpperCase();
  return upper === 'AVAILABLE' || upper === 'UNAVAILABLE' ? upper : null;
}

function nameOf({ memory }: Engine, label: StatusLabel): string {
  if (!isCustom(label)) return label === AVAILABLE ? 'AVAILABLE' : 'UNAVAILABLE';
  const record = memory.records.get(label);
  return record !== undefined && 'name' in record ? record.name : 'unknown';
}

function granted<T>(answer: Answer<T>): T {
  if (answer.kind === 'done') return answer.value;
  throw new Error(`${answer.detail} (${answer.code})`);
}
