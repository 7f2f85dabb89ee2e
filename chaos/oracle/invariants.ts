import type { Accepted } from './provider';
import type { Asked } from './load';
import type { Act, Call, Sent } from './database';
import type { Posted } from './receiver';
import type { Heard } from './topics';
import type { Life, Poison, TrueInvoice, TruePayment } from './truth';

/** What one look found: how many facts were looked at, and each that is wrong with the rows that show it. */
export interface Finding {
  readonly name: string;
  readonly checked: number;
  readonly violations: readonly unknown[];
}

/** Groups by a key, in the order of the list. */
export function grouped<T>(list: readonly T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list) {
    const group = groups.get(keyOf(each));
    if (group) group.push(each);
    else groups.set(keyOf(each), [each]);
  }
  return groups;
}

const finding = <T>(name: string, facts: readonly T[], wrong: (fact: T) => unknown): Finding => ({
  name, checked: facts.length, violations: facts.map(wrong).filter((each) => each !== null && each !== undefined),
});

/** Every row that was committed to an outbox stands in its topic. */
export function nothingUnpublished(sent: readonly Sent[], heard: readonly Heard[]): Finding {
  const ids = new Set(heard.map(({ id }) => id));
  return finding('every committed event is published', sent, (row) => (ids.has(row.event_id) ? null : row));
}

/**
 * What has an order of its own within a key. Notifications changes one message at a time under its own lock, so that two
 * messages to one person have none between them; nor has what was set aside and concerns nobody, for which nobody locks.
 */
function laneOf({ schema, type, data }: Sent): string {
  if (/\.event-(rejected|resolved)\./.test(type) && data.creditor_id === null) return String(data.rejection_id);
  return schema === 'notifications' ? String(data.notice_id) : '';
}

/** First occurrences of a key's events stand in the topic as their rows were committed. */
export function order(sent: readonly Sent[], heard: readonly Heard[]): Finding {
  const rowOf = new Map(sent.map((row) => [row.event_id, row]));
  const last = new Map<string, Sent>();
  const seen = new Set<string>();
  const violations: unknown[] = [];
  let checked = 0;
  for (const { topic, partition, offset, key, id } of heard) {
    const row = id === null ? undefined : rowOf.get(id);
    if (!row || seen.has(row.event_id)) continue;
    seen.add(row.event_id);
    checked++;
    // Coverage goes to every partition under one key: order is a partition's.
    const place = `${topic}/${partition} ${key} ${laneOf(row)}`;
    const before = last.get(place);
    if (before && before.id > row.id) violations.push({ topic, partition, offset, key, came_after: before, but_was_before: row });
    else last.set(place, row);
  }
  return { name: 'order per key by first occurrence', checked, violations };
}

/** A notice is taken by the provider at most once, and only where notifications knows of it. */
export function takenOnce(accepted: readonly Accepted[], calls: readonly Call[]): Finding {
  const statusOf = new Map(calls.map(({ notice_id, status }) => [notice_id, status]));
  const byNotice = [...grouped(accepted, ({ notice_id }) => notice_id).values()];
  return finding('a message is taken by the provider once at most', byNotice, (each) => {
    if (each.length > 1) return { taken: each.length, each };
    return statusOf.has(each[0]!.notice_id) ? null : { nobody_began: each };
  });
}

/** What ended as sent was taken, what was taken ended as sent or unknown, and every call ended; read at a standstill. */
export function endsAsTaken(accepted: readonly Accepted[], calls: readonly Call[]): Finding {
  const taken = new Set(accepted.map(({ notice_id }) => notice_id));
  return finding('sent means taken, and taken means sent or unknown', calls, (call) => {
    if (call.status === 'sending') return { never_ended: call };
    if (call.status === 'sent') return taken.has(call.notice_id) ? null : { sent_but_not_taken: call };
    return taken.has(call.notice_id) && call.status !== 'unknown' ? { taken_but: call } : null;
  });
}

/** One person is asked for money once on the one day of the run, and thanked once. */
export function oncePerDay(accepted: readonly Accepted[], calls: readonly Call[]): Finding {
  const purposeOf = new Map(calls.map(({ notice_id, purpose }) => [notice_id, purpose === 'collection' || purpose === 'agreement' ? 'contact' : purpose]));
  const days = [...grouped(accepted, ({ to, notice_id }) => `${to} ${purposeOf.get(notice_id) ?? 'contact'}`).values()];
  return finding('one contact a day per person', days, (each) => (new Set(each.map(({ notice_id }) => notice_id)).size > 1 ? each : null));
}

