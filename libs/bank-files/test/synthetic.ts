/** Writes files of the banks' formats from made-up rows, by positions typed here from the manuals and not taken from the layouts under test. */

/** A made-up title; cents and ISO dates. */
export interface Title {
  code: string; number: string; title?: number; paid?: number; fee?: number; interest?: number; discount?: number; rebate?: number; net?: number;
  on?: string; due?: string; credit?: string; document?: string;
}

/** A line of blanks with texts put at 1-based positions. */
export function put(width: number, ...fields: [at: number, text: string][]): string {
  const line = Array.from({ length: width }, () => ' ');
  for (const [at, text] of fields) line.splice(at - 1, text.length, ...text);
  return line.join('');
}

const pad = (value: number | string, width: number) => String(value).padStart(width, '0');
const ddmmyy = (iso?: string) => (iso ? iso.slice(8) + iso.slice(5, 7) + iso.slice(2, 4) : '000000');
const ddmmyyyy = (iso?: string) => (iso ? iso.slice(8) + iso.slice(5, 7) + iso.slice(0, 4) : '00000000');
const yyyymmdd = (iso?: string) => (iso ? iso.replaceAll('-', '') : '00000000');

/** Where a bank's CNAB 400 differs from most: our number, credit date, fee (with width), net amount, check of the trailer. */
interface Bank400 {
  type?: string; number: number; credit?: [at: number, style: 'DDMMYY' | 'YYYYMMDD']; fee?: [at: number, width: number]; net?: number; account: [at: number, text: string][];
  trailer?: (titles: Title[]) => [number, string][]; detail?: (title: Title) => [number, string][];
}

const total = (titles: Title[], field: 'title' | 'paid', ...codes: string[]) =>
  titles.filter(({ code }) => codes.length === 0 || codes.includes(code)).reduce((sum, title) => sum + (title[field] ?? 0), 0);
const howMany = (titles: Title[], ...codes: string[]) => titles.filter(({ code }) => codes.includes(code)).length;

/** The banks that have a CNAB 400 layout of their own, and 422, which has none. */
export const BANKS_400: Record<string, Bank400> = {
  '001': { type: '7', number: 64, credit: [176, 'DDMMYY'], fee: [182, 7], net: 306, account: [[18, '12345000678901']] },
  '004': { number: 63, account: [[18, '1234'], [24, '00567890']] },
  '033': { number: 63, net: 367, account: [[18, '1234'], [30, '00567890']] },
  '041': { number: 63, account: [[18, '1234'], [22, '567890123']],
    trailer: (t) => [[49, pad(howMany(t, '02'), 7)], [56, pad(total(t, 'title', '02'), 15)], [71, pad(howMany(t, '06', '07', '08', '15'), 7)], [78, pad(total(t, 'title', '06', '07', '08', '15'), 15)]] },
  '077': { number: 71, account: [[24, '0001'], [28, '0056789012']],
    detail: (t) => [[90, t.code], [92, ddmmyy(t.on)], [98, (t.document ?? '').padEnd(10)], [119, ddmmyy(t.due)], [125, pad(t.title ?? 0, 13)], [160, pad(t.paid ?? 0, 13)], [173, ddmmyy(t.credit)]],
    trailer: (t) => [[18, pad(t.length, 8)], [58, pad(howMany(t, '02'), 5)], [63, pad(total(t, 'title', '02'), 12)], [87, pad(howMany(t, '03'), 5)], [116, pad(howMany(t, '06'), 5)], [121, pad(total(t, 'paid', '06'), 12)]] },
  '104': { number: 57, credit: [294, 'DDMMYY'], account: [[21, '1234567']] },
  '136': { number: 46, credit: [176, 'DDMMYY'], fee: [182, 7], net: 306, account: [[18, '12345'], [23, '006789012']] },
  '237': { number: 71, account: [[25, '01234'], [30, '00567890']],
    trailer: (t) => [[58, pad(howMany(t, '02'), 5)], [63, pad(total(t, 'title', '02'), 12)], [75, pad(total(t, 'paid', '06'), 12)], [87, pad(howMany(t, '06'), 5)], [92, pad(total(t, 'paid', '06'), 12)], [104, pad(howMany(t, '09', '10'), 5)], [109, pad(total(t, 'title', '09', '10'), 12)]] },
  '341': { number: 63, account: [[18, '1234'], [24, '567890']], trailer: (t) => [[208, '00007'], [213, pad(t.length, 8)], [221, pad(total(t, 'title'), 14)]] },
  '422': { number: 63, account: [[18, '1234'], [22, '0056789012']] },
  '748': { number: 48, credit: [329, 'YYYYMMDD'], account: [[15, '12345']] },
  '756': { number: 63, credit: [176, 'DDMMYY'], fee: [182, 7], net: 306, account: [[18, '12345'], [23, '006789012']] },
};

