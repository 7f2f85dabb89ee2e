import { isTxid } from '@emdia/brazil';
import { type CivilDate, isCivilDate } from '@emdia/calendar';
import { emptyRow, type Meaning } from '../bank-file';
import { type Charge, documentOf, readPayment, type Reading } from './payments';
import { isObject, type Json, listOf, objectIn, pixCents, textIn } from './values';

// A charge taken away without payment is what bank returns call a write-off: nothing is paid by it.
const MEANINGS: Record<string, Meaning> = {
  CRIADA: 'confirmed', ATIVA: 'confirmed', APROVADA: 'confirmed', SOLICITADA: 'confirmed', AGENDADA: 'confirmed', REJEITADA: 'rejected', EXPIRADA: 'rejected',
  NEGADA: 'rejected', CANCELADA: 'written_off', REMOVIDA_PELO_USUARIO_RECEBEDOR: 'written_off', REMOVIDA_PELO_PSP: 'written_off',
};

const statusOf = (json: Json): string => textIn(json, 'status', 40)?.toUpperCase() ?? 'SEM STATUS';

function dateIn(json: Json, name: string, line: number, { findings }: Reading): CivilDate | null {
  const value = json[name];
  if (value === undefined || value === null) return null;
  if (isCivilDate(value)) return value;
  findings.add('warning', line, `${name} is no date that exists`);
  return null;
}

function amountIn(valor: Json, line: number, { findings }: Reading): number | null {
  if (valor.original === undefined) return null;
  const cents = pixCents(valor.original);
  if (cents === null) findings.add('warning', line, 'valor.original is not a text with two decimals');
  return cents;
}

/** Attempts of the payer's bank to collect a recurring charge: none of them is money, the Pix that comes of one is. */
function readAttempts(cobr: Json, charge: Charge, line: number, reading: Reading): void {
  for (const attempt of listOf(cobr.tentativas)) {
    if (!isObject(attempt)) {
      reading.findings.add('warning', line, 'an attempt is no object');
      continue;
    }
    const status = statusOf(attempt);
    const rejection = objectIn(attempt, 'rejeicao');
    reading.rows.push({
      ...emptyRow(line), account: charge.account, document_number: charge.txid, occurrence: `TENTATIVA:${status}`, title_cents: charge.title_cents,
      due_date: dateIn(attempt, 'dataLiquidacao', line, reading), external_id: textIn(attempt, 'endToEndId', 64), meaning: MEANINGS[status] ?? 'notice',
      memo: [textIn(attempt, 'tipo', 8), textIn(rejection, 'codigo', 8), textIn(rejection, 'descricao', 400)].filter(Boolean).join(' ') || null,
    });
  }
}

/** Reads a charge (cob, cobv or cobr) as the API shows it: its state, the Pix that paid it, and the attempts to collect it. */
export function readCharge(json: Json, line: number, reading: Reading, named?: 'COBV'): void {
  const { rows, findings } = reading;
  // Requests to make a charge look like one and have no state: nothing has happened yet.
  if (!('status' in json)) return findings.add('warning', line, 'an entry is no charge: it has no status');
  const calendar = objectIn(json, 'calendario');
  const txid = textIn(json, 'txid', 80);
  if (txid === null || !isTxid(txid, 'charge')) findings.add('warning', line, 'a charge has no txid of 26 to 35 letters and digits');
  const debtor = objectIn(json, 'devedor');
  const charge: Charge = {
    txid: txid !== null && isTxid(txid, 'static') ? txid : null, account: textIn(json, 'chave', 77), title_cents: amountIn(objectIn(json, 'valor'), line, reading),
    due_date: dateIn(calendar, 'dataDeVencimento', line, reading), payer: textIn(debtor, 'nome'), payer_document: documentOf(debtor),
  };
  const kind = named ?? ('idRec' in json ? 'COBR' : 'dataDeVencimento' in calendar ? 'COBV' : 'COB');
  const status = statusOf(json);
  const ending = objectIn(json, 'encerramento');
  const reason = { ...objectIn(ending, 'cancelamento'), ...objectIn(ending, 'rejeicao') };
  rows.push({
    ...emptyRow(line), account: charge.account, document_number: charge.txid, occurrence: `${kind}:${status}`, title_cents: charge.title_cents, due_date: charge.due_date,
    payer: charge.payer, payer_document: charge.payer_document, meaning: MEANINGS[status] ?? 'notice',
    memo: [textIn(json, 'idRec', 40), textIn(reason, 'codigo', 8), textIn(reason, 'descricao', 400)].filter(Boolean).join(' ') || null,
  });
  for (const pix of listOf(json.pix)) readPayment(pix, line, reading, charge);
  readAttempts(json, charge, line, reading);
}

/** Reads a recurrence (Pix Automático): an authorisation to collect, never money. */
export function readRecurrence(json: Json, line: number, { rows, findings }: Reading): void {
  const idRec = textIn(json, 'idRec', 40);
  if (idRec === null) findings.add('warning', line, 'a recurrence has no idRec');
  const activation = objectIn(json, 'ativacao');
  const status = statusOf(json);
  const link = objectIn(json, 'vinculo');
  const debtor = objectIn(link, 'devedor');
  rows.push({
    ...emptyRow(line), document_number: textIn(objectIn(activation, 'dadosJornada'), 'txid', 35), occurrence: `REC:${status}`, external_id: idRec,
    title_cents: pixCents(objectIn(json, 'valor').valorRec), payer: textIn(debtor, 'nome'), payer_document: documentOf(debtor), memo: textIn(link, 'contrato'), meaning: MEANINGS[status] ?? 'notice',
  });
}
