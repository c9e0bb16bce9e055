import { getCACertificates } from 'node:tls';

/** What this machine trusts, with more beside it: to give TLS a list of one's own replaces the default one. */
export function trustedCertificates(more: readonly string[]): string[] {
  return [...getCACertificates('default'), ...more];
}
