import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { OutboundSecurity } from '../apps/outbound.ts';

/**
 * What TLS trusts and shows; null: what this machine trusts, and nothing of one's own. To give TLS a list of authorities
 * replaces the default one, so that the machine's are put beside.
 *
 * Failures: throws when a certificate or a key cannot be read. Costs milliseconds: make it once, where it can be kept.
 */
export function secureContextOf(ca: readonly string[], security: OutboundSecurity | null): SecureContext | null {
  if (ca.length === 0 && security === null) return null;
  const more = [...ca, ...(security?.ca == null ? [] : [security.ca])];
  return createSecureContext({
    ...(more.length > 0 && { ca: [...getCACertificates('default'), ...more] }),
    ...(security?.cert != null && { cert: security.cert }),
    ...(security?.key != null && { key: security.key }),
    ...(security?.pfx != null && { pfx: Buffer.from(security.pfx, 'base64') }),
    ...(security?.passphrase != null && { passphrase: security.passphrase }),
  });
}
