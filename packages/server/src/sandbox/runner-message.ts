import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';
import type { CallError, CallErrorCode } from './call-outcome.ts';
import { type AppLogLevel, appLogLevels } from './host-services.ts';

/** What an app's process says. `call` is the number of a call that the host gave. */
export type RunnerMessage =
  | { readonly type: 'ready'; readonly functions: readonly string[] }
  | { readonly type: 'not_loaded'; readonly error: CallError }
  | { readonly type: 'settled'; readonly id: number; readonly error: CallError | null }
  | { readonly type: 'rendered'; readonly id: number; readonly error: JsonValue; readonly data: JsonValue }
  | {
      readonly type: 'operation';
      readonly id: number;
      readonly name: string;
      readonly args: readonly JsonValue[];
      readonly call: number | null;
    }
  | { readonly type: 'log'; readonly level: AppLogLevel; readonly text: string; readonly call: number | null }
  | { readonly type: 'pong'; readonly id: number }
  | { readonly type: 'exiting'; readonly code: number; readonly call: number | null };

const codesOfApps: readonly CallErrorCode[] = ['threw', 'rejected', 'handler_missing', 'not_loaded'];

const functionsMax = 1000;
const nameLengthMax = 200;
// Deliveries, answers and logs quote them.
const errorLengths = { message: 2000, file: 500, stack: 8000 } as const;

/** Reads a message field by field, its own fields only; null when it is none of the protocol's. */
export function readRunnerMessage(message: JsonObject): RunnerMessage | null {
  switch (own(message, 'type')) {
    case 'ready':
      return readReady(message);
    case 'not_loaded': {
      const error = readError(own(message, 'error'));
      return error === null ? null : { type: 'not_loaded', error };
    }
    case 'settled':
      return readSettled(message);
    case 'rendered': {
      const id = readNumber(own(message, 'id'));
      if (id === null) return null;
      return { type: 'rendered', id, error: own(message, 'error') ?? null, data: own(message, 'data') ?? null };
    }
    case 'operation':
      return readOperation(message);
    case 'log':
      return readLog(message);
    case 'pong': {
      if (!hasOnly(message, ['type', 'id'])) return null;
      const id = readNumber(own(message, 'id'));
      return id === null ? null : { type: 'pong', id };
    }
    case 'exiting': {
      if (!hasOnly(message, ['type', 'code', 'call'])) return null;
      const call = readCall(message);
      const code = own(message, 'code');
      return call === undefined ? null : { type: 'exiting', code: typeof code === 'number' ? code : 0, call };
    }
    default:
      return null;
  }
}

function hasOnly(message: JsonObject, keys: readonly string[]): boolean {
  return Object.keys(message).every((key) => keys.includes(key));
}

function own(message: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(message, key) ? message[key] : undefined;
}

// The runner cuts the names itself: a longer list is not its own.
function readReady(message: JsonObject): RunnerMessage | null {
  const functions = own(message, 'functions');
  if (!Array.isArray(functions) || functions.length > functionsMax) return null;
  const names = functions.filter((name): name is string => typeof name === 'string' && name.length <= nameLengthMax);
  return names.length === functions.length ? { type: 'ready', functions: names } : null;
}

function readSettled(message: JsonObject): RunnerMessage | null {
  if (!hasOnly(message, ['type', 'id', 'error'])) return null;
  const id = readNumber(own(message, 'id'));
  const error = own(message, 'error');
  if (id === null) return null;
  if (error === undefined) return { type: 'settled', id, error: null };
  const read = readError(error);
  return read === null ? null : { type: 'settled', id, error: read };
}

function readOperation(message: JsonObject): RunnerMessage | null {
  const id = readNumber(own(message, 'id'));
  const name = own(message, 'name');
  const args = own(message, 'args');
  const call = readCall(message);
  if (id === null || call === undefined || typeof name !== 'string' || !Array.isArray(args)) return null;
  return { type: 'operation', id, name, args, call };
}

function readLog(message: JsonObject): RunnerMessage | null {
  if (!hasOnly(message, ['type', 'level', 'text', 'call'])) return null;
  const level = appLogLevels.find((known) => known === own(message, 'level'));
  const text = own(message, 'text');
  const call = readCall(message);
  if (level === undefined || typeof text !== 'string' || call === undefined) return null;
  return { type: 'log', level, text, call };
}

// Undefined is no answer; null is: no call.
function readCall(message: JsonObject): number | null | undefined {
  const call = own(message, 'call');
  if (call === null) return null;
  return readNumber(call) ?? undefined;
}

function readNumber(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function readError(value: JsonValue | undefined): CallError | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = value as JsonObject;
  const code = codesOfApps.find((known) => known === own(fields, 'code'));
  const message = own(fields, 'message');
  if (code === undefined || typeof message !== 'string') return null;
  const file = own(fields, 'file');
  const line = readNumber(own(fields, 'line'));
  const column = readNumber(own(fields, 'column'));
  const stack = own(fields, 'stack');
  return {
    code,
    message: message.slice(0, errorLengths.message),
    ...(typeof file === 'string' ? { file: file.slice(0, errorLengths.file) } : {}),
    ...(line === null ? {} : { line }),
    ...(column === null ? {} : { column }),
    ...(typeof stack === 'string' ? { stack: stack.slice(0, errorLengths.stack) } : {}),
  };
}
