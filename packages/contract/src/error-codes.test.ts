import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, ERROR_RULES, isErrorCode } from './error-codes.ts';

/** Callers branch on these: a line may be added, and never changed. */
const PUBLISHED = {
  invalid_input: 400,
  malformed_json: 400,
  iparams_invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  own_correction: 403,
  not_found: 404,
  unknown_agent: 404,
  unknown_session: 404,
  unknown_group: 404,
  unknown_custom_status: 404,
  unknown_calendar: 404,
  unknown_correction: 404,
  unknown_app: 404,
  unknown_function: 404,
  unknown_delivery: 404,
  unknown_subscription: 404,
  unknown_event: 404,
  unknown_key: 404,
  method_not_allowed: 405,
  email_taken: 409,
  org_agent_id_taken: 409,
  name_taken: 409,
  calendar_in_use: 409,
  correction_decided: 409,
  idempotency_conflict: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  agent_inactive: 422,
  custom_status_disabled: 422,
  custom_status_archived: 422,
  event_not_subscribed: 422,
  app_invalid: 422,
  fence_missing: 422,
  app_refused: 422,
  no_previous_version: 422,
  event_in_future: 422,
  too_many_custom_statuses: 422,
  upgrade_required: 426,
  too_many_requests: 429,
  internal: 500,
  store_unavailable: 503,
  shutting_down: 503,
};

test('keeps every published code with its status', () => {
  assert.deepEqual(Object.fromEntries(ERROR_CODES.map((code) => [code, ERROR_RULES[code].status])), PUBLISHED);
});

test('says of every code what it means and what the caller can do', () => {
  for (const code of ERROR_CODES) {
    assert.match(ERROR_RULES[code].title, /^[A-Z].{5,60}[^.]$/, code);
    assert.match(ERROR_RULES[code].wayOut, /^[A-Z].{15,}[.]$/, code);
  }
});

test('gives no two codes the same title', () => {
  assert.equal(new Set(ERROR_CODES.map((code) => ERROR_RULES[code].title)).size, ERROR_CODES.length);
});

test('knows a code from any other word, those that every object inherits included', () => {
  assert.ok(isErrorCode('name_taken'));
  for (const word of ['nonsense', 'constructor', '__proto__', '']) assert.ok(!isErrorCode(word), word);
});
