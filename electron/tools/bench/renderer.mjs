// Measures the window: main thread's busy time per frame with 200 nodes and 2,000 pods, while panning (cards and tiles) and during a roll-out.
// Runs the real browser host on the real engine. Prints one line a run; exits 1 when nothing could be measured.
//   node electron/tools/bench/renderer.mjs [--nodes 200] [--pods 2000] [--json] [--parts]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';

const root = resolve(import.meta.dirname, '../../..');
const { values } = parseArgs({
  options: {
    nodes: { type: 'string' },
    pods: { type: 'string' },
    json: { type: 'boolean', default: false },
    parts: { type: 'boolean', default: false },
  },
});
const NODES = Number(values.nodes ?? 200);
const PODS = Number(values.pods ?? 2000);
/** Pods of the Deployment that is rolled; the others are bound already. */
const ROLLED = Math.min(200, Math.floor(PODS / 10));
const AIM_MS = 10;

/** The scenario as YAML: nodes in three zones, bound pods, one Deployment. */
function scenario() {
  const documents = [];
  for (let i = 0; i < NODES; i++) {
    const labels = { 'topology.kubernetes.io/zone': `zone-${'abc'[i % 3]}`, disk: i % 2 ? 'ssd' : 'hdd' };
    const resources = { cpu: '16', memory: '64Gi', pods: '110' };
    documents.push({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `node-${i + 1}`, labels },
      spec: {},
      status: { capacity: resources, allocatable: resources },
    });
  }
  const container = { name: 'app', image: 'nginx:1.29', resources: { requests: { cpu: '500m', memory: '512Mi' } } };
  for (let i = 0; i < PODS - ROLLED; i++) {
    const metadata = { name: `app${i % 9}-${i}`, namespace: 'default', labels: { app: `app${i % 9}` } };
    documents.push({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { nodeName: `node-${(i % NODES) + 1}`, containers: [container] },
    });
  }
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } };
  documents.push({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: ROLLED, selector: { matchLabels: { app: 'web' } }, template },
  });
  return documents.map((document) => JSON.stringify(document)).join('\n---\n');
}

