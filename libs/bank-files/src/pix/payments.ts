import { isTxid, normaliseDocument } from '@emdia/brazil';
import type { CivilDate } from '@emdia/calendar';
import { emptyRow, type Row } from '../bank-file';
import { type Findings, reais } from '../cnab/findings';
import { endToEndDay, isObject, type Json, listOf, objectIn, pixCents, pixDay, textIn } from './values';

/** What the charge (cob, cobv, cobr) that a Pix came with says of it. */
export interface Charge {
  readonly txid: string | null;
  readonly account: string | null;
  readonly title_cents: number | null;
  readonly due_date: CivilDate | null;
  readonly payer: string | null;
  readonly payer_document: string | null;
}

/** Where rows and what is wrong with them are gathered; `seen` holds the amount of each endToEndId and devolução. */
export interface Reading { readonly rows: Row[]; readonly findings: Findings; readonly seen: Map<string, number | null> }

const PLUS = ['original', 'saque', 'troco', 'multa', 'juros'];
const MINUS = ['abatimento', 'desconto'];

/** CPF or CNPJ of a person in the API, digits and letters only. */
export const documentOf = (person: Json): string | null => {
  const document = textIn(person, 'cpf', 20) ?? textIn(person, 'cnpj', 20);
  return document && normaliseDocument(document);
};

interface Components { interest_cents: number | null; fine_cents: number | null; discount_cents: number | null; title_cents: number | null }

/** What the amount is made of, as the bank that took it says; a sum that is another than the amount is for a person. */
function componentsOf(pix: Json, cents: number, line: number, findings: Findings): Components {
  const parts = objectIn(pix, 'componentesValor');
  const known = [...PLUS, ...MINUS].filter((name) => name in parts);
  const none = { interest_cents: null, fine_cents: null, discount_cents: null, title_cents: null };
  if (known.length === 0) return none;
  const amounts = new Map(known.map((name) => [name, pixCents(objectIn(parts, name).valor)]));
  const unread = known.find((name) => amounts.get(name) === null);
  if (unread) {
    findings.add('warning', line, `componentesValor.${unread} is not an amount`);
    return none;
  }
  const sum = (names: string[]) => names.reduce((total, name) => total + (amounts.get(name) ?? 0), 0);
  const total = sum(PLUS) - sum(MINUS);
  if (total !== cents) findings.add('needs_confirmation', line, `componentesValor sums to ${reais(total)}, the Pix is ${reais(cents)}: a difference of ${reais(total - cents)}`);
  const withdrawn = sum(['saque', 'troco']);
  if (withdrawn > 0) findings.add('warning', line, `${reais(withdrawn)} of the Pix was handed out in cash (saque or troco)`);
  return { interest_cents: sum(['multa', 'juros']), fine_cents: amounts.get('multa') || null, discount_cents: sum(MINUS), title_cents: amounts.get('original') ?? null };
}

/** What was given back of a Pix, or is being given back: in part, several times, later. */
function readReturns(pix: Json, payment: Row, { rows, findings, seen }: Reading): void {
  const { line } = payment;
  let returned_cents = 0;
  for (const devolucao of listOf(pix.devolucoes)) {
    if (!isObject(devolucao)) {
      findings.add('warning', line, 'a devolução is no object');
      continue;
    }
    const cents = pixCents(devolucao.valor);
    const status = textIn(devolucao, 'status', 40)?.toUpperCase() ?? 'SEM STATUS';
    const horario = objectIn(devolucao, 'horario');
    const id = textIn(devolucao, 'rtrId', 40) ?? `${payment.external_id ?? ''}/${textIn(devolucao, 'id', 35) ?? rows.length}`;
    const settled = pixDay(horario.liquidacao);
    const day = settled ?? pixDay(horario.solicitacao);
    if (cents === null) findings.add('warning', line, 'the amount of a devolução is not a text with two decimals');
    if (day === null) findings.add('warning', line, 'a devolução has no time that exists');
    if (status !== 'NAO_REALIZADO') returned_cents += cents ?? 0;
    // A Pix that is told again brings its devoluções again, and perhaps a further one.
    if (seen.has(`${id}|${status}`)) continue;
    seen.set(`${id}|${status}`, cents);
    rows.push({
      ...emptyRow(line), account: payment.account, document_number: payment.document_number, occurrence: `DEVOLUCAO:${status}`, gross_cents: cents, net_cents: cents, paid_date: day,
      credit_date: status === 'DEVOLVIDO' ? day : null, external_id: id, reverses_id: payment.external_id, memo: textIn(devolucao, 'motivo') ?? textIn(devolucao, 'descricao'),
      // While it is being processed the money is still there.
      meaning: cents !== null && status === 'DEVOLVIDO' ? 'reversed' : 'notice',
    });
  }
  if (payment.gross_cents !== null && returned_cents > payment.gross_cents)
    findings.add('needs_confirmation', line, `devoluções of ${reais(returned_cents)} are more than the Pix of ${reais(payment.gross_cents)}`);
}

