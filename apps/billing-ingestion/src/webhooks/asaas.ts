import { addDays, instantAt, isCivilDate } from '@emdia/calendar';
import { Rate, type ChargePolicy, type ChargesTold, type Rail } from '@emdia/contracts';
import { customerId, decimalCents, decline, exactJson, listOf, missing, present, reference, required, short, text, within, type Fields } from './fields';
import { header, isToken } from './secrets';
import type { Content, Context, Mapped, Source } from './source';

/** The platform's own clock, whatever the creditor's: its times bear no offset. */
const ZONE = 'America/Sao_Paulo';

const RAILS: Readonly<Record<string, Rail>> = { BOLETO: 'BOLETO', CREDIT_CARD: 'CARD', DEBIT_CARD: 'CARD', PIX: 'PIX_COB', TRANSFER: 'TRANSFER', DEPOSIT: 'TRANSFER' };

interface Told {
  readonly payment: Fields;
  readonly event_id: string;
  readonly occurred_at: string;
  /** The civil date of the event, as the platform wrote it. */
  readonly day: string;
  readonly context: Context;
}

const one = (content: Content): Mapped => ({ contents: [content] });

/** `2024-06-12 16:45:03` of Brasília as an instant. */
function localInstant(value: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d):(\d\d)$/.exec(value);
  if (!match || !isCivilDate(match[1]) || !/^([01]\d|2[0-3]):[0-5]\d$/.test(match[2]!)) return missing('dateCreated');
  return new Date(instantAt(match[1], match[2]!, ZONE).getTime() + Number(match[3]) * 1_000).toISOString();
}

const date = (payment: Fields, ...names: string[]): string | null => names.map((name) => text(payment, name)?.slice(0, 10) ?? null).find(isCivilDate) ?? null;
const cents = (payment: Fields, ...names: string[]): number => {
  const name = names.find((each) => text(payment, each) !== null) ?? names[0]!;
  return decimalCents(required(payment, name), name);
};
const payer = (payment: Fields): string => customerId(null, text(payment, 'customer'), 'customer');

/** Paid late, `value` holds the interest too; what was issued is then in `originalValue`. */
const faceCents = (payment: Fields): number => cents(payment, 'originalValue', 'value');

/** A percentage as the contracts have it; zero where none is told. */
function rate(terms: Fields, name: string): string {
  const value = text(terms, 'value') ?? '0';
  return new RegExp(Rate.pattern!).test(value) ? value : missing(name);
}

const isNothing = (terms: Fields): boolean => /^0+(\.0+)?$/.test(text(terms, 'value') ?? '0');

/** Granted up to so many days before the due date, in reais where it is not told to be a percentage. */
function discountsOf(discount: Fields, due_date: string): NonNullable<ChargePolicy['discounts']> {
  if (isNothing(discount)) return [];
  const days = text(discount, 'dueDateLimitDays') ?? '0';
  if (!/^\d{1,3}$/.test(days)) return missing('discount.dueDateLimitDays');
  const until = date(discount, 'limitDate', 'limitedDate') ?? addDays(due_date, -Number(days));
  return [text(discount, 'type') === 'PERCENTAGE' ? { until, percent: rate(discount, 'discount.value') } : { until, cents: decimalCents(required(discount, 'value'), 'discount.value') }];
}

/**
 * What Asaas charges for being late and grants for being early: `fine` in reais or percent, `interest` in percent a month, `discount`. Null where all are zero. It
 * documents neither rounding nor the first day: both as on a boleto.
 */
function chargePolicyOf(payment: Fields, due_date: string): ChargePolicy | null {
  const [fine, interest] = [within(payment, 'fine'), within(payment, 'interest')];
  const discounts = discountsOf(within(payment, 'discount'), due_date);
  if (isNothing(fine) && isNothing(interest) && discounts.length === 0) return null;
  const isFixed = text(fine, 'type') === 'FIXED' && !isNothing(fine);
  return {
    fine_percent: isFixed ? '0' : rate(fine, 'fine.value'), interest_monthly_percent: rate(interest, 'interest.value'),
    interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY',
    ...(isFixed && { fine_cents: decimalCents(required(fine, 'value'), 'fine.value') }), ...(discounts.length > 0 && { discounts }),
  };
}

