import { basename } from 'node:path';
import { createSimulation } from '#engine/index.ts';
import type { SimulationOptions } from '#engine/types.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import type { Comparison, Problem, Variant } from '#shared/protocol/index.ts';
import { parseSchedulers } from '#shared/scenario/index.ts';
import { compareSides, VariantRun } from '../session/compare.ts';
import { readTextFile } from '../session/files.ts';
import type { Playground } from '../session/playground.ts';

async function variantOf(path: string): Promise<Result<Variant, Problem[]>> {
  const text = await readTextFile(path);
  if (!text.ok) return err(text.error.map((problem) => ({ ...problem, file: path })));
  const schedulers = parseSchedulers(text.value, path);
  return schedulers.ok
    ? ok({ label: basename(path).replace(/\.(?:ya?ml|json)$/i, ''), schedulers: schedulers.value })
    : schedulers;
}

/**
 * Runs a scenario with its own configuration and with that of a file, or with those of two files, and compares. All problems of all files are told at
 * once.
 */
export async function compareFiles(
  playground: Playground,
  paths: readonly string[],
  options: { untilMs: number | undefined; seed: number | undefined },
): Promise<Result<Comparison, Problem[]>> {
  const variants: Variant[] = paths.length > 1 ? [] : [{ label: 'scenario', schedulers: [] }];
  const problems: Problem[] = [];
  for (const path of paths) {
    const variant = await variantOf(path);
    if (variant.ok) variants.push(variant.value);
    else problems.push(...variant.error);
  }
  if (problems.length > 0) return err(problems);
  const { scenario, journal } = playground;
  const { seed, untilMs } = options;
  const create = (settings: SimulationOptions) => createSimulation(seed === undefined ? settings : { ...settings, seed });
  const sides: VariantRun[] = [];
  for (const variant of variants) {
    const side = VariantRun.start({ scenario, entries: journal.entries, untilMs }, variant, create);
    if (!side.ok) return side;
    side.value.advance();
    sides.push(side.value);
  }
  return ok(compareSides(sides[0]!, sides[1]!));
}
