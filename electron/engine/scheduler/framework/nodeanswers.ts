import { Recent } from './ledger.ts';
import type { NodeInfo } from './nodeinfo.ts';
import type { PodTemplate } from './podinfo.ts';
import type { PluginStatus } from './status.ts';

/** Templates whose answers are kept; the one used longest ago goes first. */
const maxTemplates = 32;

/** Raw scores of one plugin by node position, each with the generation of the node it was given for. */
export class KnownScores {
  generations = new Int32Array(0);
  values = new Float64Array(0);

  /** Makes room for positions up to `count`. */
  grow(count: number): void {
    if (this.generations.length >= count) return;
    const generations = new Int32Array(count);
    generations.set(this.generations);
    this.generations = generations;
    const values = new Float64Array(count);
    values.set(this.values);
    this.values = values;
  }
}

/** What the node-local plugins said to pods of one template, by node position. */
export class NodeAnswers {
  #generations = new Int32Array(0);
  readonly #verdicts: (PluginStatus | null)[] = [];
  readonly #scores = new Map<string, KnownScores>();

  /** Verdict for this very state of the node; undefined when it was not asked yet. */
  verdict(node: NodeInfo): PluginStatus | null | undefined {
    return this.#generations[node.position] === node.generation ? this.#verdicts[node.position] : undefined;
  }

  learn(node: NodeInfo, verdict: PluginStatus | null): void {
    const { position, generation } = node;
    if (position >= this.#generations.length) {
      const grown = new Int32Array(Math.max(position + 1, 2 * this.#generations.length, 64));
      grown.set(this.#generations);
      this.#generations = grown;
    }
    while (this.#verdicts.length <= position) this.#verdicts.push(null);
    this.#generations[position] = generation;
    this.#verdicts[position] = verdict;
  }

  scores(plugin: string): KnownScores {
    let known = this.#scores.get(plugin);
    if (known === undefined) {
      known = new KnownScores();
      this.#scores.set(plugin, known);
    }
    return known;
  }
}

/**
 * Answers that depend on nothing but the pod's template and the node, kept as long as neither changes. Upstream's equivalence idea (its opportunistic
 * batching), held for every node alone, so that it is exact.
 */
export class AnswersByTemplate {
  readonly #answers = new Recent<PodTemplate, NodeAnswers>(maxTemplates);

  of(template: PodTemplate): NodeAnswers {
    let answers = this.#answers.get(template);
    if (answers === undefined) {
      answers = new NodeAnswers();
      this.#answers.set(template, answers);
    }
    return answers;
  }
}
