import { inWords } from './in-words.ts';
import { WIRE_LIMITS } from './limits.ts';
import { isImported, isText, type PayloadLaw, type PayloadView } from './payload-law.ts';
import type { Fault } from './problem.ts';
import { type ActorType, REASON_RULES, REASONS, type Reason } from './reasons.ts';
import { isRecord } from './schema-keywords.ts';

/** What the actor of a payload must be, by the axis that changed and by who moved it. */

const ACTOR = '/data/actor';
const PERSONAL = ['email', 'first_name', 'last_name', 'phone', 'org_actor_id', 'org_contact_id'] as const;

const isGeneral = ({ axis }: PayloadView): boolean => axis === 'GeneralAvailability';
const isSystem = (payload: PayloadView): boolean => isGeneral(payload) || payload.read(`${ACTOR}/type`) === 'system';
const isPerson = (payload: PayloadView): boolean => !isGeneral(payload) && payload.read(`${ACTOR}/type`) === 'agent';

/** The reasons that move the IntelliAssign axis in the name of a person, or of the system. */
const reasonsOf = (actor: ActorType): readonly Reason[] =>
  REASONS.filter((reason) => REASON_RULES[reason].moves.Intelliassign?.actor === actor);

const BY_PERSON = reasonsOf('agent');
const BY_SYSTEM = reasonsOf('system');

export const ACTOR_LAWS: readonly PayloadLaw[] = [
  {
    rule: 'the actor of a general-availability change is the system',
    faults: (payload) =>
      isGeneral(payload) && payload.read(`${ACTOR}/type`) !== 'system'
        ? expected(payload, `${ACTOR}/type`, '"system", since the axis is GeneralAvailability')
        : [],
  },
  {
    rule: 'a general-availability change has no sub_entity',
    faults: (payload) =>
      isGeneral(payload) && payload.read(`${ACTOR}/sub_entity`) !== null
        ? expected(payload, `${ACTOR}/sub_entity`, 'null, since the axis is GeneralAvailability')
        : [],
  },
  {
    rule: 'a person moves IntelliAssign as agent_toggle or supervisor',
    faults: (payload) => (isPerson(payload) && !isImported(payload) ? wrongCause(payload, BY_PERSON, 'agent') : []),
  },
  {
    rule: 'the system moves IntelliAssign by one of its own reasons',
    faults: (payload) =>
      isSystem(payload) && payload.axis === 'Intelliassign' && !isImported(payload)
        ? wrongCause(payload, BY_SYSTEM, 'system')
        : [],
  },
  {
    rule: 'the system has no personal fields',
    faults: (payload) =>
      isSystem(payload)
        ? [...PERSONAL, 'avatar/url']
            .filter((field) => payload.read(`${ACTOR}/${field}`) !== null)
            .flatMap((field) => expected(payload, `${ACTOR}/${field}`, 'null, since the actor is the system'))
        : [],
  },
  {
    rule: 'the system has no social profile: none, or only ones whose type is null',
    faults: (payload) =>
      isSystem(payload)
        ? profiles(payload)
            .filter((at) => payload.read(`${at}/type`) !== null)
            .flatMap((at) =>
              expected(payload, `${at}/type`, 'null, or no profile at all, since the actor is the system'),
            )
        : [],
  },
  {
    rule: 'a person has an organization-level id and a contact id',
    faults: (payload) =>
      isPerson(payload)
        ? ['org_actor_id', 'org_contact_id']
            .filter((field) => payload.read(`${ACTOR}/${field}`) === null)
            .flatMap((field) => expected(payload, `${ACTOR}/${field}`, 'an id, since the actor is a person'))
        : [],
  },
  {
    rule: "a person's social profiles have an id and a type",
    faults: (payload) =>
      isPerson(payload)
        ? profiles(payload)
            .flatMap((at) => [`${at}/id`, `${at}/type`])
            .filter((at) => payload.read(at) === null)
            .flatMap((at) => expected(payload, at, 'a value, since the actor is a person'))
        : [],
  },
  {
    rule: 'agent_toggle is the act of the agent whose status changed',
    faults: (payload) => (isPerson(payload) && causeOf(payload) === 'agent_toggle' ? strangerThanSubject(payload) : []),
  },
  {
    rule: 'supervisor is the act of somebody other than the agent whose status changed',
    faults: (payload) => (isPerson(payload) && causeOf(payload) === 'supervisor' ? sameAsSubject(payload) : []),
  },
  {
    rule: 'the id of a system actor is that of the agent whose status changed',
    faults: (payload) =>
      isSystem(payload)
        ? differing(payload, `${ACTOR}/id`, '/activity/agent_id', 'the agent whose status changed')
        : [],
  },
];

const causeOf = ({ read }: PayloadView): unknown => read(`${ACTOR}/sub_entity`);

const expected = ({ read }: PayloadView, pointer: string, what: string): readonly Fault[] => {
  const value = read(pointer);
  return value === undefined ? [] : [{ pointer, detail: `expected ${what}, got ${inWords(value)}` }];
};

const wrongCause = (payload: PayloadView, reasons: readonly Reason[], type: ActorType): readonly Fault[] =>
  reasons.some((reason) => reason === causeOf(payload))
    ? []
    : expected(payload, `${ACTOR}/sub_entity`, `one of ${reasons.join(', ')}, since the actor is of type ${type}`);

const profiles = ({ read }: PayloadView): readonly string[] => {
  const list = read(`${ACTOR}/social_profiles`);
  if (!Array.isArray(list)) return [];
  return list
    .slice(0, WIRE_LIMITS.socialProfilesMax)
    .flatMap((profile, index) => (isRecord(profile) ? [`${ACTOR}/social_profiles/${index}`] : []));
};

/** The fields that tell the same person from another, each with its counterpart on the subject's side. */
const IDENTITY = [
  [`${ACTOR}/id`, '/activity/agent_id'],
  [`${ACTOR}/org_actor_id`, '/data/agent_activity/org_agent_id'],
  [`${ACTOR}/email`, '/data/agent_activity/email'],
] as const;

const strangerThanSubject = (payload: PayloadView): readonly Fault[] =>
  IDENTITY.flatMap(([actorAt, subjectAt]) =>
    differing(payload, actorAt, subjectAt, 'the agent whose status changed, since the cause is agent_toggle'),
  );

const sameAsSubject = (payload: PayloadView): readonly Fault[] =>
  IDENTITY.filter(([actorAt, subjectAt]) => isText(payload.read(actorAt)) && areSame(payload, actorAt, subjectAt)).map(
    ([actorAt, subjectAt]) => ({
      pointer: actorAt,
      detail: `expected somebody other than the agent whose status changed, since the cause is supervisor, got the same as ${subjectAt}`,
    }),
  );

const differing = (payload: PayloadView, actorAt: string, subjectAt: string, who: string): readonly Fault[] => {
  const [actor, subject] = [payload.read(actorAt), payload.read(subjectAt)];
  if (!isText(actor) || !isText(subject) || areSame(payload, actorAt, subjectAt)) return [];
  return [{ pointer: actorAt, detail: `expected the same as ${subjectAt}: ${who}; got ${inWords(actor)}` }];
};

/** Ids are compared without case, as UUIDs and email addresses are. */
const areSame = ({ read }: PayloadView, one: string, other: string): boolean =>
  String(read(one)).toLowerCase() === String(read(other)).toLowerCase();
