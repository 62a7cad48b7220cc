/** Version of the storage format that this code writes; in every event's metadata. */
export const SCHEMA_VERSION = 1;

/** An event as a log hands it back. */
export interface StoredEvent {
  readonly type: string;
  readonly data: object;
  readonly metadata: object;
}

/** A stored event that this code does not understand. Skipping it could keep a dead key working, so it stops the reader. */
export class UnreadableEventError extends Error {
  readonly code = 'UNREADABLE_EVENT';
}

/** The data as the next version has them. */
export type Upcaster = (data: object) => object;

/** By event type and by the version that it lifts from; a type that stayed as it was in a version has none there. */
export type Upcasters = Readonly<Record<string, Readonly<Record<number, Upcaster>>>>;

/**
 * Every change of meaning in the storage format: `{ OrgKeySet: { 1: (data) => ... } }` makes version 2 of version 1. An
 * upcaster is never altered; {@link SCHEMA_VERSION} is raised with the first of a version.
 */
const UPCASTERS: Upcasters = {};

/**
 * The data of a stored event as this code's version has them.
 * @throws UnreadableEventError on a version newer than this code, and on none.
 */
export function upcast(event: StoredEvent): object {
  return lift(event, UPCASTERS, SCHEMA_VERSION);
}

/** {@link upcast} by another table and to another version. */
export function lift({ type, data, metadata }: StoredEvent, upcasters: Upcasters, newest: number): object {
  const { schemaVersion: stored } = metadata as { schemaVersion?: unknown };
  if (!isVersion(stored) || stored > newest) {
    const known = newest === 1 ? '1' : `1 to ${newest}`;
    throw new UnreadableEventError(
      `${type.slice(0, 64)} has schema version ${String(stored)}; this release reads ${known}`,
    );
  }
  let lifted = data;
  for (let version = stored; version < newest; version += 1)
    lifted = upcasterOf(upcasters, type, version)?.(lifted) ?? lifted;
  return lifted;
}

function isVersion(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}

function upcasterOf(upcasters: Upcasters, type: string, version: number): Upcaster | undefined {
  return Object.hasOwn(upcasters, type) ? upcasters[type]![version] : undefined;
}
