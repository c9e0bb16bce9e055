import { isNestedBeyond } from '../marketplace/json-value.ts';
import { refused } from '../marketplace/platform-refusal.ts';
import type { AppOperation, CallPurpose, OperationAnswer, OperationHandlers } from './app-operation.ts';

/**
 * Puts the operations of several services together. What no service knows is refused: the name comes from an app.
 *
 * `purposeOf` says in what a call was made; null when it has ended or never was.
 */
export function operationTable(
  services: readonly OperationHandlers[],
  purposeOf: (callId: string) => CallPurpose | null,
): (operation: AppOperation) => Promise<OperationAnswer> {
  const handlers = new Map(services.flatMap((service) => Object.entries(service)));
  return async ({ name, args, callId }) => {
    const handler = handlers.get(name);
    const message = `There is no operation ${name.slice(0, NAME_SHOWN_MAX)}`;
    if (args.some((one) => isNestedBeyond(one, NESTING_MAX))) return refused(400, 'The arguments nest too deep');
    if (handler === undefined) return { kind: 'refused', error: { status: 404, message } };
    const purpose = callId === null ? null : purposeOf(callId);
    if (purpose === 'function_of_installation' && needsInstallation(name)) {
      return refused(400, 'Unsupported operation: it cannot be used from the installation page');
    }
    return handler(args, { callId, purpose });
  };
}

/** Storage and schedules belong to an installation. Of addresses for events the service itself says that there are none. */
function needsInstallation(name: string): boolean {
  return /^(db|entity|schedule)\./.test(name);
}

const NAME_SHOWN_MAX = 80;
/** More than anybody needs, and far from what runs out of stack. */
const NESTING_MAX = 500;