/** Starts the browser host on the scenario and answers with its address. */
function startHost(folder) {
  const file = join(folder, 'bench.yaml');
  writeFileSync(file, scenario());
  const node = join(root, 'node_modules/.bin/node');
  const host = spawn(node, ['electron/serve/main.ts', file], {
    cwd: root,
    env: { ...process.env, STOWAGE_USER_DATA: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = new Promise((done, fail) => {
    let text = '';
    host.stdout.on('data', (data) => {
      text += data;
      const found = /http:\/\/\S+/.exec(text);
      if (found) done(found[0]);
    });
    host.on('exit', (code) => fail(new Error(`the host ended with ${code}`)));
  });
  return { host, url };
}

/** A Chromium to measure in: the installed one, else Playwright's own. */
async function launch() {
  const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  return chromium.launch({ args: ['--no-sandbox'], ...(installed ? { executablePath: installed } : {}) });
}

/** Processor milliseconds of the page's main thread for each frame of a trace: all tasks between two frames' beginnings. */
function busyPerFrame(trace) {
  const events = trace.traceEvents ?? trace;
  const frames = new Map();
  for (const event of events) {
    if (event.name !== 'ProxyMain::BeginMainFrame' || (event.ph !== 'X' && event.ph !== 'B')) continue;
    const thread = `${event.pid}/${event.tid}`;
    frames.set(thread, [...(frames.get(thread) ?? []), event.ts]);
  }
  const [thread, starts] = [...frames].sort((a, b) => b[1].length - a[1].length)[0] ?? ['', []];
  const edges = [...new Set(starts)].sort((a, b) => a - b).filter((at, index, all) => index === 0 || at - all[index - 1] > 4000);
  const tasks = events.filter((event) => event.name === 'RunTask' && event.ph === 'X' && `${event.pid}/${event.tid}` === thread);
  tasks.sort((a, b) => a.ts - b.ts);
  const busy = new Array(Math.max(0, edges.length - 1)).fill(0);
  let frame = 0;
  for (const task of tasks) {
    while (frame < busy.length && task.ts >= edges[frame + 1]) frame++;
    if (frame < busy.length && task.ts >= edges[0] - 4000) busy[frame] += (task.tdur ?? task.dur) / 1000;
  }
  return busy;
}

/** What the main thread spent its time on, by the trace's own names, largest first. */
function parts(trace) {
  const events = trace.traceEvents ?? trace;
  const main = events.find((event) => event.name === 'ProxyMain::BeginMainFrame' && event.ph === 'X');
  const sums = new Map();
  for (const event of events) {
    if (event.ph !== 'X' || event.tid !== main?.tid || event.pid !== main?.pid) continue;
    const [count, total] = sums.get(event.name) ?? [0, 0];
    sums.set(event.name, [count + 1, total + (event.tdur ?? event.dur) / 1000]);
  }
  const rows = [...sums].sort((a, b) => b[1][1] - a[1][1]).slice(0, 14);
  return rows
    .map(([label, [count, total]]) => `    ${label.padEnd(44)} ${String(count).padStart(6)} x  ${total.toFixed(0)} ms`)
    .join('\n');
}

function summary(name, busy) {
  const sorted = [...busy].sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { name, frames: busy.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}

async function measure(browser, page, name, action) {
  await browser.startTracing(page, { categories: ['cc', 'disabled-by-default-devtools.timeline', 'devtools.timeline', 'blink'] });
  await action();
  const trace = JSON.parse((await browser.stopTracing()).toString());
  if (values.parts) process.stdout.write(`${name}\n${parts(trace)}\n`);
  return summary(name, busyPerFrame(trace));
}

/** Drags the background to and fro, one pointer move a frame. */
async function pan(page, forMs) {
  const box = await page.locator('.canvas').boundingBox();
  const middle = { x: box.x + box.width * 0.6, y: box.y + box.height * 0.55 };
  const client = await page.context().newCDPSession(page);
  const mouse = (type, x, y) =>
    client.send('Input.dispatchMouseEvent', {
      type,
      x,
      y,
      button: 'left',
      buttons: 1,
      clickCount: type === 'mouseMoved' ? 0 : 1,
    });
  // Between two cards, where the background is.
  const start = await page.evaluate(({ x, y }) => {
    for (let dy = 0; dy < 300; dy += 3) {
      for (let dx = 0; dx < 300; dx += 3) {
        const hit = document.elementFromPoint(x + dx, y + dy);
        if (hit?.classList.contains('react-flow__pane')) return { x: x + dx, y: y + dy };
      }
    }
    return { x, y };
  }, middle);
  await mouse('mousePressed', start.x, start.y);
  const until = Date.now() + forMs;
  for (let step = 0; Date.now() < until; step++) {
    const angle = step / 18;
    await mouse('mouseMoved', start.x - 220 * Math.sin(angle), start.y + 120 * Math.sin(angle * 1.3));
    await new Promise((done) => setTimeout(done, 14));
  }
  await mouse('mouseReleased', start.x, start.y);
}

async function zoomTo(page, percent) {
  const label = page.locator('.zoom-value');
  const box = await page.locator('.canvas').boundingBox();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5);
  for (let tries = 0; tries < 40 && Number.parseInt(await label.textContent(), 10) < percent; tries++) {
    await page.mouse.wheel(0, -60);
    await page.waitForTimeout(60);
  }
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-bench-'));
  const { host, url } = startHost(folder);
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(await url);
    await page.locator('.card').first().waitFor();
    const send = (key) => page.keyboard.press(key);
    for (let i = 0; i < 5; i++) await send(']'); // 100x until all run
    await send(' ');
    await page.waitForFunction(() => document.querySelectorAll('.lane-active .queue-item').length === 0, undefined, {
      timeout: 120_000,
    });
    await page.waitForTimeout(1500);
    await send(' ');
    const results = [];
    results.push(await measure(browser, page, 'pan, all nodes as tiles', () => pan(page, 4000)));
    await zoomTo(page, 55);
    results.push(await measure(browser, page, 'pan, cards', () => pan(page, 4000)));
    await send('f');
    await page.waitForTimeout(600);
    for (let i = 0; i < 2; i++) await send('['); // 10x
    await page.locator('.workloads [data-key="Deployment/default/web"]').click();
    await page.locator('.workloads [data-key="Deployment/default/web"]').click({ button: 'right' });
    await page.locator('[data-action="restart"]').click();
    await page.locator('.transport .play').click();
    results.push(await measure(browser, page, 'roll-out at 10x, tiles', () => page.waitForTimeout(6000)));
    await zoomTo(page, 55);
    results.push(await measure(browser, page, 'roll-out at 10x, cards, while panning', () => pan(page, 5000)));
    report(results);
    return results.every((result) => result.frames > 30) ? 0 : 1;
  } finally {
    await browser.close();
    host.removeAllListeners('exit');
    host.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(results) {
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ nodes: NODES, pods: PODS, aimMs: AIM_MS, results })}\n`);
    return;
  }
  process.stdout.write(
    `window: ${NODES} nodes, ${PODS} pods; main thread's busy milliseconds per frame (aim: 95% under ${AIM_MS})\n`,
  );
  for (const { name, frames, p50, p95, max } of results) {
    process.stdout.write(
      `  ${name.padEnd(40)} ${String(frames).padStart(4)} frames  median ${p50.toFixed(1)}  95% ${p95.toFixed(1)}  most ${max.toFixed(1)}\n`,
    );
  }
}

process.exitCode = await main();
