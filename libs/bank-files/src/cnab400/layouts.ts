import type { DateStyle, Range } from '../cnab/fields';
import { OCCURRENCES_400, type Occurrences } from '../cnab/occurrences';

/**
 * What the paid field holds: `gross`, what the payer paid; `net`, that less the fee; `principal`, the title's part, to which the
 * late charges come where title, discount and rebate alone make it up (Caixa; Banrisul, whose client chooses among six contents).
 */
export type Basis = 'gross' | 'net' | 'principal';

/** A total in the trailer: which rows it counts and whose cents it sums. `either`: the manual does not say whether face or paid. */
export interface Total {
  /** Its names among the trailer's values. */
  count_name: string;
  cents_name: string;
  count?: Range;
  cents?: Range[];
  of: 'all' | readonly string[];
  sums: 'title' | 'either';
}

/** Where the fields of a title stand; a bank that has no such field has none here. */
export interface Fields400 {
  account: Range;
  branch?: Range;
  our_number: Range;
  document_number: Range;
  occurrence: Range;
  paid_date: Range;
  due_date: Range;
  title: Range;
  fee?: Range;
  rebate?: Range;
  discount?: Range;
  paid: Range;
  interest?: Range;
  fine?: Range;
  net?: Range;
  credit_date?: Range;
  payer?: Range;
  payer_document?: Range;
}

/** A bank's CNAB 400 return as data. */
export interface Layout400 {
  name: string;
  /** Record types that are titles; others accompany them. */
  titles: string;
  fields: Fields400;
  /** Where a record type of `titles` has its own place for the number. */
  our_number_by_type?: Record<string, Range>;
  basis: Basis;
  credit_style: DateStyle;
  generated: { range: Range; style: DateStyle };
  header: { sequence?: Range; agreement?: Range; credit_date?: Range };
  occurrences: Occurrences;
  totals: Total[];
  /** Trailer fields that are told and not checked. */
  told?: Record<string, Range>;
}

const COMMON: Layout400 = {
  name: 'common 400',
  titles: '1',
  fields: {
    branch: [18, 21], account: [22, 31], our_number: [63, 70], document_number: [117, 126], occurrence: [109, 110], paid_date: [111, 116],
    due_date: [147, 152], title: [153, 165], fee: [176, 188], rebate: [228, 240], discount: [241, 253], paid: [254, 266], interest: [267, 279],
    credit_date: [296, 301],
  },
  basis: 'gross',
  credit_style: 'DDMMYY',
  generated: { range: [95, 100], style: 'DDMMYY' },
  header: {},
  occurrences: OCCURRENCES_400.common,
  totals: [],
};

const like = (base: Layout400, changed: Omit<Partial<Layout400>, 'fields'> & { fields?: Partial<Fields400> }): Layout400 => ({
  ...base, ...changed, fields: { ...base.fields, ...changed.fields },
});

// Sicoob and Unicred follow Banco do Brasil in where credit date, fee and net amount stand.
const BB = like(COMMON, {
  name: 'Banco do Brasil 400', titles: '71',
  fields: { branch: [18, 22], account: [23, 31], our_number: [64, 80], credit_date: [176, 181], fee: [182, 188], net: [306, 318] },
  // Agreements of six digits come in records of type 1, with 11 digits and a check digit.
  our_number_by_type: { 1: [63, 74] },
  header: { sequence: [101, 107], agreement: [150, 156] }, occurrences: OCCURRENCES_400['001'],
});

const SANTANDER = like(COMMON, {
  name: 'Santander 400', fields: { account: [30, 37], net: [367, 379], payer: [302, 337] }, header: { agreement: [39, 46] },
  occurrences: OCCURRENCES_400['033'],
});

