import type { Hasher } from '#shared/core/hash.ts';
import type { Component } from './client/types.ts';

/** Name under which all controllers together are stopped and started. */
export const CONTROLLER_MANAGER = 'kube-controller-manager';

/** The components of one cluster in the order in which they start, and whether each is to run. */
export class ComponentSet {
  readonly #controllers: ReadonlySet<Component>;
  #components: readonly Component[];
  readonly #stopped = new Set<Component>();
  #started = false;

  /** `others` come before the controllers. */
  constructor(others: readonly Component[], controllers: readonly Component[]) {
    this.#components = [...others, ...controllers];
    this.#controllers = new Set(controllers);
  }

  /** Starts what is not stopped; later calls do nothing. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    for (const component of this.#components) if (!this.#stopped.has(component)) component.start();
  }

  /** A further component, after another one (last without one); it starts at once when the others have. */
  insert(component: Component, after?: Component): void {
    const place = after === undefined ? -1 : this.#components.indexOf(after);
    this.#components = this.#components.toSpliced(place < 0 ? this.#components.length : place + 1, 0, component);
    if (this.#started) component.start();
  }

  /** Stops a component and forgets it. */
  remove(component: Component): void {
    if (this.#started && !this.#stopped.has(component)) component.stop();
    this.#stopped.delete(component);
    this.#components = this.#components.filter((other) => other !== component);
  }

  /** Stops or starts by name, `kube-controller-manager` being all controllers. False when there is none of that name. */
  switch(name: string, running: boolean): boolean {
    const named = this.#components.filter((component) =>
      name === CONTROLLER_MANAGER ? this.#controllers.has(component) : component.name === name,
    );
    const changing = named.filter((component) => this.#stopped.has(component) === running);
    for (const component of changing) {
      if (running) this.#stopped.delete(component);
      else this.#stopped.add(component);
      if (!this.#started) continue;
      if (running) component.start();
      else component.stop();
    }
    return named.length > 0;
  }

  /** Whether any component of that name is to run; parts of the cluster that are no components always do. */
  runs(name: string): boolean {
    const named = this.#components.filter((component) =>
      name === CONTROLLER_MANAGER ? this.#controllers.has(component) : component.name === name,
    );
    return named.length === 0 || named.some((component) => !this.#stopped.has(component));
  }

  /** Name, state and queue of each. */
  list(): readonly { name: string; running: boolean; queued: number }[] {
    return this.#components.map((component) => ({
      name: component.name,
      running: !this.#stopped.has(component),
      queued: component.queued(),
    }));
  }

  /** Mixes state and queue lengths into a digest. */
  digest(hasher: Hasher): void {
    for (const { name, running, queued } of this.list())
      hasher
        .text(name)
        .word(running ? 1 : 0)
        .word(queued);
  }
}
