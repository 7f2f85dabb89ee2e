import { Injectable } from '@nestjs/common';
import type { Tx } from '@emdia/database';
import type { Store } from '@emdia/messaging';
import { type Account, newAccount, paymentKey, type Receivable, type Standstill } from './account';
import type { AllocationPolicy } from '../allocation-policy/allocation-policy';
import { type AccountRow, readAllocations, readApplications, readInstalments, readPayments, readPolicies, readReceivables, readStandstills } from './rows';
import { write, type Saved, type SavedPayment } from './saving';

const LOCK_MISSING = `
  insert into account (key, creditor_id) select key, split_part(key, '/', 1) from unnest($1::text[]) as key order by 1 on conflict do nothing returning key`;
const LOCK = 'select key, claimed_by from account where key = any($1::text[]) order by key for update';

function grouped<R extends AccountRow>(rows: readonly R[], keyOf: (row: R) => string): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

const creditorOf = (key: string): string => key.slice(0, key.indexOf('/'));

async function policiesOf(tx: Tx, keys: readonly string[]): Promise<Map<string, AllocationPolicy[]>> {
  const rows = await readPolicies(tx, [...new Set(keys.map(creditorOf))]);
  const policies = new Map<string, AllocationPolicy[]>();
  for (const { creditor_id, ...policy } of rows) policies.set(creditor_id, [...(policies.get(creditor_id) ?? []), policy]);
  return policies;
}

/** Accounts by key: customers whole, references with the money that waits on them and the account that claimed them. */
@Injectable()
export class Accounts implements Store<Account> {
  readonly name = 'account';

  /** The accounts that have claimed these references; a claim is never withdrawn. */
  async also(tx: Tx, keys: readonly string[]): Promise<readonly string[]> {
    const rows = await tx.query<{ claimed_by: string }>('select distinct claimed_by from account where key = any($1::text[]) and claimed_by is not null', [keys]);
    return rows.map(({ claimed_by }) => claimed_by);
  }

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, Account>> {
    const made = new Set((await tx.query<{ key: string }>(LOCK_MISSING, [keys])).map(({ key }) => key));
    const [locked, policies] = await Promise.all([tx.query<{ key: string; claimed_by: string | null }>(LOCK, [keys]), policiesOf(tx, keys)]);
    const accounts = new Map<string, Account>(locked.map(({ key, claimed_by }) => [key, newAccount(key, claimed_by, policies.get(creditorOf(key)))]));
    const existing = keys.filter((key) => !made.has(key));
    if (existing.length > 0) await this.fill(tx, existing, accounts);
    return accounts;
  }

  private async fill(tx: Tx, keys: readonly string[], accounts: Map<string, Account>): Promise<void> {
    const customers = keys.filter((key) => accounts.get(key)!.customer_id !== null);
    const put = <T extends object>(part: 'receivables' | 'payments' | 'standstills', account_key: string, id: string, thing: T) => {
      (accounts.get(account_key)![part] as unknown as Map<string, T>).set(id, thing);
    };
    for (const { account_key, receivable } of await readReceivables(tx, customers)) put('receivables', account_key, receivable.receivable_id, receivable);
    const payments = await readPayments(tx, keys);
    if (payments.length > 0) {
      const named = (row: { account_key: string; source: string; payment_id: string }) => `${row.account_key} ${paymentKey(row)}`;
      const allocations = grouped(await readAllocations(tx, keys), named);
      const applications = grouped(await readApplications(tx, keys), named);
      for (const { account_key, ...payment } of payments) {
        const name = named({ account_key, ...payment });
        const applied = (applications.get(name) ?? []).map(({ account_key: _, source: __, payment_id: ___, ...each }) => each);
        const allocated = (allocations.get(name) ?? []).map(({ account_key: _, source: __, payment_id: ___, ...each }) => each);
        put('payments', account_key, paymentKey(payment), { applications: applied, allocations: allocated, ...payment });
      }
    }
    const standstills = await readStandstills(tx, customers);
    const agreements = standstills.filter(({ kind }) => kind === 'agreement').map(({ standstill_id }) => standstill_id);
    const instalments = agreements.length > 0 ? grouped(await readInstalments(tx, agreements), ({ account_key }) => account_key) : new Map<string, never[]>();
    for (const { account_key, ...standstill } of standstills) {
      const parts = (instalments.get(standstill.standstill_id) ?? []).map(({ account_key: _, ...each }) => each);
      put('standstills', account_key, standstill.standstill_id, { instalments: parts, ...standstill });
    }
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Account>): Promise<void> {
    const accounts = [...changed.values()];
    const receivables: Saved<Receivable>[] = [];
    const payments: SavedPayment[] = [];
    const standstills: Saved<Standstill>[] = [];
    for (const account of accounts) {
      const { loaded } = account;
      for (const [id, thing] of account.receivables) if (loaded.receivables.get(id) !== thing) receivables.push({ account, thing });
      for (const [key, thing] of account.payments) if (loaded.payments.get(key) !== thing) payments.push({ account, thing, loaded: loaded.payments.get(key) });
      for (const [id, thing] of account.standstills) if (loaded.standstills.get(id) !== thing) standstills.push({ account, thing });
    }
    await write(tx, {
      claims: accounts.filter(({ claimed_by }) => claimed_by !== null),
      left: accounts.flatMap(({ key, unsaved: { left } }) => left.map((payment) => ({ account_key: key, payment }))),
      receivables, payments, standstills,
      entries: accounts.flatMap((account) => account.unsaved.entries.map((thing) => ({ account, thing }))),
      changes: accounts.flatMap((account) => account.unsaved.changes.map((thing) => ({ account, thing }))),
    });
  }
}
