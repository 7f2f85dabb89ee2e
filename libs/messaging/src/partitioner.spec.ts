import fc from 'fast-check';
import { Partitioners, type PartitionMetadata } from 'kafkajs';
import { murmur2, partitionOfKey } from './partitioner';

describe('the partition of a key', () => {
  const theirs = Partitioners.DefaultPartitioner();
  const among = (count: number): PartitionMetadata[] => Array.from({ length: count }, (_, partitionId) => ({ partitionId, partitionErrorCode: 0, leader: 0, replicas: [], isr: [] }));
  const same = (key: string | Buffer, count: number) =>
    expect([key, count, partitionOfKey(key, count)]).toEqual([key, count, theirs({ topic: 'toy', partitionMetadata: among(count), message: { key, value: null } })]);

  it('is the one that kafkajs gives, whatever the key and the count', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), fc.integer({ min: 1, max: 100 }), same), { numRuns: 2_000 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 100 }), (bytes, count) => same(Buffer.from(bytes), count)), { numRuns: 2_000 });
  });

  // From the tests of the Java client, to which both must agree.
  it.each([['21', -973932308], ['foobar', -790332482], ['a-little-bit-long-string', -985981536], ['a-little-bit-longer-string', -1486304829], ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971], ['abc', 479470107]])('hashes %s as the Java client does', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });
});
