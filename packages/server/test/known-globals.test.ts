/** What the validator takes for a global and what an app finds when it runs are the same. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { languageGlobals, lenientGlobals, platformGlobals } from '../src/marketplace/global-names.ts';

const { createAppContext } = createRequire(import.meta.url)('../src/sandbox/runner/app-context.cjs') as {
  createAppContext(log: () => void): {
    offer(ways: { call(): Promise<unknown>; render(): void }): void;
    run(source: string, place: { filename: string }): unknown;
  };
};

test('every global that apps find is known to the validator, and no other', () => {
  const context = createAppContext(() => {});
  context.offer({ call: async () => null, render: () => {} });
  const found = String(context.run('Object.getOwnPropertyNames(globalThis).join()', { filename: 'names' })).split(',');
  // These come with the file around the code, or with the function.
  const around = ['require', 'exports', 'arguments'];
  const known = [...platformGlobals, ...lenientGlobals, ...languageGlobals].filter((name) => !around.includes(name));
  assert.deepEqual(found.toSorted(), known.toSorted());
});
