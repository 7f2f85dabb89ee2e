import { createHmac } from 'node:crypto';
import { contactPointKey, personKey } from './keys';

const key = 'an installation key';

describe('personKey', () => {
  it('is the HMAC-SHA-256 of the normalised document, the same for every creditor and spelling', () => {
    const expected = createHmac('sha256', key).update('52998224725').digest('hex');
    expect(personKey('529.982.247-25', 'acme', '1', key)).toBe(expected);
    expect(personKey('52998224725', 'other', '2', key)).toBe(expected);
    expect(personKey('12.abc.345/01de-35', 'acme', '1', key)).toBe(personKey('12ABC34501DE35', 'acme', '9', key));
  });

  it('falls back to creditor and customer, kept apart', () => {
    expect(personKey(undefined, 'acme', '1', key)).toBe(personKey(null, 'acme', '1', key));
    expect(personKey(undefined, 'acme', '1', key)).not.toBe(personKey(undefined, 'acme', '2', key));
    expect(personKey(undefined, 'acme', '11', key)).not.toBe(personKey(undefined, 'acme1', '1', key));
    expect(personKey(undefined, 'acme', '1', key)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not make one person of all who share a filler document', () => {
    for (const filler of ['00000000000', '111.111.111-11', '', 'ISENTO'])
      expect([filler, personKey(filler, 'acme', '1', key)]).toEqual([filler, personKey(undefined, 'acme', '1', key)]);
  });

  it('depends on the key and refuses an empty one', () => {
    expect(personKey('52998224725', 'acme', '1', 'another')).not.toBe(personKey('52998224725', 'acme', '1', key));
    expect(() => personKey('52998224725', 'acme', '1', '')).toThrow('installation key');
  });
});

describe('contactPointKey', () => {
  it('is one for all spellings of an address and another for another channel', () => {
    expect(contactPointKey('email', ' Joana.Silva@Example.invalid ', key)).toBe(contactPointKey('email', 'joana.silva@example.invalid', key));
    expect(contactPointKey('email', 'a@example.invalid', key)).not.toBe(contactPointKey('email', 'b@example.invalid', key));
    expect(contactPointKey('email', 'a@example.invalid', key)).not.toBe(contactPointKey('whatsapp', 'a@example.invalid', key));
    expect(() => contactPointKey('email', 'a@example.invalid', '')).toThrow('installation key');
  });
});
