/** The log levels of the process's own log, from the most to the least talkative. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

/** `auto`: the best fence that this machine has; the others: that one, or the apps do not run. */
export const fenceChoices = ['auto', 'hardened', 'plain', 'trusted'] as const;

export type FenceChoice = (typeof fenceChoices)[number];

/**
 * Everything an operator can decide about one server process, read once at its start and frozen. What can be decided
 * while it runs (idle times, couplings, calendars …) lives in the account, behind the API, and not here.
 */
export type Config = {
  /** The address or name that the server listens on. */
  readonly host: string;
  /** The TCP port; 0 lets the system choose one. */
  readonly port: number;
  /** The folder of the embedded store, absolute or relative to the working folder. */
  readonly dataFolder: string;
  /** App folders that are loaded at the start, in this order. */
  readonly appFolders: readonly string[];
  /** Whether an invented support team works through its day. */
  readonly demo: boolean;
  /** Where PostgreSQL is, or null for the embedded store. May hold a password: never to be printed. */
  readonly postgresUrl: string | null;
  /** Where NATS is, or null for a single node. May hold a password: never to be printed. */
  readonly natsUrl: string | null;
  /** The first admin key of a new data folder, or null when one is to be made. A secret: never to be printed. */
  readonly adminKey: string | null;
  readonly logLevel: LogLevel;
  /** Where others reach this server, for addresses that it hands out; null: as it listens. Without a slash at the end. */
  readonly publicUrl: string | null;
  /** The fence around apps that is asked for. */
  readonly fence: FenceChoice;
  /** Hosts that apps may reach although their addresses are private: `host`, `host:port`, an address, a network. */
  readonly appPrivateHosts: readonly string[];
};
