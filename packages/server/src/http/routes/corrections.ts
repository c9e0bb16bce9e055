import {
  CorrectionCreate,
  CorrectionDecide,
  CorrectionPage,
  CorrectionQuery,
  CorrectionRead,
  UuidPath,
} from '@rollcall/contract';
import { done } from '../../directory/rejection.ts';
import { decideCorrection, maySee, proposeCorrection, unknownCorrection } from '../../engine/correction-commands.ts';
import { correctionInput, correctionRead } from '../codecs/correction-codec.ts';
import { draftedReading, durableReading } from '../codecs/reading.ts';
import { listCorrections } from '../queries/list-corrections.ts';
import { MAY } from '../roles.ts';
import { command, encoded, query, type Route } from '../route.ts';

const chapter = 'Corrections';

export const correctionRoutes: readonly Route[] = [
  command({
    method: 'POST',
    path: '/agents/{id}/corrections',
    chapter,
    roles: MAY.correct,
    summary: 'Proposes what an agent really did: "training from 10:00 to 10:40, I forgot".',
    about:
      'What was recorded stays. Once it is approved, reports count the agent as here and in that status for that time; where two overlap, the one that was approved later.',
    params: UuidPath,
    body: CorrectionCreate,
    example: {
      from: '2026-03-04T10:00:00+01:00',
      to: '2026-03-04T10:40:00+01:00',
      custom_status: 'Training',
      note: 'I forgot',
    },
    answer: { status: 201, schema: CorrectionRead },
    refusals: ['unknown_agent', 'unknown_custom_status', 'own_correction'],
    decide: ({ draft, world, ask }, { params, body }) =>
      encoded(proposeCorrection(draft, world, ask, correctionInput(body, params.id)), ({ record }) =>
        correctionRead(record, draftedReading(draft)),
      ),
  }),
  query({
    method: 'GET',
    path: '/corrections',
    chapter,
    roles: MAY.correct,
    summary: 'Lists corrections, oldest proposal first; a key of role agent sees those of its own agent.',
    query: CorrectionQuery,
    answer: { status: 200, schema: CorrectionPage },
    refusals: ['unknown_agent'],
    read: ({ engine }, { caller }, input) => listCorrections(engine, caller, input.query),
  }),
  query({
    method: 'GET',
    path: '/corrections/{id}',
    chapter,
    roles: MAY.correct,
    summary: 'Reads a correction: what was proposed, and what became of it.',
    params: UuidPath,
    answer: { status: 200, schema: CorrectionRead },
    refusals: ['unknown_correction'],
    read: ({ engine }, { caller }, { params }) => {
      const found = engine.memory.corrections.get(params.id.toLowerCase());
      if (found?.account !== caller.account || !maySee({ caller }, found.record)) return unknownCorrection(params.id);
      return done(correctionRead(found.record, durableReading(engine)));
    },
  }),
  command({
    method: 'POST',
    path: '/corrections/{id}/decision',
    chapter,
    roles: MAY.correct,
    summary: 'Approves, declines or withdraws a correction: once, and for good.',
    about:
      "Nobody decides what he proposed himself, but for an admin's key that is bound to nobody. A key of role agent withdraws what its agent proposed.",
    params: UuidPath,
    body: CorrectionDecide,
    example: { decision: 'approved', note: 'I was there' },
    answer: { status: 201, schema: CorrectionRead },
    refusals: ['unknown_correction', 'own_correction', 'correction_decided'],
    decide: ({ draft, world, ask }, { params, body }) =>
      encoded(decideCorrection(draft, world, ask, { id: params.id, ...body }), ({ record }) =>
        correctionRead(record, draftedReading(draft)),
      ),
  }),
];