/** By COMPE code. 353 is Santander's own older one. */
export const LAYOUTS_400: Record<string, Layout400> = {
  '001': BB,
  '004': like(COMMON, {
    name: 'Banco do Nordeste 400', fields: { account: [24, 31] }, header: { sequence: [109, 113], credit_date: [120, 125] },
    occurrences: OCCURRENCES_400['004'],
  }),
  '033': SANTANDER,
  '353': SANTANDER,
  '041': like(COMMON, {
    name: 'Banrisul 400', fields: { account: [22, 30], our_number: [63, 72] }, basis: 'principal', occurrences: OCCURRENCES_400['041'],
    totals: [
      { count_name: 'entries_count', cents_name: 'entries_total_cents', count: [49, 55], cents: [[56, 70]], of: ['02'], sums: 'title' },
      { count_name: 'settled_count', cents_name: 'settled_total_cents', count: [71, 77], cents: [[78, 92]], of: ['06', '07', '08', '15'], sums: 'title' },
    ],
  }),
  '077': like(COMMON, {
    name: 'Inter 400',
    fields: {
      branch: [24, 27], account: [28, 37], our_number: [71, 81], occurrence: [90, 91], paid_date: [92, 97], document_number: [98, 107], due_date: [119, 124],
      title: [125, 137], paid: [160, 172], credit_date: [173, 178], payer: [182, 221], payer_document: [227, 240], fee: undefined, rebate: undefined,
      discount: undefined, interest: undefined,
    },
    occurrences: OCCURRENCES_400['077'],
    totals: [
      { count_name: 'detail_count', cents_name: 'title_total_cents', count: [18, 25], of: 'all', sums: 'title' },
      { count_name: 'entries_count', cents_name: 'entries_total_cents', count: [58, 62], cents: [[63, 74]], of: ['02'], sums: 'title' },
      { count_name: 'rejected_count', cents_name: 'rejected_total_cents', count: [87, 91], of: ['03'], sums: 'title' },
      { count_name: 'settled_06_count', cents_name: 'settled_06_total_cents', count: [116, 120], cents: [[121, 132]], of: ['06'], sums: 'either' },
    ],
  }),
  '104': like(COMMON, {
    name: 'Caixa 400', fields: { branch: undefined, account: [21, 27], our_number: [57, 73], fine: [280, 292], credit_date: [294, 299] },
    basis: 'principal', header: { sequence: [390, 394], agreement: [31, 37] }, occurrences: OCCURRENCES_400['104'],
  }),
  '136': like(BB, {
    name: 'Unicred 400', titles: '1', our_number_by_type: undefined, fields: { our_number: [46, 62], document_number: [280, 305] }, header: { sequence: [101, 107], agreement: [108, 121] },
    occurrences: OCCURRENCES_400['136'],
  }),
  '237': like(COMMON, {
    name: 'Bradesco 400', fields: { branch: [25, 29], account: [30, 37], our_number: [71, 82] },
    header: { sequence: [109, 113], agreement: [27, 46], credit_date: [380, 385] }, occurrences: OCCURRENCES_400['237'],
    totals: [
      { count_name: 'entries_count', cents_name: 'entries_total_cents', count: [58, 62], cents: [[63, 74]], of: ['02'], sums: 'title' },
      // Twice the same by the manual; one of them may be the face value.
      { count_name: 'settled_06_count', cents_name: 'settled_06_total_cents', count: [87, 91], cents: [[92, 103], [75, 86]], of: ['06'], sums: 'either' },
      { count_name: 'written_off_count', cents_name: 'written_off_total_cents', count: [104, 108], cents: [[109, 120]], of: ['09', '10'], sums: 'title' },
    ],
  }),
  '341': like(COMMON, {
    name: 'Itaú 400', fields: { account: [24, 29], payer: [325, 354] }, basis: 'net', header: { sequence: [109, 113], credit_date: [114, 119] },
    occurrences: OCCURRENCES_400['341'], totals: [{ count_name: 'detail_count', cents_name: 'title_total_cents', count: [213, 220], cents: [[221, 234]], of: 'all', sums: 'title' }],
    told: { file_sequence: [208, 212] },
  }),
  '748': like(COMMON, {
    name: 'Sicredi 400', fields: { branch: undefined, account: [15, 19], our_number: [48, 62], fine: [280, 292], credit_date: [329, 336] },
    credit_style: 'YYYYMMDD', generated: { range: [95, 102], style: 'YYYYMMDD' }, header: { sequence: [111, 117], agreement: [27, 31] },
    occurrences: OCCURRENCES_400['748'],
  }),
  '756': like(BB, {
    name: 'Sicoob 400', titles: '1', our_number_by_type: undefined, fields: { our_number: [63, 74], fine: [280, 292] }, header: { sequence: [101, 107], agreement: [41, 46] },
    occurrences: OCCURRENCES_400['756'],
  }),
};

/** The layout of a bank, or the common one for a bank that has none here. */
export const layout400 = (bank: string): { layout: Layout400; fallback: boolean } => {
  const layout = LAYOUTS_400[bank];
  return layout ? { layout, fallback: false } : { layout: COMMON, fallback: true };
};
