import type { Position } from '../activity/position.ts';
import type { Instant } from '../time/instant.ts';
import type { StateCode } from './state-code.ts';

/**
 * One step of an agent's history: from `at` on the agent is in the state of `code`, because of the fact at `position`.
 * Ascending by `at`; entries of one instant are in the order in which they took effect, and only the last one lasts.
 */
export type Entry = { readonly at: Instant; readonly code: StateCode; readonly position: Position };
