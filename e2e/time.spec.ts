import { expect, test } from './fixtures.ts';
import { ROLLOUT } from './scenarios.ts';
import { Ui } from './ui.ts';

test('play, pause, one step, resume', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('shop.yaml', ROLLOUT);
  const now = async (): Promise<number> => (await app.snapshot()).nowMs;
  const clock = app.page.getByRole('timer', { name: 'Virtual time' });
  const start = await clock.textContent();
  await ui.button('Play').click();
  await expect(clock).not.toHaveText(start ?? '');
  await ui.button('Pause').click();
  await expect(ui.button('Play')).toBeVisible();

  // Sixty pictures later the clock still stands.
  const paused = await now();
  const shown = await clock.textContent();
  await app.page.evaluate(
    () =>
      new Promise<void>((done) => {
        let left = 60;
        const next = (): void => {
          left--;
          if (left === 0) done();
          else requestAnimationFrame(next);
        };
        next();
      }),
  );
  expect(await now()).toBe(paused);
  await expect(clock).toHaveText(shown ?? '');

  const before = (await app.snapshot()).toRevision;
  await ui.button('One step (one write)').click();
  await expect.poll(async () => (await app.snapshot()).toRevision).toBeGreaterThan(before);
  expect((await app.snapshot()).session.playing).toBe(false);
  const stepped = await now();
  await ui.button('One step back').click();
  await expect.poll(async () => (await app.snapshot()).toRevision).toBe(before);

  await ui.button('Play').click();
  await expect(ui.button('Pause')).toBeVisible();
  await expect.poll(now).toBeGreaterThan(stepped);
});

test('back and forth in time gives the same state', async ({ app }) => {
  const ui = new Ui(app);
  await app.openLibrary('04-priorities-and-preemption');
  await ui.seek(10_000);
  const early = await app.digest();
  await ui.seek(40_000);
  const late = await app.digest();
  expect(late).not.toBe(early);
  await expect(ui.pod('payment')).toBeVisible();

  await ui.timeline().focus();
  await app.page.keyboard.press('Home');
  await expect(ui.timeline()).toHaveAttribute('aria-valuenow', '0');
  await expect(ui.pod('payment')).toBeHidden();
  await app.page.keyboard.press('PageUp');
  await expect(ui.timeline()).toHaveAttribute('aria-valuenow', '10000');
  expect(await app.digest()).toBe(early);
  for (const atMs of ['20000', '30000', '40000']) {
    await app.page.keyboard.press('PageUp');
    await expect(ui.timeline()).toHaveAttribute('aria-valuenow', atMs);
  }
  expect(await app.digest()).toBe(late);
  await expect(ui.pod('payment')).toBeVisible();
});

test('undo takes a command back, redo gives it again', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('shop.yaml', ROLLOUT);
  const before = await app.digest();
  await app.command({ type: 'cordon', node: 'node-a' });
  const after = await app.digest();
  await expect(ui.card('node-a')).toContainText('cordoned');
  await app.page.keyboard.press('ControlOrMeta+Z');
  await expect(ui.card('node-a')).not.toContainText('cordoned');
  expect(await app.digest()).toBe(before);
  await app.page.keyboard.press('ControlOrMeta+Shift+Z');
  await expect(ui.card('node-a')).toContainText('cordoned');
  expect(await app.digest()).toBe(after);
});
