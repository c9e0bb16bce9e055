import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJsonObject, type JsonObject } from '../marketplace/json-value.ts';
import { inventedPayload } from './invented-payload.ts';

const account = { id: '1', domain: 'invented.example.com', region: 'EU' };
const now = Date.parse('2026-03-04T12:00:00.000Z');
const payloadOf = (event: string, module: string | null = null) => inventedPayload({ event, module }, account, now);
const dataOf = (event: string, module?: string) => payloadOf(event, module).data as JsonObject;
const keysOf = (value: unknown) => (isJsonObject(value) ? Object.keys(value).sort() : value);

const ASKED = ['app_id', 'channel_id', 'conversation_id', 'user_id', 'status', 'assigned_group_id', 'messages'];

test('events of chat traffic have the shape that apps read', () => {
  for (const [event, name] of [
    ['onMessageCreate', 'message'],
    ['onConversationCreate', 'conversation'],
    ['onConversationUpdate', 'conversation'],
  ] as const) {
    const about = dataOf(event)[name] as JsonObject;
    for (const key of [...ASKED, 'created_time']) assert.ok(key in about, `${event} ${key}`);
    const [message] = about.messages as JsonObject[];
    assert.equal(message?.conversation_id, about.conversation_id);
    assert.equal(message?.created_time, '2026-03-04T12:00:00.000Z');
    assert.equal(typeof payloadOf(event).timestamp, 'number');
  }
  assert.deepEqual(keysOf(dataOf('onMessageCreate').associations), ['channel', 'group', 'user']);
  assert.equal((dataOf('onMessageCreate').actor as JsonObject).type, 'user');
});

test('a conversation that is updated says what changed, old and new, and who has it now', () => {
  const { conversation, changes, associations } = dataOf('onConversationUpdate') as {
    readonly conversation: JsonObject;
    readonly changes: { readonly model_changes: JsonObject };
    readonly associations: { readonly agent: JsonObject };
  };
  const agent = associations.agent.id;
  assert.equal(conversation.assigned_agent_id, agent);
  assert.deepEqual(changes.model_changes.assigned_agent_id, [null, agent]);
});

test('events of visitors have the visitor, and an update the changes', () => {
  assert.deepEqual(keysOf(dataOf('onUserCreate')), ['actor', 'associations', 'user']);
  assert.deepEqual(keysOf(dataOf('onUserUpdate').changes), ['model_changes']);
});

test('every address in an invented payload is one that nobody has', () => {
  for (const event of ['onMessageCreate', 'onConversationUpdate', 'onUserUpdate', 'onAgentCustomStatusUpdate']) {
    const text = JSON.stringify(payloadOf(event));
    for (const [address] of text.matchAll(/[\w.]+@[\w.]+|https?:\/\/[^/"]+/g)) assert.match(address, /example\.com$/);
  }
});

test('an event that nobody here knows has its envelope, and says what is missing', () => {
  assert.deepEqual(keysOf(dataOf('onSomethingElse')), ['invented', 'note']);
});
