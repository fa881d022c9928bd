import { labelOf } from '#shared/kube/labels.ts';
import { checkLabelValue, checkQualifiedName } from '#shared/kube/names.ts';
import { TAINT_EFFECTS } from '#shared/kube/taints.ts';
import type { PodSpec, Taint, Toleration } from '#shared/kube/types.ts';
import { duplicate, type FieldError, forbidden, invalid, invalidEach, notSupported, required } from './errors.ts';
import { validateLabelName, validateLabelSelector } from './labels.ts';

type Spread = NonNullable<PodSpec['topologySpreadConstraints']>[number];

function validateEffect(effect: string | undefined, mayBeEmpty: boolean, field: string): FieldError[] {
  if (!effect && mayBeEmpty) return [];
  if (!effect) return [required(field)];
  return TAINT_EFFECTS.includes(effect) ? [] : [notSupported(field, effect, TAINT_EFFECTS)];
}

/** Tolerations of a pod. Models ValidateTolerations. */
export function validateTolerations(tolerations: readonly Toleration[], field: string): FieldError[] {
  return tolerations.flatMap((toleration, index) => {
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [];
    const { key, operator = '', value = '', effect } = toleration;
    if (key) errors.push(...validateLabelName(key, `${at}.key`));
    else if (operator !== 'Exists') {
      const text = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalid(`${at}.operator`, operator, text));
    }
    if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(invalid(`${at}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    if (operator === '' || operator === 'Equal') {
      const problems = checkLabelValue(value);
      if (problems.length > 0) errors.push(invalid(`${at}.operator`, value, problems.join(';')));
    } else if (operator === 'Exists') {
      if (value !== '') errors.push(invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    } else {
      errors.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']));
    }
    errors.push(...validateEffect(effect, true, `${at}.effect`));
    return errors;
  });
}

/** Taints of a node: well-formed, and one per key and effect. Models validateNodeTaints. */
export function validateTaints(taints: readonly Taint[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  taints.forEach((taint, index) => {
    const at = `${field}[${index}]`;
    errors.push(...validateLabelName(taint.key ?? '', `${at}.key`));
    const problems = checkLabelValue(taint.value ?? '');
    if (problems.length > 0) errors.push(invalid(`${at}.value`, taint.value, problems.join(';')));
    errors.push(...validateEffect(taint.effect, false, `${at}.effect`));
    const identity = `${taint.effect}/${taint.key}`;
    if (seen.has(identity)) {
      const shown = { Key: taint.key, Value: taint.value ?? '', Effect: taint.effect, TimeAdded: taint.timeAdded ?? null };
      errors.push(duplicate(at, shown, 'taints must be unique by key and effect pair'));
    }
    seen.add(identity);
  });
  return errors;
}

/** Gates that hold a pod back: label-like names, each once. Models validateSchedulingGates. */
export function validateGates(gates: readonly { name: string }[], field: string): FieldError[] {
  const seen = new Set<string>();
  return gates.flatMap((gate, index) => {
    const at = `${field}[${index}]`;
    const errors = invalidEach(at, gate.name, checkQualifiedName(gate.name));
    if (seen.has(gate.name)) errors.push(duplicate(at, gate.name));
    seen.add(gate.name);
    return errors;
  });
}

function validateSpread(constraint: Spread, later: readonly Spread[], at: string): FieldError[] {
  const errors: FieldError[] = [];
  const { maxSkew = 0, topologyKey, whenUnsatisfiable, minDomains } = constraint;
  if (maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero'));
  if (!topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'));
  else errors.push(...validateLabelName(topologyKey, `${at}.topologyKey`));
  const actions = ['DoNotSchedule', 'ScheduleAnyway'];
  if (!actions.includes(whenUnsatisfiable))
    errors.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable ?? '', actions));
  if (later.some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable)) {
    errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`));
  }
  if (minDomains !== undefined) {
    if (minDomains <= 0) errors.push(invalid(`${at}.minDomains`, minDomains, 'must be greater than zero'));
    if (whenUnsatisfiable !== 'DoNotSchedule') {
      const text = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
      errors.push(invalid(`${at}.minDomains`, minDomains, text));
    }
  }
  for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const policy = constraint[name];
    if (policy !== undefined && !['Honor', 'Ignore'].includes(policy)) {
      errors.push(notSupported(`${at}.${name}`, policy, ['Honor', 'Ignore']));
    }
  }
  errors.push(...validateSpreadKeys(constraint, at));
  errors.push(...validateLabelSelector(constraint.labelSelector, `${at}.labelSelector`));
  return errors;
}

function validateSpreadKeys(constraint: Spread, at: string): FieldError[] {
  const keys = constraint.matchLabelKeys ?? [];
  if (keys.length === 0) return [];
  const field = `${at}.matchLabelKeys`;
  const selector = constraint.labelSelector;
  if (selector === undefined) return [forbidden(field, 'must not be specified when labelSelector is not set')];
  return keys.flatMap((key, index) => {
    const errors = validateLabelName(key, `${field}[${index}]`);
    // The API server itself has written the pod's own value into the selector when the pod was made.
    const named = (selector.matchExpressions ?? []).filter((one) => one.key === key);
    const merged = named.length === 1 && named[0]?.operator === 'In' && named[0].values?.length === 1;
    if (labelOf(selector.matchLabels, key) !== undefined || (named.length > 0 && !merged))
      errors.push(invalid(`${field}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    return errors;
  });
}

/** Rules of even spreading. Models validateTopologySpreadConstraints. */
export function validateSpreads(constraints: readonly Spread[], field: string): FieldError[] {
  return constraints.flatMap((one, index) => validateSpread(one, constraints.slice(index + 1), `${field}[${index}]`));
}
