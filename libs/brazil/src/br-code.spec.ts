import fc from 'fast-check';
import { type BrCode, crc16, isTxid, readBrCode, readTlv, type TlvField } from './br-code';
import { vectors, withVectors } from '../test/vectors';

const tlv = (fields: readonly TlvField[]) => fields.map(([tag, value]) => `${tag}${String(value.length).padStart(2, '0')}${value}`).join('');
const sealed = (fields: readonly TlvField[]) => `${tlv(fields)}6304${crc16(`${tlv(fields)}6304`)}`;
const account = (...more: TlvField[]): TlvField => ['26', tlv([['00', 'br.gov.bcb.pix'], ...more])];
const KEY: TlvField = ['01', 'financeiro@credor.invalid'];
const REST: TlvField[] = [['52', '0000'], ['53', '986'], ['58', 'BR'], ['59', 'ACADEMIA SOL'], ['60', 'SAO PAULO']];
const code = (template: TlvField = account(KEY), ...more: TlvField[]) => sealed([['00', '01'], template, ...REST, ...more]);
const label = (text: string): TlvField => ['62', tlv([['05', text]])];

describe('crc16', () => {
  // The check value of CRC-16/CCITT-FALSE in every catalogue of checksums.
  it('is CCITT-FALSE', () => expect([crc16('123456789'), crc16('')]).toEqual(['29B1', 'FFFF']));
});

describe('readBrCode', () => {
  it('reads a static code', () => {
    expect(readBrCode(code(account(KEY, ['02', 'Mensalidade']), ['54', '99.90'], label('INV0001'), ['61', '01310100']))).toMatchObject({
      kind: 'static', key: KEY[1], description: 'Mensalidade', location: null, amount_cents: 9_990, txid: 'INV0001', merchant_name: 'ACADEMIA SOL', merchant_city: 'SAO PAULO', postal_code: '01310100',
    });
    expect(readBrCode(`  ${code()}\n`)).toMatchObject({ kind: 'static', amount_cents: null, txid: null, reference_label: null });
  });

  it('reads a dynamic code, and the recurrence it offers', () => {
    const recurrence: TlvField = ['80', tlv([['00', 'BR.GOV.BCB.PIX'], ['25', 'pix.psp.invalid/rec/1']])];
    expect(readBrCode(code(account(['25', 'pix.psp.invalid/v2/cobv/1']), ['01', '12'], label('***'), recurrence))).toMatchObject({
      kind: 'dynamic', key: null, location: 'pix.psp.invalid/v2/cobv/1', recurrence_location: 'pix.psp.invalid/rec/1', initiation_method: '12', txid: null, reference_label: '***',
    });
    expect(readBrCode(code(account(), recurrence))).toMatchObject({ kind: 'recurrence', location: null, recurrence_location: 'pix.psp.invalid/rec/1' });
  });

  it('passes over other arrangements, and takes tags in any order between the first and the last', () => {
    const other: TlvField = ['27', tlv([['00', 'br.com.outro'], ['01', 'x']])];
    expect(readBrCode(sealed([['00', '01'], ['80', 'not a template'], ...[...REST].reverse(), other, account(KEY)]))).toMatchObject({ kind: 'static', key: KEY[1] });
  });

  it('takes a label that Pix does not allow as a label and not as a txid', () => expect(readBrCode(code(account(KEY), label('INV-1')))).toMatchObject({ txid: null, reference_label: 'INV-1' }));
  it('takes an amount of zero as left to the payer', () => expect(readBrCode(code(account(KEY), ['54', '0.00']))).toMatchObject({ amount_cents: null }));
  it('takes a checksum in lower case', () => {
    const text = code();
    expect(readBrCode(text.slice(0, -4) + text.slice(-4).toLowerCase())).toMatchObject({ kind: 'static' });
  });

  it('reads accented names whose length counts characters or bytes', () => {
    const inBytes = (fields: readonly TlvField[]) => fields.map(([tag, value]) => `${tag}${String(Buffer.byteLength(value)).padStart(2, '0')}${value}`).join('');
    const fields: TlvField[] = [['00', '01'], account(KEY), ...REST.map(([tag, value]): TlvField => (tag === '60' ? [tag, 'SÃO LUÍS'] : [tag, value]))];
    for (const text of [tlv(fields), inBytes(fields)]) expect(readBrCode(`${text}6304${crc16(`${text}6304`)}`)).toMatchObject({ merchant_city: 'SÃO LUÍS' });
  });

  it.each([
    ['', 'EMV'], ['hello', 'EMV'], [code().slice(0, -8), 'EMV'], [`${code()}00`, 'EMV'], [code().slice(0, -4) + '0000', 'CRC'], [code().replace('ACADEMIA', 'ACADEMIE'), 'CRC'],
    [sealed([account(KEY), ...REST]), '01'], [sealed([['00', '02'], account(KEY), ...REST]), '01'], [sealed([['00', '01'], account(KEY), ...REST.slice(1)]), 'tag 52'],
    [code(account(KEY), ['59', 'AGAIN']), 'twice'], [code(['26', tlv([['00', 'br.com.outro'], KEY])]), 'no Pix account'], [code(account()), 'neither a key'],
    [code(account(KEY), ['54', '1,00']), 'amount'], [code(account(KEY), ['54', '1.005']), 'amount'],
    [sealed([['00', '01'], account(KEY), ...REST.map(([tag, value]): TlvField => (tag === '53' ? [tag, '840'] : [tag, value]))]), '986'],
    [sealed([['00', '01'], account(KEY), ...REST.map(([tag, value]): TlvField => (tag === '58' ? [tag, 'AR'] : [tag, value]))]), 'country'],
  ])('refuses %j', (text, reason) => expect(readBrCode(text)).toEqual({ kind: 'none', reason: expect.stringContaining(reason) }));

  it('sees every single wrong character, and never throws', () => {
    const text = code(account(KEY), ['54', '99.90'], label('INV0001'));
    fc.assert(fc.property(fc.nat(text.length - 5), fc.integer({ min: 32, max: 126 }), (at, charCode) => {
      const other = text.slice(0, at) + String.fromCharCode(charCode) + text.slice(at + 1);
      if (other !== text) expect(readBrCode(other).kind).toBe('none');
    }));
    fc.assert(fc.property(fc.string(), (any) => expect(readBrCode(any).kind).toBe('none')));
  });
});

