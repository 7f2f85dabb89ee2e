/** The two kinds of tax document: CPF for a person, CNPJ for a company. */
export type DocumentKind = 'CPF' | 'CNPJ';

/** Drops separators and white space and raises the letters; it never pads, because a lost leading zero is a guess only the adapter may make. */
export const normaliseDocument = (document: string): string => document.replace(/[.\-/\s]/g, '').toUpperCase();

/** Modulo 11 digit over a text: value of a character = ASCII code - 48 (A = 17), weights 2, 3, ... from the right, back to 2 after the largest. */
function checkDigit(text: string, weightMax: number): number {
  let sum = 0;
  for (let i = text.length - 1, weight = 2; i >= 0; i--, weight = weight === weightMax ? 2 : weight + 1)
    sum += (text.charCodeAt(i) - 48) * weight;
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}

function endsInItsDigits(document: string, weightMax: number): boolean {
  const base = document.slice(0, -2);
  const first = checkDigit(base, weightMax);
  return document === `${base}${first}${checkDigit(base + first, weightMax)}`;
}

// 000.000.000-00 and its like satisfy the arithmetic and are what forms get typed into them; the registry never issued them.
const allEqual = (text: string) => /^(.)\1*$/.test(text);

/** Whether a text, formatted or not, is a CPF with right check digits (Receita Federal, modulo 11, weights 2..11). */
export function isCpf(document: string): boolean {
  const text = normaliseDocument(document);
  return /^[0-9]{11}$/.test(text) && !allEqual(text) && endsInItsDigits(text, 11);
}

/** Whether a text, formatted or not, is a CNPJ with right check digits, numeric or alphanumeric (in force since July 2026, weights 2..9). */
export function isCnpj(document: string): boolean {
  const text = normaliseDocument(document);
  return /^[0-9A-Z]{12}[0-9]{2}$/.test(text) && !allEqual(text) && endsInItsDigits(text, 9);
}

/** The kind of a valid document, formatted or not; undefined when its check digits are wrong or it is neither. */
export const documentKind = (document: string): DocumentKind | undefined => (isCpf(document) ? 'CPF' : isCnpj(document) ? 'CNPJ' : undefined);

/** A document fit for logs and pages: its middle only. Mistyped ones are masked alike, being a person's too; other texts become `***`. */
export function maskDocument(document: string): string {
  const text = normaliseDocument(document);
  if (/^[0-9]{11}$/.test(text)) return `***.${text.slice(3, 6)}.${text.slice(6, 9)}-**`;
  if (/^[0-9A-Z]{14}$/.test(text)) return `**.${text.slice(2, 5)}.${text.slice(5, 8)}/****-**`;
  return '***';
}
