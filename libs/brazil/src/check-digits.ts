/** Weights that repeat from the right of a text. */
export type Weights = readonly number[];

/** Weights 2 to 9, of boletos, utility slips and CNPJ. */
export const TWO_TO_NINE: Weights = [2, 3, 4, 5, 6, 7, 8, 9];

/** Sum of the values of the characters (ASCII code - 48, so A = 17) times weights that repeat from the right; throws RangeError on other characters and on an empty text. */
function weightedSum(text: string, weights: Weights, weigh: (product: number) => number = (product) => product): number {
  if (!/^[0-9A-Z]+$/.test(text)) throw new RangeError('not digits or upper-case letters');
  let sum = 0;
  for (let i = text.length - 1, at = 0; i >= 0; i--, at = (at + 1) % weights.length) sum += weigh((text.charCodeAt(i) - 48) * weights[at]!);
  return sum;
}

/** Modulo 10 digit of a text of digits: weights 2, 1 from the right, the digits of each product are summed (FEBRABAN); throws RangeError where there is none. */
export const modulo10 = (digits: string): number => (10 - (weightedSum(digits, [2, 1], (product) => Math.floor(product / 10) + (product % 10)) % 10)) % 10;

/** Modulo 11 digit, 0 to 10, of a text (11 less the rest of the weighted sum); what stands for 10, and for 0 on a boleto, differs by document and bank: see the callers. */
export const modulo11 = (text: string, weights: Weights = TWO_TO_NINE): number => (11 - (weightedSum(text, weights) % 11)) % 11;

/** The general check digit of a boleto's barcode over its other 43 digits: what would be 0 or 10 is 1 (FEBRABAN). */
export const boletoDigit = (digits: string): number => {
  const digit = modulo11(digits);
  return digit === 0 || digit === 10 ? 1 : digit;
};
