import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventHandler } from './app-definition.ts';
import { namedHandlerOf, ownHandlerOf } from './event-handlers.ts';

function handler(module: string, event: string): EventHandler {
  return { module, event, handler: `${module}_${event}` };
}

const global = {
  platformVersion: '3.0' as const,
  handlers: [
    handler('support_ticket', 'onConversationCreate'),
    handler('chat_conversation', 'onConversationCreate'),
    handler('service_ticket', 'onConversationCreate'),
    handler('support_ticket', 'onNote'),
    handler('service_ticket', 'onNote'),
    handler('deal', 'onDealCreate'),
    handler('common', 'onAppInstall'),
    handler('deal', 'onScheduledEvent'),
  ],
};
const older = {
  platformVersion: '2.2' as const,
  handlers: [
    handler('freshdesk', 'onAppInstall'),
    handler('freshchat', 'onAppInstall'),
    handler('freshdesk', 'onExternalEvent'),
  ],
};

test("finds an app's own events where its platform has them", () => {
  assert.equal(ownHandlerOf(global, 'onAppInstall')?.module, 'common');
  assert.equal(ownHandlerOf(global, 'onScheduledEvent'), null);
  assert.equal(ownHandlerOf(older, 'onAppInstall')?.module, 'freshchat');
  assert.equal(ownHandlerOf(older, 'onExternalEvent')?.module, 'freshdesk');
});

test('takes an event that is named by hand to the module that is meant', () => {
  const found = (event: string, module: string | null = null) => {
    const named = namedHandlerOf(global, { event, module });
    return named.kind === 'found' ? named.handler.module : named.kind;
  };
  assert.equal(found('onConversationCreate'), 'chat_conversation');
  assert.equal(found('onConversationCreate', 'service_ticket'), 'service_ticket');
  assert.equal(found('onConversationCreate', 'deal'), 'none');
  assert.equal(found('onDealCreate'), 'deal');
  assert.equal(found('onAppInstall'), 'common');
  assert.equal(found('onNothing'), 'none');
  assert.deepEqual(namedHandlerOf(global, { event: 'onNote', module: null }), {
    kind: 'ambiguous',
    modules: ['support_ticket', 'service_ticket'],
  });
});
