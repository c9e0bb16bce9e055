import {
  CustomStatusCreate,
  CustomStatusPage,
  CustomStatusPatch,
  CustomStatusQuery,
  CustomStatusRead,
  UuidPath,
} from '@rollcall/contract';
import type { CustomStatus } from '../../activity/record.ts';
import { done, refuse } from '../../directory/rejection.ts';
import { archiveCustomStatus, changeCustomStatus, createCustomStatus } from '../../engine/custom-status-commands.ts';
import { customStatusInput, customStatusRead } from '../codecs/custom-status-codec.ts';
import { listPage } from '../queries/list-page.ts';
import { MAY } from '../roles.ts';
import { command, encoded, query, type Route } from '../route.ts';

const chapter = 'Custom statuses';

export const customStatusRoutes: readonly Route[] = [
  query({
    method: 'GET',
    path: '/custom-statuses',
    chapter,
    roles: MAY.readSettings,
    summary: 'Lists the custom statuses in their order.',
    query: CustomStatusQuery,
    answer: { status: 200, schema: CustomStatusPage },
    refusals: [],
    read: ({ engine }, { caller }, input) => {
      const isAsked = (status: CustomStatus) => input.query.archived === true || !status.archived;
      const items = [...engine.memory.customStatuses.values()]
        .filter(({ account, record }) => account === caller.account && isAsked(record))
        .map(({ record }) => record);
      const listing = { list: 'custom-statuses', items, placeOf: placeOfStatus, encode: customStatusRead };
      return listPage(listing, input.query);
    },
  }),
  command({
    method: 'POST',
    path: '/custom-statuses',
    chapter,
    roles: MAY.administer,
    summary: 'Creates a custom status.',
    body: CustomStatusCreate,
    example: { name: 'Lunch', emoji: 'sandwich', allowance_minutes: 45 },
    answer: { status: 201, schema: CustomStatusRead },
    refusals: ['name_taken', 'custom_status_disabled'],
    decide: ({ draft, world, ask }, { body }) =>
      encoded(createCustomStatus(draft, world, ask, { ...customStatusInput(body), name: body.name }), ({ record }) =>
        customStatusRead(record),
      ),
  }),
  query({
    method: 'GET',
    path: '/custom-statuses/{id}',
    chapter,
    roles: MAY.readSettings,
    summary: 'Reads a custom status, an archived one too.',
    params: UuidPath,
    answer: { status: 200, schema: CustomStatusRead },
    refusals: ['unknown_custom_status'],
    read: ({ engine }, { caller }, { params }) => {
      const found = engine.memory.customStatuses.get(params.id.toLowerCase());
      if (found?.account === caller.account) return done(customStatusRead(found.record));
      return refuse('unknown_custom_status', `There is no custom status ${params.id}.`);
    },
  }),
  command({
    method: 'PATCH',
    path: '/custom-statuses/{id}',
    chapter,
    roles: MAY.administer,
    summary: 'Changes a custom status; a new name rewrites no past event.',
    params: UuidPath,
    body: CustomStatusPatch,
    example: { name: 'Long lunch', allowance_minutes: 60 },
    answer: { status: 200, schema: CustomStatusRead },
    refusals: ['unknown_custom_status', 'custom_status_archived', 'name_taken'],
    decide: ({ draft, world, ask }, { params, body }) =>
      encoded(changeCustomStatus(draft, world, ask, { ...customStatusInput(body), id: params.id }), ({ record }) =>
        customStatusRead(record),
      ),
  }),
  command({
    method: 'DELETE',
    path: '/custom-statuses/{id}',
    chapter,
    roles: MAY.administer,
    summary: 'Archives a custom status: agents in it become UNAVAILABLE, and its history stays.',
    params: UuidPath,
    answer: { status: 204 },
    refusals: ['unknown_custom_status'],
    decide: ({ draft, world, ask }, { params }) => archiveCustomStatus(draft, world, ask, params),
  }),
];

function placeOfStatus(status: CustomStatus) {
  return [status.order, status.createdAt, status.id] as const;
}
