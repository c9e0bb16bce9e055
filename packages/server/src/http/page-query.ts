import { pageFields } from '@rollcall/contract';
import { Type } from 'typebox';

/** The query of a list that takes nothing but its page. */
export const PageQuery = Type.Object(pageFields, { additionalProperties: false, description: 'Which page to list.' });
