import { describe, expect, test } from 'vitest';
import { type Module, missing, readModule, readModules } from './tidy/modules.ts';
import { entryPoints, isTest, type Layer, layers, testSupport, unitOf } from './tidy/rules.ts';

const MAX_LINES = 500;
const modules = readModules();
const sources = [...modules.values()].filter((module) => !isTest(module.path));

function layerOf(path: string): Layer | undefined {
  return layers.find((layer) => layer.files.test(path));
}

/** What is wrong with the imports of one file. */
function importFaults(module: Module): string[] {
  const layer = layerOf(module.path);
  if (!layer) return [`${module.path}: belongs to no layer of the table`];
  const faults: string[] = [];
  for (const { path } of module.local) {
    if (missing(path)) faults.push(`${module.path}: imports ${path}, which does not exist`);
    else if (!layer.files.test(path) && !layer.mayImport.some((pattern) => pattern.test(path))) {
      faults.push(`${module.path}: ${layer.name} may not import ${path}`);
    } else if (unitOf(module.path) !== undefined && unitOf(path) !== undefined && unitOf(path) !== unitOf(module.path)) {
      faults.push(`${module.path}: may not reach into its neighbour ${path}`);
    }
  }
  for (const name of module.packages)
    if (!layer.packages.test(name)) faults.push(`${module.path}: ${layer.name} may not import the package ${name}`);
  return faults;
}

/** Files reached from these, types included. */
function reach(from: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const open = [...from];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    open.push(...(modules.get(path)?.local.map((target) => target.path) ?? []));
  }
  return seen;
}

describe('the house is tidy', () => {
  test('imports keep to the table of architecture.md', () => {
    expect(sources.flatMap(importFaults)).toEqual([]);
  });

  test('engine and shared are pure: no wall time, no chance, no timers, no locale, nothing asynchronous', () => {
    const pure = sources.filter((module) => /^(?:shared|electron\/engine)\//.test(module.path) && !testSupport.test(module.path));
    expect(pure.length).toBeGreaterThan(50);
    expect(pure.flatMap((module) => module.impure.map(({ what, line }) => `${module.path}:${line}: ${what}`))).toEqual([]);
  });

  test('no file is dead', () => {
    const product = reach(entryPoints);
    const tested = reach([...modules.keys()].filter(isTest));
    const dead = sources.filter(({ path }) => !product.has(path) && !(testSupport.test(path) && tested.has(path)));
    expect(dead.map((module) => module.path)).toEqual([]);
  });

  test(`no file is longer than ${MAX_LINES} lines`, () => {
    expect(
      [...modules.values()].filter((module) => module.lines > MAX_LINES).map((module) => `${module.path}: ${module.lines}`),
    ).toEqual([]);
  });
});

describe('the rules can fail', () => {
  test.each([
    [
      'electron/engine/scheduler/queue/x.ts',
      "import { store } from '#engine/store/store.ts';",
      /may not import electron\/engine\/store|does not exist/,
    ],
    ['electron/engine/controllers/replicaset/x.ts', "import '../deployment/controller.ts';", /neighbour|does not exist/],
    ['shared/core/x.ts', "import { z } from 'zod';", /may not import the package zod/],
    ['renderer/panels/x.tsx', "import { ReactFlow } from 'reactflow';", /may not import the package reactflow/],
    ['renderer/graph/x.ts', "import { useState } from 'react';", /may not import the package react/],
    ['electron/preload.ts', "import { readFileSync } from 'node:fs';", /may not import the package node:fs/],
    [
      'electron/session/x.ts',
      "export * from '../engine/types.ts'; const a = import('../engine/sim/clock.ts');",
      /may not import electron\/engine\/sim/,
    ],
    ['somewhere/x.ts', '', /no layer/],
  ])('%s: %s', (path, text, fault) => {
    expect(importFaults(readModule(path, text)).join('\n')).toMatch(fault);
  });

  test.each([
    ['const now = Date.now();', 'Date'],
    ['const now = new Date();', 'Date'],
    ['const x = Math.random();', 'Math.random'],
    ['setTimeout(f, 1);', 'setTimeout'],
    ['names.sort((a, b) => a.localeCompare(b));', 'localeCompare'],
    ['const f = async () => 1;', 'async'],
    ['await f();', 'await'],
    ['const t = performance.now();', 'performance.now'],
    ['n.toLocaleString();', 'toLocaleString'],
  ])('%s is impure', (text, what) => {
    expect(readModule('shared/core/x.ts', text).impure.map((fault) => fault.what)).toContain(what);
  });

  test('names of properties and types are no uses', () => {
    const text =
      "interface A { process: string; Date: number } const a = { process: '1' }; a.process; type B = A['Date']; // Math.random()";
    expect(readModule('shared/core/x.ts', text).impure).toEqual([]);
  });
});
