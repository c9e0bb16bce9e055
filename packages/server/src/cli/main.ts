/** The entry of `rollcall`: started by bin/rollcall.js, and imported by nothing else. */
import { runProgram } from './program.ts';
import { openTerminal } from './terminal.ts';

const exitCode = await runProgram(process.argv.slice(2), openTerminal(process.stdout, process.stderr));
// Everything was awaited: what still keeps the process alive, such as a socket that lingers, keeps it for nothing.
process.exit(exitCode);
