/** The wish of whoever runs this process that it ends. */
export type StopSignal = {
  /** Settles at the first signal, with its name. */
  readonly asked: Promise<NodeJS.Signals>;
};

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/**
 * Listens for SIGTERM, SIGINT and SIGHUP. The first one asks for an orderly stop; the second one ends the process at
 * once, as if it had been killed: everything acknowledged is on disk by then.
 */
export function stopSignal(): StopSignal {
  return {
    asked: new Promise((resolve) => {
      let isAsked = false;
      for (const name of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) {
        process.on(name, () => {
          if (isAsked) process.exit(128 + SIGNALS[name]);
          isAsked = true;
          resolve(name);
        });
      }
    }),
  };
}
