import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program that apps run in: the file to start. */
export const runnerProgram = realpathSync(fileURLToPath(new URL('./runner.cjs', import.meta.url)));

/** The folder of its parts. */
export const runnerFolder = `${dirname(runnerProgram)}/runner`;