/** The paid field of a title in a file of the bank: what the payer paid, but at Itaú, where it is that less the fee. */
const paidField = (bank: string, title: Title) => (title.paid ?? 0) - (bank === '341' ? (title.fee ?? 0) : 0);

function detail400(bank: string, title: Title, sequence: number): string {
  const at = BANKS_400[bank]!;
  const [feeAt, feeWidth] = at.fee ?? [176, 13];
  const [creditAt, style] = at.credit ?? [296, 'DDMMYY'];
  const common: [number, string][] = at.detail?.(title) ?? [
    [109, title.code], [111, ddmmyy(title.on)], [147, ddmmyy(title.due)], [153, pad(title.title ?? 0, 13)], [feeAt, pad(title.fee ?? 0, feeWidth)],
    [228, pad(title.rebate ?? 0, 13)], [241, pad(title.discount ?? 0, 13)], [254, pad(paidField(bank, title), 13)], [267, pad(title.interest ?? 0, 13)],
    [creditAt, style === 'DDMMYY' ? ddmmyy(title.credit) : yyyymmdd(title.credit)],
    ...(bank === '136' ? [[280, (title.document ?? '').padEnd(26)] as [number, string]] : [[117, (title.document ?? '').padEnd(10)] as [number, string]]),
    ...(at.net && title.net !== undefined ? [[at.net, pad(title.net, 13)] as [number, string]] : []),
  ];
  return put(400, [1, at.type ?? '1'], [2, '02'], [4, '11222333000181'], ...at.account, [at.number, title.number], ...common, [395, pad(sequence, 6)]);
}

/** The lines of a CNAB 400 return. */
export function lines400(bank: string, titles: Title[]): string[] {
  const header = put(400, [1, '02RETORNO01COBRANCA'], [47, 'ACADEMIA SOL LTDA'], [77, bank], [80, 'BANCO'], [95, bank === '748' ? '20260305' : '050326'], [395, '000001']);
  const trailer = put(400, [1, '9201'], [5, bank], ...(BANKS_400[bank]!.trailer?.(titles) ?? []), [395, pad(titles.length + 2, 6)]);
  return [header, ...titles.map((title, i) => detail400(bank, title, i + 2)), trailer];
}

/** Where a bank's segment T differs from most. */
const T_240: Record<string, { number: number; shift: number }> = {
  '033': { number: 41, shift: -4 }, '104': { number: 40, shift: 0 }, '237': { number: 46, shift: 0 }, '341': { number: 41, shift: 0 },
};
/** The banks that have a CNAB 240 layout of their own, and 422, which has none. */
export const BANKS_240 = ['001', '033', '041', '085', '104', '136', '208', '237', '341', '422', '748', '756'];

function pair240(bank: string, title: Title, sequence: number): string[] {
  const { number, shift } = T_240[bank] ?? { number: 38, shift: 0 };
  // Santander has all but the fee and the amounts' owner four to the left, those five.
  const far = shift === 0 ? 0 : -5;
  const t = put(240, [1, `${bank}0001`], [8, '3'], [9, pad(sequence, 5)], [14, 'T'], [16, title.code], [18, '01234567890123456789'.slice(0, bank === '033' ? 15 : 19)],
    [number, title.number], [59 + shift, (title.document ?? '').padEnd(10)], [74 + shift, ddmmyyyy(title.due)], [82 + shift, pad(title.title ?? 0, 15)],
    [133 + far, '2'], [134 + far, '012ABC34501DE35'], [149 + far, 'FULANO DE TAL'], [199 + far, pad(title.fee ?? 0, 15)]);
  const paid = paidField(bank, title);
  const u = put(240, [1, `${bank}0001`], [8, '3'], [9, pad(sequence + 1, 5)], [14, 'U'], [16, title.code], [18, pad(title.interest ?? 0, 15)],
    [33, pad(title.discount ?? 0, 15)], [48, pad(title.rebate ?? 0, 15)], [63, pad(0, 15)], [78, pad(paid, 15)], [93, pad(title.net ?? paid, 15)],
    [138, ddmmyyyy(title.on)], [146, ddmmyyyy(title.credit)]);
  return [t, u];
}

