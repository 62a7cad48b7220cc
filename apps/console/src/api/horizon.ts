/**
 * The last position of an organization that this page was told of, by its own writes or by the stream of changes. What
 * is read afterwards is at least as fresh, whichever server answers.
 */
const horizons = new Map<string, string>();

export function noteHorizon(org: string, position: string): void {
  horizons.set(org, position);
}

export function freshEnough(org: string): { at_least_as_fresh?: string } {
  const position = horizons.get(org);
  return position === undefined ? {} : { at_least_as_fresh: position };
}
