import type { ActivityPayload, CustomStatusPayload } from '@rollcall/contract';
import type { EventName } from '../activity/event-id.ts';
import { activityPayload, customStatusPayload, type RecordedStatusChange } from '../activity/payload.ts';
import type { Snapshots } from '../activity/snapshots.ts';

/** A fact on its way, with its payloads as soon as somebody needed them: rendered once, for all who are told. */
export type Told = {
  readonly fact: RecordedStatusChange;
  activity: ActivityPayload | null;
  sibling: CustomStatusPayload | null;
};

export function tell(fact: RecordedStatusChange): Told {
  return { fact, activity: null, sibling: null };
}

/** The payload of one of the fact's events. Its snapshots must be at hand. */
export function payloadOf(told: Told, event: EventName, snapshots: Snapshots): ActivityPayload | CustomStatusPayload {
  switch (event) {
    case 'onAgentActivityCreate':
      told.activity ??= activityPayload(told.fact, snapshots);
      return told.activity;
    case 'onAgentCustomStatusUpdate':
      told.sibling ??= customStatusPayload(told.fact, snapshots);
      return told.sibling;
  }
}
