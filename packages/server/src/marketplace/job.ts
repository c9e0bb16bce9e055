import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { jsonBytes, type PlatformRefusal, refused } from './platform-refusal.ts';

/** A run of a job, as apps see it. Times are ISO 8601. */
export interface JobView {
  readonly id: string;
  readonly name: string;
  readonly tag: string | null;
  readonly start_time: string;
  /** Null while it is in progress. */
  readonly end_time: string | null;
  readonly status: JobStatus;
  readonly status_message: string | null;
  readonly [key: string]: JsonValue;
}

export type JobStatus = 'in-progress' | 'success' | 'failed' | 'timeout';

/** What `invoke` was asked for. */
export interface JobCall {
  readonly kind: 'job';
  readonly name: string;
  readonly tag: string | null;
  /** What the job receives, before the parameters of the app are added. */
  readonly options: JsonObject;
}

/** Which past runs are listed: newest first. */
export interface JobQuery {
  readonly kind: 'query';
  readonly tag: string | null;
  /** From 1. */
  readonly page: number;
  readonly limit: number;
}

/** The platform's limits for jobs. Source: https://developers.freshworks.com/docs/app-sdk/v3.0/common/serverless-apps/jobs/ */
export const JOB_INPUT_LIMITS = { optionsBytesMax: 100 * 1024, messageLengthMax: 500, tagLengthMax: 100, pageMax: 100 };

/**
 * Reads the arguments of `invoke(name, tag, options)`; documents also show it without the tag.
 *
 * @param jobs names of the jobs that the app's manifest has
 */
export function readJobCall(args: readonly JsonValue[], jobs: readonly string[]): JobCall | PlatformRefusal {
  const [name, ...rest] = args;
  if (typeof name !== 'string' || name === '') return refused(400, 'The name of the job cannot be blank');
  if (!jobs.includes(name)) return refused(404, `The job ${name.slice(0, 100)} is not defined in the manifest`);
  const [tag, options] = isJsonObject(rest[0]) ? [null, rest[0]] : [rest[0] ?? null, rest[1] ?? null];
  if (tag !== null && typeof tag !== 'string') return refused(400, 'The tag of a job should be of type string');
  const { tagLengthMax, optionsBytesMax } = JOB_INPUT_LIMITS;
  if (tag !== null && tag.length > tagLengthMax) {
    return refused(400, `The tag of a job should not exceed ${tagLengthMax} characters`);
  }
  if (options !== null && !isJsonObject(options)) return refused(400, 'The options of a job should be of type JSON');
  if (options !== null && jsonBytes(options) > optionsBytesMax) {
    return refused(400, `The options of a job should not exceed ${optionsBytesMax / 1024}KB`);
  }
  return { kind: 'job', name, tag: tag === '' ? null : tag, options: options ?? {} };
}

/** Reads the argument of `list` and `history`: `{ tag, page, limit }`, each optional. */
export function readJobQuery(argument: JsonValue | undefined): JobQuery | PlatformRefusal {
  const fields: JsonObject = isJsonObject(argument) ? argument : {};
  const tag = own(fields, 'tag') ?? null;
  if (tag !== null && typeof tag !== 'string') return refused(400, 'The tag of a job should be of type string');
  const page = positive(own(fields, 'page') ?? 1);
  const limit = positive(own(fields, 'limit') ?? 10);
  if (page === null || limit === null) return refused(400, 'page and limit should be whole numbers greater than 0');
  return { kind: 'query', tag, page, limit: Math.min(limit, JOB_INPUT_LIMITS.pageMax) };
}

/** Reads the argument of `updateStatusMessage`. */
export function readStatusMessage(
  argument: JsonValue | undefined,
): { readonly kind: 'message'; readonly message: string } | PlatformRefusal {
  if (typeof argument !== 'string' || argument === '')
    return refused(400, 'The status message should be of type string');
  const { messageLengthMax } = JOB_INPUT_LIMITS;
  if (argument.length > messageLengthMax) {
    return refused(400, `The status message should not exceed ${messageLengthMax} characters`);
  }
  return { kind: 'message', message: argument };
}

function positive(value: JsonValue): number | null {
  const number = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : null;
}

function own(fields: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
