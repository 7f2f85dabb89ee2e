import { chargesIn, pixEntries, readPix, type BankFile, type Row } from '@emdia/bank-files';
import { instantAt } from '@emdia/calendar';
import type { RetryPolicy } from '@emdia/contracts';
import { decline, identityOf, listOf, present, reference, text, Unmappable, within } from './fields';
import { anyFits, header, hmac, isSame, isToken } from './secrets';
import type { Context, Fact, Incoming, Mapped, Source, Untold } from './source';

/** One of these stands in every Pix, charge or recurrence, and in nothing else that a PSP sends, such as the test of an address. */
const MARKS = ['endToEndId', 'valor', 'txid', 'idRec'];

const UNDER_WAY = ['SOLICITADA', 'AGENDADA'];
const ENDED = ['REJEITADA', 'CANCELADA', 'EXPIRADA'];

/** A recurring charge, as far as its attempts need it. */
interface Charge {
  readonly status: string;
  readonly mandate_id: string | null;
  readonly retry_policy: RetryPolicy | null;
}

/** What one entry of a delivery comes to. */
interface EntryTold {
  readonly facts: readonly Fact[];
  readonly wrong: string | null;
  readonly references: readonly string[];
}

/** What one row of an entry comes to. */
type RowTold = Fact | { readonly wrong: string } | null;

const entriesOf = (body: Buffer) => {
  const found = pixEntries(body.toString('utf8'));
  if (!found) throw new Unmappable('The body is not JSON that can be read.');
  return found;
};

/** A received Pix: there and credited at once, in its own right, whatever state its charge is in. */
function received(row: Row, source: string): RowTold {
  if (!row.settled) return { wrong: 'A Pix has no endToEndId, amount or day that can be read.' };
  return {
    id: `pix:${row.external_id!}`, type: 'upstream.payment-received.v1',
    data: present({
      payment_id: row.external_id!, source, reference: row.document_number, amount_cents: row.gross_cents!, currency: 'BRL', discount_cents: row.discount_cents || null, charges: chargesIn(row),
      paid_date: row.paid_date!, credit_date: row.credit_date!,
    }),
  } as Fact;
}

/** A devolução, perhaps of a part, is money back only once it is done. */
function returned(row: Row, status: string, source: string): RowTold {
  if (status !== 'DEVOLVIDO') return null;
  const [refund_id, payment_id] = [reference(row.external_id), reference(row.reverses_id)];
  if (!refund_id || !payment_id || !row.gross_cents || !row.paid_date) return { wrong: 'A devolução that was carried out has no id, amount or day that can be read.' };
  return {
    id: `devolucao:${refund_id}`, type: 'upstream.payment-refunded.v1',
    data: { refund_id, payment_id, source, amount_cents: row.gross_cents, currency: 'BRL', refunded_date: row.paid_date, reason: 'pix-devolution' },
  };
}

/** An attempt to collect a recurring charge: it holds until the Pix that comes of it is told, or it has failed for sure. */
function attempted(row: Row, status: string, charge: Charge, { source, zone }: Context): RowTold {
  const txid = row.document_number;
  const payment_id = reference(row.external_id) ?? (txid && row.due_date ? `${txid}:${row.due_date}` : null);
  if (!payment_id) return { wrong: 'An attempt has neither endToEndId nor txid and day.' };
  const tells = present({ payment_id, source, reference: txid });
  if (ENDED.includes(status) || (UNDER_WAY.includes(status) && ENDED.includes(charge.status))) {
    // Attempts are told apart by their day; of an amount the call-back says nothing, of the policy only where the whole charge is told.
    const attempt = decline({
      attempt_id: payment_id, attempted_at: row.due_date ? instantAt(row.due_date, '12:00', zone).toISOString() : null, rail: 'PIX_AUTO', amount_cents: row.title_cents, mandate_id: charge.mandate_id, retry_policy: charge.retry_policy,
    });
    const code = /^(?:(?:AGND|NTAG|RIFL) )?([A-Z]{2}(?:\d\d|[A-Z]{2}))(?: |$)/.exec(row.memo ?? '')?.[1];
    // Told again with more, it is another telling of the same attempt, no contradiction.
    const said = [row.due_date, row.title_cents, charge.retry_policy].filter((each) => each !== null).join(':');
    return { id: `cobr:${payment_id}:failed:${said}`, type: 'upstream.payment-failed.v1', data: present({ ...tells, code: code && !['AGND', 'NTAG', 'RIFL'].includes(code) ? code : null, attempt }) } as Fact;
  }
  // The call-back names no amount; where another answer does, it says nothing else.
  return { id: `cobr:${payment_id}:pending`, type: 'upstream.payment-pending.v1', data: tells } as Fact;
}

