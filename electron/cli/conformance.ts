import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { parseJsonLines } from '#engine/conformance/read.ts';
import { aspects, runSchedulerConformance, type SchedulerCase } from '#engine/conformance/scheduler.ts';
import type { ConformanceFamily, ConformanceReport, LaterCase } from '#engine/conformance/types.ts';
import { otherTopics } from './conformanceTopics.ts';

const root = resolve(import.meta.dirname, '../..');
const captured = resolve(root, '../shared/conformance');
const sample = join(root, 'electron/engine/conformance/testdata');

/** Text of a file, unpacked when its name says so. */
function readText(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Families of scheduler decisions in a directory, by name. */
function readFamilies(directory: string): Map<string, SchedulerCase[]> {
  const families = new Map<string, SchedulerCase[]>();
  for (const file of readdirSync(directory).sort()) {
    if (!/\.jsonl(\.gz)?$/.test(file)) continue;
    families.set(file.replace(/\.jsonl(\.gz)?$/, ''), parseJsonLines<SchedulerCase>(readText(join(directory, file))));
  }
  return families;
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** Ids of later cases by reason, with runs of numbers drawn together. */
function printLater(name: string, later: readonly LaterCase[]): void {
  const byReason = new Map<string, string[]>();
  for (const { id, why } of later) byReason.set(why, [...(byReason.get(why) ?? []), id.replace(`${name}-`, '')]);
  for (const [why, ids] of [...byReason].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  later ${name} (${ids.length}, ${why}): ${ids.join(' ')}`);
}

function printDetails(families: readonly ConformanceFamily[]): void {
  for (const { name, later } of families) printLater(name, later);
  for (const { disagree } of families) {
    for (const { id, what, expected, got } of disagree)
      console.log(`  DISAGREES ${id}: ${what}\n    expected ${expected}\n    got      ${got}`);
  }
}

function printScheduler(directory: string): ConformanceReport {
  const report = runSchedulerConformance(readFamilies(directory));
  const rows = [['family', ...aspects, 'cases', 'later']];
  for (const family of report.families) {
    const counts = aspects.map((aspect) => `${family.aspects[aspect].agree}/${family.aspects[aspect].total}`);
    rows.push([family.name, ...counts, `${family.agree}/${family.total}`, String(family.later.length)]);
  }
  console.log('scheduler (agree/total)');
  printTable(rows);
  printDetails(report.families);
  return report;
}

function printReport(report: ConformanceReport): void {
  console.log(`\n${report.topic} (agree/total)`);
  printTable([
    ['family', 'cases', 'later'],
    ...report.families.map(({ name, agree, total, later }) => [name, `${agree}/${total}`, String(later.length)]),
  ]);
  printDetails(report.families);
}

/** Compares the engine with what a real Kubernetes did. Ends with 1 when a case that should agree does not, with 2 when there is nothing to compare. */
function main(): number {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  const data = values.data === undefined ? (existsSync(captured) ? captured : sample) : resolve(values.data);
  if (!existsSync(data)) {
    console.error(`There is no directory ${data}. Give the captured facts with --data DIR.`);
    return 2;
  }
  console.log(`Comparing with ${data}\n`);
  const reports: ConformanceReport[] = [];
  if (existsSync(join(data, 'scheduler'))) reports.push(printScheduler(join(data, 'scheduler')));
  for (const topic of otherTopics) {
    const report = topic(data, readText);
    if (report === undefined) continue;
    printReport(report);
    reports.push(report);
  }
  const families = reports.flatMap((report) => report.families);
  const sum = (of: (family: ConformanceFamily) => number) => families.reduce((total, family) => total + of(family), 0);
  const [agree, total, later] = [
    sum((family) => family.agree),
    sum((family) => family.total),
    sum((family) => family.later.length),
  ];
  console.log(`\n${agree} of ${total} cases agree; ${later} need a later issue.`);
  if (total === 0) {
    console.error('No cases were found.');
    return 2;
  }
  return agree === total ? 0 : 1;
}

process.exitCode = main();
