import type { DomainEvent, KeyDestroyed, RequestRefused } from '@keyward/domain';

/**
 * What the streams that the read model follows consist of: a destroyed version was in no record any more, and what was
 * refused changed none.
 */
export type EvolvingEvent = Exclude<DomainEvent, KeyDestroyed | RequestRefused>;
