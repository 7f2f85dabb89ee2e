import type { Meaning } from '../bank-file';

/** The codes of a bank by what they mean, separated by blanks. A code in none of them is unknown: no money, and it is told. */
export type Occurrences = Partial<Record<Meaning, string>>;

/** Looks up a code; undefined where the bank's table does not have it. */
export function meanings(occurrences: Occurrences): (code: string) => Meaning | undefined {
  const byCode = new Map<string, Meaning>();
  for (const [meaning, codes] of Object.entries(occurrences)) for (const code of codes.split(' ')) byCode.set(code, meaning as Meaning);
  return (code) => byCode.get(code);
}

/** Codes from one to another, both included, two digits each. */
const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => String(first + i).padStart(2, '0')).join(' ');

/**
 * CNAB 400, by bank, from the banks' manuals (README says which). A payment by cheque that waits for clearing, a title that was
 * settled before, and a "baixa operacional" (CIP's note that a payment is under way) are notices: the money has a row of its own.
 */
export const OCCURRENCES_400 = {
  // Where the bank is not known: 06 and 17 are money at all banks but two that have tables of their own below.
  common: {
    settled: '06 17', confirmed: '02', rejected: '03', written_off: '09 10', fee: '28', allegation: '25 29',
    notice: '11 12 13 14 18 19 20 21 22 23 24 26 27 30 32 33 34 35',
  },
  // 17 is in no table of its 400 format, but in that of its 240, which carries the same events.
  '001': {
    settled: '05 06 07 08 15 17', confirmed: '02', rejected: '03', written_off: '09 10 20', reversed: '44', fee: '28 96 97 98',
    notice: '11 12 13 14 16 19 21 22 23 24 25 26 31 32 33 34 35 36 37 38 39 41 42 46 61 72',
  },
  '004': {
    settled: '06 07 08', confirmed: '02', written_off: '09 10 15', notice: '04 11 12 13 14 18 19 20 21 22',
    rejected: '51 52 54 56 57 58 59 60 61 62 63 64 65 68 69 70 71 72',
  },
  // 01 is no payment at Santander, and 16 says that a title was settled or written off before.
  '033': {
    settled: '06 07 08 17', confirmed: '02', rejected: '01 03 39', written_off: '09 10', fee: '24',
    notice: '11 12 13 14 15 16 21 22 25 26 35 36 37 38 61 62 63 93 94',
  },
  // 25 returns a title settled before; 30 and 31 are payments on their way, which come again as 06 and 15.
  '041': {
    settled: '06 07 08 15', confirmed: '02 47', rejected: '03', written_off: '04 09 10 40', fee: '41 44',
    notice: '11 12 13 14 16 18 19 20 21 22 23 24 25 26 30 31 32 33 34 42 43 45 46 68 69',
  },
  '077': { settled: '06', confirmed: '02', rejected: '03', written_off: '07' },
  // Other numbers than everybody's: 02 is a write-off, 06 a changed field, 21 a payment.
  '104': {
    settled: '21 22 35', confirmed: '01', rejected: '99', written_off: '02 23 24 25', reversed: '33 36', fee: '31 32 34', allegation: '52 53',
    notice: `${upTo(3, 12)} 20 26 27 28 29 30 37 38 51 A4`,
  },
  // 07 is conditional on a cheque; 09 is the payment of a title that the bank had discounted.
  '136': { settled: '01 06 09', confirmed: '02', rejected: '03', notice: '04 07 08 10 11 12 13 14' },
  '237': {
    settled: '06 15 17', confirmed: '02', rejected: '03 24 27 30 32', written_off: '09 10', reversed: '22 40', fee: '28', allegation: '29',
    notice: '11 12 13 14 16 18 19 20 21 23 25 33 34 35 55 68 69 73 74',
  },
  // 10 also tells that a boleto was paid by its Pix code: that money comes by Pix, not here. 59 is credited outside the collection.
  '341': {
    settled: '06 07 08', confirmed: '02 64 71 73', rejected: '03 15 16 17 18 24 60 74', written_off: '05 09 10 32 47 59 72', reversed: '69',
    allegation: '25', fee: '23 26 27 28 29 30 33 34 35 36 37 38 39 40 41 42 43 44 45 46 48 51 52 53 54 55 56 61 62 80 81 82 83 84 85 86 87 88 89 90 91 92 93',
    notice: '04 11 12 13 14 19 20 21 57 63 65 75 76 77 78 79 94 95',
  },
  '748': {
    settled: '06 15 17', confirmed: '02', rejected: '03 24 27 30 32', written_off: '09 10', fee: '28', allegation: '29',
    notice: '12 13 14 16 18 19 20 21 23 33 34 35 36 68 69',
  },
  '756': {
    settled: '05 06 15 17', confirmed: '02', rejected: '03 24 27 30 32', written_off: '09 10', reversed: '22', fee: '28',
    notice: '11 12 13 14 16 18 19 20 21 23 33 34 35 48 68 69',
  },
} satisfies Record<string, Occurrences>;

const FEBRABAN_240 = {
  settled: '06 17', confirmed: '02', rejected: '03 26 30 37 53', written_off: '05 09 25', fee: '28', allegation: '29 52', reversed: '44',
  notice: `01 04 07 08 10 11 12 13 14 15 19 20 23 24 27 33 34 35 36 38 39 40 41 42 43 45 46 47 48 49 50 51 ${upTo(54, 65)} 73 93 94`,
} satisfies Occurrences;

/** CNAB 240, note C044 of FEBRABAN's layout, and the banks that have a table of their own. */
export const OCCURRENCES_240 = {
  common: FEBRABAN_240,
  // AA: settled before; AB: on its way.
  '041': { ...FEBRABAN_240, written_off: '05 09 25', notice: `${FEBRABAN_240.notice} AA AB AC` },
  '104': {
    settled: '06 17 46', confirmed: '02', rejected: '03 26 30 39 40 41 53', written_off: '05 09 25', reversed: '44 47', fee: '28', allegation: '29 52',
    notice: '01 04 07 08 11 12 13 14 15 19 20 23 24 27 35 36 37 38 45 51 61 62',
  },
  '341': OCCURRENCES_400['341'],
} satisfies Record<string, Occurrences>;
