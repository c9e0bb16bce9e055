import type { JsonObject } from './json-value.ts';

/** An action of actions.json: a function of server.js that other parts of the platform call. */
export interface ActionDefinition {
  /** Also the key of the function in the exports. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string | null;
  /** JSON Schema (draft 7) of what it takes; null when it is not said. */
  readonly parameters: JsonObject | null;
  readonly response: JsonObject | null;
}
