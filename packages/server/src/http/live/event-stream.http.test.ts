import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { type ActivityPayload, validateActivityPayload } from '@rollcall/contract';
import fc from 'fast-check';
import {
  ADMIN_KEY,
  endKey,
  eventPositions,
  type LiveWorld,
  newAgent,
  newKey,
  START,
  startLiveWorld,
  toggle,
  until,
} from '../../../test/live-world.ts';
import { type StreamAsk, StreamClient } from '../../../test/stream-client.ts';
import { createAccount } from '../../engine/account-commands.ts';
import { putKey } from '../../engine/key-commands.ts';
import { registerEventStream } from './event-stream.ts';
import type { StreamLimits } from './limits.ts';

type Hand = { readonly world: LiveWorld; readonly port: number; open(ask?: Partial<StreamAsk>): StreamClient };

const stopping: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
});

async function startStream(limits: Partial<StreamLimits> = {}): Promise<Hand> {
  const world = await startLiveWorld();
  registerEventStream(world.app, { ...world.deps, limits });
  const port = await world.listen();
  stopping.push(() => world.stop());
  const open = (ask: Partial<StreamAsk> = {}) => {
    const client = new StreamClient({ port, key: ADMIN_KEY, ...ask });
    stopping.push(async () => client.end());
    return client;
  };
  return { world, port, open };
}

async function opened(client: StreamClient): Promise<StreamClient> {
  await until(() => client.retryMs !== null, 'the stream is open');
  return client;
}

async function refused(client: StreamClient) {
  await until(() => client.body.endsWith('}'), 'the refusal is here');
  return { status: client.status, code: client.problem.code, pointers: client.problem.errors?.map((e) => e.pointer) };
}

const seen = (client: StreamClient, count: number) =>
  until(() => client.positions.length >= count, `${count} events came, not ${client.positions.length}`);

/** More events than the buffers of two sockets hold, so that who does not read really is taken off the live ones. */
async function overflow(world: LiveWorld, agentId: string, quick: StreamClient): Promise<number> {
  const count = 8000;
  for (let done = 0; done < count; done += 500) {
    await Promise.all(Array.from({ length: 500 }, () => toggle(world, agentId)));
    await seen(quick, done + 500);
  }
  return count;
}

function connections({ app }: LiveWorld): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

test('sends each event once it is durable, as the payload, with its position as id', async () => {
  const { world, open } = await startStream();
  const agent = await newAgent(world, 'a@example.com');
  const client = await opened(open());
  assert.equal(client.status, 200);
  assert.match(client.head, /content-type: text\/event-stream\r\n/i);
  assert.match(client.head, /cache-control: no-store\r\n/i);
  assert.match(client.head, /x-accel-buffering: no\r\n/i);
  assert.equal(client.retryMs, 1000);
  world.disk.isFull = true;
  await assert.rejects(toggle(world, agent.profile.id), /disk is full/);
  world.disk.isFull = false;
  await toggle(world, agent.profile.id);
  await toggle(world, agent.profile.id);
  await seen(client, 2);
  assert.deepEqual(client.positions, await eventPositions(world));
  const [first, second] = client.events.map(({ data }) => JSON.parse(data) as ActivityPayload);
  assert.deepEqual(validateActivityPayload(first), []);
  assert.deepEqual([first?.activity?.sequence, second?.activity?.sequence], [1, 2]);
  assert.equal(second?.data.agent_activity.prev_status, 'AVAILABLE');
  assert.deepEqual(first?.iparams, {});
});

