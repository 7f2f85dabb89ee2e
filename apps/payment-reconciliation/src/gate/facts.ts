import { Injectable } from '@nestjs/common';
import type { CivilDate } from '@emdia/calendar';
import { customerKey, type ChargePolicy, type Collectability, type Instrument, type ReceivableStatus } from '@emdia/contracts';
import { Database } from '@emdia/database';
import type { Coverage, Sources } from '../source-coverage/coverage';
import { heldBackOf } from '../source-coverage/held-back';
import { heartbeatKey, type Heard } from '../heartbeats/heartbeat';

/** A receivable as the gate and its standing need it. */
export interface Receivable {
  readonly receivable_id: string;
  readonly account_key: string;
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly version: number;
  readonly invoice_id: string;
  readonly number: string;
  readonly description: string | null;
  readonly status: ReceivableStatus;
  readonly open_cents: number;
  readonly paid_cents: number;
  readonly collectability: Collectability;
  readonly original_due_date: CivilDate;
  readonly effective_due_date: CivilDate;
  readonly charge_policy: ChargePolicy | null;
  readonly instruments: readonly Instrument[];
}

/** The agreement of an instalment: its parts by number, and what is open now of all that it covers. */
export interface Agreement {
  readonly instalment_id: string;
  readonly live: boolean;
  readonly receivable_ids: readonly string[];
  readonly waived_cents: number;
  readonly open_cents: number;
  /** Of what is still open of it. */
  readonly collectabilities: readonly Collectability[];
  /** Of all that it covers, what a payment may quote. */
  readonly quotable: readonly Pick<Receivable, 'invoice_id' | 'number' | 'instruments'>[];
  readonly instalments: readonly { readonly instalment_id: string; readonly number: number; readonly due_date: CivilDate; readonly amount_cents: number }[];
}

/** What is known at one instant of some receivables, and how complete that knowledge is. */
export interface Facts {
  readonly receivables: ReadonlyMap<string, Receivable>;
  readonly agreements: ReadonlyMap<string, Agreement>;
  /** Accounts of which an event lies unread somewhere. */
  readonly unread: ReadonlySet<string>;
  /** Newest heartbeats by service and partition. */
  readonly beats: ReadonlyMap<string, number>;
  /** Sources by creditor. */
  readonly sources: ReadonlyMap<string, Sources>;
}

// One statement is one snapshot: a payment that commits between two of them could be missed by both.
const factsOf = (which: string): string => `
  with wanted as materialized (
    select receivable_id, account_key, creditor_id, customer_id, version, invoice_id, number, description, status, open_cents, paid_cents, collectability,
      original_due_date, effective_due_date, charge_policy, instruments
    from receivable where ${which}
  ), agreement as (
    select asked.instalment_id, s.standstill_id, s.begun and not s.ended as live, s.receivable_ids, s.waived_cents,
      (select coalesce(sum(r.open_cents), 0) from receivable r where r.receivable_id = any(s.receivable_ids)) as open_cents,
      array(select r.collectability from receivable r where r.receivable_id = any(s.receivable_ids) and r.status = 'open') as collectabilities,
      (select json_agg(json_build_object('invoice_id', r.invoice_id, 'number', r.number, 'instruments', r.instruments)) from receivable r where r.receivable_id = any(s.receivable_ids)) as quotable,
      (select json_agg(json_build_object('instalment_id', i.instalment_id, 'number', i.number, 'due_date', i.due_date, 'amount_cents', i.amount_cents) order by i.number)
         from instalment i where i.agreement_id = s.standstill_id) as instalments
    from instalment asked join standstill s on s.standstill_id = asked.agreement_id where asked.instalment_id = any($2::uuid[])
  )
  select
    (select coalesce(json_agg(wanted order by original_due_date, receivable_id), '[]') from wanted) as receivables,
    (select coalesce(json_agg(agreement), '[]') from agreement) as agreements,
    (select coalesce(json_agg(key), '[]') from (
       select w.account_key as key from wanted w join unread u on u.creditor_id = w.creditor_id and u.customer_id = w.customer_id and u.status = 'open'
       union select d.key from dead_letter d where d.status = 'open' and d.key in (select account_key from wanted)
       union select w.account_key from wanted w join dead_letter d on d.status = 'open' and d.creditor_id = w.creditor_id and d.customer_id = w.customer_id
     ) k) as unread,
    (select coalesce(json_agg(h), '[]') from heartbeat h) as beats,
    (select coalesce(json_agg(c), '[]') from coverage c where c.creditor_id in (select creditor_id from wanted)) as coverages,
    (select coalesce(json_agg(b), '[]') from (${heldBackOf('select creditor_id from wanted')}) b) as held_back,
    (select coalesce(json_agg(f), '[]') from (
       select distinct creditor_id, source from bank_file where status in ('received', 'posting', 'matching', 'holding') and creditor_id in (select creditor_id from wanted)
     ) f) as under_way`;

const OF_RECEIVABLES = factsOf(`receivable_id = any($1::uuid[]) and status <> 'unissued'`);
const OF_CUSTOMER = factsOf(`account_key = any($1::text[]) and status = 'open'`);

interface Row {
  readonly receivables: Receivable[];
  readonly agreements: Agreement[];
  readonly unread: string[];
  readonly beats: { service: Heard; partition: number; wall_epoch_ms: number }[];
  readonly coverages: (Omit<Coverage, 'checked_at'> & { checked_at: string })[];
  readonly held_back: { creditor_id: string; source: string }[];
  readonly under_way: { creditor_id: string; source: string }[];
}

/** Reads all that a verdict rests on, over all creditors, as of one instant. */
@Injectable()
export class GateFacts {
  constructor(private readonly database: Database) {}

  read(receivableIds: readonly string[], instalmentIds: readonly string[]): Promise<Facts> {
    return this.ask(OF_RECEIVABLES, [...new Set(receivableIds)], instalmentIds);
  }

  /** Of all that a customer owes a creditor, that due first leading. */
  ofCustomer(creditor_id: string, customer_id: string): Promise<Facts> {
    return this.ask(OF_CUSTOMER, [customerKey(creditor_id, customer_id)], []);
  }

  private async ask(statement: string, about: readonly string[], instalmentIds: readonly string[]): Promise<Facts> {
    const [row] = await this.database.query<Row>(statement, [about, [...new Set(instalmentIds)]]);
    const { receivables, agreements, unread, beats, coverages, held_back, under_way } = row!;
    const sources = new Map<string, { coverages: Coverage[]; heldBack: Set<string>; underWay: Set<string> }>();
    const of = (creditor_id: string) => {
      let found = sources.get(creditor_id);
      if (!found) sources.set(creditor_id, (found = { coverages: [], heldBack: new Set(), underWay: new Set() }));
      return found;
    };
    for (const coverage of coverages) of(coverage.creditor_id).coverages.push({ ...coverage, checked_at: new Date(coverage.checked_at) });
    for (const { creditor_id, source } of held_back) of(creditor_id).heldBack.add(source);
    for (const { creditor_id, source } of under_way) of(creditor_id).underWay.add(source);
    return {
      receivables: new Map(receivables.map((each) => [each.receivable_id, each])),
      agreements: new Map(agreements.map((each) => [each.instalment_id, each])),
      unread: new Set(unread),
      beats: new Map(beats.map(({ service, partition, wall_epoch_ms }) => [heartbeatKey(service, partition), wall_epoch_ms])),
      sources,
    };
  }
}
