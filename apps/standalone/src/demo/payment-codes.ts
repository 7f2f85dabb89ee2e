import { daysBetween } from '@emdia/calendar';
import type { Seeded } from './seeded';

const tlv = (id: string, value: string) => `${id}${String(value.length).padStart(2, '0')}${value}`;

/** CRC-16/CCITT-FALSE, four upper-case hex digits. */
export function crc16(text: string): string {
  let crc = 0xffff;
  for (const byte of Buffer.from(text, 'latin1')) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, '0');
}

/** A well-formed dynamic BR Code whose location lies under `.invalid`: it reads as a Pix and can be paid nowhere. */
export function brCode(txid: string): string {
  const account = tlv('00', 'br.gov.bcb.pix') + tlv('25', `pix.demo.invalid/v2/${txid}`);
  const body = tlv('00', '01') + tlv('26', account) + tlv('52', '0000') + tlv('53', '986') + tlv('58', 'BR') + tlv('59', 'ASSINATURAS DEMO') + tlv('60', 'SAO PAULO') + tlv('62', tlv('05', '***')) + '6304';
  return body + crc16(body);
}

/** Modulo 10 over digits, weights 2, 1, 2... from the right, digit sums. */
function mod10(text: string): number {
  let sum = 0;
  for (let i = text.length - 1, weight = 2; i >= 0; i--, weight = 3 - weight) {
    const product = Number(text[i]) * weight;
    sum += product > 9 ? product - 9 : product;
  }
  return (10 - (sum % 10)) % 10;
}

/** Modulo 11 of a barcode without its own digit, weights 2 to 9 from the right; 0, 10 and 11 become 1. */
function mod11(text: string): number {
  let sum = 0;
  for (let i = text.length - 1, weight = 2; i >= 0; i--, weight = weight === 9 ? 2 : weight + 1) sum += Number(text[i]) * weight;
  const digit = 11 - (sum % 11);
  return digit === 10 || digit === 11 ? 1 : digit;
}

/** The 47 digits of a boleto of a bank that does not exist (000), with right check digits and due factor. */
export function boletoLine(due_date: string, amount_cents: number, free: string): string {
  // The factor began anew at 1000 on 2025-02-22; day 1 was 1997-10-08.
  const days = daysBetween('1997-10-07', due_date);
  const factor = days <= 9999 ? days : 1000 + ((days - 10_000) % 9000);
  const tail = `${String(factor).padStart(4, '0')}${String(amount_cents).padStart(10, '0')}`;
  const digit = mod11(`0009${tail}${free}`);
  const one = `0009${free.slice(0, 5)}`;
  const [two, three] = [free.slice(5, 15), free.slice(15)];
  return `${one}${mod10(one)}${two}${mod10(two)}${three}${mod10(three)}${digit}${tail}`;
}

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789';

/** The ways in which an invoice may be paid: a Pix with due date, and for two thirds of them a boleto too. */
export function instruments(random: Seeded, due_date: string, amount_cents: number) {
  const txid = Array.from({ length: 32 }, () => random.pick([...ALPHABET])).join('');
  const nossoNumero = Array.from({ length: 25 }, () => random.between(0, 9)).join('');
  const pix = { rail: 'PIX_COBV', reference: txid, code: brCode(txid) };
  return random.chance(0.66) ? [pix, { rail: 'BOLETO', reference: nossoNumero.slice(0, 17), code: boletoLine(due_date, amount_cents, nossoNumero) }] : [pix];
}
