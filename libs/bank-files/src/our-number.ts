/** Widths at which a bank's number carries its check digit (perhaps P) at the end; at other widths, and at other banks, it is bare. */
const WITH_CHECK_DIGIT: Record<string, readonly number[]> = {
  '001': [12], '004': [8], '033': [8, 13], '353': [8, 13], '041': [10], '237': [12], '756': [10, 12],
};
/** Banrisul has two check digits. */
const CHECK_DIGITS: Record<string, number> = { '041': 2 };

/**
 * A nosso número for comparing: the same for a bank's 400 and 240 formats and for what a creditor registered in either width, with
 * or without separators. Capitals, no check digit, no leading zeros; letters stay. Empty where there is nothing but zeros.
 */
export function ourNumberKey(bank: string | null, ourNumber: string): string {
  const bare = ourNumber.toUpperCase().replace(/[^0-9A-Z]/g, '');
  const digits = bank !== null && WITH_CHECK_DIGIT[bank]?.includes(bare.length) ? (CHECK_DIGITS[bank] ?? 1) : 0;
  return bare.slice(0, bare.length - digits).replace(/^0+/, '');
}
