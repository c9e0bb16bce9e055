/** What is to be started. */
export interface LaunchSpec {
  /** Real path of the app's folder. */
  readonly appFolder: string;
  readonly memoryMbMax: number;
  /** Path of the Unix socket through which the app reaches the network, or null when it reaches none. */
  readonly brokerPath?: string | null;
}

/** How to start it. The process must speak the frame protocol on its standard input and output. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing of the server's own is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** What its further descriptors hold, from 3 on: each is read to its end by the fence, not by the app. */
  readonly inputs?: readonly Uint8Array[];
  /** Whether the app runs in a child of the process that is started, and not in that process itself. */
  readonly isWrapped?: boolean;
  /** Descriptors that the process would inherit and must not: it finds the null device there. */
  readonly covered?: readonly number[];
}

/** One way to start an app's process; ways differ in the fence they put around it, never in the program they start. */
export type Launcher = (spec: LaunchSpec) => Launch;

/** A launcher, or why there is none on this machine and what would help. */
export type LauncherFinding =
  | { readonly kind: 'found'; readonly launcher: Launcher }
  | { readonly kind: 'missing'; readonly why: string; readonly remedy: string };
