/** What is to be started. */
export interface LaunchSpec {
  /** Real path of the app's folder. */
  readonly appFolder: string;
  readonly memoryMbMax: number;
}

/** How to start it. The process must speak the frame protocol on its standard input and output. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing of the server's own is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** One way to start an app's process; ways differ in the fence they put around it, never in the program they start. */
export type Launcher = (spec: LaunchSpec) => Launch;