function issued({ payment, occurred_at }: Told): Mapped {
  const rail = RAILS[text(payment, 'billingType') ?? ''];
  const url = text(payment, 'bankSlipUrl') ?? text(payment, 'invoiceUrl');
  const due_date = date(payment, 'originalDueDate', 'dueDate') ?? missing('dueDate');
  return one({
    type: 'upstream.invoice-issued.v1',
    data: present({
      invoice_id: required(payment, 'id'),
      number: reference(text(payment, 'invoiceNumber')),
      description: short(text(payment, 'description'), 200),
      issue_date: date(payment, 'dateCreated') ?? missing('dateCreated'),
      due_date,
      currency: 'BRL',
      amount_cents: faceCents(payment),
      charge_policy: chargePolicyOf(payment, due_date),
      customer: { customer_id: payer(payment) },
      instruments: rail ? [present({ rail, reference: reference(text(payment, 'nossoNumero')), url: url?.startsWith('https://') && url.length <= 500 ? url : null })] : null,
      occurred_at,
    }),
  } as Content);
}

const amended = ({ payment, occurred_at }: Told): Mapped =>
  one({ type: 'upstream.invoice-amended.v1', data: { invoice_id: required(payment, 'id'), due_date: date(payment, 'dueDate') ?? missing('dueDate'), amount_cents: faceCents(payment), occurred_at } });

const cancelled = ({ payment, occurred_at }: Told): Mapped => one({ type: 'upstream.invoice-cancelled.v1', data: { invoice_id: required(payment, 'id'), occurred_at } });

const tells = ({ payment, occurred_at, context }: Told) => ({ source: context.source, customer_id: payer(payment), reference: required(payment, 'id'), occurred_at });

/** Nobody knows yet whether it comes about: it holds. */
const pending = (told: Told): Mapped =>
  one({ type: 'upstream.payment-pending.v1', data: { payment_id: required(told.payment, 'id'), ...tells(told), amount_cents: cents(told.payment, 'value'), currency: 'BRL' } });

/** Refused by the bank or by the analysis of risk: Asaas tells no code and no further attempt, but brand and token of the card. */
function failed(told: Told): Mapped {
  const { payment } = told;
  const card = within(payment, 'creditCard');
  const attempt = decline({ rail: RAILS[text(payment, 'billingType') ?? ''] ?? null, card: text(card, 'creditCardToken'), brand: text(card, 'creditCardBrand'), amount_cents: faceCents(payment) });
  return one({ type: 'upstream.payment-failed.v1', data: { payment_id: required(payment, 'id'), ...tells(told), attempt } } as Content);
}

/** What was marked as paid in cash may be taken back and then be paid in earnest: it is a payment of its own. */
const cashId = (payment: Fields): string => `${required(payment, 'id')}:cash`;

const paidOn = (payment: Fields): string => date(payment, 'clientPaymentDate', 'confirmedDate', 'paymentDate') ?? missing('clientPaymentDate');

/** Fine and interest in `value`, not parted. */
function chargesOf(payment: Fields): ChargesTold | null {
  const interest_cents = text(payment, 'interestValue') === null ? 0 : cents(payment, 'interestValue');
  return interest_cents > 0 ? { interest_cents } : null;
}

/** The customer has paid; the money comes later, a card's by weeks. Confirmed and received say it in the same words, so that it is told once. */
const paid = (told: Told): Content => ({
  type: 'upstream.payment-received.v1',
  data: present({
    payment_id: required(told.payment, 'id'), ...tells(told), amount_cents: cents(told.payment, 'value'), charges: chargesOf(told.payment), currency: 'BRL', paid_date: paidOn(told.payment), credited: false,
  }),
} as Content);

/** What Asaas keeps of a charge; untold where it says none, or a net that is more than what was paid. */
function fee(payment: Fields): number | null {
  if (text(payment, 'netValue') === null) return null;
  const fee_cents = cents(payment, 'value') - cents(payment, 'netValue');
  return fee_cents >= 0 ? fee_cents : null;
}

function received(told: Told): Mapped {
  const { payment, context: { source }, occurred_at } = told;
  if (text(payment, 'status') === 'RECEIVED_IN_CASH') {
    const { data } = paid(told) as Extract<Content, { type: 'upstream.payment-received.v1' }>;
    const { credited: _, ...cash } = data;
    return one({ type: 'upstream.payment-received.v1', data: { ...cash, payment_id: cashId(payment) } });
  }
  const credit_date = date(payment, 'creditDate', 'paymentDate') ?? paidOn(payment);
  return { contents: [paid(told), { type: 'upstream.payment-credited.v1', data: present({ payment_id: required(payment, 'id'), source, credit_date, fee_cents: fee(payment), occurred_at }) } as Content] };
}

