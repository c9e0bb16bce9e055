import type { FastifyInstance } from 'fastify';
import type { Apps } from '../apps/apps.ts';
import { singleValues } from './open-request.ts';
import { sendNote } from './page-answer.ts';

/** Where a service sends the browser back to after an authorization. */
export function registerCallback(scope: FastifyInstance, apps: Apps): void {
  scope.get('/auth/callback', async (request, reply) => {
    const { state, code, error, error_description: about } = singleValues(request.query as Record<string, unknown>);
    const refusal = error === undefined ? null : about === undefined ? error : `${error}: ${about}`;
    const outcome = await apps.finishOauth({ state: state ?? null, code: code ?? null, error: refusal });
    if (outcome.kind === 'refused') {
      return sendNote(reply, 400, { title: 'The authorization has failed', sentences: [`${outcome.message}.`] });
    }
    return sendNote(reply, 200, {
      title: 'The app is authorized',
      sentences: [`It can use ${outcome.integration} from now on. You can close this page.`],
    });
  });
}
