import type { DomainEvent, KeyDestroyed, KeysHandedOut, RequestRefused } from '@keyward/domain';

/**
 * What the streams that the read model follows consist of: a destroyed version was in no record any more, and what was
 * refused or handed out changed none.
 */
export type EvolvingEvent = Exclude<DomainEvent, KeyDestroyed | RequestRefused | KeysHandedOut>;
