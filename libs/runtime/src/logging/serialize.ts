const REDACTED = '[redacted]';
const MAX_DEPTH = 4;
const MAX_ITEMS = 50;
const SECRET_NAME =
  /authorization|cookie|password|passphrase|secret|token|api_?key|credential|private|plaintext/i;
const SECRET_NAMES = new Set(['key', 'dek', 'kek', 'jwk', 'jwt', 'bytes', 'material']);

/** What of an error may stand in a log: an allow list, since libraries hang requests and headers on theirs. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: SerializedError;
}

export function serializeError(error: unknown, withStack: boolean, depth = 0): SerializedError {
  if (!(error instanceof Error))
    return { name: typeof error, message: 'a value was thrown that is no error' };
  return {
    name: error.name,
    message: error.message,
    ...codeOf(error),
    ...(withStack && error.stack !== undefined ? { stack: error.stack } : {}),
    ...(error.cause instanceof Error && depth < 3
      ? { cause: serializeError(error.cause, withStack, depth + 1) }
      : {}),
  };
}

function codeOf(error: Error): { readonly code?: string | number } {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' || typeof code === 'number' ? { code } : {};
}

/** A copy that is safe to print: secret-looking fields redacted, bytes as their count, depth and length bounded. */
export function serializeFields(fields: object, withStack: boolean): Record<string, unknown> {
  return serializeObject(fields, withStack, 0);
}

function serializeObject(value: object, withStack: boolean, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value).slice(0, MAX_ITEMS)) {
    out[name] = isSecretName(name) ? REDACTED : serializeValue(item, withStack, depth + 1);
  }
  return out;
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) || SECRET_NAMES.has(name.toLowerCase());
}

function serializeValue(value: unknown, withStack: boolean, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  return typeof value === 'object' && value !== null ? serializeNested(value, withStack, depth) : value;
}

function serializeNested(value: object, withStack: boolean, depth: number): unknown {
  if (value instanceof Error) return serializeError(value, withStack);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[nested]';
  return serializeCollection(value, withStack, depth);
}

function serializeCollection(value: object, withStack: boolean, depth: number): unknown {
  // A type that says how it wants to be printed (a secret does) is believed.
  const own = (value as { toJSON?: unknown }).toJSON;
  if (typeof own === 'function') {
    const json: unknown = own.call(value, '');
    return json === value ? '[object]' : serializeValue(json, withStack, depth + 1);
  }
  if (Array.isArray(value))
    return value.slice(0, MAX_ITEMS).map((item) => serializeValue(item, withStack, depth + 1));
  return serializeObject(value, withStack, depth);
}
