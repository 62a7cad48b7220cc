export { python } from './python.js';
export { exampleExport } from './example.js';
export { GOLDEN_FILE, goldenCanonicalJson, type GoldenText } from './golden.js';
export {
  ORGANIZATION,
  OTHER_SIGNER,
  SIGNER,
  STORE_ID,
  bytesOf,
  sampleEvent,
  sampleEvents,
  sampleExport,
  signerFromSeed,
  textOf,
  timeOf,
  type SampleExport,
  type SampleOptions,
} from './sample-log.js';
export { tamperings, type Tampering } from './tamperings.js';
