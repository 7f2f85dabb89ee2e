import { Injectable } from '@nestjs/common';
import { type BankFile } from '@emdia/bank-files';
import { Clock } from '@emdia/clock';
import { customerKey, derivedId } from '@emdia/contracts';
import { Database, failureOf, wasCut } from '@emdia/database';
import { Forbidden, Runner, step, type Step } from '@emdia/messaging';
import { Config, Metrics } from '@emdia/runtime';
import { PinoLogger } from 'nestjs-pino';
import { Accounts } from '../accounts/accounts';
import { applyPayment } from '../accounts/applications';
import { applyMoneyAwaited, type MoneyAwaited } from '../accounts/standstills';
import { onAccount } from '../accounts/steps';
import type { KnownRow } from '../bank-files/row';
import { TAKEN_OVER } from '../bank-files/stored-file';
import { type Confirmed, type Match, matchAll, type Suggestion } from '../matching';
import { Books } from './book';
import { creditOf, payerOf } from './credits';
import { accept, creditId, type Held, look, type Money, partsPlaced, refuse, reviewDate, since, type Waiting, waitingKey, withdraw } from './waiting';
import { WAITING_COLUMNS, WaitingMoneys } from './waiting-moneys';

const ACTOR = 'matching';
/** What changed while the book was read is looked at once more, and then left to a person. */
const LOOKS = 2;
const LEFT: Match = { status: 'unknown', doubts: [] };

/** A row whose money is in the ledger, and the account that has it. */
interface PostedRow {
  readonly row_id: string;
  readonly payment_id: string;
  readonly account_key: string;
  readonly customer_id: string | null;
  readonly unapplied_cents: number;
  readonly placed_by: Waiting['placed_by'];
  /** Of a file that nobody has confirmed: there is no money yet, but perhaps somebody who has paid. */
  readonly is_held: boolean;
}

type Of = Pick<Waiting, 'file_id' | 'creditor_id' | 'source'>;

interface Unplaced {
  readonly isHeld: boolean;
  readonly money: Money;
  readonly account_key: string;
}

const POSTED = `
  select r.row_id, r.payment_id, p.account_key, nullif(split_part(p.account_key, '/', 2), '') as customer_id, p.unapplied_cents::float8 as unapplied_cents, w.placed_by, r.state = 'held' as is_held
  from bank_row r join payment p on p.creditor_id = r.creditor_id and p.source = r.source and p.payment_id = r.payment_id
  left join waiting_money w on w.creditor_id = r.creditor_id and w.source = r.source and w.payment_id = r.payment_id
  where r.file_id = $1 and r.line between $2 and $3 and r.state in ('posted', 'held')`;

