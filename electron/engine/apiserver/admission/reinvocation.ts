import type { AnyObject } from '#shared/kube/types.ts';

/** What one plugin remembers between the first and the second pass over a request. */
interface PluginMemory {
  /** Hooks with reinvocationPolicy IfNeeded that have been asked since the last change by another one. */
  asked: Set<string>;
  /** Hooks to ask again in the second pass. */
  again: Set<string>;
  /** The object as the plugin left it. */
  output?: AnyObject;
}

/**
 * Whether the mutating plugins are to run a second time because a policy or a webhook changed the object, and which policies and webhooks are
 * asked again then. Models apiserver/pkg/admission ReinvocationContext, webhook/mutating and policy/mutating reinvocationcontext.
 */
export class Reinvocation {
  /** Whether this is the second pass. */
  second = false;
  /** Whether a second pass is needed. */
  wanted = false;
  readonly #memories = new Map<string, PluginMemory>();

  #memory(plugin: string): PluginMemory {
    const known = this.#memories.get(plugin);
    if (known !== undefined) return known;
    const made: PluginMemory = { asked: new Set(), again: new Set() };
    this.#memories.set(plugin, made);
    return made;
  }

  /** A plugin begins. In the second pass, an object that was changed since it was left means that hooks are asked again. */
  begin(plugin: string, object: AnyObject): void {
    const memory = this.#memory(plugin);
    if (this.second && memory.output !== object) this.#requireAgain(memory);
  }

  /** Whether a hook is asked in this pass. */
  asks(plugin: string, hook: string): boolean {
    return !this.second || this.#memory(plugin).again.has(hook);
  }

  /** A hook changed the object: all that were asked before it and want to be are asked again. */
  changed(plugin: string): void {
    this.#requireAgain(this.#memory(plugin));
    this.wanted = true;
  }

  /** A hook with reinvocationPolicy IfNeeded was asked. */
  askedAgainIfNeeded(plugin: string, hook: string): void {
    this.#memory(plugin).asked.add(hook);
  }

  /** A plugin is done and leaves the object like this. */
  end(plugin: string, object: AnyObject): void {
    this.#memory(plugin).output = object;
  }

  #requireAgain(memory: PluginMemory): void {
    if (memory.asked.size === 0) return;
    memory.again = new Set([...memory.again, ...memory.asked]);
    memory.asked = new Set();
  }
}
