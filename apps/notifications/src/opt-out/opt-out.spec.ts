import { optOutToken, readOptOutToken } from './opt-out';

const optOut = { creditor_id: 'acme', channel: 'email', contact_point_key: 'ab'.repeat(32) } as const;
const KEY = 'k'.repeat(32);

it('says who closes what, signed', () => {
  const token = optOutToken(optOut, KEY);
  expect(token).toMatch(/^[\w.-]+$/);
  expect(readOptOutToken(token, KEY)).toEqual(optOut);
});

it.each(['', '.', 'a.b', 'a'])('reads nothing from %j', (token) => expect(readOptOutToken(token, KEY)).toBeNull());

it('refuses a token of another installation, cut short or changed', () => {
  const token = optOutToken(optOut, KEY);
  expect(readOptOutToken(optOutToken(optOut, 'x'.repeat(32)), KEY)).toBeNull();
  expect(readOptOutToken(token.slice(0, -1), KEY)).toBeNull();
  const other = optOutToken({ ...optOut, creditor_id: 'other' }, KEY);
  expect(readOptOutToken(`${other.split('.')[0]}.${token.split('.')[1]}`, KEY)).toBeNull();
});
