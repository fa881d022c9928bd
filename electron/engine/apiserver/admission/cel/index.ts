import { err, ok, type Result } from '#shared/core/result.ts';
import { runtimeText } from './errors.ts';
import { programOf } from './library.ts';

export { type Compiled, compile, type Scope } from './compile.ts';
export { type AccessQuestion, type Authorize, AuthorizerValue } from './functions/authorizer.ts';
export { CelFault, fromCel, JsonPatchValue, ObjectValue, toCel } from './values.ts';

/** What an expression sees; what is missing does not exist for it. */
export type Activation = Readonly<Record<string, unknown>>;

/** Evaluates an expression that compiles. The error is cel-go's text without any frame. */
export function evaluate(source: string, activation: Activation): Result<unknown, string> {
  try {
    return ok(programOf(source).evaluate(activation));
  } catch (error) {
    return err(runtimeText(error));
  }
}
