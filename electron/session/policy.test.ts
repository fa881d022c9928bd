import { describe, expect, test } from 'vitest';
import { contentSecurityPolicy, mayOpenExternally } from './policy.ts';

describe('what may leave the page', () => {
  test.each([
    ['https://kubernetes.io/docs/concepts/scheduling-eviction/', true],
    ['https://github.com/kubernetes/kubernetes', true],
    ['http://kubernetes.io/', false],
    ['https://kubernetes.io.evil.example/', false],
    ['https://kubernetes.io:8443/', false],
    ['https://user@kubernetes.io/', false],
    ['https://evil.example/?kubernetes.io', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['not a link', false],
  ])('%s: %s', (link, allowed) => {
    expect(mayOpenExternally(link)).toBe(allowed);
  });

  test('the policy names no script source but our own', () => {
    const policy = contentSecurityPolicy("'self'");
    expect(policy).toContain("default-src 'none'");
    expect(policy.match(/script-src ([^;]*)/)?.[1]).toBe("'self'");
    expect(policy).not.toContain('unsafe-eval');
  });
});