const givenBack = ({ payment, day, context }: Told, refund: { refund_id: string; payment_id?: string; amount_cents?: number; refunded_date?: string | null }): Content => ({
  type: 'upstream.payment-refunded.v1',
  data: {
    refund_id: refund.refund_id, payment_id: refund.payment_id ?? required(payment, 'id'), source: context.source, amount_cents: refund.amount_cents ?? cents(payment, 'value'), currency: 'BRL',
    refunded_date: refund.refunded_date ?? day,
  },
});

const cashUndone = (told: Told): Mapped => one(givenBack(told, { refund_id: told.event_id.length <= 80 ? told.event_id : `${cashId(told.payment)}-undone`, payment_id: cashId(told.payment) }));

/** Refunds are listed without ids of their own: when and how much tells them apart. */
function refunded(told: Told): Mapped {
  const { payment } = told;
  const listed = listOf(payment.refunds).filter(({ status }) => status === 'DONE');
  if (listed.length === 0 && text(payment, 'status') === 'REFUNDED') return one(givenBack(told, { refund_id: `${required(payment, 'id')}:refund` }));
  if (listed.length === 0) return missing('refunds');
  return {
    contents: listed.map((each) => {
      const at = required(each, 'dateCreated');
      return givenBack(told, { refund_id: `${required(payment, 'id')}:${at.replace(' ', 'T')}`, amount_cents: cents(each, 'value'), refunded_date: date(each, 'dateCreated') });
    }),
  };
}

const chargedBack = (told: Told): Mapped => one(givenBack(told, { refund_id: `${required(told.payment, 'id')}:chargeback` }));

function chargebackWon(told: Told): Mapped {
  const { payment, day } = told;
  return one({
    type: 'upstream.payment-received.v1',
    data: present({ payment_id: `${required(payment, 'id')}:chargeback-won`, ...tells(told), amount_cents: cents(payment, 'value'), charges: chargesOf(payment), currency: 'BRL', paid_date: day }),
  } as Content);
}

// A cancelled invoice stays so here, whatever comes after.
const restored = (): Mapped => missing('id of a new charge (a removed one cannot be restored here)');

const EVENTS: Readonly<Record<string, (told: Told) => Mapped>> = {
  PAYMENT_CREATED: issued,
  PAYMENT_UPDATED: amended,
  PAYMENT_DELETED: cancelled,
  PAYMENT_RESTORED: restored,
  PAYMENT_AUTHORIZED: pending,
  PAYMENT_AWAITING_RISK_ANALYSIS: pending,
  PAYMENT_CONFIRMED: (told) => one(paid(told)),
  PAYMENT_REPROVED_BY_RISK_ANALYSIS: failed,
  PAYMENT_CREDIT_CARD_CAPTURE_REFUSED: failed,
  PAYMENT_RECEIVED: received,
  PAYMENT_RECEIVED_IN_CASH_UNDONE: cashUndone,
  PAYMENT_REFUNDED: refunded,
  PAYMENT_PARTIALLY_REFUNDED: refunded,
  PAYMENT_CHARGEBACK_REQUESTED: chargedBack,
  PAYMENT_AWAITING_CHARGEBACK_REVERSAL: chargebackWon,
};

/** Asaas: whole payments, told under a token of the creditor's choice; its charge is the invoice. Deduped on the event's id. */
export const asaas: Source = {
  secretInPath: false,
  asks: 'never',
  home: null,
  verify: (incoming, secrets) => isToken(header(incoming, 'asaas-access-token'), secrets),
  identify({ body }) {
    const event = exactJson(body);
    return { identity: required(event, 'id'), type: required(event, 'event') };
  },
  about(body) {
    const payment = within(exactJson(body), 'payment');
    return { customer_id: text(payment, 'customer'), references: [text(payment, 'id')] };
  },
  map(context) {
    const event = exactJson(context.body);
    const type = required(event, 'event');
    const handle = Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined;
    if (!handle) return { ignored: 'Events of this type tell nothing that is needed here.' };
    const at = required(event, 'dateCreated');
    return handle({ payment: within(event, 'payment'), event_id: required(event, 'id'), occurred_at: localInstant(at), day: at.slice(0, 10), context });
  },
};
