import type { ReadModel, ReadModelWriter } from '../read-model.port.js';

/** Both sides of one read model. */
export interface ReadModelUnderTest {
  readonly reader: ReadModel;
  readonly writer: ReadModelWriter;
  /** Opens the same store as another process would; only where it outlives its processes. */
  readonly another?: () => ReadModel & ReadModelWriter;
  /** Closes all that was opened and takes the store away. */
  close(): Promise<void>;
}