function rowTold(row: Row, charge: Charge, context: Context): RowTold {
  const { source } = context;
  const [what, status = ''] = (row.occurrence ?? '').split(':');
  if (what === 'PIX') return received(row, source);
  if (what === 'DEVOLUCAO') return returned(row, status, source);
  // Charges and recurrences have states, never money.
  return what === 'TENTATIVA' ? attempted(row, status, charge, context) : null;
}

/** The recurrence of a charge, and whether its payer allowed retries after the due date. */
function recurrenceOf(entry: string): Omit<Charge, 'status'> {
  const read = JSON.parse(entry) as unknown;
  const [charge = within({ read }, 'read')] = listOf(Array.isArray(read) ? read : within({ read }, 'read').cobsr);
  const policy = text(charge, 'politicaRetentativa');
  return { mandate_id: reference(text(charge, 'idRec')), retry_policy: policy === 'PERMITE_3R_7D' || policy === 'NAO_PERMITE' ? policy : null };
}

const problemsOf = ({ problems }: BankFile): string => problems.map(({ reason }) => reason).join('; ').slice(0, 500);

function entryTold(entry: string, context: Context): EntryTold {
  const file = readPix(entry);
  const references = file.rows.flatMap(({ document_number }) => document_number ?? []);
  if (file.posting === 'refused' || file.posting === 'needs_confirmation') return { facts: [], wrong: problemsOf(file), references };
  const status = file.rows.find(({ occurrence }) => occurrence?.startsWith('COBR:'))?.occurrence?.slice(5) ?? '';
  const charge = { status, ...recurrenceOf(entry) };
  const told = file.rows.map((row) => rowTold(row, charge, context)).filter((each) => each !== null);
  // A list that is not empty and of which nothing was read.
  const wrong = told.find((each) => 'wrong' in each)?.wrong ?? (file.rows.length === 0 && file.problems.length > 0 ? problemsOf(file) : null);
  return { facts: told.filter((each): each is Fact => 'type' in each), wrong, references };
}

const aboutOf = (references: readonly string[]) => ({ customer_id: null, references });

function map(context: Context): Mapped {
  const { body } = context;
  const { name, entries } = entriesOf(body);
  if (name === 'entry' && !MARKS.some((mark) => mark in within({ entry: JSON.parse(entries[0]!) as unknown }, 'entry'))) return { ignored: 'It tells of no Pix.' };
  const told = entries.map((entry) => entryTold(entry, context));
  const untold = told.flatMap(({ wrong, references }, at): Untold[] => (wrong === null ? [] : [{ reason: wrong, about: aboutOf(references), body: entries[at]! }]));
  const contents = told.flatMap(({ facts }) => facts);
  return contents.length + untold.length === 0 ? { ignored: 'It tells of no money.' } : { contents, untold };
}

/**
 * What vouches for a call: the secret in path or query, as the password of Basic or the token of Bearer, or an HMAC-SHA-256 of the
 * bytes. Certificates (mTLS) are checked by whatever ends TLS before us, never here.
 */
function verify(incoming: Incoming, secrets: readonly string[]): boolean {
  const [, scheme = '', credentials = ''] = /^(Basic|Bearer) (\S+)$/i.exec(header(incoming, 'authorization') ?? '') ?? [];
  const password = scheme.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString('latin1').replace(/^[^:]*:/, '') : credentials;
  const signature = /^sha256=([0-9a-f]{64})$/i.exec(header(incoming, 'x-hub-signature-256') ?? header(incoming, 'x-hub-signature') ?? '')?.[1]?.toLowerCase();
  const tokens = [incoming.urlSecret, password || null].map((token) => isToken(token, secrets));
  return [...tokens, signature !== undefined && anyFits(secrets, (secret) => isSame(signature, hmac(secret, [incoming.body], 'hex')))].includes(true);
}

/**
 * Pix as the central bank specifies it: a PSP calls back with Pix received (`pix[]`, their devoluções), recurring charges (`cobsr[]`)
 * and recurrences (`recs[]`), also as a bare array. Deliveries are deduped on their bytes, a Pix on its endToEndId, a devolução on its
 * rtrId (else endToEndId and id), an attempt on its endToEndId and outcome.
 */
export const pix: Source = {
  secretInPath: true,
  asks: 'never',
  home: null,
  verify,
  identify: ({ body }) => ({ identity: identityOf(body.toString('latin1')), type: entriesOf(body).name }),
  about: (body) => aboutOf(entriesOf(body).entries.flatMap((entry) => readPix(entry).rows.flatMap(({ document_number }) => document_number ?? []))),
  map,
};
