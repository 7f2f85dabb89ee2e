import { civilDate, contact, decimalCents, exactJson, text, Unmappable, wholeCents, within } from './fields';

describe('fields of strangers', () => {
  it('keep the digits of a number as they were written', () => {
    const read = exactJson('{"value": 94.51, "large": 12345678901234567890.10, "text": "a 1.5 \\" 2.5", "list": [1, -2.50], "nothing": null}');
    expect(read).toEqual({ value: '94.51', large: '12345678901234567890.10', text: 'a 1.5 " 2.5', list: ['1', '-2.50'], nothing: null });
    for (const broken of ['', '[1]', '"text"', '12', '{"a":}', '{a: 1}', '{"a": 01}']) expect(() => exactJson(broken)).toThrow(Unmappable);
  });

  it.each([['100', 10_000], ['19.9', 1_990], ['0.29', 29], ['10.0000000', 1_000], ['-3.5', -350], ['1000000000.10', 100_000_000_010]])('takes %s for %i cents', (amount, cents) => {
    expect(decimalCents(amount, 'value')).toBe(cents);
  });

  it.each(['', '.', '1,5', '1.005', '1e3', ' 1', '0x10', 'NaN', '12345678901234.00'])('takes %p for no amount, and never quotes it', (amount) => {
    expect(() => decimalCents(amount, 'value')).toThrow(new Unmappable('`value` is no amount of whole cents.'));
    expect(() => wholeCents(`${amount}x`, 'value')).toThrow(Unmappable);
  });

  it('find an object only where it is one, and nothing inherited', () => {
    expect(within({ a: { b: { c: 1 } } }, 'a', 'b')).toEqual({ c: 1 });
    for (const odd of [null, 5, 'x', [1], { a: null }, { a: [{}] }]) expect(within(odd, 'a')).toEqual({});
    expect(text(within({}, 'constructor'), 'name')).toBeNull();
    expect([text({ a: '' }, 'a'), text({ a: 5 }, 'a'), text({ a: false }, 'a'), text({}, 'toString')]).toEqual([null, '5', null, null]);
  });

  it('tell the day of an instant by the zone, and leave a civil date alone', () => {
    expect(civilDate('2026-03-10', 'America/Sao_Paulo', 'due')).toBe('2026-03-10');
    expect(civilDate('2026-03-10T23:59:59.000-03:00', 'America/Sao_Paulo', 'due')).toBe('2026-03-10');
    expect(civilDate('2026-03-11T02:59:59Z', 'America/Sao_Paulo', 'due')).toBe('2026-03-10');
    for (const odd of [null, '2026-02-30', '2026-03-10T10:00:00', '10/03/2026', '2026-13-01T00:00:00Z']) expect(() => civilDate(odd, 'America/Sao_Paulo', 'due')).toThrow(Unmappable);
  });

  it('leave out contact data that is none, so that an invoice is not kept out by it', () => {
    expect(contact({ name: ' Ana Souza ', email: 'ana@exemplo.com.br', phone: '(11) 98888-7777', document: '529.982.247-25', state: 'sp' })).toEqual({
      name: 'Ana Souza', email: 'ana@exemplo.com.br', phone: '+5511988887777', document: '529.982.247-25', state: 'SP',
    });
    expect(contact({ name: '', email: 'ana at exemplo', phone: 'ramal 12', document: 'x'.repeat(30), state: 'Minas Gerais' })).toEqual({});
    expect([contact({ phone: '+1 415 555 2671' }), contact({ phone: '5511988887777' })]).toEqual([{ phone: '+14155552671' }, { phone: '+5511988887777' }]);
  });
});