/** Each step of each debt is covered by at most one message that went out or may have, and the provider took none besides. */
export function stepsOnce(sent: readonly Sent[], accepted: readonly Accepted[], final: boolean): Finding {
  const made = sent.filter(({ type }) => type === 'notifications.contact-made.v1');
  type Made = { notice_id: string; step: string; covers: { receivable_id: string; due_date: string; step: string }[] };
  const covers = made.flatMap(({ data }) => (data as unknown as Made).covers.map((cover) => ({ ...cover, notice_id: (data as unknown as Made).notice_id })));
  const steps = [...grouped(covers, ({ receivable_id, due_date, step }) => `${receivable_id} ${due_date} ${step}`).values()];
  const twice = finding('one accepted send per receivable and step', steps, (each) => (each.length > 1 ? each : null));
  if (!final) return twice;
  const told = new Set(made.map(({ data }) => (data as unknown as Made).notice_id));
  return { ...twice, violations: [...twice.violations, ...accepted.filter(({ notice_id }) => !told.has(notice_id)).map((mail) => ({ never_told: mail }))] };
}

const KNOWN_MS = 5_000;

interface Fact {
  readonly epoch_ms: number;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** Whether nothing may be asked for an invoice any more, by what billing had told of it. */
function isSilenced(invoice_id: string, facts: readonly Fact[]): boolean {
  let amount_cents = Infinity;
  let cancelled = false;
  const money = new Map<string, number>();
  const pending = new Set<string>();
  for (const { type, data } of facts) {
    const { payment_id } = data as { payment_id: string };
    if (type === 'billing.invoice-cancelled.v1') cancelled = true;
    else if (type.startsWith('billing.invoice-')) amount_cents = data.amount_cents as number;
    else if (type === 'billing.payment-pending.v1') pending.add(payment_id);
    else {
      pending.delete(payment_id);
      const sign = type === 'billing.refund-reported.v1' ? -1 : type === 'billing.payment-reported.v1' ? 1 : 0;
      money.set(payment_id, (money.get(payment_id) ?? 0) + sign * Number(data.amount_cents ?? 0));
    }
  }
  const net_cents = [...money.values()].reduce((sum, cents) => sum + cents, 0);
  return invoice_id !== '' && (cancelled || pending.size > 0 || net_cents >= amount_cents);
}

/** What was asked about a debt, and when that began. */
interface Asking {
  readonly receivable_id: string;
  readonly call_began_epoch_ms: number;
}

/** No call for money begins more than 5 s after what silences it was recorded, by wall time and by billing's own outbox. */
export const leftAlone = (sent: readonly Sent[], calls: readonly Call[]): Finding =>
  silenced('no contact after a recorded payment', sent, calls.filter(({ purpose }) => purpose === 'collection').flatMap((call) => call.receivable_ids.map((receivable_id) => ({ ...call, receivable_id }))));

const isAct = ({ schema, type }: Sent): boolean => schema === 'dunning' && /^dunning\.(retry|service-change|bureau|protest|write-off)-requested\./.test(type);

/** Nor is an act asked for; its row in the outbox says when. */
export const actsLeftAlone = (sent: readonly Sent[]): Finding =>
  silenced('no act after a recorded payment', sent, sent.filter((row) => isAct(row) && row.data.undoes === undefined).map(({ data, epoch_ms }) => ({ act_id: data.act_id, receivable_id: data.receivable_id as string, call_began_epoch_ms: epoch_ms })));

function silenced(name: string, sent: readonly Sent[], asked: readonly Asking[]): Finding {
  const invoiceOf = new Map<string, string>();
  for (const { type, data } of sent) if (type === 'billing.invoice-issued.v1') invoiceOf.set(data.receivable_id as string, data.invoice_id as string);
  const byPayment = new Map<string, string>();
  for (const { data } of sent) if (data.payment_id !== undefined && data.reference) byPayment.set(data.payment_id as string, data.reference as string);
  const billing = sent.filter(({ schema, type }) => schema === 'billing' && /\.(invoice|payment|refund)-/.test(type));
  const factsOf = grouped(billing, ({ data }) => (data.invoice_id ?? data.reference ?? byPayment.get(data.payment_id as string) ?? '') as string);
  return finding(name, asked, (call) => {
    const invoice_id = invoiceOf.get(call.receivable_id) ?? '';
    const facts = (factsOf.get(invoice_id) ?? []).filter(({ epoch_ms }) => epoch_ms <= call.call_began_epoch_ms);
    const old = facts.filter(({ epoch_ms }) => epoch_ms < call.call_began_epoch_ms - KNOWN_MS).length;
    // Silenced before, and nothing gave it a voice again until the call.
    for (let known = old; known <= facts.length; known++) if (!isSilenced(invoice_id, facts.slice(0, known))) return null;
    return { call, facts };
  });
}

/** Nor after a promise, dispute or hold that somebody was told is recorded, while it stands. */
export function leftInPeace(asked: readonly Asked[], standing: ReadonlySet<string>, calls: readonly Call[]): Finding {
  const granted = asked.filter(({ kind, receivable_id, granted_epoch_ms }) => granted_epoch_ms !== null && standing.has(`${kind} ${receivable_id}`));
  const callsFor = grouped(calls.filter(({ purpose }) => purpose === 'collection').flatMap((call) => call.receivable_ids.map((id) => ({ id, call }))), ({ id }) => id);
  return finding('no contact after a promise, dispute or hold', granted, (each) => {
    const after = (callsFor.get(each.receivable_id) ?? []).filter(({ call }) => call.call_began_epoch_ms > each.granted_epoch_ms! + KNOWN_MS);
    return after.length > 0 ? { each, after } : null;
  });
}

/** The instant that notifications wrote down for a call is the one at which the provider heard of it, freezes and waits allowed for. */
export function toldTrueTime(accepted: readonly Accepted[], calls: readonly Call[]): Finding {
  const beganAt = new Map(calls.map(({ notice_id, call_began_epoch_ms }) => [notice_id, call_began_epoch_ms]));
  return finding('calls began when they say', accepted, (mail) => {
    const waited_ms = mail.named_epoch_ms - (beganAt.get(mail.notice_id) ?? NaN);
    return waited_ms >= -1_000 && waited_ms <= 85_000 ? null : { mail, call_began_epoch_ms: beganAt.get(mail.notice_id) };
  });
}

/** An act is posted until it would begin too late, 60 s; freezes and waits as for letters come on top. */
const POSTED_MS_MAX = 60_000 + 85_000;

/** What reaches the creditor's systems is what was asked for, to the word, under its own id and while it may still begin; however often it comes. */
export function actsAsAsked(posted: readonly Posted[], sent: readonly Sent[], acts: readonly Act[]): Finding {
  const rowOf = new Map(sent.filter(isAct).map((row) => [row.event_id, row]));
  const kept = new Set(acts.map(({ act_id }) => act_id));
  return finding('an act arrives as it was asked for, under one id', [...grouped(posted, ({ act_id }) => act_id).values()], (each) => {
    const [first] = each as [Posted];
    if (each.some(({ body }) => body !== first.body)) return { bodies: each };
    const row = rowOf.get(first.event_id);
    if (!row || !kept.has(first.act_id) || row.data.act_id !== first.act_id || !isSame(row.data, first.data)) return { nobody_asked: first, row };
    const late = each.filter(({ epoch_ms }) => epoch_ms - row.epoch_ms < -1_000 || (row.data.undoes === undefined && epoch_ms - row.epoch_ms > POSTED_MS_MAX));
    return late.length > 0 ? { late, row } : null;
  });
}

const sorted = (data: object): string => JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, Array.isArray(value) ? value.map((each: object) => sorted(each)) : (value as unknown)]));
const isSame = (a: object, b: object): boolean => sorted(a) === sorted(b);

