import type { DomainEvent, KeyDestroyed } from '@keyward/domain';

/** What the streams that the read model follows consist of: a destroyed version was in no record any more. */
export type EvolvingEvent = Exclude<DomainEvent, KeyDestroyed>;
