import { GroupCreate, GroupPage, GroupPatch, GroupRead, IdPath } from '@rollcall/contract';
import type { Group } from '../../activity/record.ts';
import { done, refuse } from '../../directory/rejection.ts';
import { changeGroup, createGroup, removeGroup } from '../../engine/group-commands.ts';
import { groupInput, groupRead } from '../codecs/group-codec.ts';
import { PageQuery } from '../page-query.ts';
import { listPage } from '../queries/list-page.ts';
import { MAY } from '../roles.ts';
import { command, encoded, query, type Route } from '../route.ts';

const chapter = 'Groups';

export const groupRoutes: readonly Route[] = [
  query({
    method: 'GET',
    path: '/groups',
    chapter,
    roles: MAY.readSettings,
    summary: 'Lists the groups, oldest first.',
    query: PageQuery,
    answer: { status: 200, schema: GroupPage },
    refusals: [],
    read: ({ engine }, { caller }, input) => {
      const items = [...engine.memory.groups.values()]
        .filter(({ account, record }) => account === caller.account && !record.removed)
        .map(({ record }) => record);
      return listPage({ list: 'groups', items, placeOf: placeOfGroup, encode: groupRead }, input.query);
    },
  }),
  command({
    method: 'POST',
    path: '/groups',
    chapter,
    roles: MAY.administer,
    summary: 'Creates a group of agents.',
    body: GroupCreate,
    example: { name: 'Billing', idle_after_ms: 900_000 },
    answer: { status: 201, schema: GroupRead },
    refusals: ['name_taken', 'unknown_calendar'],
    decide: ({ draft, world, ask }, { body }) =>
      encoded(createGroup(draft, world, ask, { ...groupInput(body), name: body.name }), ({ record }) =>
        groupRead(record),
      ),
  }),
  query({
    method: 'GET',
    path: '/groups/{id}',
    chapter,
    roles: MAY.readSettings,
    summary: 'Reads a group.',
    params: IdPath,
    answer: { status: 200, schema: GroupRead },
    refusals: ['unknown_group'],
    read: ({ engine }, { caller }, { params }) => {
      const found = engine.memory.groups.get(params.id.toLowerCase());
      if (found?.account === caller.account && !found.record.removed) return done(groupRead(found.record));
      return refuse('unknown_group', `There is no group ${params.id}.`);
    },
  }),
  command({
    method: 'PATCH',
    path: '/groups/{id}',
    chapter,
    roles: MAY.administer,
    summary: 'Changes a group; a changed length acts from its change on.',
    params: IdPath,
    body: GroupPatch,
    example: { idle_after_ms: null },
    answer: { status: 200, schema: GroupRead },
    refusals: ['unknown_group', 'name_taken', 'unknown_calendar'],
    decide: ({ draft, world, ask }, { params, body }) =>
      encoded(changeGroup(draft, world, ask, { ...groupInput(body), id: params.id }), ({ record }) =>
        groupRead(record),
      ),
  }),
  command({
    method: 'DELETE',
    path: '/groups/{id}',
    chapter,
    roles: MAY.administer,
    summary: 'Removes a group: its agents leave it, and past events still name it.',
    params: IdPath,
    answer: { status: 204 },
    refusals: ['unknown_group'],
    decide: ({ draft, world, ask }, { params }) => removeGroup(draft, world, ask, params),
  }),
];

function placeOfGroup(group: Group) {
  return [group.createdAt, group.id] as const;
}
