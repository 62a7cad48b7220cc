import type { FieldViolation } from '@keyward/contracts';

/** A value of a JSON document. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined };

/** The answer's JSON object; undefined when it is something else. */
export async function readAnswer(response: Response): Promise<Json | undefined> {
  const text = await response.text();
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

export interface HttpRefusal {
  readonly code: string;
  readonly detail: string;
  readonly violations: readonly FieldViolation[];
  readonly context: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number | undefined;
}

/** The problem (RFC 9457) in an answer; undefined when it is none of Keyward's. */
export function refusalIn(answer: Json | undefined, headers: Headers): HttpRefusal | undefined {
  const { code, detail, violations, context } = (answer ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' || typeof detail !== 'string' || !/^[A-Z][A-Z_]{0,60}$/.test(code))
    return undefined;
  const retryAfter = Number(headers.get('retry-after') ?? NaN);
  return {
    code,
    detail,
    violations: violationsIn(violations),
    context: textsIn(context),
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  };
}

function violationsIn(value: unknown): FieldViolation[] {
  if (!Array.isArray(value)) return [];
  return value.filter((violation): violation is FieldViolation => {
    const { field, rule } = (violation ?? {}) as Partial<Record<keyof FieldViolation, unknown>>;
    return typeof field === 'string' && typeof rule === 'string';
  });
}

function textsIn(context: unknown): Record<string, string> {
  const entries = Object.entries((context ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
