import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXAMPLE_ACTIVITY_PAYLOADS, EXAMPLE_CUSTOM_STATUS_PAYLOADS } from '@rollcall/contract';

type Member = { readonly id: string; readonly name: string; readonly email: string };

// The page's own file, which is written for browsers.
const { titleOf } = (await import(new URL('./page/about.js', import.meta.url).href)) as {
  titleOf(entry: { readonly name: string; readonly payload: object }, team: readonly Member[]): string;
};

const { goes_to_lunch, is_set_unavailable } = EXAMPLE_ACTIVITY_PAYLOADS;
const wren: Member = {
  id: goes_to_lunch.activity.agent_id,
  name: 'Demo Wren',
  email: goes_to_lunch.data.agent_activity.email,
};

const title = (payload: { readonly event: string }, team: readonly Member[] = [wren]) =>
  titleOf({ name: payload.event, payload }, team);

test('a change of status is titled by whom it is about and what it was', () => {
  assert.equal(title(goes_to_lunch), 'Demo Wren: Available → Lunch');
  assert.equal(title({ ...goes_to_lunch, ...{ activity: undefined } }), 'Demo Wren: Available → Lunch');
  assert.equal(title(goes_to_lunch, []), `${wren.email}: Available → Lunch`);
});

test('a change of a custom status names the agent too, whose address is not in it', () => {
  const { goes_to_lunch: enters, lunch_runs_out: leaves } = EXAMPLE_CUSTOM_STATUS_PAYLOADS;
  assert.equal(title(enters), 'Demo Wren: Available → Lunch');
  assert.equal(title(leaves), 'Demo Wren: Lunch → Available');
  assert.equal(title({ ...enters, ...{ activity: undefined } }), 'Demo Wren: Available → Lunch');
  assert.equal(title(enters, []), 'Invented Agent: Available → Lunch');
  assert.equal(title(leaves, []), 'Somebody: Lunch → Available');
});

test('who changed the status of somebody else is not taken for that one', () => {
  const supervisor = { id: is_set_unavailable.data.actor.id, name: 'Demo Heron', email: 'demo.heron@example.com' };
  assert.equal(title(is_set_unavailable, [supervisor, wren]), 'Demo Wren: Available → Unavailable');
  const data = { ...is_set_unavailable.data, agent_activity: undefined, changes: { status: ['UNAVAILABLE', 'x'] } };
  const event = 'onAgentCustomStatusUpdate';
  assert.equal(titleOf({ name: event, payload: { event, data } }, [supervisor]), 'Somebody: x → Unavailable');
});

test('another event is titled by its own name, whatever payload it was given', () => {
  assert.equal(titleOf({ name: 'onAppInstall', payload: goes_to_lunch }, [wren]), 'onAppInstall');
  assert.equal(title({ ...goes_to_lunch, event: 'onConversationUpdate' }), 'onConversationUpdate');
});
