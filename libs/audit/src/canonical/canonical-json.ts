/** What JSON can hold. A field that is undefined is absent, as for JSON.stringify. */
export type CanonicalValue =
  | string
  | number
  | boolean
  | null
  | readonly CanonicalValue[]
  | { readonly [field: string]: CanonicalValue | undefined };

/**
 * The one text of a JSON value: RFC 8785. Fields stand in the order of their names' UTF-16 code units, numbers and
 * strings as ECMAScript writes them, and nothing between. A lone surrogate, which RFC 8785 leaves out, is written
 * as ECMAScript does: as its escape, so that every value that the log can hold has a text, and the text has UTF-8.
 *
 * @throws TypeError for what JSON cannot hold.
 */
export function canonicalJson(value: CanonicalValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) return canonicalObject(value as CanonicalObject);
  if (typeof value === 'number' && !Number.isFinite(value)) throw notJson();
  // A bigint throws a TypeError there.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw notJson();
  return text;
}

type CanonicalObject = { readonly [field: string]: CanonicalValue | undefined };

function canonicalObject(object: CanonicalObject): string {
  const fields = Object.keys(object)
    .filter((name) => object[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(object[name]!)}`);
  return `{${fields.join(',')}}`;
}

function notJson(): TypeError {
  return new TypeError(
    'This is no JSON value: give null, booleans, finite numbers, strings, arrays and objects',
  );
}
