/**
 * Content security policy of the page on both hosts, sent as a header (the page repeats it in a meta element). Scripts only from our own files, no eval;
 * inline style attributes are what React Flow moves its nodes with.
 */
export function contentSecurityPolicy(connect: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self' data: blob:",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers of each answer of both hosts. */
export function securityHeaders(connect: string): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(connect),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
  };
}

/** Where links may lead, in the person's own browser. */
const EXTERNAL_HOSTS: ReadonlySet<string> = new Set(['kubernetes.io', 'www.kubernetes.io', 'github.com']);

/** Only https links to a few known hosts leave the app. */
export function mayOpenExternally(text: string): boolean {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' && url.port === '' && url.username === '' && EXTERNAL_HOSTS.has(url.hostname);
  } catch {
    return false;
  }
}
