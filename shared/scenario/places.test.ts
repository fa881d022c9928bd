import { describe, expect, test } from 'vitest';
import { parseScenario } from './index.ts';
import { parsePath, printPath } from './places.ts';

describe('field paths', () => {
  test.each([
    ['spec.containers[0].resources.requests[cpu]', ['spec', 'containers', 0, 'resources', 'requests', 'cpu']],
    ['metadata.labels[app.kubernetes.io/name]', ['metadata', 'labels', 'app.kubernetes.io/name']],
    ['metadata.labels["a.b"]', ['metadata', 'labels', 'a.b']],
    ['spec', ['spec']],
    ['', []],
  ])('%s', (path, segments) => {
    expect(parsePath(path)).toEqual(segments);
    expect(parsePath(printPath(segments))).toEqual(segments);
  });
});

const text = `# a comment
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Pod
    metadata:
      name: web
      labels: { app.kubernetes.io/name: web }
    spec:
      containers: &boxes
        - name: c
          image: nginx
          resources:
            requests: { cpu: 1, memory: 1Gi }
  - apiVersion: v1
    kind: Pod
    metadata: &meta
      name: copy
    spec:
      containers: *boxes
  - apiVersion: v1
    kind: Pod
    metadata:
      <<: *meta
      name: third
      namespace: other
    spec: { containers: [{ name: c, image: i }] }
`;

describe('where a field stands', () => {
  const parsed = parseScenario(text, 'list.yaml');
  const sources = parsed.ok ? parsed.value.sources : [];

  test.each([
    [0, 'kind', 6, 11],
    [0, 'metadata.name', 8, 13],
    [0, 'metadata.labels[app.kubernetes.io/name]', 9, 41],
    [0, 'spec.containers[0].resources.requests[cpu]', 15, 30],
    [0, 'spec.containers[0].image', 13, 18],
    // Not in the file: the nearest parent.
    [0, 'spec.containers[0].resources.limits[cpu]', 14, 11],
    [0, 'spec.containers[7].image', 11, 7],
    [0, 'spec.nodeName', 10, 5],
    [0, '', 5, 5],
    // Through an alias and a merge key.
    [1, 'spec.containers[0].image', 13, 18],
    [2, 'metadata.name', 26, 13],
  ])('object %d, %s', (index, path, line, column) => {
    expect(sources[index]!.locate(path)).toEqual({ line, column });
  });

  test('the field name itself', () => {
    expect(sources[0]!.locate('spec.containers[0].image', 'key')).toEqual({ line: 13, column: 11 });
    expect(sources[0]).toMatchObject({ file: 'list.yaml', line: 5, column: 5 });
  });
});
