import { type Answer, done, refuse } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import { auditThing } from '../engine/directory-record.ts';
import { APP_RECORD, SUBSCRIPTION_RECORD } from './app-record.ts';
import { digestsOf } from './app-registry.ts';
import type { InstalledApp } from './installed-app.ts';
import type { Lifecycle } from './lifecycle.ts';
import { askSetUp, sentenceOf } from './set-up.ts';

/**
 * Removes an app with everything that is its own. It may refuse (`onAppUninstall`), unless it is forced; an app that
 * cannot be asked, because it does not load or was never quite installed, is not asked.
 */
export async function removeApp(
  life: Lifecycle,
  ask: Ask,
  { app, isForced }: { readonly app: InstalledApp; readonly isForced: boolean },
): Promise<Answer<null>> {
  if (!isForced && app.record.phase === 'installed' && app.fault === null) {
    const verdict = await askSetUp(app, 'onAppUninstall', { random: life.engine.world.random, isLive: life.isLive });
    if (verdict.kind !== 'agreed') {
      const way = 'Ask for it with `force=true` to remove it all the same.';
      return refuse(
        'app_refused',
        `${sentenceOf(verdict, { event: 'onAppUninstall', refuses: 'to be removed' })} ${way}`,
      );
    }
  }
  await removeRecords(life, ask, app);
  await letGo(life, app);
  return done(null);
}

/** The records go first: whoever crashes in between finds no app, and never a subscription that begins anew. */
async function removeRecords({ engine, services }: Lifecycle, ask: Ask, app: InstalledApp): Promise<void> {
  const { id, record } = app;
  await engine.write((draft) => {
    auditThing(draft, ask, { thing: 'app', id, change: 'removed' });
    draft.put({ kind: 'RemoveRecord', type: APP_RECORD, key: id });
    draft.put({ kind: 'RemoveRecord', type: SUBSCRIPTION_RECORD, key: record.subscription });
    for (const change of services.removal(record)) draft.put(change);
  });
}

async function letGo(life: Lifecycle, app: InstalledApp): Promise<void> {
  const { engine, facilities, registry, services, subscriptions, code } = life;
  registry.delete(app.id);
  services.forget(app);
  await subscriptions.remove(app.record.subscription);
  await app.stop();
  // A callback that was still at work may have written meanwhile, and what it printed is on its way.
  await facilities.log.flush();
  await engine.commit([...services.removal(app.record), { kind: 'RemoveAppLog', app: app.id }]);
  services.forget(app);
  for (const digest of digestsOf(app.record)) {
    if (!registry.needs(digest)) await code.remove(digest);
  }
}
