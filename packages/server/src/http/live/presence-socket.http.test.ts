import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import {
  ADMIN_KEY,
  asAdmin,
  endKey,
  type LiveWorld,
  newAgent,
  newKey,
  START,
  startLiveWorld,
  until,
  valueIn,
} from '../../../test/live-world.ts';
import { PresenceClient, type PresenceClientAsk } from '../../../test/presence-client.ts';
import { createAccount } from '../../engine/account-commands.ts';
import { closeSession, openSession } from '../../engine/agent-commands.ts';
import { deactivateAgent } from '../../engine/agent-record-commands.ts';
import { createGroup } from '../../engine/group-commands.ts';
import type { Agent } from '../../engine/memory.ts';
import { parseSessionId, sessionId } from '../../engine/session-id.ts';
import type { PresenceLimits } from './limits.ts';
import { createPresenceDoor, registerPresenceAddress } from './presence-socket.ts';

const GRACE = 60_000;
const IDLE = 600_000;

type Hand = {
  readonly world: LiveWorld;
  readonly agent: Agent;
  readonly port: number;
  /** A page of the agent. */
  open(ask?: Partial<PresenceClientAsk>): PresenceClient;
  closeDoor(): Promise<void>;
};

const stopping: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
});

type Start = { limits?: Partial<PresenceLimits>; folder?: string; at?: number };

async function startPresence({ limits = {}, ...options }: Start = {}): Promise<Hand> {
  const world = await startLiveWorld(options);
  const door = createPresenceDoor({ ...world.deps, limits });
  registerPresenceAddress(world.app, world.deps);
  world.app.server.on('upgrade', (request, socket, head) => {
    if (!door.handleUpgrade(request, socket, head)) socket.destroy();
  });
  const port = await world.listen();
  stopping.push(async () => {
    await door.close();
    await world.stop();
  });
  const known = world.engine.memory.agents.get(1);
  const agent = known ?? (await newAgent(world, 'a@example.com'));
  const open = (ask: Partial<PresenceClientAsk> = {}) => {
    const client = new PresenceClient({ port, agentId: agent.profile.id, key: ADMIN_KEY, ...ask });
    stopping.push(async () => client.vanish());
    return client;
  };
  return { world, agent, port, open, closeDoor: () => door.close() };
}

async function signedIn(client: PresenceClient): Promise<PresenceClient> {
  await until(() => client.session !== '', 'the session is named');
  return client;
}

async function refused(client: PresenceClient) {
  await until(() => client.refused !== null, 'the refusal is here');
  return [client.refused?.status, client.refused?.code];
}

/** Lets what is on its way arrive and be written. */
async function settle(world: LiveWorld): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    await groupWritten(world);
  }
}

/** Settles after the group that is waiting now; a full disk fails it. */
async function groupWritten({ engine, disk }: LiveWorld): Promise<void> {
  await engine.write(() => null).catch((cause: unknown) => assert.ok(disk.isFull, String(cause)));
}

/** Lets time pass, second by second, with everything that its timers start. */
async function pass(world: LiveWorld, durationMs: number): Promise<void> {
  for (let left = durationMs; left > 0; left -= 1000) {
    world.clock.advance(Math.min(1000, left));
    await groupWritten(world);
  }
  await settle(world);
}

/** The same, and what goes to and fro on real connections gets there in between. */
async function passSlowly(world: LiveWorld, durationMs: number): Promise<void> {
  for (let left = durationMs; left > 0; left -= 1000) await pass(world, 1000);
}

/** A connection that opened a presence socket, and then neither answers nor says anything by itself. */
function rawPage(port: number, agentId: string, query = ''): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('data', () => {});
  socket.on('error', () => {});
  stopping.push(async () => void socket.destroy());
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const lines = [`Authorization: Bearer ${ADMIN_KEY}`, ...upgrade, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='];
  socket.write(
    `GET /api/v1/agents/${agentId}/presence${query} HTTP/1.1\r\nHost: localhost\r\n${lines.join('\r\n')}\r\n\r\n`,
  );
  return socket;
}

