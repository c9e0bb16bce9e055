import { ActivityTicks, ActivityTicksAnswer, type ErrorCode } from '@rollcall/contract';
import { done } from '../../directory/rejection.ts';
import type { Ask } from '../../engine/agent-commands.ts';
import type { Engine } from '../../engine/engine.ts';
import { parseSessionId } from '../../engine/session-id.ts';
import { StoreFailure } from '../../engine/store.ts';
import { HTTP_LIMITS } from '../limits.ts';
import { MAY } from '../roles.ts';
import { call, type Route } from '../route.ts';

export const activityTickRoutes: readonly Route[] = [
  call({
    method: 'POST',
    path: '/activity-ticks',
    chapter: 'Sessions',
    roles: MAY.reportOnAgents,
    summary: 'Says that many agents are active, for gateways that hold their connections.',
    about:
      'Each session is answered for by itself. Activity may be said again at will, so Idempotency-Key is not looked at.',
    body: ActivityTicks,
    example: { sessions: ['ses_2l7xk0w'] },
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 200, schema: ActivityTicksAnswer },
    refusals: [],
    isRepeatable: true,
    call: async ({ engine }, ask, { body }) => {
      const items = await Promise.all(body.sessions.map((id) => tick(engine, ask, id)));
      return done({ items } satisfies ActivityTicksAnswer);
    },
  }),
];

type TickAnswer = ActivityTicksAnswer['items'][number];

async function tick(engine: Engine, ask: Ask, id: string): Promise<TickAnswer> {
  const session = parseSessionId(id);
  if (session === null) return rejected(id, 'unknown_session');
  try {
    const isLive = await engine.tick(ask.caller, session, ask.now);
    return isLive ? { session_id: id, outcome: 'accepted', code: null } : rejected(id, 'unknown_session');
  } catch (failure) {
    if (failure instanceof StoreFailure) return rejected(id, 'store_unavailable');
    throw failure;
  }
}

function rejected(id: string, code: ErrorCode): TickAnswer {
  return { session_id: id, outcome: 'rejected', code };
}
