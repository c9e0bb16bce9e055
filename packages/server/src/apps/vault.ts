/** The port that keeps secrets on disk unreadable: secure parameters, OAuth tokens. */
export type Vault = {
  /** The same text sealed twice gives two different results. */
  seal(text: string): string;
  /** Null when it was sealed by another vault, or was changed. */
  open(sealed: string): string | null;
};
