import { modulo11, TWO_TO_NINE, type Weights } from './check-digits';

/** The two kinds of tax document: CPF for a person, CNPJ for a company. */
export type DocumentKind = 'CPF' | 'CNPJ';

/** Drops separators and white space and raises the letters; it never pads, because a lost leading zero is a guess only the adapter may make. */
export const normaliseDocument = (document: string): string => document.replace(/[.\-/\s]/g, '').toUpperCase();

const CPF_WEIGHTS: Weights = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

function endsInItsDigits(document: string, weights: Weights): boolean {
  // Of CPF and CNPJ what would be 10 is 0.
  const digit = (text: string) => modulo11(text, weights) % 10;
  const base = document.slice(0, -2);
  const first = digit(base);
  return document === `${base}${first}${digit(base + first)}`;
}

// 000.000.000-00 and its like satisfy the arithmetic and are what forms get typed into them; the registry never issued them.
const allEqual = (text: string) => /^(.)\1*$/.test(text);

/** Whether a text, formatted or not, is a CPF with right check digits (Receita Federal, modulo 11, weights 2..11). */
export function isCpf(document: string): boolean {
  const text = normaliseDocument(document);
  return /^[0-9]{11}$/.test(text) && !allEqual(text) && endsInItsDigits(text, CPF_WEIGHTS);
}

/** Whether a text, formatted or not, is a CNPJ with right check digits, numeric or alphanumeric (in force since July 2026, weights 2..9). */
export function isCnpj(document: string): boolean {
  const text = normaliseDocument(document);
  return /^[0-9A-Z]{12}[0-9]{2}$/.test(text) && !allEqual(text) && endsInItsDigits(text, TWO_TO_NINE);
}

/** The kind of a valid document, formatted or not; undefined when its check digits are wrong or it is neither. */
export const documentKind = (document: string): DocumentKind | undefined => (isCpf(document) ? 'CPF' : isCnpj(document) ? 'CNPJ' : undefined);

/** The digits of a document that a numeric field held, with the zeros it lost in front; a longer text loses zeros in front only. For adapters that know the kind: the domain never guesses. */
export const paddedDocument = (digits: string, kind: DocumentKind): string => {
  const length = kind === 'CPF' ? 11 : 14;
  const text = normaliseDocument(digits).replace(/^0+/, '');
  return text.length > length ? text : text.padStart(length, '0');
};

/** A document as it is printed, `000.000.000-00` or `00.000.000/0000-00`; it checks no digits, and other texts stay as they are. */
export function formatDocument(document: string): string {
  const text = normaliseDocument(document);
  if (/^[0-9]{11}$/.test(text)) return `${text.slice(0, 3)}.${text.slice(3, 6)}.${text.slice(6, 9)}-${text.slice(9)}`;
  if (/^[0-9A-Z]{14}$/.test(text)) return `${text.slice(0, 2)}.${text.slice(2, 5)}.${text.slice(5, 8)}/${text.slice(8, 12)}-${text.slice(12)}`;
  return document;
}

/** A document fit for logs and pages: its middle only. Mistyped ones are masked alike, being a person's too; other texts become `***`. */
export function maskDocument(document: string): string {
  const text = normaliseDocument(document);
  if (/^[0-9]{11}$/.test(text)) return `***.${text.slice(3, 6)}.${text.slice(6, 9)}-**`;
  if (/^[0-9A-Z]{14}$/.test(text)) return `**.${text.slice(2, 5)}.${text.slice(5, 8)}/****-**`;
  return '***';
}
