import { type FieldError, forbidden, invalid, invalidEach, required } from './fieldErrors.ts';
import { checkDnsSubdomain, checkLabelValue, checkQualifiedName } from './names.ts';
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from './types.ts';

const BAD_OPERATOR = 'not a valid selector operator';

function validateRequirement(requirement: NodeSelectorRequirement, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      }
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        errors.push(required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
      break;
    default:
      errors.push(invalid(`${field}.operator`, requirement.operator ?? '', BAD_OPERATOR));
  }
  errors.push(...invalidEach(`${field}.key`, requirement.key ?? '', checkQualifiedName(requirement.key ?? '')));
  values.forEach((value, index) => {
    errors.push(...invalidEach(`${field}.values[${index}]`, value, checkLabelValue(value)));
  });
  return errors;
}

/** Only the node's name can be matched as a field, one at a time. Models ValidateNodeFieldSelectorRequirement. */
function validateFieldRequirement(requirement: NodeSelectorRequirement, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const values = requirement.values ?? [];
  if (requirement.operator !== 'In' && requirement.operator !== 'NotIn') {
    errors.push(invalid(`${field}.operator`, requirement.operator ?? '', BAD_OPERATOR));
  } else if (values.length !== 1) {
    errors.push(required(`${field}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  }
  if (requirement.key !== 'metadata.name') {
    errors.push(invalid(`${field}.key`, requirement.key ?? '', 'not a valid field selector key'));
    return errors;
  }
  values.forEach((value, index) => {
    errors.push(...invalidEach(`${field}.values[${index}]`, value, checkDnsSubdomain(value)));
  });
  return errors;
}

/** One term of a selector of nodes: all of its requirements. Models ValidateNodeSelectorTerm. */
export function validateTerm(term: NodeSelectorTerm, field: string): FieldError[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((one, index) => validateRequirement(one, `${field}.matchExpressions[${index}]`)),
    ...(term.matchFields ?? []).flatMap((one, index) => validateFieldRequirement(one, `${field}.matchFields[${index}]`)),
  ];
}

/** A selector of nodes with at least one term. Models ValidateNodeSelector. */
export function validateNodeSelector(selector: NodeSelector, field: string): FieldError[] {
  const at = `${field}.nodeSelectorTerms`;
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) return [required(at, 'must have at least one node selector term')];
  return terms.flatMap((term, index) => validateTerm(term, `${at}[${index}]`));
}