/** Places money that quotes nothing known: by itself where it is sure, else as suggestions to a person, which hold what they name. */
@Injectable()
export class Placing {
  private readonly installationKey: string;
  private readonly counted;

  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly clock: Clock,
    private readonly accounts: Accounts,
    private readonly moneys: WaitingMoneys,
    private readonly books: Books,
    private readonly logger: PinoLogger,
    { installationKey }: Config,
    metrics: Metrics,
  ) {
    this.installationKey = installationKey;
    this.counted = metrics.counter('emdia_money_matched_total', 'Money that quoted nothing known, by what the matching made of it.', ['status']);
  }

  /**
   * Looks at the money of one file, all of whose rows are taken in, in slices; of a file that nobody has confirmed, at whom it may mean, and places nothing. Running it again changes nothing that a person decided, or that was placed.
   * `stillAt` refuses what is written once the file has been taken further by another worker.
   */
  async file({ file_id, creditor_id, source }: Of, read: BankFile, slices: AsyncIterable<readonly KnownRow[]>, stillAt: Step): Promise<void> {
    let waiting: Unplaced[] = [];
    let confirming = Promise.resolve();
    for await (const rows of slices) {
      const { sure, unplaced } = await this.posted({ file_id, creditor_id, source }, read, rows);
      waiting.push(...unplaced);
      // While Postgres writes who has paid here, this process reads the next slice; one after the other, because each looks at what is there already.
      await confirming;
      confirming = this.books.confirm(creditor_id, sure);
      confirming.catch(() => undefined);
    }
    await confirming;
    for (let turn = 0; waiting.length > 0 && turn <= LOOKS; turn++) {
      // Before the book: what a person says while it is read is not in it, and then what is found is not written.
      const known = await this.known(waiting);
      const found = turn < LOOKS ? matchAll(waiting.map(({ money }) => money.credit), await this.books.of(creditor_id)) : null;
      const again: Unplaced[] = [];
      for (const each of waiting) {
        const before = known.get(waitingKey(each.money)) ?? null;
        // What waits already goes on waiting, and holding, as it did.
        if (found === null && before !== null) continue;
        if (!(await this.put(each, before, found?.get(each.money.credit.credit_id) ?? LEFT, stillAt))) again.push(each);
      }
      waiting = again;
    }
  }

  /** Writes who pays for whom, as rows of a file that have just been posted show it; whether all their money has found its customer, so that nothing of them is left to place. */
  async settled(file: Of, read: BankFile, rows: readonly KnownRow[]): Promise<boolean> {
    const { sure, unplaced } = await this.posted(file, read, rows);
    await this.books.confirm(file.creditor_id, sure);
    return unplaced.length === 0;
  }

  /** Rows of a file as the ledger has them: who is sure to pay for whom, and the money that has found nobody. */
  private async posted({ file_id, creditor_id, source }: Of, read: BankFile, rows: readonly KnownRow[]): Promise<{ readonly sure: Confirmed[]; readonly unplaced: Unplaced[] }> {
    const [sure, unplaced]: [Confirmed[], Unplaced[]] = [[], []];
    const found = new Map((await this.database.query<PostedRow>(POSTED, [file_id, rows[0]!.line, rows.at(-1)!.line])).map((row) => [row.row_id, row]));
    for (const { row_id, row } of rows) {
      const at = found.get(row_id);
      if (!at) continue;
      const { payment_id, account_key } = at;
      const isKnown = at.customer_id !== null && !at.customer_id.startsWith('#');
      // Only keys and people prove who pays for whom; a payment that has found its customer did so by one of them, if not by this matching.
      if (isKnown && !at.is_held && at.unapplied_cents === 0 && at.placed_by !== 'payer') sure.push({ customer_id: at.customer_id!, payer: payerOf(row, this.installationKey) });
      if (isKnown || (at.unapplied_cents === 0 && !at.is_held)) continue;
      const about = { creditor_id, source, payment_id, file_id };
      unplaced.push({ account_key, isHeld: at.is_held, money: { ...about, credit: creditOf(read, row, creditId(about), this.installationKey) } });
    }
    return { sure, unplaced };
  }

  /** Writes what was found; false where something has changed since, so that nothing was written. */
  private async put({ money, account_key, isHeld }: Unplaced, before: Waiting | null, match: Match, stillAt: Step): Promise<boolean> {
    const found: Match = isHeld && match.status === 'matched' ? { status: 'suggested', suggestions: [{ points: 1_000, parts: match.parts, reasons: match.reasons }], doubts: [] } : match;
    const { creditor_id, source, payment_id } = money;
    const now = this.clock.now();
    const placed = partsPlaced(found);
    const decided = look(before, money, found, now);
    if ('ignored' in decided) return true;
    const steps = [
      stillAt,
      step(this.moneys, waitingKey(money), since(before, (known, at) => look(known, money, found, at))),
      ...placed.map(({ receivable_id, customer_id, amount_cents }) =>
        applyPayment(this.accounts, account_key, customerKey(creditor_id, customer_id), { source, payment_id, receivable_id, amount_cents, actor: ACTOR })),
      ...this.holding(money, before?.held ?? [], decided.next!.held, now),
    ];
    try {
      await this.runner.changeAll(steps);
      this.counted.inc({ status: found.status });
      return true;
    } catch (error) {
      if ((failureOf(error) === 'outage' && !wasCut(error)) || (error instanceof Forbidden && error.reason === TAKEN_OVER)) throw error;
      this.logger.warn({ err: error, payment_id, source }, 'Money could not be placed as it was matched.');
      return false;
    }
  }

  /** What nobody is asked for because of this money, as it was and as it is. */
  private holding(of: Pick<Waiting, 'creditor_id' | 'source' | 'payment_id'>, before: readonly Held[], after: readonly Held[], now: Date): Step[] {
    const { creditor_id, source, payment_id } = of;
    const customers = new Set([...before, ...after].map(({ customer_id }) => customer_id));
    return [...customers].sort().map((customer_id) => {
      const key = customerKey(creditor_id, customer_id);
      const standstill_id = derivedId('waiting-money', creditor_id, source, payment_id, customer_id);
      const data: MoneyAwaited = { standstill_id, receivable_ids: after.find((each) => each.customer_id === customer_id)?.receivable_ids ?? [], review_date: reviewDate(now) };
      const id = derivedId('money-awaited', standstill_id, now.toISOString(), data.receivable_ids.join());
      return onAccount(this.accounts, key, { id, type: 'money-awaited', source: '/emdia/payment-reconciliation', key, time: now.toISOString(), creditor_id, data }, applyMoneyAwaited);
    });
  }

  /** A person places money: on the receivables they name, in that order, as far as it goes. Throws Forbidden. */
  async accept(creditor_id: string, waiting: Waiting, receivable_ids: readonly string[], actor: string, idempotencyKey?: string): Promise<void> {
    const { source, payment_id } = waiting;
    const rows = await this.database.query<{ receivable_id: string; account_key: string }>(
      'select receivable_id, account_key from receivable where creditor_id = $1 and receivable_id = any($2::uuid[])', [creditor_id, receivable_ids]);
    const accountOf = new Map(rows.map((row) => [row.receivable_id, row.account_key]));
    const accounts = new Set(receivable_ids.map((id) => accountOf.get(id)));
    if (accounts.size !== 1 || accounts.has(undefined)) throw new Forbidden('several-customers', 'The receivables must be of one customer, and known. Money for several is refunded, or told by its source as several payments.');
    const [payment] = await this.database.query<{ account_key: string }>('select account_key from payment where creditor_id = $1 and source = $2 and payment_id = $3', [creditor_id, source, payment_id]);
    const now = this.clock.now();
    const [to] = accounts as Set<string>;
    const parts = this.partsOf(waiting, receivable_ids);
    await this.runner.changeAll([
      step(this.moneys, waitingKey(waiting), since(waiting, (known, at) => accept(known, receivable_ids, actor, at))),
      ...receivable_ids.map((receivable_id) => applyPayment(this.accounts, payment!.account_key, to!, { source, payment_id, receivable_id, amount_cents: parts.get(receivable_id), actor })),
      ...this.holding(waiting, waiting.held, [], now),
    ], { creditorId: creditor_id, idempotencyKey });
  }

  /** As it was suggested, where it was; else all that is left, in turn. */
  private partsOf({ suggestions }: Waiting, receivable_ids: readonly string[]): ReadonlyMap<string, number> {
    const same = suggestions.find(({ parts }: Suggestion) => parts.length === receivable_ids.length && parts.every(({ receivable_id }) => receivable_ids.includes(receivable_id)));
    return new Map((same?.parts ?? []).map(({ receivable_id, amount_cents }) => [receivable_id, amount_cents]));
  }

  async refuse(creditor_id: string, waiting: Waiting, receivable_ids: readonly string[], actor: string, idempotencyKey?: string): Promise<void> {
    const now = this.clock.now();
    const decided = refuse(waiting, receivable_ids, actor, now);
    const after = 'next' in decided ? decided.next!.held : waiting.held;
    await this.runner.changeAll([
      step(this.moneys, waitingKey(waiting), since(waiting, (known, at) => refuse(known, receivable_ids, actor, at))),
      ...this.holding(waiting, waiting.held, after, now),
    ], { creditorId: creditor_id, idempotencyKey });
  }

  /** The steps that let go of money whose file is undone, or that waits no more, and of whom it held. */
  async lettingGo({ creditor_id, source }: Pick<Waiting, 'creditor_id' | 'source'>, payment_ids: readonly string[]): Promise<Step[]> {
    const rows = await this.database.query<Waiting>(
      `select ${WAITING_COLUMNS} from waiting_money where creditor_id = $1 and source = $2 and payment_id = any($3::text[]) and status not in ('placed', 'withdrawn')`, [creditor_id, source, payment_ids]);
    const now = this.clock.now();
    return rows.flatMap((waiting) => [step(this.moneys, waitingKey(waiting), (known, at) => withdraw(known, at)), ...this.holding(waiting, waiting.held, [], now)]);
  }

  private known(waiting: readonly Unplaced[]): Promise<Map<string, Waiting | null>> {
    return this.database.transaction((tx) => this.moneys.load(tx, waiting.map(({ money }) => waitingKey(money))));
  }
}
