import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { hashText } from '../core/hash.ts';
import * as protocol from './index.ts';
import * as wire from './wire.ts';

/** Hash of all schemas, per version. A changed schema needs a new version here and in version.ts; old lines stay as a record. */
const hashes: Record<number, string> = {
  1: 'dc1d2bc5785ebcd2',
  2: 'cf0fc0850d5afb1d',
  3: 'd05beb71f285996f',
  4: '472e33af4e1de0cc',
  5: '2335240140947da1',
  6: '965bd174eaffdf60',
  7: '0c7fff8c543caec3',
  8: 'a362e3cb1d813157',
  9: '295a51cfbfa28742',
  10: 'a09641629506af96',
  11: 'f3568b83f6adafeb',
  12: '49a35665e6698024',
};

/** Each schema as JSON Schema text: two schemas with the same text accept the same messages. */
function schemaTexts(): string[] {
  const found: [string, z.ZodType][] = [];
  for (const [name, value] of Object.entries({ ...protocol, ...wire })) {
    if (value instanceof z.ZodType) found.push([name, value]);
    else if (name === 'queryReplySchemas') {
      for (const [type, schema] of Object.entries(value as Record<string, z.ZodType>)) found.push([`${name}.${type}`, schema]);
    }
  }
  return found
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => `${name} ${JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }))}`);
}

describe('protocol version', () => {
  test('the schemas are those of this version: bump PROTOCOL_VERSION when they change', () => {
    const texts = schemaTexts();
    expect(texts.length).toBeGreaterThan(20);
    expect(hashText(texts.join('\n'))).toBe(hashes[protocol.PROTOCOL_VERSION]);
  });

  test('a change of one field changes the hash', () => {
    const texts = schemaTexts().join('\n');
    expect(texts).toContain('"gracePeriodSeconds"');
    expect(hashText(texts.replace('"gracePeriodSeconds"', '"graceSeconds"'))).not.toBe(hashText(texts));
  });

  test('each command, control and query survives the wire', () => {
    const samples: unknown[] = [
      { kind: 'command', id: 1, payload: { type: 'cordon', node: 'a' } },
      {
        kind: 'command',
        id: 2,
        payload: {
          type: 'patch',
          ref: { kind: 'Pod', namespace: 'default', name: 'a' },
          patchType: 'merge',
          patch: { spec: null },
        },
      },
      { kind: 'control', id: 3, payload: { type: 'seek', atMs: 12.5 } },
      { kind: 'query', id: 4, payload: { type: 'fit', pod: { kind: 'Pod', namespace: 'default', name: 'a' } } },
      { kind: 'ack', epoch: 1, seq: 2 },
      { kind: 'resync' },
    ];
    for (const sample of samples) expect(wire.wireClientMessageSchema.parse(JSON.parse(JSON.stringify(sample)))).toEqual(sample);
  });
});
