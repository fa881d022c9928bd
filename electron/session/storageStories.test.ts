import { describe, expect, test } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { isReady, Story } from './testing/story.ts';

type Volume = AnyObject & { spec: { claimRef?: { name: string } }; status?: { phase?: string } };
type Claim = AnyObject & { spec: { volumeName?: string }; status?: { phase?: string } };

describe('every story of storage makes its point', () => {
  test('33: waiting for the first pod, claims that go and claims that stay, a volume nobody gets', () => {
    const story = new Story('33').until(14);
    const phase = (claim: string) => story.one<Claim>('PersistentVolumeClaim', claim)?.status?.phase;
    const volume = (name: string) => story.one<Volume>('PersistentVolume', name);
    expect([phase('archive'), phase('photos'), phase('scratch')]).toEqual(['Bound', 'Bound', 'Pending']);
    expect(volume('archive-disk')?.spec.claimRef?.name).toBe('archive');
    story.until(34);
    expect([phase('scratch'), isReady(story.pod('painter')!)]).toEqual(['Bound', true]);
    expect([0, 1, 2].map((index) => phase(`data-db-${index}`))).toEqual(['Bound', 'Bound', 'Bound']);
    const third = story.one<Claim>('PersistentVolumeClaim', 'data-db-2')!.spec.volumeName!;
    story.until(49);
    expect([0, 1, 2].map((index) => phase(`data-db-${index}`))).toEqual(['Bound', 'Bound', undefined]);
    expect(volume(third)).toBeUndefined();
    story.until(64);
    expect(story.pods('db')).toEqual([]);
    expect([phase('data-db-0'), phase('data-db-1')]).toEqual(['Bound', 'Bound']);
    story.until(100);
    expect([phase('archive'), volume('archive-disk')?.status?.phase]).toEqual([undefined, 'Released']);
    expect(phase('newcomer')).toBe('Pending');
    expect(story.told('FailedBinding', 'newcomer')[0]).toContain('no persistent volumes available for this claim');
  });
});
