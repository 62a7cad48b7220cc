import type { ReadModel, ReadModelWriter } from '../read-model.port.js';

/** Both sides of one read model. */
export interface ReadModelUnderTest {
  readonly reader: ReadModel;
  readonly writer: ReadModelWriter;
}