/** From now on commits wait at a gate, until it is opened. */
function holdCommits({ store }: LiveWorld) {
  const { commit } = store;
  let letThrough = () => {};
  const opened = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  const gate = {
    isReached: false,
    open() {
      Object.assign(store, { commit });
      letThrough();
    },
  };
  const held: typeof commit = (changes) => {
    gate.isReached = true;
    return opened.then(() => commit(changes));
  };
  Object.assign(store, { commit: held });
  stopping.push(async () => gate.open());
  return gate;
}

/** The same, behind a commit that is under way: commands wait, and go into one group when the gate is opened. */
async function holdCommands(world: LiveWorld) {
  const { engine } = world;
  const gate = holdCommits(world);
  void engine.write((draft) => createGroup(draft, engine.world, asAdmin(world), { name: 'a group' }));
  await until(() => gate.isReached, 'a commit is under way');
  return gate;
}

/** A close that nobody can be asked about needs a moment to be seen. */
function untilSeen(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

/** What the log says about sessions and the general axis since the test began, with instants from its start. */
function told({ facts }: LiveWorld): string[] {
  return facts.flatMap((fact) => {
    const at = `+${fact.at - START}`;
    if (fact.kind === 'StatusChanged') return [`${fact.reason} ${at}`];
    return fact.kind.startsWith('Session') ? [`${fact.kind} ${at}`] : [];
  });
}

const lost = (world: LiveWorld) =>
  until(() => told(world).some((line) => line.startsWith('SessionLost')), 'the loss is noted');

describe('a socket is a session', () => {
  test('open signs in and names the session first, activity says nothing, sign_out signs out', async () => {
    const { world, open } = await startPresence();
    const page = await signedIn(open());
    assert.match(page.session, /^ses_[0-9a-z]+$/);
    assert.deepEqual(told(world), ['SessionOpened +0', 'login +0']);
    world.clock.jumpTo(START + 5000);
    page.say({ type: 'activity' });
    page.say('{ "type" : "activity" }');
    await until(() => world.engine.presence.activityAt(1) === START + 5000, 'the activity is known');
    world.clock.jumpTo(START + 9000);
    page.say({ type: 'sign_out' });
    await until(() => page.closed !== null, 'the socket is closed');
    assert.deepEqual(page.closed, { code: 1000, reason: 'signed out' });
    await settle(world);
    assert.deepEqual(told(world), ['SessionOpened +0', 'login +0', 'SessionClosed +9000', 'logout +9000']);
    assert.equal(page.messages.length, 1);
  });

  test('ticks keep the agent from being idle, and the tick after an idle time brings it back', async () => {
    const { world, open } = await startPresence();
    const page = await signedIn(open());
    await pass(world, IDLE - 1000);
    page.say({ type: 'activity' });
    await until(() => world.engine.presence.activityAt(1) === START + IDLE - 1000, 'the activity is known');
    await pass(world, IDLE + 1000);
    page.say({ type: 'activity' });
    await until(() => told(world).length === 4, 'the agent is back');
    assert.deepEqual(told(world).slice(2), [`idle_timeout +${2 * IDLE - 1000}`, `active +${2 * IDLE}`]);
  });

  test('a session that somebody else ends takes its socket with it', async () => {
    const { world, agent, open } = await startPresence();
    const { engine } = world;
    const [first, second] = [await signedIn(open()), await signedIn(open())];
    const session = parseSessionId(first.session) ?? 0;
    const ask = { agentId: agent.profile.id, session };
    valueIn(await engine.write((draft) => closeSession(draft, engine.world, asAdmin(world), ask)));
    await until(() => first.closed !== null, 'the socket of the signed-out session is closed');
    assert.deepEqual(first.closed, { code: 1000, reason: 'signed out' });
    valueIn(
      await engine.write((draft) => deactivateAgent(draft, engine.world, asAdmin(world), { id: agent.profile.id })),
    );
    await until(() => second.closed !== null, 'the socket of the deactivated agent is closed');
    assert.deepEqual(second.closed, { code: 4000, reason: 'deactivated' });
    await settle(world);
    assert.deepEqual(told(world).slice(3), ['SessionClosed +0', 'SessionEnded +0', 'deactivated +0']);
  });
});

describe('loss and return', () => {
  test('within the grace nothing happens: the page goes on in its session', async () => {
    const { world, open } = await startPresence();
    const page = await signedIn(open());
    await pass(world, 10_000);
    page.vanish();
    await lost(world);
    await pass(world, GRACE - 1);
    const back = await signedIn(open({ session: page.session }));
    assert.equal(back.session, page.session);
    await pass(world, 2 * GRACE);
    assert.deepEqual(told(world), [
      'SessionOpened +0',
      'login +0',
      'SessionLost +10000',
      `SessionReturned +${10_000 + GRACE - 1}`,
    ]);
  });

  test('after it the agent is disconnected at loss + grace exactly, and the return is a login in a new session', async () => {
    const { world, open } = await startPresence();
    const page = await signedIn(open());
    await pass(world, 10_123);
    page.close();
    await lost(world);
    await pass(world, GRACE + 5000);
    const back = await signedIn(open({ session: page.session }));
    assert.notEqual(back.session, page.session);
    const end = 10_123 + GRACE;
    assert.deepEqual(told(world).slice(2), [
      'SessionLost +10123',
      `SessionEnded +${end}`,
      `disconnect +${end}`,
      `SessionOpened +${end + 5000}`,
      `login +${end + 5000}`,
    ]);
  });

  test('a return that comes before the deadline was looked at is decided after it', async () => {
    const { world, open } = await startPresence();
    const page = await signedIn(open());
    page.vanish();
    await lost(world);
    world.clock.jumpTo(START + GRACE);
    const back = await signedIn(open({ session: page.session }));
    assert.notEqual(back.session, page.session);
    assert.deepEqual(told(world).slice(3), [
      `SessionEnded +${GRACE}`,
      `disconnect +${GRACE}`,
      `SessionOpened +${GRACE}`,
      `login +${GRACE}`,
    ]);
  });

  test('a session that was replaced is not returned to, but leads to a new one', async () => {
    const { world, open } = await startPresence();
    const page = await signedIn(open());
    page.vanish();
    await lost(world);
    await signedIn(open());
    const back = await signedIn(open({ session: page.session }));
    assert.notEqual(back.session, page.session);
    await settle(world);
    assert.deepEqual(told(world).slice(3), ['SessionOpened +0', 'SessionEnded +0', 'SessionOpened +0']);
  });

  test('a second socket takes the session over, and the close of the first is no loss', async () => {
    const { world, open } = await startPresence();
    const first = await signedIn(open());
    const second = await signedIn(open({ session: first.session }));
    assert.equal(second.session, first.session);
    await until(() => first.closed !== null, 'the first is closed');
    assert.equal(first.closed?.code, 4001);
    await pass(world, 2 * GRACE);
    assert.deepEqual(told(world), ['SessionOpened +0', 'login +0']);
    second.say({ type: 'sign_out' });
    await until(() => second.closed?.code === 1000, 'the second signed out');
  });

  test('however closes and returns cross each other, the last connection decides', async () => {
    const { world, open } = await startPresence();
    let page = await signedIn(open());
    const { session } = page;
    for (let round = 0; round < 30; round++) {
      const pages = Array.from({ length: 1 + (round % 3) }, () => open({ session }));
      if (round % 2 === 0) page.vanish();
      // Some are gone before they are admitted.
      if (round % 5 === 4) pages[0]?.vanish();
      for (let turn = 0; turn < round % 4; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (round % 2 === 1) page.close();
      await until(() => pages.every((one) => one.session !== '' || one.closed !== null), 'everybody has an answer');
      await settle(world);
      const holders = pages.filter((one) => one.session !== '' && one.closed === null);
      assert.ok(holders.length <= 1, 'one holds the session');
      const [live] = world.engine.memory.agents.get(1)?.availability.sessions ?? [];
      assert.equal(sessionId(live?.number ?? 0), session);
      assert.equal(live?.lostAt === null, holders.length === 1, 'it is connected when somebody holds it');
      page = holders[0] ?? (await signedIn(open({ session })));
    }
    assert.deepEqual(
      told(world).filter((line) => !/^Session(Lost|Returned) /.test(line)),
      ['SessionOpened +0', 'login +0'],
    );
  });

  describe('while the return is being written', () => {
    const sessionNow = ({ engine }: LiveWorld) => engine.memory.agents.get(1)?.availability.sessions[0];

    test('the old connection closes: no loss, for the new one has the session', async () => {
      const { world, open } = await startPresence();
      const old = await signedIn(open());
      const gate = await holdCommands(world);
      const back = open({ session: old.session });
      await until(() => world.engine.waitingCommands === 1, 'the return waits to be written');
      old.vanish();
      await untilSeen();
      gate.open();
      await signedIn(back);
      await settle(world);
      assert.deepEqual(told(world), ['SessionOpened +0', 'login +0']);
      assert.equal(back.closed, null);
    });

    test('both connections close: one loss, at the close of the old one', async () => {
      const { world, agent, port, open } = await startPresence();
      const old = await signedIn(open());
      const gate = await holdCommands(world);
      const back = rawPage(port, agent.profile.id, `?session=${old.session}`);
      await until(() => world.engine.waitingCommands === 1, 'the return waits to be written');
      world.clock.jumpTo(START + 700);
      old.vanish();
      await untilSeen();
      world.clock.jumpTo(START + 1000);
      back.resetAndDestroy();
      await untilSeen();
      gate.open();
      await lost(world);
      await settle(world);
      assert.deepEqual(told(world).slice(2), ['SessionLost +700']);
    });

    test('the new connection closes: the old one keeps the session', async () => {
      const { world, agent, port, open } = await startPresence();
      const old = await signedIn(open());
      const gate = await holdCommands(world);
      const back = rawPage(port, agent.profile.id, `?session=${old.session}`);
      await until(() => world.engine.waitingCommands === 1, 'the return waits to be written');
      back.resetAndDestroy();
      await untilSeen();
      gate.open();
      await settle(world);
      assert.deepEqual(told(world).slice(2), []);
      assert.equal(old.closed, null);
    });

    test('the new connection of a lost session closes: it is lost again', async () => {
      const { world, agent, port, open } = await startPresence();
      const old = await signedIn(open());
      old.vanish();
      await lost(world);
      const gate = await holdCommands(world);
      world.clock.jumpTo(START + 500);
      const back = rawPage(port, agent.profile.id, `?session=${old.session}`);
      await until(() => world.engine.waitingCommands === 1, 'the return waits to be written');
      back.resetAndDestroy();
      await untilSeen();
      gate.open();
      await until(() => told(world).length === 5, 'the loss is noted');
      assert.deepEqual(told(world).slice(2), ['SessionLost +0', 'SessionReturned +500', 'SessionLost +500']);
    });

    test('of two that return at once the first closes: the second has the session', async () => {
      const { world, agent, port, open } = await startPresence();
      const old = await signedIn(open());
      old.vanish();
      await lost(world);
      const gate = await holdCommands(world);
      const first = rawPage(port, agent.profile.id, `?session=${old.session}`);
      await until(() => world.engine.waitingCommands === 1, 'the return waits to be written');
      const second = open({ session: old.session });
      await untilSeen();
      first.resetAndDestroy();
      await untilSeen();
      gate.open();
      await signedIn(second);
      await settle(world);
      assert.equal(sessionNow(world)?.lostAt, null);
      assert.equal(second.closed, null);
      assert.equal(second.session, old.session);
    });
  });

  test('a session that ends in the group that opened it closes its socket at once', async () => {
    const { world, agent, open } = await startPresence();
    const { engine } = world;
    const gate = await holdCommands(world);
    const page = open();
    await until(() => engine.waitingCommands === 1, 'the sign-in waits');
    const deactivated = engine.write((draft) =>
      deactivateAgent(draft, engine.world, asAdmin(world), { id: agent.profile.id }),
    );
    gate.open();
    await deactivated;
    await until(() => page.closed !== null, 'the socket is closed');
    assert.equal(page.closed?.code, 4000);
  });

  for (const goodbye of ['destroy', 'resetAndDestroy'] as const) {
    test(`a connection that goes away while it is being signed in leaves a lost session (${goodbye})`, async () => {
      const { world, agent, port } = await startPresence();
      const gate = holdCommits(world);
      const page = rawPage(port, agent.profile.id);
      await until(() => gate.isReached, 'the sign-in is being written');
      page[goodbye]();
      await untilSeen();
      gate.open();
      await lost(world);
      await pass(world, GRACE + 1000);
      assert.deepEqual(told(world), [
        'SessionOpened +0',
        'login +0',
        'SessionLost +0',
        `SessionEnded +${GRACE}`,
        `disconnect +${GRACE}`,
      ]);
    });
  }
});

describe('silence', () => {
  test('who answers pings stays; who leaves two unanswered is lost since its last frame', async () => {
    const { world, agent, port, open } = await startPresence();
    const page = await signedIn(open());
    const mute = rawPage(port, agent.profile.id);
    await until(() => told(world).length === 3, 'both are signed in');
    await passSlowly(world, 4000);
    // An empty, masked text frame: the last that is ever heard of it.
    mute.write(Buffer.from([0x81, 0x80, 0, 0, 0, 0]));
    await settle(world);
    await passSlowly(world, 30_000);
    assert.ok(page.pings >= 2);
    assert.deepEqual(told(world).slice(3), []);
    await passSlowly(world, 16_000);
    assert.deepEqual(told(world).slice(3), ['SessionLost +4000']);
    assert.equal(page.closed, null);
    assert.equal(mute.closed || mute.readableEnded, true);
  });
});

describe('what a page says', () => {
  test('bad messages are answered, and after ten the socket is closed', async () => {
    const { world, open } = await startPresence();
    const page = await signedIn(open());
    const bad = [
      'no json',
      '[]',
      '{}',
      '{"type":"dance"}',
      'null',
      '1',
      '"activity"',
      '{"type":1}',
      '{"type":"Activity"}',
    ];
    for (const message of bad) page.say(message);
    page.socket.send(Buffer.from('{"type":"activity"}'), { binary: true });
    await until(() => page.closed !== null, 'the socket is closed');
    assert.deepEqual(page.closed, { code: 1008, reason: 'too many bad messages' });
    const answers = page.messages.slice(1);
    assert.deepEqual(
      answers.map(({ type }) => type),
      Array(10).fill('error'),
    );
    assert.equal(answers[0]?.code, 'malformed_json');
    assert.equal(answers[3]?.code, 'invalid_input');
    await lost(world);
  });

  test('a message over 4 KiB ends the connection', async () => {
    const { world, open } = await startPresence();
    const page = await signedIn(open());
    page.say(`{"type":"activity","why":"${'x'.repeat(4096)}"}`);
    await until(() => page.closed !== null, 'the socket is closed');
    assert.equal(page.closed?.code, 1009);
    await lost(world);
  });
});

describe('who may open one', () => {
  test('refuses before the upgrade, with a problem', async () => {
    const { world, agent, open } = await startPresence({ limits: { sessionsPerAgentMax: 1 } });
    const other = await newAgent(world, 'b@example.com');
    const { secret: own } = await newKey(world, 'agent', agent.profile.id);
    const { secret: developer } = await newKey(world, 'app-developer');
    const none = open({ key: undefined });
    assert.deepEqual(await refused(none), [401, 'unauthorized']);
    assert.match(none.refused?.headers['www-authenticate'] ?? '', /^Bearer /);
    assert.equal(none.refused?.headers['content-type'], 'application/problem+json; charset=utf-8');
    assert.deepEqual(await refused(open({ key: 'wrong' })), [401, 'unauthorized']);
    assert.deepEqual(await refused(open({ key: developer })), [403, 'forbidden']);
    assert.deepEqual(await refused(open({ key: own, agentId: other.profile.id })), [403, 'forbidden']);
    assert.deepEqual(await refused(open({ agentId: 'nobody' })), [404, 'unknown_agent']);
    assert.deepEqual(await refused(open({ query: '?colour=red' })), [400, 'invalid_input']);
    assert.deepEqual(await refused(open({ query: '?session=a&session=b' })), [400, 'invalid_input']);
    assert.deepEqual(told(world), []);
    await signedIn(open({ key: own }));
    const second = open({ key: own });
    assert.deepEqual(await refused(second), [429, 'too_many_requests']);
    assert.match(second.refused?.headers['retry-after'] ?? '', /^\d+$/);
  });

  test('an agent of another account is unknown', async () => {
    const { world, open } = await startPresence();
    const account = await world.engine.write((draft) =>
      createAccount(draft, { id: '2', name: 'Other', domain: 'other.example', by: 'test' }, START),
    );
    const theirs = { keyId: 'test', account: account.number, role: 'admin', agent: 0 } as const;
    const stranger = await newAgent(world, 'c@example.com', theirs);
    assert.deepEqual(await refused(open({ agentId: stranger.profile.id })), [404, 'unknown_agent']);
  });

  test('a deactivated agent cannot sign in', async () => {
    const { world, agent, open } = await startPresence();
    const { engine } = world;
    const input = { id: agent.profile.id };
    valueIn(await engine.write((draft) => deactivateAgent(draft, engine.world, asAdmin(world), input)));
    assert.deepEqual(await refused(open()), [422, 'agent_inactive']);
  });

  test('a session of somebody else, live or ended, and a made-up one are unknown', async () => {
    const { world, agent, open } = await startPresence();
    const { engine } = world;
    const other = await newAgent(world, 'b@example.com');
    const theirs = await signedIn(open({ agentId: other.profile.id }));
    const own = await signedIn(open());
    const made = { agentId: agent.profile.id, transport: 'http' } as const;
    const overHttp = valueIn(await engine.write((draft) => openSession(draft, engine.world, asAdmin(world), made)));
    const unknown = [404, 'unknown_session'];
    assert.deepEqual(await refused(open({ session: theirs.session })), unknown);
    for (const session of ['', 'x', 'ses_', 'ses_zzzzzz', 'ses_0', `${own.session}0`, own.session.toUpperCase()]) {
      assert.deepEqual(await refused(open({ session })), unknown, session);
    }
    assert.deepEqual(await refused(open({ session: sessionId(overHttp.session) })), unknown);
    theirs.say({ type: 'sign_out' });
    await until(() => theirs.closed !== null, 'the other signed out');
    assert.deepEqual(await refused(open({ session: theirs.session })), unknown);
  });

  test('a page sends its key as a protocol, and is answered with the other one', async () => {
    const { world, open } = await startPresence();
    const bearer = `bearer.${encodeURIComponent(ADMIN_KEY)}`;
    const page = await signedIn(open({ key: undefined, protocols: ['rollcall.presence', bearer] }));
    assert.equal(page.socket.protocol, 'rollcall.presence');
    const { secret } = await newKey(world, 'supervisor');
    await signedIn(open({ key: undefined, protocols: ['rollcall.presence', `bearer.${secret}`] }));
    const wrong = open({ key: undefined, protocols: ['rollcall.presence', 'bearer.wrong'] });
    assert.deepEqual(await refused(wrong), [401, 'unauthorized']);
    assert.deepEqual(await refused(open({ protocols: ['other.protocol'] })), [400, 'invalid_input']);
  });

  test('plain HTTP and other versions are told what the address speaks', async () => {
    const { agent, port } = await startPresence();
    const address = `http://127.0.0.1:${port}/api/v1/agents/${agent.profile.id}/presence`;
    const plain = await fetch(address, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    assert.equal(plain.status, 426);
    assert.equal(plain.headers.get('upgrade'), 'websocket');
    assert.equal(((await plain.json()) as { status: number }).status, 426);
    assert.equal((await fetch(address)).status, 401);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1').setEncoding('utf8');
      let text = '';
      socket.on('data', (piece: string) => {
        text += piece;
      });
      socket.on('close', () => resolve(text));
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 7';
      socket.write(`GET ${new URL(address).pathname} HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n\r\n`);
    });
    assert.match(answer, /^HTTP\/1\.1 426 Upgrade Required\r\n/);
    assert.match(answer, /sec-websocket-version: 13\r\n/);
  });

  test('a key that is revoked closes its sockets; the sessions are lost, not ended', async () => {
    const { world, agent, open } = await startPresence();
    const { id, secret } = await newKey(world, 'agent', agent.profile.id);
    const page = await signedIn(open({ key: secret }));
    await endKey(world, id);
    await until(() => page.closed !== null, 'the socket is closed');
    assert.deepEqual(page.closed, { code: 1008, reason: 'the key was revoked' });
    await lost(world);
    const back = await signedIn(open({ session: page.session }));
    assert.equal(back.session, page.session);
  });
});

describe('when the store fails', () => {
  test('nobody is signed in, and the page is told to come back', async () => {
    const { world, open } = await startPresence();
    world.disk.isFull = true;
    const page = open();
    assert.deepEqual(await refused(page), [503, 'store_unavailable']);
    assert.match(page.refused?.headers['retry-after'] ?? '', /^\d+$/);
    world.disk.isFull = false;
    await signedIn(open());
    assert.deepEqual(told(world), ['SessionOpened +0', 'login +0']);
  });

  test('a loss is kept and written later, with its own instant, and a return waits for it', async () => {
    const { world, open } = await startPresence();
    const page = await signedIn(open());
    await pass(world, 5000);
    world.disk.isFull = true;
    page.vanish();
    await until(() => world.logged.length > 0, 'the failed loss is reported');
    await pass(world, 10_000);
    assert.deepEqual(await refused(open({ session: page.session })), [503, 'store_unavailable']);
    world.disk.isFull = false;
    await pass(world, 2000);
    assert.deepEqual(told(world).slice(2), ['SessionLost +5000']);
    const back = await signedIn(open({ session: page.session }));
    assert.equal(back.session, page.session);
    assert.deepEqual(told(world).slice(3), ['SessionReturned +17000']);
  });

  test('a loss that could be written only after the grace is a disconnect at its own instant', async () => {
    const { world, open } = await startPresence();
    const page = await signedIn(open());
    world.disk.isFull = true;
    page.vanish();
    await until(() => world.logged.length > 0, 'the failed loss is reported');
    await pass(world, GRACE + 30_000);
    world.disk.isFull = false;
    const back = await signedIn(open({ session: page.session }));
    assert.notEqual(back.session, page.session);
    assert.deepEqual(told(world).slice(2), [
      'SessionLost +0',
      `SessionEnded +${GRACE}`,
      `disconnect +${GRACE}`,
      `SessionOpened +${GRACE + 30_000}`,
      `login +${GRACE + 30_000}`,
    ]);
  });

  test('a sign-out that cannot be written is answered, and can be said again', async () => {
    const { world, open } = await startPresence();
    const page = await signedIn(open());
    world.disk.isFull = true;
    page.say({ type: 'sign_out' });
    await until(() => page.messages.length === 2, 'the answer came');
    assert.equal(page.messages[1]?.code, 'store_unavailable');
    world.disk.isFull = false;
    page.say({ type: 'sign_out' });
    await until(() => page.closed?.code === 1000, 'the sign-out was taken');
  });
});

test('a stopping server closes its sockets without a loss, and the next one counts it from when it is ready', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-presence-'));
  try {
    const before = await startPresence({ folder });
    const page = await signedIn(before.open());
    await before.closeDoor();
    await until(() => page.closed !== null, 'the socket is closed');
    assert.equal(page.closed?.code, 1012);
    assert.deepEqual(await refused(before.open()), [503, 'shutting_down']);
    await settle(before.world);
    assert.deepEqual(told(before.world), ['SessionOpened +0', 'login +0']);
    await before.world.stop();
    stopping.splice(0);
    const after = await startPresence({ folder, at: START + 20_000 });
    await pass(after.world, GRACE - 1);
    const back = await signedIn(after.open({ session: page.session }));
    assert.equal(back.session, page.session);
    await pass(after.world, GRACE);
    assert.deepEqual(told(after.world), [`SessionReturned +${20_000 + GRACE - 1}`]);
  } finally {
    for (const stop of stopping.splice(0).reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
