import { partitionOf } from './change-producer.js';

describe('the partition of a key (K8)', () => {
  // Kafka's own vectors of murmur2 (UtilsTest.testMurmur2), made positive as its clients do.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])("is where Kafka's own clients look for %s", (key, hash) => {
    expect(partitionOf('any', key, 12)).toBe((hash & 0x7fffffff) % 12);
  });
});