/** The lines of a CNAB 240 return of one batch. */
export function lines240(bank: string, titles: Title[]): string[] {
  const details = titles.flatMap((title, i) => pair240(bank, title, 2 * i + 1));
  const counted = details.length + (bank === '033' ? 0 : 2);
  return [
    put(240, [1, `${bank}0000`], [8, '0'], [18, '2'], [73, 'ACADEMIA SOL LTDA'], [103, 'BANCO'], [143, '2'], [144, '05032026'], [152, '101112'], [158, '000042']),
    put(240, [1, `${bank}0001`], [8, '1'], [9, 'T'], [10, '01'], [200, '05032026']),
    ...details,
    put(240, [1, `${bank}0001`], [8, '5'], [18, pad(counted, 6)], ...(bank === '748' ? [[24, pad(titles.length, 6)], [30, pad(total(titles, 'title'), 17)]] as [number, string][] : [])),
    put(240, [1, `${bank}9999`], [8, '9'], [18, '000001'], [24, pad(details.length + 4, 6)]),
  ];
}

/** A payment of a slip, with its barcode of 44 digits. */
export interface SlipPayment { barcode: string; cents: number; fee: number; on: string; credit?: string; authentication?: string }

/** The lines of a FEBRABAN 150 return. */
export function lines150(bank: string, payments: SlipPayment[]): string[] {
  return [
    put(150, [1, 'A2'], [3, 'CONVENIO 77'], [23, 'ACADEMIA SOL'], [43, bank], [46, 'BANCO'], [66, '20260305'], [74, '000042'], [80, '03'], [82, 'CODIGO DE BARRAS']),
    ...payments.map((p, i) => put(150, [1, 'G'], [2, '12340000056789'], [22, yyyymmdd(p.on)], [30, yyyymmdd(p.credit)], [38, p.barcode], [82, pad(p.cents, 12)],
      [94, pad(p.fee, 7)], [101, pad(i + 1, 8)], [117, '1'], [118, p.authentication ?? ''])),
    put(150, [1, 'Z'], [2, pad(payments.length + 2, 6)], [8, pad(payments.reduce((sum, p) => sum + p.cents, 0), 17)]),
  ];
}

/** Lines as the bytes of a file: CRLF and Latin-1, as most banks write. */
export const bytesOf = (lines: readonly string[], lineEnd = '\r\n', encoding: BufferEncoding = 'latin1'): Uint8Array =>
  Buffer.from(lines.map((line) => line + lineEnd).join(''), encoding);

/** Titles that show each thing a return tells: entry, payment late, on time, with a discount, not yet credited, write-off, fee. */
export const TITLES: Title[] = [
  { code: '02', number: '00010001', title: 15_000, paid: 15_000, on: '2026-03-02', due: '2026-03-20', credit: '2026-03-03', document: 'A1' },
  { code: '06', number: '00010002', title: 10_000, paid: 10_000, fee: 210, on: '2026-03-04', due: '2026-03-04', credit: '2026-03-05', document: 'A2' },
  { code: '06', number: '00010003', title: 20_000, paid: 20_466, interest: 466, fee: 210, on: '2026-03-04', due: '2026-02-25', credit: '2026-03-05', document: 'A3' },
  { code: '06', number: '00010004', title: 8_000, paid: 7_000, discount: 700, rebate: 300, fee: 210, on: '2026-03-04', due: '2026-03-10', document: 'A4' },
  { code: '09', number: '00010005', title: 9_900, paid: 9_900, fee: 150, on: '2026-03-04', due: '2026-01-10', credit: '2026-03-05', document: 'A5' },
  { code: '28', number: '00010002', title: 0, paid: 77, fee: 77, on: '2026-03-04', credit: '2026-03-05' },
];

const CODES_400: Record<string, Record<string, string>> = {
  '004': { 28: '12' }, '033': { 28: '24' }, '041': { 28: '41' }, '077': { 28: '03', '09': '07' }, '104': { '02': '01', '06': '21', '09': '02', 28: '31' },
  '136': { '09': '03', 28: '12' },
};
/** `TITLES` in the codes of a bank's CNAB 400. */
export const titlesOf = (bank: string): Title[] => TITLES.map((title) => ({ ...title, code: CODES_400[bank]?.[title.code] ?? title.code }));

/** Barcodes of slips, check digits and all: R$ 59.90 due 2026-03-10; a quantity instead of an amount, no date; a company named by CNPJ. */
export const SLIPS: SlipPayment[] = [
  { barcode: '82650000000599012342026031000000000000000017', cents: 5_990, fee: 120, on: '2026-03-09', credit: '2026-03-10', authentication: 'AUT0001' },
  { barcode: '82780000000000012349900000000000000000000028', cents: 7_000, fee: 120, on: '2026-03-09', credit: '2026-03-11' },
  { barcode: '86660000000123411222333202603150000000000039', cents: 1_234, fee: 0, on: '2026-03-09' },
];
