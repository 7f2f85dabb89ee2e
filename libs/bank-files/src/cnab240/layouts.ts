import type { Range } from '../cnab/fields';
import { OCCURRENCES_240, type Occurrences } from '../cnab/occurrences';

/** Where the fields of segments T and U stand. */
export interface Fields240 {
  branch: Range;
  account: Range;
  our_number: Range;
  document_number: Range;
  due_date: Range;
  title: Range;
  payer_document_type: Range;
  payer_document: Range;
  payer: Range;
  fee: Range;
}

/** A bank's CNAB 240 return as data; segment U stands alike at all banks. */
export interface Layout240 {
  name: string;
  fields: Fields240;
  /** What columns 78-92 of segment U hold: what the payer paid, or (Itaú) that less the fee. */
  basis: 'gross' | 'net';
  /** Which records the batch trailer counts: with the batch's own header and trailer, or (Santander) the details alone. */
  batch_counts: 'all' | 'details';
  /** Whether the batch trailer sums the face value of its titles in columns 30-46; elsewhere that is a portfolio, zeros or nothing. */
  batch_sums_titles: boolean;
  occurrences: Occurrences;
}

/** Segment U, everywhere. Late charges are interest and fine together. */
export const U = {
  interest: [18, 32], discount: [33, 47], rebate: [48, 62], paid: [78, 92], net: [93, 107], paid_date: [138, 145], credit_date: [146, 153],
} as const satisfies Record<string, Range>;

const COMMON: Layout240 = {
  name: 'common 240',
  fields: {
    branch: [18, 23], account: [24, 36], our_number: [38, 57], document_number: [59, 73], due_date: [74, 81], title: [82, 96],
    payer_document_type: [133, 133], payer_document: [134, 148], payer: [149, 188], fee: [199, 213],
  },
  basis: 'gross',
  batch_counts: 'all',
  batch_sums_titles: false,
  occurrences: OCCURRENCES_240.common,
};

const like = (name: string, changed: Omit<Partial<Layout240>, 'fields'> & { fields?: Partial<Fields240> } = {}): Layout240 => ({
  ...COMMON, ...changed, name, fields: { ...COMMON.fields, ...changed.fields },
});

const SANTANDER = like('Santander 240', {
  fields: {
    branch: [18, 22], account: [23, 32], our_number: [41, 53], document_number: [55, 69], due_date: [70, 77], title: [78, 92],
    payer_document_type: [128, 128], payer_document: [129, 143], payer: [144, 183], fee: [194, 208],
  },
  batch_counts: 'details',
});

/** By COMPE code. 353 is Santander's own older one. */
export const LAYOUTS_240: Record<string, Layout240> = {
  '001': like('Banco do Brasil 240'),
  '033': SANTANDER,
  '353': SANTANDER,
  '041': like('Banrisul 240', { occurrences: OCCURRENCES_240['041'] }),
  '085': like('Ailos 240'),
  // Modality of 2 and number of 15 digits, as in its 400 format; 57 is the check digit.
  '104': like('Caixa 240', { fields: { our_number: [40, 56], document_number: [59, 69] }, occurrences: OCCURRENCES_240['104'] }),
  '136': like('Unicred 240'),
  '208': like('BTG Pactual 240'),
  // 12 characters with the check digit, as in its 400 format; before them wallet and zeros.
  '237': like('Bradesco 240', { fields: { our_number: [46, 57] } }),
  '341': like('Itaú 240', { fields: { our_number: [41, 48], document_number: [59, 68] }, basis: 'net', occurrences: OCCURRENCES_240['341'] }),
  '748': like('Sicredi 240', { batch_sums_titles: true }),
  // 9 digits and the check digit; then instalment, modality and form.
  '756': like('Sicoob 240', { fields: { our_number: [38, 47] } }),
};

/** The layout of a bank, or the common one for a bank that has none here. */
export const layout240 = (bank: string): { layout: Layout240; fallback: boolean } => {
  const layout = LAYOUTS_240[bank];
  return layout ? { layout, fallback: false } : { layout: COMMON, fallback: true };
};
