/** One field of an EMV text: a tag of two digits and its value, which in a template is such fields again. */
export type TlvField = readonly [tag: string, value: string];

/** What a Pix QR code says. Amounts are integer cents of BRL. */
export interface BrCode {
  readonly kind: 'static' | 'dynamic' | 'recurrence';
  /** The DICT key of a static code. */
  readonly key: string | null;
  readonly description: string | null;
  /** Where the payload of a dynamic code is fetched, without scheme. */
  readonly location: string | null;
  /** Where the recurrence (Pix Automático) that it offers is fetched. */
  readonly recurrence_location: string | null;
  /** Null where the payer types the amount. */
  readonly amount_cents: number | null;
  /** The reference that a payment will quote; null where the code carries none (`***`) or one that Pix does not allow. */
  readonly txid: string | null;
  readonly reference_label: string | null;
  /** `11` may be paid again, `12` once. */
  readonly initiation_method: string | null;
  readonly merchant_name: string;
  readonly merchant_city: string;
  readonly postal_code: string | null;
  readonly fields: readonly TlvField[];
}

/** A text that is no BR Code, with the reason in words. */
export interface NoBrCode {
  readonly kind: 'none';
  readonly reason: string;
}

/** Whether a text may be a txid: 26 to 35 letters and digits for a charge of the Pix API (cob, cobv, cobr), 1 to 35 on a static code. */
export const isTxid = (text: string, use: 'charge' | 'static'): boolean => (use === 'charge' ? /^[a-zA-Z0-9]{26,35}$/ : /^[a-zA-Z0-9]{1,35}$/).test(text);

/** CRC-16/CCITT-FALSE (polynomial 1021, start FFFF, nothing reflected) of the UTF-8 bytes of a text, as four upper-case hexadecimal digits. */
export function crc16(text: string): string {
  let crc = 0xffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, '0');
}

/** The fields of an EMV text (two digits of tag, two of length, the value); null where lengths and text disagree. */
export function readTlv(text: string): TlvField[] | null {
  const fields: TlvField[] = [];
  for (let at = 0; at < text.length; ) {
    const head = /^(\d\d)(\d\d)$/.exec(text.slice(at, at + 4));
    if (!head) return null;
    const end = at + 4 + Number(head[2]);
    if (end > text.length) return null;
    fields.push([head[1]!, text.slice(at + 4, end)]);
    at = end;
  }
  return fields;
}

/** Lengths count characters; some writers count the bytes of accented letters, so that is tried second. */
function fieldsOf(text: string): TlvField[] | null {
  const inBytes = () => readTlv(Buffer.from(text).toString('latin1'))?.map(([tag, value]) => [tag, Buffer.from(value, 'latin1').toString()] as const) ?? null;
  const isWhole = (fields: TlvField[] | null) => fields?.at(-1)?.[0] === '63';
  const fields = readTlv(text);
  return isWhole(fields) ? fields : inBytes();
}

const find = (fields: readonly TlvField[] | null, tag: string): string | null => fields?.find(([each]) => each === tag)?.[1] ?? null;

// The identifier was br.gov.bcb.spi before Pix was named.
const isPix = (template: readonly TlvField[] | null): boolean => ['br.gov.bcb.pix', 'br.gov.bcb.spi'].includes(find(template, '00')?.toLowerCase() ?? '');

const pixTemplate = (fields: readonly TlvField[], from: number, to: number): readonly TlvField[] | null =>
  fields.filter(([tag]) => Number(tag) >= from && Number(tag) <= to).map(([, value]) => readTlv(value)).find(isPix) ?? null;

const centsOf = (text: string): number | null => {
  const match = /^(\d{1,10})(?:\.(\d{0,2}))?$/.exec(text);
  return match && Number(match[1]! + (match[2] ?? '').padEnd(2, '0'));
};

/** Why a text that was split into fields is no Pix code; null where nothing speaks against it. */
function fault(text: string, fields: readonly TlvField[]): string | null {
  if (fields[0]![0] !== '00' || fields[0]![1] !== '01') return 'it does not begin with payload format 01';
  const tags = fields.map(([tag]) => tag);
  const twice = tags.find((tag, at) => tags.indexOf(tag) !== at);
  if (twice) return `tag ${twice} is there twice`;
  if (find(fields, '63')!.toUpperCase() !== crc16(text.slice(0, -4))) return 'the CRC is wrong';
  const lacks = ['52', '53', '58', '59', '60'].find((tag) => !tags.includes(tag));
  if (lacks) return `tag ${lacks} is missing`;
  if (find(fields, '53') !== '986') return 'the currency is not 986 (real)';
  if (find(fields, '58') !== 'BR') return 'the country is not BR';
  return null;
}

/** Reads a BR Code (the copy-and-paste text of a Pix QR code) and checks its structure and CRC; templates of other arrangements are ignored. */
export function readBrCode(text: string): BrCode | NoBrCode {
  const none = (reason: string): NoBrCode => ({ kind: 'none', reason });
  const payload = text.trim();
  const fields = fieldsOf(payload);
  if (!fields || fields.at(-1)?.[0] !== '63' || fields.at(-1)![1].length !== 4) return none('it is not a text of EMV fields that ends with a CRC');
  const reason = fault(payload, fields);
  if (reason) return none(reason);
  const account = pixTemplate(fields, 26, 51);
  if (!account) return none('it names no Pix account (br.gov.bcb.pix)');
  const amount = find(fields, '54');
  const amount_cents = amount === null ? null : centsOf(amount);
  if (amount !== null && amount_cents === null) return none('the amount is not digits with a point');
  const location = find(account, '25');
  const key = find(account, '01');
  const recurrence_location = find(pixTemplate(fields, 80, 99), '25');
  if (location === null && key === null && recurrence_location === null) return none('it has neither a key nor a location');
  const reference_label = find(readTlv(find(fields, '62') ?? ''), '05');
  return {
    kind: location !== null ? 'dynamic' : key !== null ? 'static' : 'recurrence',
    key, description: find(account, '02'), location, recurrence_location,
    // An amount of zero is how some writers leave it to the payer.
    amount_cents: amount_cents === 0 ? null : amount_cents,
    txid: reference_label !== null && isTxid(reference_label, 'static') ? reference_label : null,
    reference_label, initiation_method: find(fields, '01'),
    merchant_name: find(fields, '59')!, merchant_city: find(fields, '60')!, postal_code: find(fields, '61'), fields,
  };
}
