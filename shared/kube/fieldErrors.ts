/** One complaint about one field, as it becomes a cause of a 422 answer. Models apimachinery field.Error. */
export interface FieldError {
  /** Path such as `spec.containers[0].image`. */
  field: string;
  type: FieldErrorType;
  /** Text with the kind of complaint, the value and the detail: `Invalid value: 0: must be greater than zero`. */
  message: string;
}

/** Reasons of causes. Models metav1.CauseType of field errors. */
export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueDuplicate'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid';

/** Complaint texts that many fields share. */
export const NOT_NEGATIVE = 'must be greater than or equal to 0';
export const IMMUTABLE = 'field is immutable';

/** Values print as JSON; a missing one prints as null. */
function show(value: unknown): string {
  return JSON.stringify(value ?? null);
}

function withDetail(head: string, detail: string): string {
  return detail === '' ? head : `${head}: ${detail}`;
}

/** A value that must be there is not. */
export function required(field: string, detail = ''): FieldError {
  return { field, type: 'FieldValueRequired', message: withDetail('Required value', detail) };
}

/** A value that breaks its rule. */
export function invalid(field: string, value: unknown, detail: string): FieldError {
  return { field, type: 'FieldValueInvalid', message: withDetail(`Invalid value: ${show(value)}`, detail) };
}

/** A value that is none of a closed list; the list is shown in the order given. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.map((one) => JSON.stringify(one)).join(', ');
  return { field, type: 'FieldValueNotSupported', message: `Unsupported value: ${show(value)}: supported values: ${list}` };
}

/** A value that may not be given here. */
export function forbidden(field: string, detail: string): FieldError {
  return { field, type: 'FieldValueForbidden', message: withDetail('Forbidden', detail) };
}

/** A value that another entry of the list has already. */
export function duplicate(field: string, value: unknown, detail = ''): FieldError {
  return { field, type: 'FieldValueDuplicate', message: withDetail(`Duplicate value: ${show(value)}`, detail) };
}

/** A reference to something the object does not contain. */
export function notFound(field: string, value: unknown): FieldError {
  return { field, type: 'FieldValueNotFound', message: `Not found: ${show(value)}` };
}

/** A text or map of more than `max` bytes. */
export function tooLong(field: string, max: number): FieldError {
  return { field, type: 'FieldValueTooLong', message: `Too long: may not be more than ${max} bytes` };
}

/** Invalid, once per complaint of a name checker; a missing value is shown as the empty text it counts as. */
export function invalidEach(field: string, value: string | number | undefined, complaints: readonly string[]): FieldError[] {
  return complaints.map((complaint) => invalid(field, value ?? '', complaint));
}

/** Empty unless the number is below zero. Models ValidateNonnegativeField. */
export function notNegative(field: string, value: number | undefined): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(field, value, NOT_NEGATIVE)] : [];
}

/** Complaint about a number outside of a range with both ends. */
export function inclusiveRange(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}
