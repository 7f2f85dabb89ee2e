import type { Rail } from '@emdia/contracts';
import { civilDate, contact, customerId, decline, identityOf, listOf, missing, networkCode, offsetInstant, present, required, short, text, wholeCents, within, type Fields } from './fields';
import { header, isToken } from './secrets';
import type { Content, Context, Mapped, Source } from './source';

const RAILS: Readonly<Record<string, Rail>> = { bank_slip: 'BOLETO', credit_card: 'CARD', pix: 'PIX_COB' };

/** What a trigger says, and the invoice as the platform tells it when asked. */
interface Told {
  readonly data: Fields;
  readonly invoice: Fields;
  readonly context: Context;
}

const one = (content: Content): Mapped => ({ contents: [content] });
const ignored = (reason: string): Mapped => ({ ignored: reason });

/** `event=...&data[id]=...` as an event and its fields; what is empty is not there. */
function formOf(body: Buffer): { event: string; data: Fields } {
  const fields: Record<string, string> = {};
  let event: string | null = null;
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    if (value === '') continue;
    const field = /^data\[([A-Za-z_]{1,40})\]$/.exec(name)?.[1];
    if (field) fields[field] = value;
    else if (name === 'event') event = value;
  }
  return { event: event ?? missing('event'), data: fields };
}

const cents = (invoice: Fields, ...names: string[]): number => {
  const name = names.find((each) => text(invoice, each) !== null) ?? names[0]!;
  return wholeCents(required(invoice, name), name);
};

function payer(invoice: Fields): string {
  const document = text(invoice, 'payer_cpf_cnpj')?.replace(/[^0-9A-Za-z]/g, '') ?? null;
  return customerId(text(invoice, 'customer_id'), document, 'customer_id');
}

const tells = ({ invoice, context }: Told) => ({ source: context.source, customer_id: payer(invoice), reference: required(invoice, 'id') });

function issued({ invoice, context }: Told): Mapped {
  const url = text(invoice, 'secure_url');
  const payable = invoice.payable_with;
  const rails = [...new Set((Array.isArray(payable) ? payable : [payable]).map((each) => RAILS[String(each)]).filter((rail) => rail !== undefined))];
  return one({
    type: 'upstream.invoice-issued.v1',
    data: present({
      invoice_id: required(invoice, 'id'),
      issue_date: civilDate(text(invoice, 'created_at_iso') ?? text(invoice, 'created_at'), context.zone, 'created_at_iso'),
      due_date: civilDate(text(invoice, 'due_date'), context.zone, 'due_date'),
      currency: (text(invoice, 'currency') ?? 'BRL').toUpperCase(),
      amount_cents: cents(invoice, 'total_cents'),
      customer: {
        customer_id: payer(invoice),
        ...contact({ name: text(invoice, 'payer_name') ?? text(invoice, 'customer_name'), email: text(invoice, 'payer_email') ?? text(invoice, 'email'), phone: phoneOf(invoice), document: text(invoice, 'payer_cpf_cnpj'), state: text(invoice, 'payer_address_state') }),
      },
      instruments: rails.length > 0 ? rails.map((rail) => present({ rail, url: url?.startsWith('https://') && url.length <= 500 ? url : null })) : null,
      occurred_at: context.as_of,
    }),
  } as Content);
}

const phoneOf = (invoice: Fields): string | null => {
  const number = text(invoice, 'payer_phone');
  return number === null ? null : `${text(invoice, 'payer_phone_prefix') ?? ''}${number}`;
};

const paidDate = ({ data, invoice, context }: Told): string =>
  civilDate(text(invoice, 'paid_at') ?? text(data, 'paid_at') ?? text(invoice, 'occurrence_date'), context.zone, 'paid_at');

const paidCents = ({ data, invoice }: Told): number => {
  const holder = text(invoice, 'total_paid_cents') !== null && text(invoice, 'total_paid_cents') !== '0' ? invoice : text(invoice, 'paid_cents') !== null ? invoice : data;
  return holder === invoice && text(invoice, 'total_paid_cents') !== '0' ? cents(invoice, 'total_paid_cents', 'paid_cents') : cents(holder, 'paid_cents');
};

/** In part too: what was paid is the platform's to say, and what is still owed is not. */
const received = (told: Told): Mapped =>
  one({ type: 'upstream.payment-received.v1', data: { payment_id: required(told.invoice, 'id'), ...tells(told), amount_cents: paidCents(told), currency: (text(told.invoice, 'currency') ?? 'BRL').toUpperCase(), paid_date: paidDate(told) } });

/** Paid elsewhere: the platform saw no money, so that its amount is the invoice's where it names none. */
function paidElsewhere(told: Told): Mapped {
  const { invoice } = told;
  const paid = text(invoice, 'total_paid_cents') ?? '0';
  return one({
    type: 'upstream.payment-received.v1',
    data: {
      payment_id: `${required(invoice, 'id')}:external`, ...tells(told), amount_cents: paid === '0' ? cents(invoice, 'total_cents') : wholeCents(paid, 'total_paid_cents'),
      currency: (text(invoice, 'currency') ?? 'BRL').toUpperCase(), paid_date: paidDate(told),
    },
  });
}

