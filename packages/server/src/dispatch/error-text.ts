import { DELIVERY_LIMITS } from '../delivery/limits.ts';
import type { DeliveryError } from '../delivery/receiver.ts';

/** An error as it is stored: JSON, with what could be endless cut to its limit. */
export function writeError(error: DeliveryError): string {
  const { errorCharactersMax, errorStackCharactersMax } = DELIVERY_LIMITS;
  const message = error.message.slice(0, errorCharactersMax);
  const stack = error.stack?.slice(0, errorStackCharactersMax);
  return JSON.stringify(stack === undefined ? { ...error, message } : { ...error, message, stack });
}

/** An error as it was stored by `writeError`. */
export function readError(text: string): DeliveryError {
  return JSON.parse(text) as DeliveryError;
}
