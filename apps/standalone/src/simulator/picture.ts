import type { Stage } from './stage';

/** The facts, balances and next actions of a house at rest, section by section; histories and versions left out. */
export type Picture = Readonly<Record<string, readonly string[]>>;

// Acts that never left are planned anew, and which of them did not is a matter of time.
// A step that went out may be `unknown` in one run and `sent` in the other: a crash after the call is all the difference.
const SECTIONS: Readonly<Record<string, string>> = {
  customers: `select customer_id, person_key, state, has_email, email_invalid from billing.customer`,
  invoices: `select invoice_id, customer_id, status, due_date, amount_cents, cancelled from billing.invoice`,
  payments: `select source, payment_id, status, amount_cents, failed from billing.payment`,
  refunds: `select source, payment_id, refund_id, amount_cents from billing.refund`,
  quarantine: `select event_id, event_type, reason, status from billing.quarantine`,
  receivables: `select receivable_id, customer_id, status, amount_cents, paid_cents, waived_cents, open_cents, settled_on, collectability, review_date,
    case when status <> 'cancelled' then original_due_date end as original_due_date, case when status <> 'cancelled' then effective_due_date end as effective_due_date
    from reconciliation.receivable`,
  money: `select account_key, source, payment_id, received_cents, refunded_cents, unapplied_cents, paid_date from reconciliation.payment`,
  allocations: `select payment_id, receivable_id, principal_cents, fine_cents, interest_cents, difference_cents from reconciliation.allocation where principal_cents + fine_cents + interest_cents + difference_cents > 0`,
  ledger: `select account, receivable_id, payment_id, sum(amount_cents) as cents from reconciliation.posting group by 1, 2, 3 having sum(amount_cents) <> 0`,
  standstills: `select standstill_id, kind, receivable_ids, review_date, begun, ended from reconciliation.standstill`,
  coverage: `select source, partition, covered_until, lag_business_days from reconciliation.coverage`,
  cases: `select key, status = 'open' as is_open, person_key, state, has_email, channel_closed_reason, contact_asked_day, service_asked_day, due_at
    from dunning.case_file where status <> 'new' or person_key is not null`,
  standings: `select receivable_id, status, collectability, open_cents, standing, next_step, planned_day, contact_day, next_action_at, outstanding_notice_id, standing_reason,
    hold_review_date, case when standing = 'owner' then owner_queue || ', ' || owner_reason || ', ' || owner_review_date end as owner
    from dunning.case_receivable`,
  notices: `select notice_id, key, purpose, local_day, step, asked_at, valid_until from dunning.notice`,
  steps: `select notice_id, receivable_id, due_date, step, case outcome when 'unknown' then 'sent' else outcome end as outcome from dunning.covered_step where outcome not in ('refused', 'lapsed')`,
  acts: `select key, receivable_id, due_date, step, kind, change, undoes is not null as gives_back, regua_version, status, call_began_at, (retry ->> 'amount_cents')::bigint as cents, retry ->> 'rail' as rail
    from dunning.outward_act where status not in ('refused', 'expired')`,
  holds: `select hold_id, key, review_date, lifted_at from dunning.hold`,
  promises: `select promise_id, customer_id, amount_cents, promised_date, status, ended_at, broken_by from negotiation.promise`,
  agreements: `select a.agreement_id, a.status, a.ended_at, a.broken_by, i.number, i.due_date, i.amount_cents, i.status as paid from negotiation.agreement a join negotiation.instalment i using (agreement_id)`,
  disputes: `select dispute_id, customer_id, review_date, status, outcome, needs_review from negotiation.dispute`,
  deliveries: `select notice_id, case status when 'unknown' then 'sent' else status end as status, due_at, call_began_at, contact_point_key from notifications.delivery`,
  budget: `select person_key, contact_point_key, local_date, class, cause from notifications.contact_day`,
  closed: `select 'opt-out' as what, contact_point_key from notifications.opt_out union all select reason, contact_point_key from notifications.closed_contact_point`,
};

const ALL = Object.entries(SECTIONS)
  .map(([name, sql]) => `(select coalesce(json_agg(to_jsonb(r)::text order by to_jsonb(r)::text), '[]') from (${sql}) r) as ${name}`)
  .join(', ');

export async function pictureOf(stage: Stage): Promise<Picture> {
  const [row] = await stage.query<Record<string, string[]>>(`select ${ALL}`);
  return row!;
}

/** Where two pictures differ, in words; nothing where they agree. */
export function differences(told: Picture, found: Picture): string[] {
  return Object.keys(told).flatMap((section) => {
    const [a, b] = [new Set(told[section]), new Set(found[section])];
    return [...told[section]!.filter((row) => !b.has(row)).map((row) => `${section}: in order ${row}`), ...found[section]!.filter((row) => !a.has(row)).map((row) => `${section}: with faults ${row}`)];
  });
}