/** Notes what speaks against an endToEndId; whether the Pix under it may be taken as money. */
function isNew(endToEndId: string | null, cents: number | null, line: number, { findings, seen }: Reading): boolean {
  if (endToEndId === null || !/^[a-zA-Z0-9]{1,64}$/.test(endToEndId)) {
    findings.add('warning', line, 'a Pix has no endToEndId of letters and digits: it cannot be told from others');
    return false;
  }
  if (seen.has(endToEndId)) {
    findings.add(seen.get(endToEndId) === cents ? 'warning' : 'needs_confirmation', line, 'an endToEndId is there again: taken once');
    return false;
  }
  seen.set(endToEndId, cents);
  // Thirty-two by the description; its own examples have others.
  if (endToEndId.length !== 32) findings.add('warning', line, `an endToEndId has ${endToEndId.length} characters instead of 32`);
  return true;
}

/** Reads one received Pix and its devoluções, alone or out of the charge that it paid. */
export function readPayment(pix: unknown, line: number, reading: Reading, charge?: Charge): void {
  const { rows, findings } = reading;
  if (!isObject(pix) || (!('endToEndId' in pix) && !('valor' in pix))) return findings.add('warning', line, 'an entry is no Pix: it has neither endToEndId nor valor');
  const cents = pixCents(pix.valor);
  const external_id = textIn(pix, 'endToEndId', 64);
  const known = isNew(external_id, cents, line, reading);
  const txid = textIn(pix, 'txid', 80) ?? charge?.txid ?? null;
  const told = pixDay(pix.horario);
  const day = told ?? (external_id === null ? null : endToEndDay(external_id));
  if (cents === null) findings.add('warning', line, 'the amount of a Pix is not a text with two decimals');
  else if (cents === 0) findings.add('warning', line, 'a Pix of nothing');
  if (told === null) findings.add('warning', line, day === null ? 'a Pix has no time that exists' : 'a Pix has no time that exists: the one in its endToEndId is taken');
  if (txid !== null && !isTxid(txid, 'static')) findings.add('warning', line, 'a txid is not of letters and digits, up to 35');
  const settled = known && cents !== null && cents > 0 && day !== null;
  const payer = objectIn(pix, 'pagador');
  const row: Row = {
    ...emptyRow(line), account: textIn(pix, 'chave', 77) ?? charge?.account ?? null, document_number: txid !== null && isTxid(txid, 'static') ? txid : null, occurrence: 'PIX', settled,
    due_date: charge?.due_date ?? null, gross_cents: cents, net_cents: cents, paid_date: day, credit_date: day, external_id,
    payer: textIn(payer, 'nome') ?? charge?.payer ?? null, payer_document: documentOf(payer) ?? charge?.payer_document ?? null, memo: textIn(pix, 'infoPagador'),
    meaning: settled ? 'settled' : 'notice', title_cents: charge?.title_cents ?? null,
  };
  if (cents !== null) {
    const components = componentsOf(pix, cents, line, findings);
    Object.assign(row, components, { title_cents: components.title_cents ?? row.title_cents });
  }
  rows.push(row);
  readReturns(pix, row, reading);
}