const pending = (told: Told): Mapped =>
  one({ type: 'upstream.payment-pending.v1', data: { payment_id: required(told.invoice, 'id'), ...tells(told), amount_cents: cents(told.invoice, 'total_cents'), currency: (text(told.invoice, 'currency') ?? 'BRL').toUpperCase() } });

/** A charge of a card was refused: `lr` is the acquirer's code (ABECS). Neither card nor the next attempt is told, the brand only where the invoice has it. */
function failed(told: Told): Mapped {
  const lr = text(told.data, 'lr');
  const total = text(told.invoice, 'total_cents');
  const attempt = lr === null ? null : decline({ rail: 'CARD', network_code: networkCode(lr), brand: text(told.invoice, 'credit_card_brand'), amount_cents: total === null ? null : wholeCents(total, 'total_cents') });
  const occurred = offsetInstant(text(told.data, 'occurred_at') ?? text(told.data, 'created_at'))?.toISOString() ?? null;
  return one({ type: 'upstream.payment-failed.v1', data: present({ payment_id: required(told.invoice, 'id'), ...tells(told), code: short(lr, 40), occurred_at: occurred, attempt }) } as Content);
}

function givenBack(told: Told): Mapped {
  const { invoice, context } = told;
  const refunded = text(invoice, 'refunded_cents') ?? '0';
  return one({
    type: 'upstream.payment-refunded.v1',
    data: {
      refund_id: `${required(invoice, 'id')}:refund`, payment_id: required(invoice, 'id'), source: context.source,
      amount_cents: refunded === '0' ? paidCents(told) : wholeCents(refunded, 'refunded_cents'), currency: (text(invoice, 'currency') ?? 'BRL').toUpperCase(),
      refunded_date: civilDate(text(invoice, 'refunded_at') ?? text(invoice, 'updated_at'), context.zone, 'updated_at'),
    },
  });
}

/**
 * The money of all instalments is there: the last one's day, and the fee where it is told. Part of it tells nothing yet; what was paid
 * elsewhere never comes.
 */
function released({ invoice, context }: Told): Mapped {
  const returns = listOf(invoice.financial_return_dates);
  if (returns.some(({ status }) => status !== 'done')) return ignored('Not all of its money is there yet.');
  const days = returns.map((each) => civilDate(text(each, 'return_date_iso') ?? text(each, 'return_date'), context.zone, 'financial_return_dates'));
  const credit_date = days.sort().at(-1) ?? civilDate(text(invoice, 'financial_return_date'), context.zone, 'financial_return_date');
  const fee = text(invoice, 'taxes_paid_cents');
  const fee_cents = fee === null ? null : wholeCents(fee, 'taxes_paid_cents');
  return one({ type: 'upstream.payment-credited.v1', data: present({ payment_id: required(invoice, 'id'), source: context.source, credit_date, fee_cents: fee_cents !== null && fee_cents >= 0 ? fee_cents : null }) } as Content);
}

const cancelled = ({ invoice }: Told): Mapped => one({ type: 'upstream.invoice-cancelled.v1', data: { invoice_id: required(invoice, 'id') } });

/** By what the invoice is when asked: the order in which the triggers came no longer matters. */
const STATES: Readonly<Record<string, (told: Told) => Mapped>> = {
  paid: received,
  partially_paid: received,
  externally_paid: paidElsewhere,
  authorized: pending,
  in_analysis: pending,
  canceled: cancelled,
  refunded: givenBack,
  partially_refunded: givenBack,
  chargeback: givenBack,
};

const changed = (told: Told): Mapped => {
  const status = required(told.invoice, 'status');
  const handle = Object.hasOwn(STATES, status) ? STATES[status] : undefined;
  // An expired slip is no settled debt, nor is one in protest or dispute.
  return handle ? handle(told) : ignored(`An invoice in this state says nothing of money.`);
};

const EVENTS: Readonly<Record<string, (told: Told) => Mapped>> = {
  'invoice.created': issued,
  'invoice.status_changed': changed,
  'invoice.refund': changed,
  'invoice.payment_failed': failed,
  'invoice.released': released,
};

/** Iugu: triggers in a form, which name an invoice and little else; what it is, the platform is asked. Deduped on event, id and status. */
export const iugu: Source = {
  secretInPath: false,
  asks: 'always',
  home: 'https://api.iugu.com',
  verify: (incoming, secrets) => isToken(header(incoming, 'authorization'), secrets),
  identify({ body }) {
    const { event, data } = formOf(body);
    return { identity: identityOf(event, text(data, 'id'), text(data, 'status')), type: event };
  },
  about: (body) => ({ customer_id: null, references: [text(formOf(body).data, 'id')] }),
  map(context) {
    const { event, data } = formOf(context.body);
    const handle = Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined;
    if (!handle) return ignored('Triggers of this kind tell nothing that is needed here.');
    const path = `/v1/invoices/${encodeURIComponent(required(data, 'id'))}`;
    if (!context.answers.has(path)) return { ask: [path] };
    const invoice = within({ answer: context.answers.get(path) }, 'answer');
    return handle({ data, invoice, context });
  },
};

