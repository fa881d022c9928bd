import { checkLabelValue, checkQualifiedName } from '../kube/names.ts';
import { parseQuantity } from '../kube/quantity.ts';
import { checkShape } from '../kube/shape/index.ts';
import { TAINT_EFFECTS } from '../kube/taints.ts';
import { type FoundObject, nameOf, quoteHint } from './objects.ts';
import { parsePath, printPath } from './places.ts';
import type { ProblemList } from './problems.ts';
import { nearest } from './suggest.ts';

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown): Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function valueAt(object: unknown, path: string): unknown {
  return parsePath(path).reduce((value: unknown, segment) => (value as Fields | undefined)?.[segment], object);
}

/** Reports what is wrong with an object's fields at their places in the file. */
class FieldChecker {
  private readonly found: FoundObject;
  private readonly problems: ProblemList;
  /** Paths with a problem already. */
  private readonly told = new Set<string>();

  constructor(found: FoundObject, problems: ProblemList) {
    this.found = found;
    this.problems = problems;
  }

  /** Field names and types, apart from what the checks of values have told already, in better words. */
  shape(): void {
    for (const problem of checkShape(this.found.object, this.found.info.kind)) {
      if (this.told.has(problem.path)) continue;
      const name = printPath(parsePath(problem.path).slice(-1));
      if (problem.kind === 'unknown') {
        const meant = problem.suggestion === undefined ? '' : `: did you mean "${problem.suggestion}"?`;
        const where = problem.suggestion === undefined ? ` in a ${this.found.info.kind}` : '';
        this.report(problem.path, `unknown field "${name}"${where}${meant}`, 'key');
        continue;
      }
      const value = valueAt(this.found.object, problem.path);
      const hint = problem.message.startsWith('expected text')
        ? quoteHint(name, value, this.found.written(problem.path)).hint
        : undefined;
      this.report(problem.path, `${name}: ${problem.message}`, 'value', hint);
    }
  }

