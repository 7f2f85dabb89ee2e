import { productStatements } from './product-statements';

/** The bare script runs what the product runs: were the product to refuse the benchmark's invoice, both would measure a quarantine. */
it('the statements of a batch are those of an accepted invoice: inbox first, outbox last, each table written once', async () => {
  const groups = await productStatements();
  const written = groups.flat().flatMap((text) => /^insert into (\w+)/.exec(text)?.[1] ?? []);
  expect(written).toEqual(['inbox', 'book_lock', 'upstream_event', 'customer', 'invoice', 'outbox']);
  expect(groups.length).toBeLessThan(groups.flat().length);
});
