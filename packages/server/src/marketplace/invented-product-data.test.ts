import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inventedProductData } from './invented-product-data.ts';
import { isJsonObject, type JsonObject } from './json-value.ts';

const now = Date.parse('2026-03-04T12:00:00.000Z');
const dataOf = (event: string, module: string | null) => inventedProductData({ event, module }, now)?.data ?? null;
const partOf = (event: string, module: string | null, name: string) => {
  const part = dataOf(event, module)?.[name];
  assert.ok(isJsonObject(part), `${module} ${event} has ${name}`);
  return part;
};

test('one name of an event has the shape of its module: a chat here, a note on a ticket there', () => {
  for (const module of ['chat_conversation', 'freshchat', null]) {
    const chat = partOf('onConversationCreate', module, 'conversation');
    assert.equal(typeof chat.channel_id, 'string');
    assert.ok(!('ticket_id' in chat));
  }
  for (const module of ['support_ticket', 'freshdesk', 'service_ticket', 'freshservice']) {
    const note = partOf('onConversationCreate', module, 'conversation');
    for (const key of ['id', 'ticket_id', 'user_id', 'body_text', 'private', 'incoming', 'kind']) {
      assert.ok(key in note, `${module} ${key}`);
    }
    assert.ok(!('channel_id' in note));
  }
});

test('a ticket comes with who asked and who acted', () => {
  for (const event of ['onTicketCreate', 'onTicketUpdate', 'onTicketDelete']) {
    for (const module of ['support_ticket', 'freshservice']) {
      assert.equal(typeof partOf(event, module, 'ticket').id, 'number');
      assert.equal(partOf(event, module, 'requester').id, partOf(event, module, 'ticket').requester_id);
      assert.equal(partOf(event, module, 'actor').type, 'agent');
    }
  }
});

test('a ticket of Freshservice has an urgency and names beside its numbers, one of Freshdesk has not', () => {
  const service = partOf('onTicketCreate', 'service_ticket', 'ticket');
  assert.deepEqual([service.urgency, service.status, service.status_name], [1, 2, 'Open']);
  const desk = partOf('onTicketCreate', 'support_ticket', 'ticket');
  assert.ok(!('urgency' in desk || 'status_name' in desk));
});

test('an update says old and new inside the thing that it is about, and the thing has the new', () => {
  for (const [event, name] of [
    ['onTicketUpdate', 'ticket'],
    ['onConversationUpdate', 'conversation'],
    ['onTimeEntryUpdate', 'time_entry'],
    ['onContactUpdate', 'contact'],
    ['onCompanyUpdate', 'company'],
  ] as const) {
    const about = partOf(event, 'freshdesk', name);
    for (const [key, change] of Object.entries(about.changes as JsonObject)) {
      assert.equal((change as unknown[])[1], about[key], `${event} ${key}`);
    }
    assert.ok(!('changes' in partOf(event.replace('Update', 'Create'), 'freshdesk', name)));
  }
});

test('an agent of the support team is the same when made, changed and removed; a change is told beside it', () => {
  const { id } = partOf('onAgentUpdate', 'support_agent', 'agent');
  assert.deepEqual(partOf('onAgentUpdate', 'support_agent', 'changes').model_changes, { available: [true, false] });
  for (const event of ['onAgentCreate', 'onAgentDelete']) {
    assert.equal(partOf(event, 'support_agent', 'agent').id, id);
    assert.ok(!('changes' in (dataOf(event, 'support_agent') ?? {})));
  }
});

test('a module whose shapes are not known here gets none of another', () => {
  for (const [event, module] of [
    ['onAgentUpdate', 'caller_agent'],
    ['onContactCreate', 'contact'],
    ['onContactCreate', 'freshservice'],
    ['onConversationCreate', 'caller_conversation'],
    ['onGroupCreate', 'support_agent'],
  ] as const) {
    assert.equal(dataOf(event, module), null, `${module} ${event}`);
  }
});

test('everybody in the data of tickets is invented', () => {
  for (const event of ['onTicketUpdate', 'onConversationCreate', 'onContactCreate', 'onTimeEntryCreate']) {
    const text = JSON.stringify(dataOf(event, 'freshdesk'));
    for (const [address] of text.matchAll(/[\w.]+@[\w.]+/g)) assert.match(address, /@example\.com$/);
    assert.match(text, /[Ii]nvented/);
  }
});
