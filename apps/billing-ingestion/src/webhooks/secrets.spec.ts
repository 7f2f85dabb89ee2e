import crypto, { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { call } from '../../test/webhook-context';
import { isSame } from './secrets';
import { KINDS } from './source';
import { sources } from './sources';

const BODY = '{"id":"evt_1","total":"10.00"}';
const OLD = 'whsec_the_old_secret';
const NEW = 'whsec_the_new_secret';
const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
const NOW_S = NOW_MS / 1_000;

/** The headers by which a secret vouches for BODY with any platform; in the path it does so by itself. */
const vouching = (secret: string) => ({
  'stripe-signature': `t=${NOW_S},v1=${createHmac('sha256', secret).update(`${NOW_S}.${BODY}`).digest('hex')}`, 'x-lago-signature': createHmac('sha256', secret).update(BODY).digest('base64'),
  'asaas-access-token': secret, authorization: secret,
});

describe('a secret', () => {
  it('is compared whole', () => {
    expect([isSame('a', 'a'), isSame('a', 'b'), isSame('a', 'aa'), isSame('', '')]).toEqual([true, false, false, true]);
  });

  it.each(KINDS)('of %s is compared in constant time, each of two whichever fits, and never by its length', (kind) => {
    const compared = jest.spyOn(crypto, 'timingSafeEqual');
    const times = (secret: string) => {
      compared.mockClear();
      const held = sources[kind].verify({ ...call(BODY, vouching(secret)), urlSecret: secret }, [OLD, NEW], NOW_MS);
      expect(compared.mock.calls.every(([a, b]) => a.byteLength === 32 && b.byteLength === 32)).toBe(true);
      return [held, compared.mock.calls.length];
    };
    const [, most] = times(OLD);
    expect(most).toBeGreaterThanOrEqual(2);
    expect([times(OLD), times(NEW), times('x')]).toEqual([[true, most], [true, most], [false, most]]);
    compared.mockRestore();
  });

  describe('of Stripe', () => {
    const signed = (secret: string, t: number | string, body = BODY) => createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
    const verify = (signature: string, body = BODY, secrets = [OLD, NEW]) => sources.stripe.verify(call(body, { 'stripe-signature': signature }), secrets, NOW_MS);

    it('signs time and bytes; either of two secrets will do, and either of two signatures', () => {
      for (const secret of [OLD, NEW]) expect(verify(`t=${NOW_S},v1=${signed(secret, NOW_S)}`)).toBe(true);
      expect(verify(`t=${NOW_S},v1=${'0'.repeat(64)},v1=${signed(NEW, NOW_S)},v0=x`)).toBe(true);
      expect(verify(`t=${NOW_S},v1=${signed('whsec_another', NOW_S)}`)).toBe(false);
      expect(verify(`t=${NOW_S},v0=${signed(NEW, NOW_S)}`)).toBe(false);
      expect(verify(`t=${NOW_S},v1=${signed(NEW, NOW_S)}`, `${BODY} `)).toBe(false);
      for (const odd of ['', 't=', 'v1=', `v1=${signed(NEW, NOW_S)}`, `t=abc,v1=${signed(NEW, 'abc')}`, '=,=,=']) expect(verify(odd)).toBe(false);
    });

    it('holds for 300 seconds, before and after', () => {
      for (const [age_s, holds] of [[0, true], [300, true], [301, false], [-300, true], [-301, false]] as const) expect([age_s, verify(`t=${NOW_S - age_s},v1=${signed(NEW, NOW_S - age_s)}`)]).toEqual([age_s, holds]);
    });
  });

  describe('of Lago', () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jwt = (claims: object, alg = 'RS256', key = pair.privateKey) => {
      const signing = `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
      return `${signing}.${createSign('RSA-SHA256').update(signing).sign(key).toString('base64url')}`;
    };
    const verify = (signature: string, secrets: string[], algorithm: string, body = BODY) => sources.lago.verify(call(body, { 'x-lago-signature': signature, 'x-lago-signature-algorithm': algorithm }), secrets, NOW_MS);
    const hmac = (secret: string) => createHmac('sha256', secret).update(BODY).digest('base64');

    it('is an HMAC of the bytes in base64', () => {
      for (const secret of [OLD, NEW]) expect(verify(hmac(secret), [OLD, NEW], 'hmac')).toBe(true);
      expect([verify(hmac('whsec_another'), [OLD, NEW], 'hmac'), verify(hmac(OLD), [OLD], 'hmac', `${BODY}\n`), verify('', [OLD], 'hmac')]).toEqual([false, false, false]);
    });

    it('or a JWT whose data are the bytes, under a public key given as PEM or in base64', () => {
      for (const secret of [pem, Buffer.from(pem).toString('base64')]) expect(verify(jwt({ data: BODY, iss: 'lago' }), [secret], 'jwt')).toBe(true);
      expect(verify(jwt({ data: `${BODY} ` }), [pem], 'jwt')).toBe(false);
      expect(verify(jwt({ data: JSON.parse(BODY) }), [pem], 'jwt')).toBe(false);
      expect(verify(jwt({ data: BODY }, 'RS256', generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey), [pem], 'jwt')).toBe(false);
      for (const odd of ['a.b', 'a.b.c', 'a.b.c.d', `${jwt({ data: BODY })}x`]) expect(verify(odd, [pem], 'jwt')).toBe(false);
    });

    it('never lets the sender choose what is checked: a public key is no HMAC key, and `none` signs nothing', () => {
      expect(verify(hmac(pem), [pem], 'hmac')).toBe(false);
      expect(verify(`${part({ alg: 'none' })}.${part({ data: BODY })}.`, [pem], 'jwt')).toBe(false);
      expect(verify(jwt({ data: BODY }, 'HS256'), [pem], 'jwt')).toBe(false);
    });
  });

  it.each([['asaas', 'asaas-access-token'], ['iugu', 'authorization']] as const)('of %s is the header %s', (kind, name) => {
    const verify = (headers: Record<string, string>) => sources[kind].verify(call(BODY, headers), [OLD, NEW], NOW_MS);
    expect([verify({ [name]: OLD }), verify({ [name]: NEW }), verify({ [name]: `${NEW}x` }), verify({ [name]: '' }), verify({})]).toEqual([true, true, false, false, false]);
    expect(sources[kind].verify({ ...call(BODY), headers: { [name]: [OLD, NEW] } }, [OLD, NEW], NOW_MS)).toBe(false);
  });

  it.each(['vindi', 'kill-bill', 'pix'] as const)('of %s stands in the path', (kind) => {
    const verify = (urlSecret: string | null) => sources[kind].verify(call(BODY, {}, urlSecret), [OLD, NEW], NOW_MS);
    expect([verify(OLD), verify(NEW), verify('wrong'), verify(''), verify(null)]).toEqual([true, true, false, false, false]);
  });

  it('of a PSP is also the password of Basic, the token of Bearer or the key of an HMAC of the bytes', () => {
    const verify = (headers: Record<string, string>, body = BODY) => sources.pix.verify(call(body, headers), [OLD, NEW], NOW_MS);
    const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
    const signed = (secret: string) => createHmac('sha256', secret).update(BODY).digest('hex');
    expect([verify(basic(`psp:${OLD}`)), verify(basic(`psp:${NEW}`)), verify({ authorization: `bearer ${NEW}` })]).toEqual([true, true, true]);
    for (const authorization of [basic('psp:wrong').authorization, basic(`${NEW}:psp`).authorization, basic(':').authorization, 'Bearer wrong', 'Basic', NEW, '']) expect([authorization, verify({ authorization })]).toEqual([authorization, false]);
    for (const name of ['x-hub-signature-256', 'x-hub-signature']) {
      for (const secret of [OLD, NEW]) expect(verify({ [name]: `sha256=${signed(secret)}` })).toBe(true);
      expect([verify({ [name]: `sha256=${signed(NEW)}` }, `${BODY} `), verify({ [name]: `sha256=${signed('whsec_another')}` }), verify({ [name]: signed(NEW) }), verify({ [name]: 'sha256=' })]).toEqual([false, false, false, false]);
    }
  });
});