/** One retry of a debt on the one day of the run. */
export const retriedOncePerDay = (posted: readonly Posted[]): Finding =>
  finding('one retry a day of a debt', [...grouped(posted.filter(({ data }) => data.attempt_no !== undefined), ({ data }) => data.receivable_id as string).values()], (each) => (new Set(each.map(({ act_id }) => act_id)).size > 1 ? each : null));

/** What counts as accepted was taken, what was taken did not end as refused, and every act ended or still waits to be told; read at a standstill. */
export function actsEndAsTaken(posted: readonly Posted[], acts: readonly Act[]): Finding {
  const taken = new Set(posted.map(({ act_id }) => act_id));
  return finding('accepted means taken, and no act is left without an end', acts, (act) => {
    if (act.status === 'accepted') return taken.has(act.act_id) ? null : { accepted_but_not_taken: act };
    if (act.status === 'requested') return act.waits ? null : { never_ended: act };
    return act.status === 'rejected' && taken.has(act.act_id) ? { taken_but: act } : null;
  });
}

/** What the ledger and the books hold in the end. */
export interface Books {
  readonly receivables: readonly { invoice_id: string; amount_cents: number; open_cents: number; status: string; due_date: string; posted_cents: number }[];
  readonly payments: readonly { payment_id: string; received_cents: number; refunded_cents: number; receipts: number; booked_cents: number }[];
}

const differs = (row: object | undefined, expected: object): boolean => Object.entries(expected).some(([name, value]) => (row as Record<string, unknown> | undefined)?.[name] !== value);

