import { fuzzWebhooks } from '../../test/webhook-fuzz';
import { KINDS } from './source';

describe('deliveries of a stranger\'s make', () => {
  it.each(KINDS)('of %s crash nothing, are believed by nobody, and tell of no money that is not in them', (kind) => {
    const { postings } = fuzzWebhooks(kind, 2_000, 1);
    expect(postings.told).toBeGreaterThan(50);
    expect(postings.unmappable).toBeGreaterThan(50);
  });
});
