import type { TSchema } from 'typebox';
import { ACTIVITY_LAWS } from './activity-laws.ts';
import { ACTOR_LAWS } from './actor-laws.ts';
import { CHANGE_LAWS } from './change-laws.ts';
import { CUSTOM_STATUS_LAWS } from './custom-status-laws.ts';
import { ActivityPayload, CustomStatusPayload } from './event-payload.ts';
import { activityView, customStatusView, type PayloadLaw, type PayloadView } from './payload-law.ts';
import type { Fault } from './problem.ts';
import { isRecord } from './schema-keywords.ts';
import { shapeFaults } from './shape-faults.ts';

/**
 * Which payload is being looked at. `delivered`: as an app or a webhook gets it. `sample`: as documents and test data
 * show it, before the dispatcher has added `iparams`.
 */
export type PayloadForm = 'delivered' | 'sample';

export type ValidateOptions = {
  /** Default: delivered. */
  readonly form?: PayloadForm;
};

/** Every law that `validateActivityPayload` holds beyond the shape. */
export const ACTIVITY_PAYLOAD_LAWS: readonly PayloadLaw[] = [...ACTOR_LAWS, ...CHANGE_LAWS, ...ACTIVITY_LAWS];

/** Every law that `validateCustomStatusPayload` holds beyond the shape. */
export const CUSTOM_STATUS_PAYLOAD_LAWS: readonly PayloadLaw[] = [...ACTOR_LAWS, ...CHANGE_LAWS, ...CUSTOM_STATUS_LAWS];

/**
 * Names every fault of a payload of `onAgentActivityCreate` at once: of its shape, and of what its fields demand of each
 * other. An empty list means that the payload is sound. Never throws, whatever JSON value it is given.
 *
 * Fields that are unknown at the top level are tolerated (other products put `app_settings` or `headers` there); unknown
 * ones further in are faults, since there they are slips of the pen.
 */
export const validateActivityPayload = (value: unknown, options: ValidateOptions = {}): readonly Fault[] =>
  faultsOf(value, options, { schema: ActivityPayload, laws: ACTIVITY_PAYLOAD_LAWS, view: activityView(value) });

/** The same for a payload of `onAgentCustomStatusUpdate`. */
export const validateCustomStatusPayload = (value: unknown, options: ValidateOptions = {}): readonly Fault[] =>
  faultsOf(value, options, {
    schema: CustomStatusPayload,
    laws: CUSTOM_STATUS_PAYLOAD_LAWS,
    view: customStatusView(value),
  });

type Rules = { readonly schema: TSchema; readonly laws: readonly PayloadLaw[]; readonly view: PayloadView };

const faultsOf = (value: unknown, { form = 'delivered' }: ValidateOptions, rules: Rules): readonly Fault[] => {
  const ofLaws = new Map<string, Fault>();
  for (const fault of rules.laws.flatMap((law) => law.faults(rules.view))) {
    if (!ofLaws.has(fault.pointer)) ofLaws.set(fault.pointer, fault);
  }
  const ofShape = shapeFaults(rules.schema, value).filter((fault) => !isForgiven(value, fault, form));
  // A law knows the rest of the payload, so at the same place its sentence is the more exact one.
  const exact = ofShape.map((fault) => ofLaws.get(fault.pointer) ?? fault);
  const further = [...ofLaws.values()].filter((fault) => !ofShape.some((known) => covers(known, fault)));
  return [...exact, ...further];
};

/** Only the absence is forgiven: parameters that are there must be an object in a sample, too. */
const isForgiven = (value: unknown, { pointer }: Fault, form: PayloadForm): boolean =>
  form === 'sample' && pointer === '/iparams' && isRecord(value) && !Object.hasOwn(value, 'iparams');

/** A field that is already faulty is named once, and so is what stands inside of it. */
const covers = (known: Fault, fault: Fault): boolean =>
  fault.pointer === known.pointer || (known.pointer !== '' && fault.pointer.startsWith(`${known.pointer}/`));
