import { type AttemptOutcome, type DeliveryRead, WIRE_LIMITS } from '@rollcall/contract';
import type { DeliveryError } from '../../delivery/receiver.ts';
import type { ListedDelivery } from '../../dispatch/deliveries.ts';
import { formatInstant } from '../../time/instant.ts';

export function deliveryRead(delivery: ListedDelivery): DeliveryRead {
  return {
    id: delivery.id,
    subscription_id: delivery.subscriptionId,
    event_id: delivery.eventId,
    agent_id: delivery.agentId,
    sequence: delivery.sequence,
    position: delivery.position,
    state: delivery.state,
    out_of_order: delivery.redeliveredAt !== null,
    attempts: delivery.attempts.map(({ at, durationMs, error }) => ({
      at: formatInstant(at),
      outcome: outcomeOf(error),
      error: errorText(error),
      duration_ms: Math.round(durationMs),
    })),
    next_attempt_at: delivery.nextAttemptAt === null ? null : formatInstant(delivery.nextAttemptAt),
  };
}

/** What the receiver said, with the place in its own files where known. */
export function errorText({ message, file, line, column }: DeliveryError): string {
  const place = file === undefined ? '' : ` (${[file, line, column].filter((part) => part !== undefined).join(':')})`;
  return `${message.slice(0, WIRE_LIMITS.messageCharactersMax - place.length)}${place}`;
}

function outcomeOf({ code }: DeliveryError): AttemptOutcome {
  if (code === 'timed_out' || code === 'never_answered') return 'timed_out';
  return code === 'process_exited' ? 'exited' : 'failed';
}
