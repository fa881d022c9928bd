import type { Page, TestInfo } from '@playwright/test';
import { type App, expect, test } from './fixtures.ts';
import { FULL, PROBED, ROLLOUT, WORKLOADS } from './scenarios.ts';
import { Ui } from './ui.ts';

test('Korean: the whole window at once, and again after a restart', async ({ app }) => {
  await app.openLibrary('04-priorities-and-preemption');
  const { page } = app;
  await page.getByRole('button', { name: 'Language: English. Switch to Korean' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
  await expect(page.getByRole('button', { name: '재생' })).toBeVisible();
  await expect(page.getByRole('group', { name: /^노드 node-a/ })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('우선순위와 선점');
  // What is left in Latin letters are names, units and the field's own terms.
  const english = await page.evaluate(() => {
    const left = [
      'Machines',
      'Workloads',
      'Unschedulable',
      'Explain',
      'Events',
      'Scheduling queue',
      'Play',
      'Library',
      'unsaved',
    ];
    const said = [...document.querySelectorAll('[aria-label]')].map((element) => element.getAttribute('aria-label')).join('\n');
    const text = `${document.body.innerText}\n${said}`;
    return left.filter((word) => new RegExp(`\\b${word}\\b`).test(text));
  });
  expect(english).toEqual([]);
  if (app.electron) {
    await expect
      .poll(() =>
        app.electron?.evaluate(({ Menu }) =>
          Menu.getApplicationMenu()
            ?.items.map((item) => item.label)
            .join(' '),
        ),
      )
      .toContain('파일');
  }
  await app.page.reload();
  await expect(page.getByRole('button', { name: '재생' })).toBeVisible();
});

test('a Korean system starts in Korean', async ({ stopped: app }) => {
  await app.start({ language: 'ko' });
  await expect(app.page.locator('html')).toHaveAttribute('lang', 'ko');
  await expect(
    app.page.getByRole('heading', { name: '아직 노드가 없습니다' }).or(app.page.getByRole('button', { name: '재생' })),
  ).not.toHaveCount(0);
});

test('dark and light: by the system, by the button, kept over a reload', async ({ app }) => {
  const { page } = app;
  const html = page.locator('html');
  const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await expect(html).toHaveAttribute('data-theme', 'dark');
  const dark = await background();
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(html).toHaveAttribute('data-theme', 'light');
  expect(await background()).not.toBe(dark);
  await page.getByRole('button', { name: 'Switch between dark and light' }).click();
  await expect(html).toHaveAttribute('data-theme', 'dark');
  expect(await background()).toBe(dark);
  await page.reload();
  await expect(html).toHaveAttribute('data-theme', 'dark');

  // What is painted by hand follows: the same picture as after a fresh start in that theme.
  const timeline = (): Promise<string> =>
    page
      .getByRole('slider', { name: 'Timeline' })
      .locator('canvas')
      .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  await page.getByRole('button', { name: 'Switch between dark and light' }).click();
  await expect(html).toHaveAttribute('data-theme', 'light');
  const switched = await timeline();
  await page.reload();
  await expect(html).toHaveAttribute('data-theme', 'light');
  await expect.poll(timeline).toBe(switched);
});

/** Names of the elements that Web Animations or CSS move while a roll-out plays. */
async function movedWhile(page: Page, task: () => Promise<void>): Promise<string[]> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    (window as unknown as { moved: Set<string> }).moved = seen;
    const look = (): void => {
      for (const animation of document.getAnimations()) {
        const { target, getTiming } = animation.effect as KeyframeEffect;
        const { duration } = (animation.effect as KeyframeEffect).getTiming();
        void getTiming;
        const frames = (animation.effect as KeyframeEffect).getKeyframes();
        const moves = frames.some((frame) => frame.transform !== undefined || frame.translate !== undefined);
        if (moves && Number(duration) > 1 && target) seen.add(target.className.toString());
      }
      requestAnimationFrame(look);
    };
    look();
  });
  await task();
  return page.evaluate(() => [...(window as unknown as { moved: Set<string> }).moved].sort());
}

async function playRollout(app: App): Promise<void> {
  const ui = new Ui(app);
  await app.openText('shop.yaml', ROLLOUT);
  await ui.button('Play').click();
  await expect(app.page.getByRole('button', { name: 'shop, 4 of 4 ready' })).toBeVisible({ timeout: 30_000 });
  await ui.button('Pause').click();
}

test('pods fly to their node, but not for those who want less motion', async ({ stopped: app }) => {
  await app.start();
  expect(await movedWhile(app.page, () => playRollout(app))).not.toEqual([]);
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
  await app.page.reload();
  expect(await movedWhile(app.page, () => playRollout(app))).toEqual([]);
});

