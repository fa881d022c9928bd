/** State that AddPod and RemovePod change has to be cloneable, because preemption works on copies. */
export interface CloneableState {
  clone(): object;
}

/** Typed key of a plugin's cycle state. */
export interface StateKey<T extends object> {
  readonly name: string;
  /** Never set at run time; binds the type. */
  readonly type?: T | undefined;
}

/** Declares a key; `name` must be unique among plugins (upstream's convention: extension point + plugin). */
export function stateKey<T extends object>(name: string): StateKey<T> {
  return { name };
}

/** Scratch memory of one cycle, shared by the extension points of all plugins. Models pkg/scheduler/framework CycleState. */
export class CycleState {
  readonly #data = new Map<string, object>();
  /** Plugins whose PreFilter said Skip: their Filter does not run. */
  skipFilter: ReadonlySet<string> = new Set();
  /** Plugins whose PreScore said Skip: their Score does not run. */
  skipScore: ReadonlySet<string> = new Set();
  /** PreFilter left one node: answers about it are asked for once, so that keeping them would only cost. */
  oneNode = false;

  read<T extends object>(key: StateKey<T>): T | undefined {
    return this.#data.get(key.name) as T | undefined;
  }

  write<T extends object>(key: StateKey<T>, value: T): void {
    this.#data.set(key.name, value);
  }

  /** Copy for a what-if run; values without `clone` are shared because nobody changes them. */
  clone(): CycleState {
    const copy = new CycleState();
    for (const [name, value] of this.#data) copy.#data.set(name, isCloneable(value) ? value.clone() : value);
    copy.skipFilter = this.skipFilter;
    copy.skipScore = this.skipScore;
    copy.oneNode = this.oneNode;
    return copy;
  }
}

function isCloneable(value: object): value is CloneableState {
  return 'clone' in value && typeof value.clone === 'function';
}
