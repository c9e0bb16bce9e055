import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { currentHost } from '../marketplace/app-payload.ts';
import { pageSettings, valuesForPage } from '../marketplace/custom-page.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { readPageCall, readPageValues } from '../marketplace/page-call.ts';
import { WORKBENCH_LIMITS } from './limits.ts';
import { WORKBENCH_ACCOUNT } from './team.ts';
import type { Workbench } from './workbench.ts';

const PAGE_FILES = '/custom_page';

/** The files and the calls of an app's own installation page. Its page in a browser knows the key, and other sites do not. */
export function registerCustomPage(app: FastifyInstance, bench: Workbench): void {
  const limit = { bodyLimit: WORKBENCH_LIMITS.pageBodyBytesMax };
  app.post('/custom_configs/calls', limit, async (request, reply) => {
    const call = readPageCall(request.body);
    if (call === null) return reply.code(400).send({ sentence: 'This is no call that an installation page can make.' });
    const { origins, seat } = bench.parts;
    const { life } = bench;
    const isAsking = life.reading.app?.installation.kind === 'custom_page' && life.state.kind !== 'uninstalled';
    const answer = isAsking ? await origins.during({ kind: 'fired' }, () => seat.callFromPage(call)) : null;
    if (answer === null) return reply.code(409).send({ sentence: 'The app is not installed: press Install first.' });
    return answer.kind === 'done' ? { result: answer.result } : { error: answer.error };
  });
  const file = async (key: string, path: string) => (key === bench.pageKey ? bench.parts.seat.pageFile(path) : null);
  bench.parts.customPages.registerFiles(app, { prefix: PAGE_FILES, file });
}

/** Our page around the app's own. */
export function sendCustomPage(bench: Workbench, reply: FastifyReply): FastifyReply {
  const { life, parts, pageKey } = bench;
  const { engine, seat } = parts;
  const view = seat.view();
  const domain = engine.memory.accounts.get(WORKBENCH_ACCOUNT)?.record.domain ?? 'localhost';
  const values = valuesForPage((view?.iparams ?? {}) as JsonObject);
  const page = {
    name: life.name,
    // A developer's app may be at work without ever having been given anything: to its page that is the first time.
    isInstall: Object.keys(values).length === 0,
    ...pageSettings(life.reading.files ?? new Map()),
    values,
    host: { domain, currentHost: currentHost(domain, life.reading.app?.modules ?? []) },
  };
  return parts.customPages.sendFrame(reply, page, {
    source: `${PAGE_FILES.slice(1)}/${pageKey}/iparams.html`,
    leaveTo: './',
  });
}

/** What the app's page gave. */
export async function takeCustomValues(
  bench: Workbench,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const values = readPageValues(request.body);
  if (values === null) return reply.code(400).send({ sentence: 'The values of an app are a JSON object.' });
  const rejection = await bench.install(values, false);
  if (rejection === null) return reply.send({});
  return reply.code(422).send({ sentence: rejection.detail, faults: rejection.faults });
}
