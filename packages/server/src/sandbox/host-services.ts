import type { AppOperation, OperationAnswer } from '../apps/app-operation.ts';

/** What the sandbox needs of the server for an app. One object serves one installed app. */
export interface HostServices {
  /** Carries out what a global of the platform asks for; unknown names are refused there. */
  operation(operation: AppOperation): Promise<OperationAnswer>;
  log(line: AppLogLine): void;
  /** An operation was rejected instead of answered: the server's own failure, of which the app only learns that it is. */
  broke(cause: unknown): void;
}

/** A line that an app printed, or one that the sandbox has to say about it. */
export interface AppLogLine {
  readonly at: number;
  readonly level: AppLogLevel;
  /** May hold line breaks. */
  readonly text: string;
  /** The `callId` of the call that printed it; null when it belongs to none. */
  readonly callId: string | null;
}

export const appLogLevels = ['debug', 'log', 'info', 'warn', 'error'] as const;

export type AppLogLevel = (typeof appLogLevels)[number];
