import { beforeAll, describe, expect, it } from 'vitest';
import { type Suggestion, type SuggestionKind, suggestionKindSchema } from '#shared/protocol/index.ts';
import { en } from '../i18n/en.ts';
import { changeLanguage, setUpLanguage, translate } from '../i18n/index.ts';
import { ko } from '../i18n/ko.ts';
import { adviceEffect, adviceTitle, nextPlace } from './advice.ts';

beforeAll(() => setUpLanguage('en'));

const suggestion = (kind: SuggestionKind, more: Partial<Suggestion> = {}): Suggestion => ({
  kind,
  values: {},
  ties: 1,
  victims: [],
  changes: 1,
  restarts: 0,
  command: { type: 'uncordon', node: 'a' },
  ...more,
});
const left = { pod: 'default/web', from: 'a', afterSeconds: 0, blocked: false, replaced: true, anyOf: [] };

describe('advice in words', () => {
  it.each(suggestionKindSchema.options)('%s has words of its own in both languages', (kind) => {
    expect(en.advice[kind]).toBeTruthy();
    expect(ko.advice[kind]).toBeTruthy();
    expect(adviceTitle(translate, suggestion(kind))).not.toContain('advice:');
  });

  it('says what to do', () => {
    const values = { kind: 'Deployment', name: 'web', from: 4, to: 2 };
    expect(adviceTitle(translate, suggestion('scaleDown', { values }))).toBe('Scale Deployment web from 4 to 2');
    const pods = { pods: 'a, b', count: 2, node: 'n' };
    expect(adviceTitle(translate, suggestion('deletePods', { values: pods }))).toBe('Delete a, b on n');
  });

  it('says what would come of it', () => {
    expect(adviceEffect(translate, suggestion('uncordon', { node: 'a' }))).toBe('It goes to a.');
    const crowded = suggestion('tolerate', { node: 'a', ties: 3, restarts: 1, victims: ['default/x', 'other/y'] });
    expect(adviceEffect(translate, crowded)).toBe(
      'It goes to a, or to another of 3 equally good nodes. 2 pods leave: x, other/y. Its Deployment replaces 1 other pod too.',
    );
    const ref = { kind: 'Pod', namespace: 'default', name: 'x' };
    const remade = suggestion('lowerRequest', {
      node: 'a',
      command: {
        type: 'sequence',
        commands: [
          { type: 'delete', refs: [ref] },
          { type: 'create', objects: [] },
        ],
      },
    });
    expect(adviceEffect(translate, remade)).toBe('It goes to a. The pod is deleted and made anew.');
  });

  it('says where a pod goes next', () => {
    expect(nextPlace(translate, { ...left, to: 'b', anyOf: ['b'] })).toBe('→ b');
    expect(nextPlace(translate, { ...left, to: 'b', anyOf: ['b', 'c'] })).toBe('→ b or another of 2');
    expect(nextPlace(translate, { ...left, replaced: false })).toBe('nothing takes its place');
    const message = '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. preemption: none';
    expect(nextPlace(translate, { ...left, message })).toBe(
      'its successor stays pending: 0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable',
    );
  });

  it('speaks Korean', () => {
    globalThis.document ??= { documentElement: {} } as Document;
    changeLanguage('ko');
    expect(adviceTitle(translate, suggestion('uncordon', { values: { node: 'worker-2' } }))).toBe('worker-2 코든 해제');
    expect(adviceEffect(translate, suggestion('uncordon', { node: 'worker-2' }))).toBe('worker-2 노드로 갑니다.');
    changeLanguage('en');
  });
});