describe('isTxid', () => {
  it('is 26 to 35 letters and digits for a charge, 1 to 35 on a static code', () => {
    expect([25, 26, 35, 36].map((n) => isTxid('a'.repeat(n), 'charge'))).toEqual([false, true, true, false]);
    expect([0, 1, 35, 36].map((n) => isTxid('A'.repeat(n), 'static'))).toEqual([false, true, true, false]);
    expect([isTxid('***', 'static'), isTxid(`${'a'.repeat(26)}-`, 'charge')]).toEqual([false, false]);
  });
});

withVectors('published vectors of BR Codes', () => {
  type Payload = Record<string, string | number | null> & { payload: string; crc: string | null; crc_in_payload?: string };
  const all = () => vectors('brcode.json') as { payloads: Payload[]; crc: { input: string; crc: string }[]; tlv: { input: string; parsed?: [string, [string, string][]][]; tags?: string[] }[] };

  it('payloads', () => {
    expect(all().payloads.length).toBeGreaterThan(3);
    for (const { payload, crc, crc_in_payload, ...expected } of all().payloads) {
      const read = readBrCode(payload) as BrCode;
      // The one with tag 22 to 24 of the old br.gov.bcb.spi names an account by its numbers and carries its location in tag 80.
      expect(read.kind).not.toBe('none');
      expect(payload.slice(-4)).toBe(crc ?? crc_in_payload);
      expect(tlv(read.fields)).toBe(payload);
      const field = (tag: string) => read.fields.find(([each]) => each === tag)?.[1];
      const found: Record<string, unknown> = {
        ...read, payload_format: field('00'), merchant_account: field('04'), category_code: field('52'), currency: field('53'), country: field('58'), gui: readTlv(field('26')!)![0]![1],
      };
      for (const name of ['amount_cents', 'payload_format', 'merchant_account', 'key', 'gui', 'category_code', 'currency', 'country', 'merchant_name', 'merchant_city', 'postal_code', 'reference_label', 'description', 'initiation_method'])
        if (name in expected) expect([name, found[name]]).toEqual([name, expected[name]]);
      // Its label has a hyphen, which no txid has.
      expect(read.txid).toBeNull();
    }
  });

  it('checksums and fields', () => {
    for (const { input, crc } of all().crc) expect(crc16(input)).toBe(crc);
    for (const { input, parsed, tags } of all().tlv) {
      if (parsed) expect(readTlv(input)!.map(([tag, value]) => [tag, readTlv(value)])).toEqual(parsed);
      if (tags) expect(readTlv(input)!.map(([tag]) => tag)).toEqual(tags);
    }
  });
});
