import { anything, functionNames, maybe, members, named, words } from './schema-parts.ts';

/** actions.json. */
export const ActionsFile = named(
  'Functions of server.js that other parts of the platform may call, by name.',
  members('An action.', {
    display_name: words('What people see where they choose it.'),
    description: maybe(words('What it does.')),
    parameters: anything('JSON Schema (draft 7) of what it takes.'),
    response: anything('JSON Schema (draft 7) of what it answers.'),
  }),
  functionNames,
);