interface AxNode {
  ignored: boolean;
  role?: { value?: string };
  name?: { value?: string };
  properties?: { name: string; value: { value?: unknown } }[];
  backendDOMNodeId?: number;
}

const ACTS = new Set([
  'button',
  'link',
  'textbox',
  'searchbox',
  'combobox',
  'checkbox',
  'radio',
  'slider',
  'spinbutton',
  'tab',
  'menuitem',
  'option',
  'dialog',
  'switch',
]);

/** Elements of the accessibility tree that act, or can have the focus, and have no name. */
async function nameless(page: Page): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page);
  const { nodes } = (await devtools.send('Accessibility.getFullAXTree')) as unknown as { nodes: AxNode[] };
  const acting = nodes.filter((node) => {
    const focusable = node.properties?.some((property) => property.name === 'focusable' && property.value.value === true);
    return !node.ignored && (ACTS.has(node.role?.value ?? '') || (focusable && node.role?.value !== 'RootWebArea'));
  });
  expect(acting.length).toBeGreaterThan(1);
  const without: string[] = [];
  for (const node of acting.filter((one) => (one.name?.value ?? '').trim() === '')) {
    const { node: element } = await devtools.send('DOM.describeNode', { backendNodeId: node.backendDOMNodeId ?? 0 });
    const attributes = element.attributes ?? [];
    // Chromium lets the keyboard scroll any overflowing box; only what the page itself makes reachable needs a name.
    if (ACTS.has(node.role?.value ?? '') || attributes[attributes.indexOf('tabindex') + 1] === '0') {
      without.push(`${node.role?.value}: <${element.localName} ${attributes.join(' ')}>`);
    }
  }
  await devtools.detach();
  return without;
}

test('everything that acts has a name, in the window and in each dialog', async ({ app }, info: TestInfo) => {
  const ui = new Ui(app);
  const { page } = app;
  const found: Record<string, string[]> = {};
  const look = async (where: string): Promise<void> => {
    const without = await nameless(page);
    if (without.length > 0) found[where] = without;
  };
  await look('empty');
  await app.openText('full.yaml', FULL);
  await ui.settle();
  await app.command({ type: 'cordon', node: 'node-b' });
  await look('canvas');
  await ui.card('node-a').click({ position: { x: 60, y: 12 } });
  await expect(ui.inspector().getByRole('heading', { name: 'node-a' })).toBeVisible();
  for (const tab of ['Details', 'YAML', 'Events', 'Admission']) {
    await ui.inspector().getByRole('tab', { name: tab }).click();
    await look(`node ${tab}`);
  }
  await ui.pod('web-1').click();
  await ui.inspector().getByRole('tab', { name: 'Why?' }).click();
  for (const tab of ['Explain', 'Events', 'Command output', 'Roll-out', 'Autoscaling', 'Refusals']) {
    await ui.dockTab(tab);
    await look(`dock ${tab}`);
  }
  for (const row of [
    'Pod',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'Job',
    'CronJob',
    'More',
    'Taint',
    'Label',
    'Budget',
    'Priority',
  ]) {
    await ui.palette(row).press('Enter');
    await expect(ui.dialog()).toBeVisible();
    await look(`dialog ${row}`);
    await page.keyboard.press('Escape');
    await expect(ui.dialog()).toBeHidden();
  }
  for (const item of ['Scenario library…', 'Keyboard shortcuts', 'About Stowage']) {
    await ui.fileMenu(item);
    await expect(ui.dialog()).toBeVisible();
    await look(item);
    await page.keyboard.press('Escape');
    await expect(ui.dialog()).toBeHidden();
  }
  await ui.card('node-a').click({ button: 'right', position: { x: 60, y: 12 } });
  await look('menu');
  await ui.menuItem('Drain…').click();
  await look('drain');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+K');
  await look('commands');
  await page.keyboard.press('Escape');

  await app.openText('everything.yaml', WORKLOADS);
  await ui.seek(20_000);
  for (const kind of ['Deployment shop', 'StatefulSet database', 'DaemonSet log-agent', 'Job convert', 'CronJob report']) {
    await page.getByRole('button', { name: new RegExp(`^${kind}, `) }).click();
    await ui.inspector().getByRole('tab', { name: 'Details' }).click();
    await look(kind);
  }
  await app.openText('probed.yaml', PROBED);
  await ui.seek(8000);
  await ui.pod('worker').click();
  await ui.inspector().getByRole('tab', { name: 'Details' }).click();
  await look('probes');
  await info.attach('nameless', { body: JSON.stringify(found, null, 2) });
  expect(found).toEqual({});
});
