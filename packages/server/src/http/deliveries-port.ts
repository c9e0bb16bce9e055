import type { Dispatcher } from '../dispatch/dispatcher.ts';

/** What the doors ask of whoever drives deliveries. */
export type Deliveries = Pick<Dispatcher, 'deliveries' | 'redeliver' | 'replay' | 'status'>;
