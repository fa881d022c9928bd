import { openByDialog, putFile } from './files.ts';
import { type App, expect, test } from './fixtures.ts';
import { BAD, SHOWCASE, WORKLOADS } from './scenarios.ts';
import { Ui } from './ui.ts';

/** Lets notices, hover and running animations go, so that a picture shows the state and nothing else. */
async function calm(app: App): Promise<void> {
  await app.page.mouse.move(2, 2);
  const dismiss = app.page.getByRole('button', { name: /^(Dismiss|닫기)$/ });
  while ((await dismiss.count()) > 0) await dismiss.first().click();
  // What pulses for ever is stopped by the picture itself.
  const moving = (): Promise<number> =>
    app.page.evaluate(
      () =>
        document
          .getAnimations()
          .filter((one) => one.playState === 'running' && one.effect?.getTiming().iterations !== Number.POSITIVE_INFINITY).length,
    );
  await expect.poll(moving).toBe(0);
}

async function shoot(app: App, name: string): Promise<void> {
  await calm(app);
  await app.screenshot(name);
}

/** Shows all cards and waits until they have come to rest beside the queue. */
async function showAll(app: App): Promise<void> {
  const place = async (): Promise<string> => JSON.stringify(await new Ui(app).card('worker-1').boundingBox());
  const queue = await app.page.getByRole('region', { name: 'Scheduling queue' }).boundingBox();
  let before = '';
  await expect(async () => {
    await app.page.keyboard.press('f');
    const box = await new Ui(app).card('worker-1').boundingBox();
    expect(box?.x).toBeGreaterThan((queue?.x ?? 0) + (queue?.width ?? 0));
    const now = await place();
    const rested = now === before;
    before = now;
    expect(rested).toBe(true);
  }).toPass();
}

async function resize(app: App, width: number, height: number): Promise<void> {
  if (app.electron) {
    await app.electron.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
      {
        width,
        height,
      },
    );
  } else await app.page.setViewportSize({ width, height });
  await expect.poll(() => app.page.evaluate(() => [innerWidth, innerHeight])).toEqual([width, height]);
  await showAll(app);
}

/** The moment when the victims are leaving and the one they make room for waits. */
async function preemption(app: App): Promise<void> {
  const ui = new Ui(app);
  await app.openText('black-friday.yaml', SHOWCASE);
  await ui.seek(12_900);
  await app.page
    .getByRole('region', { name: 'Scheduling queue' })
    .getByRole('button', { name: /^checkout-peak/ })
    .click();
  await expect(ui.inspector().getByRole('status')).toContainText('It waits for room on');
  await showAll(app);
}

