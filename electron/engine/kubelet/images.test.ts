import { expect, it } from 'vitest';
import { imageNameError } from './images.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const table: [string, string | undefined][] = [
  ['nginx', undefined],
  ['nginx:1.27-alpine', undefined],
  ['library/nginx', undefined],
  ['registry.example:5000/a/b_c/d-e:v1', undefined],
  ['localhost/app', undefined],
  [`nginx@${digest}`, undefined],
  [`nginx:1@${digest}`, undefined],
  ['Nginx', 'invalid reference format: repository name (library/Nginx) must be lowercase'],
  ['registry.example/App:1', 'invalid reference format: repository name (App) must be lowercase'],
  ['nginx:', 'invalid reference format'],
  ['nginx:a b', 'invalid reference format'],
  ['-nginx', 'invalid reference format'],
  ['a//b', 'invalid reference format'],
  ['nginx@sha256:12', 'invalid reference format'],
];
it.each(table)('image name %s', (image, wanted) => {
  expect(imageNameError(image)).toBe(wanted === undefined ? undefined : `couldn't parse image name "${image}": ${wanted}`);
});
