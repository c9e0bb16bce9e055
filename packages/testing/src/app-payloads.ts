import { FIRST_ACCOUNT } from '../../server/simulation/virtual-engine.ts';
import type { Engine } from '../../server/src/engine/engine.ts';
import {
  appPayload,
  externalPayload,
  type Occasion,
  type PayloadReceiver,
  type ProductPayload,
  scheduledPayload,
  setUpPayload,
} from '../../server/src/marketplace/app-payload.ts';
import type { JsonObject } from '../../server/src/marketplace/json-value.ts';
import type { LoadedApp } from './load-app.ts';
import type { TeamOptions } from './team.ts';

/** The app under test, where it is installed, and how it wants its payloads. */
export type Installation = {
  readonly app: LoadedApp;
  readonly engine: Engine;
  readonly options: Pick<TeamOptions, 'timestampUnit' | 'withActivity'>;
};

/** A product event as the app gets it. */
export function productPayload(installation: Installation, payload: ProductPayload): JsonObject {
  return appPayload(payload, receiverOf(installation));
}

/** Whom payloads are made out to. */
export function receiverOf({ app, options }: Installation): PayloadReceiver {
  const { platformVersion, modules } = app.definition;
  const settings = {
    timestampForm: options.timestampUnit ?? 'milliseconds',
    includeActivity: options.withActivity ?? true,
  } as const;
  return { platformVersion, modules, iparams: app.iparams, settings };
}

/** An event of the app's own, with what the test gives over what an empty one has. */
export function payloadOfOwn(installation: Installation, event: string, more: JsonObject): JsonObject {
  const receiver = receiverOf(installation);
  const occasion = occasionOf(installation.engine);
  const call = { data: {}, headers: {}, options: null };
  switch (event) {
    case 'onScheduledEvent':
      return { ...scheduledPayload({}, occasion, receiver), ...more };
    case 'onExternalEvent':
      return { ...externalPayload(call, occasion, receiver), ...more };
    default:
      return { ...setUpPayload(event, occasion, receiver), ...more };
  }
}

/** Of which account an event of now tells. */
export function occasionOf({ memory, clock }: Engine): Occasion {
  const record = memory.accounts.get(FIRST_ACCOUNT)?.record;
  const { id = '1', domain = '', region = 'US' } = record ?? {};
  return { account: { accountId: id, domain, region }, at: clock.now() };
}