test('pictures of the main states', async ({ app }) => {
  const ui = new Ui(app);
  const { page } = app;
  await preemption(app);
  await shoot(app, 'main-dark');
  await resize(app, 1280, 800);
  await shoot(app, 'small-1280x800');
  await resize(app, 1920, 1080);
  await shoot(app, 'large-1920x1080');
  await resize(app, 1440, 900);
  await page.getByRole('button', { name: 'Switch between dark and light' }).click();
  await shoot(app, 'main-light');
  await page.getByRole('button', { name: 'Switch between dark and light' }).click();
  await page.getByRole('button', { name: /^Language: English/ }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
  await shoot(app, 'korean');
  await page.getByRole('button', { name: /^(언어|Language)/ }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');

  await ui.fileMenu('Scenario library…');
  await expect(ui.dialog('Scenario library').getByRole('button', { name: /First placement/ })).toBeVisible();
  await shoot(app, 'library');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+K');
  await ui.dialog('Commands').getByRole('combobox').fill('no');
  await shoot(app, 'command-palette');
  await page.keyboard.press('Escape');
  await ui.palette('Pod').press('Enter');
  await ui.dialog('New pod').getByRole('button', { name: 'Critical' }).click();
  await shoot(app, 'dialog-pod');
});

test('pictures of a drain, a roll-out, a waiting pod, a crash, a bad file', async ({ app }) => {
  const ui = new Ui(app);
  const drain = ui.dialog('Drain node-a');
  await app.openLibrary('07-drain-blocked-by-budget');
  await ui.seek(8000);
  for (const again of [false, true]) {
    await ui.card('node-a').click({ button: 'right', position: { x: 60, y: 12 } });
    await ui.menuItem('Drain…').click();
    await expect(drain.getByRole('listitem').first()).toContainText('blocked by budget');
    if (again) break;
    await drain.getByRole('button', { name: 'Drain', exact: true }).click();
    await expect(ui.dock().getByRole('log')).toContainText('kubectl drain');
    await ui.seek(9500);
    await expect(ui.dock().getByRole('log')).toContainText('will retry after 5s');
  }
  await shoot(app, 'drain-blocked');
  await app.page.keyboard.press('Escape');

  await app.openLibrary('08-rolling-update');
  await ui.seek(11_500);
  await app.page.getByRole('button', { name: /^Deployment web, \d of 6 ready/ }).click();
  await expect(ui.dock().getByRole('row', { name: /^2 current/ })).toBeVisible();
  await shoot(app, 'rollout');

  await app.openLibrary('01-first-placement');
  await ui.settle();
  await ui.seek(30_000);
  await ui.lane('Unschedulable').getByRole('button').first().click();
  await expect(ui.inspector().getByRole('status')).toContainText('No node fits.');
  await ui.dockTab('Explain');
  await shoot(app, 'why-pending');
  await ui
    .pod(/^Pod .*, running,/)
    .last()
    .click();
  await expect(ui.dock().getByRole('row', { name: /chosen/ })).toBeVisible();
  await shoot(app, 'explain-scores');

  await app.openLibrary('10-node-crash-and-eviction');
  await ui.seek(40_000);
  await ui.card('node-b').click({ position: { x: 60, y: 12 } });
  await ui.dockTab('Events');
  await shoot(app, 'node-crash');

  await openByDialog(app, putFile(app, 'bad.yaml', BAD));
  await expect(ui.dialog('The file could not be opened')).toBeVisible();
  await shoot(app, 'bad-file');
});

test('pictures of workloads, a StatefulSet on its way, refusals, a failing pod', async ({ app }) => {
  const ui = new Ui(app);
  const workload = (name: RegExp) => app.page.getByRole('region', { name: 'Workloads' }).getByRole('button', { name });
  await app.openText('night-shift.yaml', WORKLOADS);
  await ui.seek(34_000);
  await showAll(app);
  await workload(/^Job convert/).click();
  await ui.inspector().getByRole('tab', { name: 'Details' }).click();
  await shoot(app, 'workloads');

  await app.openLibrary('17-stateful-set');
  await ui.seek(45_500);
  await workload(/^StatefulSet db/).click();
  await ui.dockTab('Roll-out');
  await expect(ui.dock().getByRole('row', { name: /^2 current/ })).toBeVisible();
  await shoot(app, 'rollout-statefulset');

  await app.openLibrary('22-quota-and-limits');
  await ui.seek(30_000);
  await ui
    .pod(/^Pod web-/)
    .first()
    .click();
  await ui.inspector().getByRole('tab', { name: 'Admission' }).click();
  await expect(ui.inspector().getByRole('article').first()).toContainText('LimitRanger');
  await ui.dockTab('Refusals');
  await expect(ui.dock().getByRole('article').first()).toContainText('maximum cpu usage per Container');
  await shoot(app, 'refusals');

  await app.openLibrary('26-probes');
  await ui.seek(26_500);
  await ui.pod('worker').click();
  await ui.inspector().getByRole('tab', { name: 'Details' }).click();
  await expect(ui.inspector().getByRole('group', { name: /liveness/i })).toBeVisible();
  await ui.dockTab('Events');
  await shoot(app, 'probes');

  await app.openLibrary('28-crashes-and-repairs');
  await ui.seek(25_000);
  await ui.pod(/^Pod parser-/).click();
  await ui.inspector().getByRole('tab', { name: 'Details' }).click();
  await expect(ui.inspector()).toContainText('CrashLoopBackOff');
  await shoot(app, 'crash-loop');
});

test('pictures of node pressure, a zone outage, the control plane, autoscaling', async ({ app }) => {
  const ui = new Ui(app);
  await app.openLibrary('29-node-pressure');
  await ui.seek(20_000);
  await ui.card('node-a').click({ position: { x: 60, y: 12 } });
  await ui.inspector().getByRole('tab', { name: 'Details' }).click();
  await ui.dockTab('Events');
  await expect(ui.inspector()).toContainText('MemoryPressure');
  await shoot(app, 'node-pressure');

  await app.openLibrary('30-zone-outage');
  await ui.seek(48_000);
  await ui.card('a-1').click({ position: { x: 60, y: 12 } });
  await shoot(app, 'zone-outage');

  await app.openLibrary('32-static-pods');
  await ui.seek(45_000);
  await ui.pod('etcd-control-plane').click();
  await ui.inspector().getByRole('tab', { name: 'Details' }).click();
  await expect(ui.inspector()).toContainText('Static pod');
  await shoot(app, 'static-pods');

  await app.openLibrary('21-autoscaling-under-load');
  await ui.seek(118_000);
  await app.page.getByRole('button', { name: /^Deployment web/ }).click();
  await ui.inspector().getByRole('tab', { name: 'Details' }).click();
  await ui.dockTab('Autoscaling');
  await expect(ui.dock()).toContainText('waits until the wish is steady');
  await shoot(app, 'autoscaling');
});
