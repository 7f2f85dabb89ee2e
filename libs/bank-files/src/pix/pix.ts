import { addDays } from '@emdia/calendar';
import { type BankFile, type Header, NO_HEADER, refused, totalsOf } from '../bank-file';
import { Findings } from '../cnab/findings';
import { readCharge, readRecurrence } from './charges';
import { readPayment, type Reading } from './payments';
import { isObject, type Json, objectIn, pixDay } from './values';

/** Reads one entry of a list whose name tells what is in it. */
type ReadEntry = (entry: Json, line: number, reading: Reading) => void;

// The name of the list decides, as the central bank's description has it: webhooks of Pix, cobr and rec, and the answers to queries.
const LISTS: Record<string, ReadEntry> = { pix: readPayment, cobsr: readCharge, cobs: readCharge, cobsv: (...of) => readCharge(...of, 'COBV'), recs: readRecurrence };

/** What an entry alone is, where no list names it: a Pix has an endToEndId, a charge a txid and a state, a recurrence an idRec and a state. */
function reading(entry: Json): ReadEntry | null {
  if ('endToEndId' in entry) return readPayment;
  if ('txid' in entry && 'status' in entry && ('calendario' in entry || 'tentativas' in entry || 'pix' in entry)) return readCharge;
  return 'idRec' in entry && 'status' in entry ? readRecurrence : null;
}

/** The entries of a body with what reads each; null where it is nothing of Pix. */
function entriesOf(body: unknown): { name: string; entries: { read: ReadEntry | null; entry: unknown }[] } | null {
  if (Array.isArray(body)) {
    const entries = body.map((entry: unknown) => ({ entry, read: isObject(entry) ? reading(entry) : null }));
    return entries.length > 0 && entries.every(({ read }) => read === null) ? null : { name: 'Pix API, bare array', entries };
  }
  if (!isObject(body)) return null;
  const alone = reading(body);
  if (alone) return { name: 'Pix API, one entry', entries: [{ entry: body, read: alone }] };
  const lists = Object.entries(LISTS).filter(([name]) => Array.isArray(body[name]));
  if (lists.length === 0) return null;
  return { name: `Pix API, ${lists.map(([name]) => name).join(' and ')}`, entries: lists.flatMap(([name, read]) => (body[name] as unknown[]).map((entry) => ({ entry, read }))) };
}

/** The day that a query covers to its end, in Brasília; null where it has further pages or names no end. */
function headerOf(parameters: Json): Header {
  const pages = objectIn(parameters, 'paginacao').quantidadeDePaginas;
  // A query is asked up to the last second of a day; what ends earlier has not told all of that day.
  const next = pixDay(parameters.fim, 1_000);
  const covered_until = next === null || (typeof pages === 'number' && pages > 1) ? null : addDays(next, -1);
  return { ...NO_HEADER, covered_from: pixDay(parameters.inicio), covered_until };
}

/**
 * The entries of a body, each as a body of its own, so that one which cannot be read keeps none of the others out; `name` says what
 * they stood in. Null where there is no JSON, or none that can be taken apart.
 */
export function pixEntries(text: string): { readonly name: string; readonly entries: readonly string[] } | null {
  try {
    const body: unknown = JSON.parse(text);
    if (Array.isArray(body)) return { name: 'array', entries: body.map((entry: unknown) => JSON.stringify([entry])) };
    const lists = isObject(body) ? Object.keys(LISTS).filter((name) => Array.isArray(body[name])) : [];
    if (lists.length === 0) return { name: 'entry', entries: [JSON.stringify(body)] };
    return { name: lists.join('+'), entries: lists.flatMap((name) => ((body as Json)[name] as unknown[]).map((entry) => JSON.stringify({ [name]: [entry] }))) };
  } catch {
    return null;
  }
}

/** Reads what the Pix API of the central bank sends: the webhooks (`pix[]`, also as a bare array, `cobsr[]`, `recs[]`), answers to queries, or one entry alone. Never throws. */
export function readPix(text: string): BankFile {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refused('pix', [{ line: null, reason: 'this is no JSON' }]);
  }
  const found = entriesOf(body);
  if (!found) return refused('pix', [{ line: null, reason: 'there is no Pix, charge or recurrence in it' }]);
  const layout = { name: found.name, fallback: false };
  const readings: Reading = { rows: [], findings: new Findings(), seen: new Map() };
  const { rows, findings } = readings;
  for (const [at, { entry, read }] of found.entries.entries()) {
    if (read && isObject(entry)) read(entry, at + 1, readings);
    else findings.add('warning', at + 1, 'an entry is neither a Pix nor a charge nor a recurrence');
  }
  const parameters = isObject(body) ? objectIn(body, 'parametros') : {};
  const paging = objectIn(parameters, 'paginacao');
  const [count, pages] = [paging.quantidadeTotalDeItens, paging.quantidadeDePaginas];
  if (typeof count === 'number' && pages === 1 && count !== found.entries.length) findings.add('warning', null, `the answer counts ${count} entries and has ${found.entries.length}`);
  const totals = totalsOf(rows);
  if (!Number.isSafeInteger(totals.gross_cents)) return refused('pix', [{ line: null, reason: 'the Pix sum to more than can be counted exactly' }], { layout });
  return {
    kind: 'pix', bank: null, layout, posting: findings.posting, currency: 'BRL', accounts: [...new Set(rows.flatMap(({ account }) => account ?? []))], header: headerOf(parameters),
    rows, totals, trailer: { entries: typeof count === 'number' ? count : null }, problems: findings.list(),
  };
}
