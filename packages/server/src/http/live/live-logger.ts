/** The process's log, as far as connections that stay open need it. Lines hold no payload and no secret. */
export type LiveLogger = {
  warn(details: object, sentence: string): void;
  error(details: object, sentence: string): void;
};
