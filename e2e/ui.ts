import { expect, type Locator, type Page } from '@playwright/test';
import type { App } from './fixtures.ts';

/** What a person sees and touches, found by role and name. English unless said. */
export class Ui {
  private readonly app: App;

  constructor(app: App) {
    this.app = app;
  }

  get page(): Page {
    return this.app.page;
  }

  /** Card of a node on the canvas. */
  card(name: string): Locator {
    return this.page.getByRole('group', { name: new RegExp(`^Node ${name},`) });
  }

  /** Picture of a pod in a node's card. */
  pod(name: string | RegExp): Locator {
    return this.page
      .getByRole('main', { name: 'Canvas' })
      .getByRole('button', { name: typeof name === 'string' ? new RegExp(`^Pod ${name},`) : name });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  dialog(name?: string | RegExp): Locator {
    return name === undefined ? this.page.getByRole('dialog') : this.page.getByRole('dialog', { name });
  }

  menuItem(name: string | RegExp): Locator {
    return this.page.getByRole('menuitem', { name });
  }

  /** Row of the palette, by the beginning of its name. */
  palette(name: string): Locator {
    return this.page.getByRole('complementary', { name: 'Palette' }).getByRole('button', { name: new RegExp(`^${name}\\b`) });
  }

  inspector(): Locator {
    return this.page.getByRole('complementary', { name: 'Inspector' });
  }

  dock(): Locator {
    return this.page.getByRole('region', { name: 'Details at the bottom' });
  }

  lane(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  timeline(): Locator {
    return this.page.getByRole('slider', { name: 'Timeline' });
  }

  async fileMenu(item: string): Promise<void> {
    await this.button(/^Stowage, File/).click();
    await this.menuItem(item).click();
  }

  async dockTab(name: string): Promise<Locator> {
    await this.dock().getByRole('tab', { name }).click();
    return this.dock().getByRole('tabpanel');
  }

  /** Presses at `from`, moves in a few strides, lets go at a client point. */
  async drag(from: Locator, to: { x: number; y: number }): Promise<void> {
    const box = await boxOf(from);
    const start = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await this.page.mouse.move(start.x, start.y);
    await this.page.mouse.down();
    for (let stride = 1; stride <= 6; stride++) {
      await this.page.mouse.move(start.x + ((to.x - start.x) * stride) / 6, start.y + ((to.y - start.y) * stride) / 6);
    }
    await this.page.mouse.up();
  }

  /** Centre of an element, in client pixels. */
  async middle(of: Locator): Promise<{ x: number; y: number }> {
    const box = await boxOf(of);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  /** A place on the canvas that no card, panel or button covers. */
  async freePlace(): Promise<{ x: number; y: number }> {
    const place = await this.page.evaluate(() => {
      const pane = document.querySelector('.react-flow__pane')!;
      const { left, top, right, bottom } = pane.getBoundingClientRect();
      for (let y = bottom - 140; y > top + 140; y -= 20) {
        for (let x = right - 180; x > left + 300; x -= 20) if (document.elementFromPoint(x, y) === pane) return { x, y };
      }
      return null;
    });
    if (!place) throw new Error('the canvas is covered everywhere');
    return place;
  }

  /** Opens a scenario as a person does: menu, library, search, click. */
  async openFromLibrary(search: string, title: string | RegExp): Promise<void> {
    await this.fileMenu('Scenario library…');
    const library = this.dialog('Scenario library');
    await library.getByRole('searchbox').fill(search);
    await library.getByRole('button', { name: title }).click();
    await expect(library).toBeHidden();
  }

  /** Runs until the cluster is quiet, by the transport's button. */
  async settle(): Promise<void> {
    await this.button('Run until quiet').click();
    await expect.poll(async () => (await this.app.snapshot()).session.quiet).toBe(true);
  }

  /** Goes to a virtual time by the session and waits until the window shows it. */
  async seek(atMs: number): Promise<void> {
    const answer = await this.app.bridge.control({ type: 'seek', atMs });
    expect(answer.ok).toBe(true);
    await expect(this.timeline()).toHaveAttribute('aria-valuenow', String(atMs));
  }

  /** Presses Tab until the focus is on an element that a name fits. */
  async tabTo(name: RegExp, most = 80): Promise<void> {
    for (let presses = 0; presses < most; presses++) {
      await this.page.keyboard.press('Tab');
      const focused = await this.page.evaluate(() => {
        const element = document.activeElement as HTMLElement | null;
        return element?.getAttribute('aria-label') ?? element?.innerText ?? '';
      });
      if (name.test(focused.replace(/\s+/g, ' ').trim())) return;
    }
    throw new Error(`Tab does not reach ${name} within ${most} presses`);
  }
}

async function boxOf(of: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  await expect(of).toBeVisible();
  const box = await of.boundingBox();
  if (!box) throw new Error('the element has no box');
  return box;
}
