/**
 * `npm test`: runs every test of the workspace, each file in a process of its own, and says how it went.
 *
 *   npm test                       everything
 *   npm test -- availability       only the files whose path contains one of the words
 *
 * The last line is always `N passed, N failed, N skipped`; the exit code is 0 only when something ran and nothing
 * failed. Suites that need a service from outside are named when they are left out, so that a green run never hides
 * what it did not look at.
 */
import { runTests } from './test-run.ts';

// A test must not pass or fail because of what its author's shell happens to set: only the variables that speak to the
// tests go through to the processes of the test files.
for (const name of Object.keys(process.env)) {
  if (name.startsWith('ROLLCALL_') && !name.startsWith('ROLLCALL_TEST_')) delete process.env[name];
}

const outcome = await runTests({ words: process.argv.slice(2), environment: process.env });
process.stdout.write(`${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped\n`);
process.exitCode = outcome.failed === 0 ? 0 : 1;
