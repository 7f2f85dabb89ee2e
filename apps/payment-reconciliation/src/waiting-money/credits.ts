import { type BankFile, grantedCents, ourNumberKey, type Row } from '@emdia/bank-files';
import { documentKind, personKey } from '@emdia/brazil';
import type { Instrument } from '@emdia/contracts';
import type { Credit, Key, Payer } from '../matching';

/** The bank of a slip, from its barcode or typed line; absent where there is none. */
const bankOf = (code: string | undefined): { bank?: string } => {
  const digits = (code ?? '').replace(/\D/g, '');
  return digits.length === 44 || digits.length === 47 ? { bank: digits.slice(0, 3) } : {};
};

/** The keys by which a receivable's instrument may be quoted. */
export function keysOfInstrument({ rail, reference, code }: Instrument): Key[] {
  if (!reference) return [];
  if (rail === 'BOLETO') {
    const bank = bankOf(code);
    const value = ourNumberKey(bank.bank ?? null, reference);
    return value === '' ? [] : [{ kind: 'our_number', value, ...bank }];
  }
  return rail.startsWith('PIX') ? [{ kind: 'txid', value: reference }] : [{ kind: 'invoice_number', value: reference }];
}

function keysOf({ kind, bank }: BankFile, { our_number, document_number }: Row): Key[] {
  if (kind === 'pix') return document_number === null ? [] : [{ kind: 'txid', value: document_number }];
  if (kind === 'ofx') return [];
  const number = our_number === null ? '' : ourNumberKey(bank, our_number);
  return [
    ...(number === '' ? [] : [{ kind: 'our_number' as const, value: number, ...(bank === null ? {} : { bank }) }]),
    ...(document_number === null ? [] : [{ kind: 'invoice_number' as const, value: document_number }]),
  ];
}

/** What banks show of a CPF: `***.456.789-**`. */
const MASKED = /\*{3}\.?(\d{3})\.?(\d{3})-?\*{2}/;

/** Who paid, as far as a row says. */
export function payerOf({ payer, payer_document, memo }: Row, installationKey: string): Payer {
  const masked = MASKED.exec(memo ?? '') ?? MASKED.exec(payer ?? '');
  return {
    document_key: payer_document !== null && documentKind(payer_document) ? personKey(payer_document, '', '', installationKey) : null,
    document_fragment: masked ? `${masked[1]}${masked[2]}` : null,
    name: payer,
  };
}

/** The money of a row, for the matching. */
export function creditOf(file: BankFile, row: Row, credit_id: string, installationKey: string): Credit {
  return {
    credit_id, amount_cents: (row.gross_cents ?? row.net_cents)!, discount_cents: grantedCents(row), currency: file.currency!, paid_date: (row.paid_date ?? row.credit_date)!,
    keys: keysOf(file, row), payer: payerOf(row, installationKey), memo: row.memo,
  };
}
