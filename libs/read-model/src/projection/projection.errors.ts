import type { RecordedEvent } from '@keyward/event-store';

/**
 * An event of ours that cannot be applied. It stops the projector: to pass over a removal would keep
 * a dead key working. Names where the event is and what is wrong, never what is in it.
 */
export class ProjectionError extends Error {
  readonly code = 'UNREADABLE_EVENT';

  constructor(event: Pick<RecordedEvent, 'stream' | 'revision'>, problem: string, cause?: unknown) {
    super(
      `Event ${event.revision} of stream ${event.stream} cannot be applied: ${problem}. The read model stands still ` +
        'before it: run a release that reads it, or restore the event log.',
      cause === undefined ? undefined : { cause },
    );
    this.name = 'ProjectionError';
  }
}
