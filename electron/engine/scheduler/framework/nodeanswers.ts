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
  /** State of the node a verdict was given for; 0 = none yet. */
  generations = new Int32Array(0);
  readonly verdicts: (PluginStatus | null)[] = [];
  readonly #scores = new Map<string, KnownScores>();

  /** Makes room for positions up to `count`. */
  grow(count: number): void {
    if (this.generations.length >= count) return;
    const grown = new Int32Array(count);
    grown.set(this.generations);
    this.generations = grown;
    while (this.verdicts.length < count) this.verdicts.push(null);
  }

  learn({ position, generation }: NodeInfo, verdict: PluginStatus | null): void {
    this.grow(position + 1);
    this.generations[position] = generation;
    this.verdicts[position] = verdict;
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
