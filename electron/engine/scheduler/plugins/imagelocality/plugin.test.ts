import { expect, it } from 'vitest';
import type { Node } from '#shared/kube/types.ts';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { normalizedImageName } from './plugin.ts';

const megabyte = 1024 * 1024;
const withImages = (name: string, images: Record<string, number>): Node => {
  const base = node(name);
  return {
    ...base,
    status: {
      ...base.status,
      images: Object.entries(images).map(([image, mb]) => ({ names: [image], sizeBytes: mb * megabyte })),
    },
  };
};
const running = (...images: string[]) => pod('p', { spec: { containers: images.map((image, i) => ({ name: `c${i}`, image })) } });

it.each([
  ['big on one of two nodes', running('big'), { a: 48, b: 0 }],
  ['on both', running('both:v1'), { a: 38, b: 38 }],
  ['too small to matter', running('tiny:v1'), { a: 0, b: 0 }],
  ['spread over two containers', running('big', 'tiny:v1'), { a: 24, b: 0 }],
  ['unknown', running('nope:v1'), { a: 0, b: 0 }],
])('%s', (_name, one, expected) => {
  const nodes = [withImages('a', { 'big:latest': 1000, 'both:v1': 400, 'tiny:v1': 10 }), withImages('b', { 'both:v1': 400 })];
  const scores = pluginTable('ImageLocality', { nodes }).score(one);
  expect(Object.fromEntries(Object.entries(scores ?? {}).map(([name, [raw]]) => [name, raw]))).toEqual(expected);
});

it.each([
  ['nginx', 'nginx:latest'],
  ['nginx:1', 'nginx:1'],
  ['host:5000/nginx', 'host:5000/nginx:latest'],
])('%s is %s', (name, normalized) => expect(normalizedImageName(name)).toBe(normalized));
