import { fileURLToPath } from 'node:url';

/** The absolute path of the checkout, without a slash at its end: scripts work whatever folder they are called from. */
export const repositoryRoot: string = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
