import type { SessionOpened } from '@rollcall/contract';
import type { OpenedSession } from '../../engine/agent-commands.ts';
import { sessionId } from '../../engine/session-id.ts';
import { formatInstant } from '../../time/instant.ts';

export function sessionOpened({ session, at }: OpenedSession): SessionOpened {
  return { id: sessionId(session), at: formatInstant(at) };
}
