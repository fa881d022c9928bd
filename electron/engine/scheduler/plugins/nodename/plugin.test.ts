import { expect, it } from 'vitest';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';

it.each([
  [undefined, 'ok'],
  ['a', 'ok'],
  ['b', "UnschedulableAndUnresolvable: node(s) didn't match the requested node name"],
])('nodeName %s', (nodeName, expected) => {
  expect(pluginTable('NodeName', { nodes: [node('a')] }).filter(pod('p', nodeName === undefined ? {} : { nodeName }), 'a')).toBe(
    expected,
  );
});
