import { KeywardError, type FieldViolation } from '@keyward/contracts';
import type { z } from 'zod';

const MOST_VIOLATIONS = 100;
/** Only what looks like a field's name is repeated to the caller: a secret may stand where a name should. */
const SPEAKABLE_NAME = /^[A-Za-z_]{1,40}$/;
const UNSPEAKABLE = '(a field of another name)';

/** One refusal for everything that is wrong with a request. The rules never repeat a value. */
export function invalidRequest(violations: readonly FieldViolation[]): KeywardError {
  const shown = violations.slice(0, MOST_VIOLATIONS);
  const [first] = shown;
  const sentence =
    shown.length === 1
      ? `"${first!.field}" ${first!.rule}.`
      : 'Several fields break a rule; "violations" lists them.';
  return new KeywardError('INVALID_REQUEST', sentence, { violations: shown });
}

/** @param root what to call the whole, when no field of it is meant. */
export function violationsOf(error: z.ZodError, root: string): FieldViolation[] {
  return error.issues.flatMap((issue) => violationsOfIssue(issue, root));
}

function violationsOfIssue(issue: z.core.$ZodIssue, root: string): FieldViolation[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => ({
      field: fieldName([...issue.path, SPEAKABLE_NAME.test(name) ? name : UNSPEAKABLE], root),
      rule: `is not a known ${root === 'query' ? 'query parameter' : 'field'}: leave it out, or check its spelling`,
    }));
  }
  return [{ field: fieldName(issue.path, root), rule: issue.message }];
}

function fieldName(path: readonly PropertyKey[], root: string): string {
  return path.length === 0 ? root : path.map(String).join('.');
}
