import { AXES, REASONS } from '@rollcall/contract';
import fc from 'fast-check';
import type { Fact, FactBody } from '../src/activity/fact.ts';
import { sampleAccount, sampleCustomStatus, sampleProfile } from './sample-log.ts';

/** Any text that JavaScript can hold, lone surrogates and NUL among it. */
const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const anyNumber = fc.integer({ min: 0, max: 2 ** 31 });
const anyPosition = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2 ** 48 - 1 }));
const anyInstant = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
const anyInstantOrNull = fc.option(anyInstant);
const anySession = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

const anyStatusChange = fc.record({
  kind: fc.constant('StatusChanged' as const),
  axis: fc.constantFrom(...AXES),
  sequence: anyNumber,
  status: anyPosition,
  prevStatus: anyPosition,
  prevAt: anyInstant,
  reason: fc.constantFrom(...REASONS),
  loginStatus: fc.boolean(),
  subjectProfile: anyPosition,
  actorProfile: anyPosition,
  accountProfile: anyPosition,
  until: anyInstantOrNull,
  note: fc.option(anyText),
  imported: fc.constant(false),
  delivered: fc.constant(true),
  source: fc.constant(null),
});

const anySource = fc
  .record({
    id: fc.option(anyText),
    actor: fc.constantFrom({}, { id: 'elsewhere', email: null }),
    activity: fc.constantFrom({}, { status: 'Pause', prev_status: 'LUNCH' }),
  })
  // A plain object, as JSON gives it back.
  .map((source) => ({ ...source }));

const anyImported = fc
  .tuple(anyStatusChange, fc.boolean(), fc.option(anySource))
  .map(([change, delivered, source]) => ({ ...change, imported: true, delivered, source }));

const anyRecordFact = fc.tuple(anyText, anyText).chain(([by, name]) =>
  fc.constantFrom<FactBody>(
    { kind: 'AccountRecorded', record: { ...sampleAccount(1), name }, by },
    { kind: 'AgentRecorded', record: { ...sampleProfile(1), firstName: name }, by },
    { kind: 'CustomStatusRecorded', record: sampleCustomStatus('id', name), by },
    { kind: 'ThingRecorded', thing: 'key', id: name, change: 'created', by },
    {
      kind: 'GroupRecorded',
      record: {
        id: name,
        name,
        calendarId: null,
        idleAfterMs: null,
        disconnectGraceMs: 5,
        lengthsChangedAt: 1,
        removed: true,
        createdAt: 2,
      },
      by,
    },
  ),
);

const anyOtherFact: fc.Arbitrary<FactBody> = fc.oneof(
  fc.record({
    kind: fc.constant('SessionOpened' as const),
    session: anySession,
    transport: fc.constantFrom('http', 'websocket'),
  }),
  fc.record({ kind: fc.constantFrom('SessionClosed', 'SessionLost', 'SessionReturned'), session: anySession }),
  fc.record({
    kind: fc.constant('SessionEnded' as const),
    session: anySession,
    cause: fc.constantFrom('disconnect', 'replaced', 'deactivated'),
  }),
  fc.record({ kind: fc.constant('UntilChanged' as const), until: anyInstantOrNull }),
  fc.record({ kind: fc.constant('AssignmentMissed' as const), missed: anyNumber }),
  fc.record({ kind: fc.constant('LogStarted' as const), logId: anyText }),
  fc.record({ kind: fc.constant('OutageRecorded' as const), from: anyInstant, to: anyInstant }),
);

const anyCorrection: fc.Arbitrary<FactBody> = fc.oneof(
  fc.record({
    kind: fc.constant('CorrectionProposed' as const),
    correctionId: anyText,
    from: anyInstant,
    to: anyInstant,
    status: anyPosition,
    note: fc.option(anyText),
    actorProfile: anyPosition,
    by: anyText,
  }),
  fc.record({
    kind: fc.constant('CorrectionDecided' as const),
    correctionId: anyText,
    decision: fc.constantFrom('approved' as const, 'declined' as const, 'withdrawn' as const),
    note: fc.option(anyText),
    actorProfile: anyPosition,
    by: anyText,
  }),
);

/** Every fact that the types allow, for laws about what stores and encodes facts. */
export const anyFact: fc.Arbitrary<Fact> = fc
  .tuple(
    fc.record({ account: anyNumber, agent: anyNumber, at: anyInstant, recordedAt: anyInstant }),
    fc.oneof(anyStatusChange, anyImported, anyRecordFact, anyOtherFact, anyCorrection),
  )
  .map(([envelope, body]) => ({ ...envelope, ...body }));