/** Each invoice is in the ledger as it is in truth: nothing lost, nothing twice; `disordered` looks at those alone that were told in disorder. */
export function invoicesAsTold(lives: readonly Life[], { receivables }: Books, disordered: boolean): Finding {
  const found = grouped(receivables, ({ invoice_id }) => invoice_id);
  const invoices = lives.flatMap((life) => life.invoices).filter((invoice) => !disordered || invoice.disordered);
  const name = disordered ? 'state is independent of the order of delivery' : 'every invoice has its effect once';
  const all = finding<TrueInvoice>(name, invoices, (invoice) => {
    const rows = found.get(invoice.invoice_id) ?? [];
    const { amount_cents, open_cents, status, due_date } = invoice;
    return rows.length !== 1 || differs(rows[0], { amount_cents, open_cents, status, due_date, posted_cents: open_cents }) ? { told: invoice, found: rows } : null;
  });
  const known = new Set(invoices.map(({ invoice_id }) => invoice_id));
  return disordered ? all : { ...all, violations: [...all.violations, ...receivables.filter(({ invoice_id }) => !known.has(invoice_id)).map((row) => ({ never_told: row }))] };
}

/** Each payment and refund is booked once, and no other. */
export function paymentsAsTold(lives: readonly Life[], { payments }: Books): Finding {
  const found = grouped(payments, ({ payment_id }) => payment_id);
  const told = lives.flatMap((life) => life.payments);
  const all = finding<TruePayment>('every payment and refund has its effect once', told, (payment) => {
    const rows = found.get(payment.payment_id) ?? [];
    const { received_cents, refunded_cents } = payment;
    const expected = { received_cents, refunded_cents, receipts: 1, booked_cents: received_cents - refunded_cents };
    return rows.length !== 1 || differs(rows[0], expected) ? { told: payment, found: rows } : null;
  });
  const known = new Set(told.map(({ payment_id }) => payment_id));
  return { ...all, violations: [...all.violations, ...payments.filter(({ payment_id, received_cents }) => received_cents > 0 && !known.has(payment_id)).map((row) => ({ never_told: row }))] };
}

/** Every event of the platform was taken in, once; `rows` are the ids that billing keeps. */
export function eventsTakenIn(lives: readonly Life[], rows: readonly string[]): Finding {
  const kept = grouped(rows, (id) => id);
  return finding('every event is taken in once', lives.flatMap((life) => life.event_ids), (id) => (kept.get(id)?.length === 1 ? null : { event_id: id, rows: kept.get(id)?.length ?? 0 }));
}

/** Garbage is kept with its reason, all of it, and nothing else is. */
export function poisonKept(lives: readonly Life[], rows: readonly { event_id: string; reason: string }[]): Finding {
  const poison = lives.flatMap((life) => life.poison);
  // What bears no id can only be counted.
  const nameOf = ({ event_id, reason }: Poison) => (reason === 'not-an-event' ? reason : `${event_id} ${reason}`);
  const [told, kept] = [grouped(poison, nameOf), grouped(rows, nameOf)];
  const names = [...new Set([...told.keys(), ...kept.keys()])];
  const all = finding('garbage is kept with its reason, and only garbage', names, (name) => {
    const [told_times, kept_rows] = [told.get(name)?.length ?? 0, kept.get(name)?.length ?? 0];
    return told_times === kept_rows ? null : { name, told_times, kept_rows };
  });
  return { ...all, checked: Math.max(poison.length, rows.length) };
}

/** Dead letters are of the texts that were put there to become some: one each in each service that reads the topic. */
export function deadLettersOfGarbage(garbage: number, rows: readonly { schema: string; reason: string; detail: string }[]): Finding {
  const isGarbage = ({ schema, reason }: { schema: string; reason: string }) => reason === 'unreadable' && ['reconciliation', 'dunning'].includes(schema);
  const violations: unknown[] = rows.filter((row) => !isGarbage(row));
  for (const schema of ['reconciliation', 'dunning']) {
    const kept = rows.filter((row) => row.schema === schema && isGarbage(row)).length;
    if (kept !== garbage) violations.push({ schema, garbage, kept });
  }
  return { name: 'dead letters are of garbage alone', checked: rows.length, violations };
}

/** Entries, creditors and currencies sum to zero. */
export const balanced = (sums: readonly { what: string; cents: number }[]): Finding => finding('the ledger is balanced', sums, (sum) => (sum.cents === 0 ? null : sum));

/** What somebody was told was recorded is recorded once, however often it was asked. */
export function askedOnce(asked: readonly Asked[], rows: readonly { kind: string; receivable_id: string; times: number }[]): Finding {
  const times = new Map(rows.map((row) => [`${row.kind} ${row.receivable_id}`, row.times]));
  return finding('a request with a key takes effect once', asked, (each) => {
    const found = times.get(`${each.kind} ${each.receivable_id}`) ?? 0;
    return found === (each.granted_epoch_ms === null ? 0 : 1) ? null : { ...each, found };
  });
}
