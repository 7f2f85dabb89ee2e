import { boletoDigit, modulo10, modulo11 } from './check-digits';
import { vectors, withVectors } from '../test/vectors';

describe('modulo 10', () => {
  // By hand: 1*2 + 9*1 + 2*2 + 3*1, each product reduced to its digits: 2+9+4+3 = 18, so 2.
  it('sums the digits of each product', () => expect([modulo10('3291'), modulo10('5'), modulo10('0')]).toEqual([2, 9, 0]));
  it.each(['', ' ', 'a', '1.2'])('refuses %j', (text) => expect(() => modulo10(text)).toThrow(RangeError));
});

describe('modulo 11', () => {
  it('weighs 2 to 9 from the right and starts again', () => {
    expect(modulo11('1')).toBe(9);
    // Eight ones weigh 2..9 = 44, a multiple of 11; the ninth weighs 2 again.
    expect([modulo11('11111111'), modulo11('111111111')]).toEqual([0, 9]);
    expect(modulo11('6')).toBe(10);
  });

  it('is never 0 or 10 on a boleto', () => expect([boletoDigit('11111111'), boletoDigit('6'), boletoDigit('5')]).toEqual([1, 1, 1]));
  it('takes other weights', () => expect(modulo11('19', [2, 3, 4, 5, 6, 7])).toBe(1));
});

withVectors('published vectors of the check digits', () => {
  const boleto = () => vectors('boleto.json') as Record<string, { cases: [string, number | string][]; error?: string[] }>;

  it('modulo 10', () => {
    const { cases, error } = boleto().modulo_10!;
    expect(cases.length).toBeGreaterThan(5);
    for (const [digits, digit] of cases) expect([digits, modulo10(digits)]).toEqual([digits, digit]);
    for (const text of error!) expect(() => modulo10(text)).toThrow(RangeError);
  });

  it('modulo 11 of a barcode', () => {
    for (const [digits, digit] of boleto().modulo_11_barcode!.cases) expect([digits, boletoDigit(digits)]).toEqual([digits, digit]);
  });

  it('modulo 11 as banks keep it: rest of weights 9 to 2, P for 10 under weights 2 to 7, and Sicoob with 3, 7, 9, 1', () => {
    const { modulo_11_remainder_9_to_2: rest, modulo_11_weights_2_to_7_map_p: withP, modulo_11_weights_3_7_9_1: sicoob } = boleto();
    // The rest under weights 11 - w is 11 less the rest under weights w, so one function serves both.
    for (const [digits, digit] of rest!.cases) expect([digits, modulo11(digits)]).toEqual([digits, digit]);
    for (const [digits, digit] of withP!.cases) expect([digits, modulo11(digits, [2, 3, 4, 5, 6, 7])]).toEqual([digits, digit === 'P' ? 10 : digit]);
    for (const [digits, digit] of sicoob!.cases) expect([digits, modulo11(digits, [3, 7, 9, 1]) % 10]).toEqual([digits, digit]);
  });
});
