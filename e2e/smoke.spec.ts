import { expect, test } from './fixtures.ts';

test('the window opens, the first frame arrives, and nothing complains', async ({ app }) => {
  await expect(app.page).toHaveTitle(/Stowage/);
  const frame = await app.snapshot();
  expect(frame.snapshot).toBe(true);
  expect(frame.session.host).toBe(app.host);
  await expect(app.page.locator('#root > *').first()).toBeVisible();
  expect(app.errors).toEqual([]);
});

test('the page can reach neither Node nor the network, and runs no foreign script', async ({ app }) => {
  const reach = await app.page.evaluate(async () => {
    const scope = window as unknown as Record<string, unknown>;
    const attempt = async (task: () => unknown): Promise<string> => {
      try {
        return `done: ${String(await task())}`;
      } catch (error) {
        return (error as Error).name;
      }
    };
    return {
      globals: ['require', 'process', 'module', 'Buffer'].filter((name) => scope[name] !== undefined),
      network: await attempt(() => fetch('https://example.com/')),
      // In a task of its own: what Playwright evaluates itself is exempt from the policy.
      evaluation: await new Promise<string>((done) =>
        setTimeout(() => void attempt(() => new Function('return 1')()).then(done)),
      ),
      opened: window.open('https://example.com/') === null,
      inline: await new Promise<boolean>((done) => {
        const script = document.createElement('script');
        script.textContent = 'window.inlineRan = true';
        document.body.append(script);
        setTimeout(() => done(scope.inlineRan === true), 50);
      }),
    };
  });
  expect(reach.globals).toEqual([]);
  expect(reach.network).toBe('TypeError');
  expect(reach.evaluation).toBe('EvalError');
  expect(reach.inline).toBe(false);
  if (app.host === 'electron') expect(reach.opened).toBe(true);
});

test('Electron: only the bridge is exposed, and the window is hardened', async ({ app }) => {
  const bridge = await app.page.evaluate(() => Object.keys((window as unknown as { stowage?: object }).stowage ?? {}).sort());
  if (!app.electron) {
    expect(bridge).toEqual([]);
    return;
  }
  expect(bridge).toEqual(['ack', 'command', 'control', 'onFrame', 'protocolVersion', 'query', 'resync']);
  const preferences = await app.electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } = contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag };
  });
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
  });
  await app.page.evaluate(() => {
    location.href = 'https://example.com/';
  });
  await app.page.waitForTimeout(300);
  expect(app.page.url()).toContain('https://stowage.invalid/');
});

test('bad messages are refused as values', async ({ app }) => {
  if (!app.electron) return;
  const reply = await app.page.evaluate(() =>
    (
      window as unknown as { stowage: { command(value: unknown): Promise<{ ok: boolean; error?: { code: string } }> } }
    ).stowage.command({ type: 'launchMissiles' }),
  );
  expect(reply).toMatchObject({ ok: false, error: { code: 'BadMessage' } });
});