  report(path: string, message: string, at: 'key' | 'value' = 'value', hint?: string): void {
    const { object, source } = this.found;
    this.found.sound = false;
    this.told.add(path);
    this.problems.add(source.locate(path, at), message, {
      path,
      object: `${object.kind} ${object.metadata.name}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  labels(value: unknown, path: string): void {
    for (const [key, label] of Object.entries(fieldsOf(value))) {
      const at = `${path}[${key}]`;
      for (const problem of checkQualifiedName(key)) this.report(at, `label key ${JSON.stringify(key)}: ${problem}`, 'key');
      if (typeof label !== 'string') {
        const { hint } = quoteHint(key, label, this.found.written(at));
        this.report(at, `label ${key}: expected a string, not ${nameOf(label)}`, 'value', hint);
        continue;
      }
      for (const problem of checkLabelValue(label)) this.report(at, `label value ${JSON.stringify(label)}: ${problem}`);
    }
  }

  /** What all kinds have in common. */
  metadata(metadata: Fields): void {
    this.labels(metadata.labels, 'metadata.labels');
    for (const [key, value] of Object.entries(fieldsOf(metadata.annotations))) {
      if (typeof value === 'string') continue;
      const at = `metadata.annotations[${key}]`;
      const { hint } = quoteHint(key, value, this.found.written(at));
      this.report(at, `annotation ${key}: expected a string, not ${nameOf(value)}`, 'value', hint);
    }
  }

  quantities(value: unknown, path: string): void {
    for (const [resource, amount] of Object.entries(fieldsOf(value))) {
      const at = `${path}[${resource}]`;
      if (typeof amount !== 'string' && typeof amount !== 'number') {
        this.report(at, `${resource}: expected a quantity such as 500m, 2 or 1Gi, not ${nameOf(amount)}`);
        continue;
      }
      const parsed = parseQuantity(amount);
      if (!parsed.ok) {
        this.report(
          at,
          `${resource}: ${JSON.stringify(amount)} is not a quantity: expected something like 500m, 2 or 1Gi`,
          'value',
          parsed.error,
        );
      }
    }
  }

  /** A value out of a fixed set; absent is fine. */
  oneOf(value: unknown, path: string, name: string, allowed: readonly string[]): void {
    if (value === undefined || (typeof value === 'string' && allowed.includes(value))) return;
    const meant = typeof value === 'string' ? nearest(value, allowed) : undefined;
    const choice = `expected ${allowed.join(', ')}`;
    this.report(path, `${name}: ${nameOf(value)} is not allowed: ${choice}`, 'value', meant && `did you mean "${meant}"?`);
  }

  node(spec: Fields, status: Fields): void {
    for (const [i, value] of listOf(spec.taints).entries()) {
      const taint = fieldsOf(value);
      const path = `spec.taints[${i}]`;
      if (taint.effect === undefined) this.report(path, `taint effect is missing: expected ${TAINT_EFFECTS.join(', ')}`);
      this.oneOf(taint.effect, `${path}.effect`, 'taint effect', TAINT_EFFECTS);
      if (typeof taint.key === 'string') {
        for (const problem of checkQualifiedName(taint.key))
          this.report(`${path}.key`, `taint key ${JSON.stringify(taint.key)}: ${problem}`);
      }
    }
    this.quantities(status.capacity, 'status.capacity');
    this.quantities(status.allocatable, 'status.allocatable');
  }

  podSpec(spec: Fields, path: string): void {
    for (const list of ['initContainers', 'containers']) {
      for (const [i, value] of listOf(spec[list]).entries()) {
        const resources = fieldsOf(fieldsOf(value).resources);
        this.quantities(resources.requests, `${path}.${list}[${i}].resources.requests`);
        this.quantities(resources.limits, `${path}.${list}[${i}].resources.limits`);
      }
    }
    const own = fieldsOf(spec.resources);
    this.quantities(own.requests, `${path}.resources.requests`);
    this.quantities(own.limits, `${path}.resources.limits`);
    this.quantities(spec.overhead, `${path}.overhead`);
    this.labels(spec.nodeSelector, `${path}.nodeSelector`);
    for (const [i, value] of listOf(spec.tolerations).entries()) {
      const toleration = fieldsOf(value);
      const at = `${path}.tolerations[${i}]`;
      if (toleration.effect !== '') this.oneOf(toleration.effect, `${at}.effect`, 'toleration effect', TAINT_EFFECTS);
      if (toleration.operator !== '')
        this.oneOf(toleration.operator, `${at}.operator`, 'toleration operator', ['Equal', 'Exists', 'Lt', 'Gt']);
    }
  }

  check(): void {
    const { object } = this.found;
    const spec = fieldsOf(object.spec);
    this.metadata(fieldsOf(object.metadata));
    // Other kinds are kept as they are; nothing here reads them.
    if (!this.found.info.simulated) return;
    if (object.kind === 'Node') this.node(spec, fieldsOf(object.status));
    if (object.kind === 'Pod') this.podSpec(spec, 'spec');
    const template = fieldsOf(spec.template);
    if (object.kind === 'Deployment' || object.kind === 'ReplicaSet') {
      this.labels(fieldsOf(template.metadata).labels, 'spec.template.metadata.labels');
      this.podSpec(fieldsOf(template.spec), 'spec.template.spec');
    }
    if (object.kind !== 'Node' && object.kind !== 'Pod') {
      this.labels(fieldsOf(spec.selector).matchLabels, 'spec.selector.matchLabels');
    }
  }
}

/** Checks one object's fields: names, types and the values that people most often get wrong. Of kinds that are not simulated only the metadata is. */
export function checkFields(found: FoundObject, problems: ProblemList): void {
  const checker = new FieldChecker(found, problems);
  checker.check();
  checker.shape();
}
