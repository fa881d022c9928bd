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
  /** One object for all verdicts that say the same, so that they are quickly counted. */
  readonly #said = new Map<string, PluginStatus>();

  /** Makes room for positions up to `count`. */
  grow(count: number): void {
    if (this.generations.length >= count) return;
    const grown = new Int32Array(count);
    grown.set(this.generations);
    this.generations = grown;
    while (this.verdicts.length < count) this.verdicts.push(null);
  }

  /** Keeps a verdict and answers with the object that stands for all of its words. */
  learn({ position, generation }: NodeInfo, given: PluginStatus | null): PluginStatus | null {
    const verdict = given === null ? null : this.#shared(given);
    this.grow(position + 1);
    this.generations[position] = generation;
    this.verdicts[position] = verdict;
    return verdict;
  }

  #shared(status: PluginStatus): PluginStatus {
    const words = JSON.stringify([status.plugin, status.code, status.reasons]);
    const known = this.#said.get(words);
    if (known !== undefined) return known;
    this.#said.set(words, status);
    return status;
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
