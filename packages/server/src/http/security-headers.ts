/** Sent with every answer: it is data, for nobody's cache and in nobody's frame, and never a page of somebody else's. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;
