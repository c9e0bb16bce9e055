import type { AppCallAnswer, AppInvokeAnswer, AppJob, AppSchedule } from '@rollcall/contract';
import type { AppInvocation, AppReply, AppScheduleView, Apps } from '../../apps/apps.ts';
import type { Done } from '../../directory/rejection.ts';
import { formatInstant } from '../../time/instant.ts';
import { levelOf } from './app-codec.ts';

/** A run of a job, as the port shows it. */
type JobRun = Extract<ReturnType<Apps['jobs']>, Done<unknown>>['value'][number];

export function invokeAnswer({ outcome, durationMs, error, logs }: AppInvocation): AppInvokeAnswer {
  return { outcome, duration_ms: Math.round(durationMs), error, logs: linesRead(logs) };
}

export function callAnswer(reply: AppReply): AppCallAnswer {
  return {
    outcome: reply.outcome,
    data: dataOf(reply),
    duration_ms: Math.round(reply.durationMs),
    error: errorOf(reply),
    logs: linesRead(reply.logs),
  };
}

function dataOf(reply: AppReply): unknown {
  if (reply.outcome === 'answered') return reply.data;
  return reply.outcome === 'refused' ? reply.error : null;
}

function errorOf(reply: AppReply): string | null {
  if (reply.outcome === 'answered') return null;
  return reply.outcome === 'refused' ? String(reply.error.message ?? 'It did not say why.') : reply.message;
}

function linesRead(logs: AppInvocation['logs']): AppInvokeAnswer['logs'] {
  return logs.map((line) => ({ at: formatInstant(line.at), level: levelOf(line.level), text: line.text }));
}

export function jobRead({ id, name, tag, status, status_message, start_time, end_time }: JobRun): AppJob {
  return { id, name, tag, status, status_message, started_at: start_time, ended_at: end_time };
}

export function scheduleRead({ name, data, at, nextAt, repeat }: AppScheduleView): AppSchedule {
  return {
    name,
    data,
    schedule_at: formatInstant(at),
    next_at: formatInstant(nextAt),
    repeat:
      repeat === null ? null : { time_unit: repeat.timeUnit, frequency: repeat.frequency, timezone: repeat.timezone },
  };
}
