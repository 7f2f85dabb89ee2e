import { BillingSourceCovered } from '@emdia/contracts';
import { bytesOf, lines400 } from '../../../../libs/bank-files/test/synthetic';
import { BankHouse, slip, SOURCE, title } from '../../test/bank-house';
import { CREDITOR } from '../../test/story';

describe('between a file and what it pays', () => {
  const bank = new BankHouse();
  const { gate, invoice, send } = bank;
  const declare = (source: string, covered_until: string | null) =>
    bank.publish(bank.made(BillingSourceCovered, { creditor_id: CREDITOR, source, partition: 0, rails: ['BOLETO'], lag_business_days: 5, covered_until, checked_at: '2026-03-01T12:00:00.000Z' }));

  beforeAll(async () => {
    await bank.open();
    await declare(SOURCE, '2026-03-08');
  });
  afterAll(bank.close);

  it('nobody is asked for what may be paid in a file that is not taken in yet, declared or not', async () => {
    await invoice('early', slip('000000000011'));
    expect(await gate('early')).toBe('owed');
    for (const source of [SOURCE, 'nobody-declared-it']) {
      const { file_id, file } = await send(bytesOf(lines400('237', [title('000000000099', { code: '02' })])), source);
      expect([file.status, await gate('early')]).toEqual(['posted', 'owed']);
      for (const status of ['received', 'posting', 'matching', 'holding']) {
        // As a worker that died with the file in hand leaves it.
        await bank.database.query('update bank_file set status = $2, lease_epoch_ms = 9e15 where file_id = $1', [file_id, status]);
        expect([source, status, await gate('early')]).toEqual([source, status, 'not_covered']);
      }
      await bank.database.query(`update bank_file set status = 'posted', lease_epoch_ms = 0 where file_id = $1`, [file_id]);
    }
    expect(await gate('early')).toBe('owed');
  });
});