describe('where a stream begins', () => {
  test('resumes at every position without loss or doubling, by header and by query', async () => {
    const { world, open } = await startStream({ pageEventsMax: 3 });
    const agent = await newAgent(world, 'a@example.com');
    for (let event = 0; event < 11; event++) await toggle(world, agent.profile.id);
    const all = await eventPositions(world);
    assert.equal(all.length, 11);
    for (let cut = 0; cut <= world.engine.head; cut++) {
      const rest = all.filter((position) => position > cut);
      const byQuery = await opened(open({ query: `?after=${cut}` }));
      const byHeader = await opened(open({ query: '?after=0', lastEventId: String(cut) }));
      await seen(byQuery, rest.length);
      await seen(byHeader, rest.length);
      assert.deepEqual(byQuery.positions, rest);
      assert.deepEqual(byHeader.positions, rest);
      byQuery.end();
      byHeader.end();
    }
  });

  test('begins now without a cursor, and says where that is, so that a break before the first event loses nothing', async () => {
    const { world, open } = await startStream();
    const agent = await newAgent(world, 'a@example.com');
    await toggle(world, agent.profile.id);
    const client = await opened(open());
    assert.equal(client.lastEventId, String(world.engine.head));
    client.end();
    await toggle(world, agent.profile.id);
    const back = await opened(open({ lastEventId: client.lastEventId }));
    await seen(back, 1);
    assert.deepEqual(back.positions, (await eventPositions(world)).slice(1));
  });

  test('refuses what is no cursor, or none of this log, and names every fault at once', async () => {
    const { world, open } = await startStream();
    const beyond = world.engine.head + 1;
    const bad = { status: 400, code: 'invalid_input' };
    for (const query of ['?after=', '?after=x', '?after=-1', '?after=1.5', '?after=1&after=2', `?after=${beyond}`]) {
      assert.deepEqual(await refused(open({ query })), { ...bad, pointers: ['/after'] }, query);
    }
    assert.deepEqual(await refused(open({ lastEventId: 'x' })), { ...bad, pointers: [''] });
    assert.deepEqual(await refused(open({ lastEventId: String(beyond) })), { ...bad, pointers: [''] });
    const many = '?agent_id=x&type=Sideways&after=x&snapshot=maybe&colour=red';
    const pointers = ['/agent_id', '/type', '/snapshot', '/after', '/colour'];
    assert.deepEqual(await refused(open({ query: many })), { ...bad, pointers });
    assert.deepEqual(await refused(open({ query: '?snapshot=1&after=0' })), { ...bad, pointers: ['/after'] });
  });

  test('cut anywhere and resumed while events are being committed, the pieces make the whole log', async () => {
    const { world, open } = await startStream({ pageEventsMax: 2, recentBytesMax: 4000 });
    const agents = [await newAgent(world, 'a@example.com'), await newAgent(world, 'b@example.com')];
    const step = fc.record({
      burst: fc.integer({ min: 0, max: 7 }),
      turns: fc.integer({ min: 0, max: 4 }),
      isCut: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        const from = world.engine.head;
        const pieces: number[][] = [];
        let after = String(from);
        let client = open({ query: `?after=${after}` });
        const cut = () => {
          client.end();
          pieces.push(client.positions);
          after = String(client.positions.at(-1) ?? after);
        };
        for (const { burst, turns, isCut } of steps) {
          const writes = Array.from({ length: burst }, (_, index) =>
            toggle(world, (agents[index % 2] ?? agents[0])?.profile.id ?? ''),
          );
          for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
          if (isCut) {
            cut();
            client = open({ lastEventId: after });
          }
          await Promise.all(writes);
        }
        const all = (await eventPositions(world)).filter((position) => position > from);
        const before = pieces.flat().length;
        await seen(client, all.length - before);
        cut();
        assert.deepEqual(pieces.flat(), all);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the snapshot', () => {
  test('names a position, and what follows it continues every agent from there', async () => {
    const { world, open } = await startStream({ snapshotPartAgentsMax: 2, pageEventsMax: 2, recentBytesMax: 3000 });
    const agents = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) agents.push(await newAgent(world, `${name}@example.com`));
    for (let round = 0; round < 12; round++) {
      const writes = agents.map((agent) => toggle(world, agent.profile.id));
      if (round % 2 === 0) await Promise.all(writes);
      const client = open({ query: '?snapshot=1' });
      await Promise.all(writes);
      for (const agent of agents) await toggle(world, agent.profile.id);
      await until(() => client.events.length > 0, 'the snapshot came');
      const [first] = client.events;
      assert.equal(first?.event, 'snapshot');
      const snapshot = JSON.parse(first?.data ?? '') as {
        position: number;
        agents: { id: string; sequence: number }[];
      };
      assert.equal(first?.id, String(snapshot.position));
      assert.deepEqual(
        snapshot.agents.map(({ id }) => id),
        agents.map(({ profile }) => profile.id),
      );
      const rest = (await eventPositions(world)).filter((position) => position > snapshot.position);
      await seen(client, rest.length);
      assert.deepEqual(client.positions, rest);
      for (const { id, sequence } of snapshot.agents) {
        const sequences = client.events.slice(1).flatMap(({ data }) => {
          const { activity } = JSON.parse(data) as ActivityPayload;
          return activity?.agent_id === id ? [activity.sequence] : [];
        });
        const now = world.engine.memory.agents.get(world.engine.memory.agentNumbers.get(id) ?? 0)?.availability;
        assert.deepEqual(
          sequences,
          Array.from({ length: (now?.sequence ?? 0) - sequence }, (_, i) => sequence + 1 + i),
        );
      }
      client.end();
    }
  });

  test('shows what changed without an event, too', async () => {
    const { world, open } = await startStream();
    const counts: number[] = [];
    for (let count = 0; count < 3; count++) {
      const client = open({ query: '?snapshot=true' });
      await until(() => client.events.length > 0, 'the snapshot came');
      counts.push(JSON.parse(client.events[0]?.data ?? '').agents.length);
      await newAgent(world, `${count}@example.com`);
    }
    assert.deepEqual(counts, [0, 1, 2]);
  });

  test('is left out by a reader that comes back with an id', async () => {
    const { world, open } = await startStream();
    const agent = await newAgent(world, 'a@example.com');
    await toggle(world, agent.profile.id);
    const client = await opened(open({ query: '?snapshot=1', lastEventId: '0' }));
    await seen(client, 1);
    assert.deepEqual(
      client.events.map(({ event }) => event),
      ['onAgentActivityCreate'],
    );
  });
});

describe('who sees what', () => {
  test('a key of role agent sees its own agent and nobody else', async () => {
    const { world, open } = await startStream();
    const [own, other] = [await newAgent(world, 'a@example.com'), await newAgent(world, 'b@example.com')];
    const { secret: key } = await newKey(world, 'agent', own.profile.id);
    await toggle(world, other.profile.id);
    await toggle(world, own.profile.id);
    const live = await opened(open({ key, query: '?snapshot=1' }));
    const late = await opened(open({ key, query: '?after=0' }));
    await toggle(world, other.profile.id);
    await toggle(world, own.profile.id);
    const all = await eventPositions(world, 1, own.number);
    await seen(live, 1);
    await seen(late, 2);
    assert.deepEqual(JSON.parse(live.events[0]?.data ?? '').agents, [{ id: own.profile.id, sequence: 1 }]);
    assert.deepEqual(live.positions, all.slice(1));
    assert.deepEqual(late.positions, all);
    assert.deepEqual(await refused(open({ key, query: `?agent_id=${other.profile.id}` })), {
      status: 403,
      code: 'forbidden',
      pointers: undefined,
    });
  });

  test('a stream of one agent or one axis carries that and nothing else, live and from the log', async () => {
    const { world, open } = await startStream({ pageEventsMax: 1 });
    const [one, other] = [await newAgent(world, 'a@example.com'), await newAgent(world, 'b@example.com')];
    const clients = (query: string) => [open({ query: `?after=0&${query}` }), open({ query: `?${query}` })];
    const ofAgent = clients(`agent_id=${one.profile.id.toUpperCase()}`);
    const ofAxis = clients('type=Intelliassign');
    const ofOtherAxis = clients('type=GeneralAvailability');
    for (const client of [...ofAgent, ...ofAxis, ...ofOtherAxis]) await opened(client);
    for (const agent of [one, other, one]) await toggle(world, agent.profile.id);
    const late = open({ query: `?after=0&agent_id=${one.profile.id}` });
    for (const client of [...ofAgent, late]) {
      await seen(client, 2);
      assert.deepEqual(client.positions, await eventPositions(world, 1, one.number));
    }
    for (const client of ofAxis) {
      await seen(client, 3);
      assert.deepEqual(client.positions, await eventPositions(world));
    }
    for (const client of ofOtherAxis) assert.deepEqual(client.positions, []);
  });

  test('another account sees nothing of this one', async () => {
    const { world, open } = await startStream();
    const { engine } = world;
    const secret = 'a key of the other account';
    const account = await engine.write((draft) => {
      const made = createAccount(draft, { id: '2', name: 'Other', domain: 'other.example', by: 'test' }, START);
      const caller = { keyId: 'test', account: made.number, role: 'admin', agent: 0 } as const;
      putKey(draft, engine.world, { caller, now: START }, { role: 'admin', name: 'admin', agent: 0, secret });
      return made;
    });
    const caller = { keyId: 'test', account: account.number, role: 'admin', agent: 0 } as const;
    const own = await newAgent(world, 'a@example.com');
    const theirs = await newAgent(world, 'a@example.com', caller);
    const client = open({ key: secret, query: '?snapshot=1' });
    await until(() => client.events.length > 0, 'the snapshot came');
    assert.deepEqual(JSON.parse(client.events[0]?.data ?? '').agents, [{ id: theirs.profile.id, sequence: 0 }]);
    const late = await opened(open({ key: secret, query: '?after=0' }));
    const ours = await opened(open());
    await toggle(world, own.profile.id);
    await seen(ours, 1);
    assert.deepEqual([client.positions, late.positions], [[], []]);
    assert.deepEqual(await refused(open({ key: secret, query: `?agent_id=${own.profile.id}` })), {
      status: 404,
      code: 'unknown_agent',
      pointers: ['/agent_id'],
    });
  });

  test('refuses who has no key, or none that may', async () => {
    const { world, open } = await startStream();
    const { secret: key } = await newKey(world, 'ingest');
    const none = open({ key: undefined });
    assert.deepEqual(await refused(none), { status: 401, code: 'unauthorized', pointers: undefined });
    assert.match(none.head, /www-authenticate: Bearer/i);
    assert.equal((await refused(open({ key: 'wrong' }))).status, 401);
    assert.deepEqual(await refused(open({ key })), { status: 403, code: 'forbidden', pointers: undefined });
  });

  test('a key that is revoked ends its streams and no others', async () => {
    const { world, open } = await startStream();
    const { id, secret: key } = await newKey(world, 'supervisor');
    const [theirs, ours] = [await opened(open({ key })), await opened(open())];
    await endKey(world, id);
    await until(() => theirs.isEnded, 'the stream of the revoked key ended');
    assert.equal(ours.isEnded, false);
  });
});

describe('readers and their pace', () => {
  test('one that stops reading slows nobody, and has everything when it reads again', async () => {
    const { world, open } = await startStream({ unreadBytesMax: 20_000, recentBytesMax: 50_000 });
    const agent = await newAgent(world, 'a@example.com');
    const [slow, quick] = [await opened(open()), await opened(open())];
    slow.socket.pause();
    const count = await overflow(world, agent.profile.id, quick);
    assert.ok(slow.positions.length < count);
    slow.socket.resume();
    await seen(slow, count);
    const all = await eventPositions(world);
    assert.deepEqual(quick.positions, all);
    assert.deepEqual(slow.positions, all);
    await toggle(world, agent.profile.id);
    await seen(slow, count + 1);
  });

  test('one that takes nothing for long is cut off', async () => {
    const { world, open } = await startStream({ stalledMsMax: 1500, unreadBytesMax: 20_000 });
    const agent = await newAgent(world, 'a@example.com');
    const [stuck, quick] = [await opened(open()), await opened(open())];
    stuck.socket.pause();
    const count = await overflow(world, agent.profile.id, quick);
    // Meanwhile the quick one has something to take, and stays.
    for (let more = 1; (await connections(world)) > 1; more++) {
      assert.ok(more < 100, 'the stuck stream ended');
      await toggle(world, agent.profile.id);
      await seen(quick, count + more);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(quick.isEnded, false);
  });

  test('a comment every 15 s says that the stream is alive', async () => {
    const { world, open } = await startStream();
    const client = await opened(open());
    world.clock.advance(14_999);
    world.clock.advance(1);
    await until(() => client.comments.length === 1, 'the first heartbeat came');
    world.clock.advance(30_000);
    await until(() => client.comments.length === 3, 'three heartbeats came');
    assert.deepEqual(client.events, []);
  });

  test('an account has so many streams and no more', async () => {
    const { open } = await startStream({ readersPerAccountMax: 2 });
    const first = await opened(open());
    await opened(open());
    const third = open();
    assert.deepEqual(await refused(third), { status: 429, code: 'too_many_requests', pointers: undefined });
    assert.match(third.head, /retry-after: \d+/i);
    first.end();
    let again = third;
    for (let tries = 0; again.status !== 200 && tries < 100; tries++) {
      again = open();
      await until(() => again.status !== 0, 'an answer is here');
    }
    assert.equal(again.status, 200, 'who ends makes room');
  });

  test('a request behind another on the same connection is answered after it', async () => {
    const { world, port } = await startStream();
    const agent = await newAgent(world, 'a@example.com');
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    stopping.push(async () => void socket.destroy());
    let text = '';
    socket.on('data', (piece: string) => {
      text += piece;
    });
    const ask = (query: string) =>
      `GET /api/v1/events/stream${query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`;
    socket.write(`${ask('?after=x')}${ask('')}`);
    await until(() => text.includes('retry: 1000'), 'the stream is open');
    await toggle(world, agent.profile.id);
    await until(() => text.includes('onAgentActivityCreate') && text.endsWith('\n\n'), 'the event came');
    const [first = '', second = '', ...more] = text.split('HTTP/1.1 ').slice(1);
    assert.match(first, /^400 /);
    assert.match(
      second,
      /^200 OK\r\n(.+\r\n)+\r\nretry: 1000\nid: \d+\n\nid: \d+\nevent: onAgentActivityCreate\ndata: /,
    );
    assert.deepEqual(more, []);
  });
});

describe('the end', () => {
  test('a stopping server sends what is durable, then ends its streams', async () => {
    const { world, open } = await startStream();
    const agent = await newAgent(world, 'a@example.com');
    const clients = [await opened(open()), await opened(open({ query: '?snapshot=1' }))];
    const writes = Array.from({ length: 20 }, () => toggle(world, agent.profile.id));
    await Promise.all(writes);
    await world.app.close();
    for (const client of clients) {
      await until(() => client.isEnded, 'the stream ended');
      assert.deepEqual(client.positions, await eventPositions(world));
    }
  });

  test('a log that cannot be read ends a stream that needs it, and the reader can come back', async () => {
    const { world, open } = await startStream();
    const agent = await newAgent(world, 'a@example.com');
    await toggle(world, agent.profile.id);
    const { events } = world.store;
    Object.assign(world.store, { events: () => Promise.reject(new Error('the disk is away')) });
    const client = await opened(open({ query: '?after=0' }));
    await until(() => client.isEnded, 'the stream ended');
    assert.match(world.logged.join(), /cut off.*the disk is away/);
    Object.assign(world.store, { events });
    const back = await opened(open({ query: '?after=0' }));
    await seen(back, 1);
  });
});
