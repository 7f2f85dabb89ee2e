import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type BankFile, readBankFile } from '@emdia/bank-files';
import { Clock, WallClock } from '@emdia/clock';
import { derivedId } from '@emdia/contracts';
import { Database, failureOf } from '@emdia/database';
import { Forbidden, Runner, Seal, step, type Step } from '@emdia/messaging';
import { Config, Metrics, type Sweep, Sweeps } from '@emdia/runtime';
import { PinoLogger } from 'nestjs-pino';
import { Accounts } from '../accounts/accounts';
import { onFileCovered, onFileUncovered } from '../source-coverage/coverage';
import { Coverages } from '../source-coverage/coverages';
import { Placing } from '../waiting-money/placing';
import { batchOf, undoing } from './batch';
import { LookUp } from './look-up';
import { rowsOf, type KnownRow } from './row';
import { advance, confirm, type KeptRow, matchAgain, matched, readAs, receive, type StoredFile, takeBack, TAKEN_OVER, undo, undone } from './stored-file';
import { FILE_COLUMNS, StoredFiles } from './stored-files';

/** A day's return of a large biller has some tens of thousands of lines of 400 characters. */
export const FILE_BYTES_MAX = 64 * 2 ** 20;
/** Rows of one transaction, which must not take longer than a second. */
const BATCH_ROWS = 250;
/** A worker that has not been heard of for so long is taken for dead. */
const LEASE_MS = 30_000;
const ENCODING = 'latin1';

const CLAIM = `
  update bank_file set lease_epoch_ms = $2 where file_id = (
    select file_id from bank_file where status in ('received', 'posting', 'matching', 'holding', 'undoing') and lease_epoch_ms <= $1 order by received_at, file_id limit 1 for update skip locked
  ) returning ${FILE_COLUMNS}`;

/** What somebody hands over: a file of one source of a creditor. */
export interface Upload {
  readonly creditor_id: string;
  readonly source: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly actor: string;
}

/** Files of banks: kept sealed, read, and taken into the ledger batch by batch; a crash goes on where the last commit was. */
@Injectable()
export class BankFiles implements Sweep {
  readonly name = 'bank-files';
  readonly limit = 1;
  private readonly seal: Seal;
  private readonly counted;

  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly files: StoredFiles,
    private readonly accounts: Accounts,
    private readonly coverages: Coverages,
    private readonly lookUp: LookUp,
    private readonly placing: Placing,
    private readonly logger: PinoLogger,
    { installationKey }: Config,
    sweeps: Sweeps,
    metrics: Metrics,
  ) {
    this.seal = new Seal(installationKey, 'bank-files');
    this.counted = metrics.counter('emdia_bank_file_rows_total', 'Rows of bank files taken in, by what became of them.', ['outcome']);
    sweeps.register(this);
  }

  /** Keeps a file, to be read at once. The same bytes for the same source are the same file: false where they were there. */
  async receive({ bytes, ...upload }: Upload): Promise<{ file_id: string; isNew: boolean }> {
    const { creditor_id, source, name, actor } = upload;
    const file_id = derivedId('bank-file', creditor_id, source, createHash('sha256').update(bytes).digest('hex'));
    // The body first: a file that is there can be read.
    await this.database.transactionOf(creditor_id, (tx) =>
      tx.query('insert into bank_file_body (file_id, creditor_id, body_sealed) values ($1, $2, $3) on conflict do nothing', [file_id, creditor_id, this.seal.seal(bytes.toString(ENCODING))]));
    const isNew = await this.runner.change(step(this.files, file_id, (known, now) => receive(known, { file_id, creditor_id, source, name, actor, size_bytes: bytes.length }, now)), { creditorId: creditor_id });
    return { file_id, isNew: isNew as boolean };
  }

  confirm(file_id: string, actor: string, creditorId: string): Promise<unknown> {
    return this.runner.change(step(this.files, file_id, (known) => confirm(known, actor)), { creditorId });
  }

  matchAgain(file_id: string, creditorId: string): Promise<unknown> {
    return this.runner.change(step(this.files, file_id, matchAgain), { creditorId });
  }

  /** Nobody is asked on the word of a file that is not believed any more: what it covered is uncovered at once, its payments are taken back one after the other. */
  async undo(file: StoredFile, actor: string): Promise<void> {
    const { file_id, creditor_id, covered_until } = file;
    const before = covered_until === null ? null : await this.lookUp.coveredBefore(file);
    const uncovered = covered_until === null ? [] : (await this.lookUp.partitions(file)).map((partition) => onFileUncovered(this.coverages, { ...file, partition }, before));
    await this.runner.changeAll([step(this.files, file_id, (known) => undo(known, actor)), ...uncovered], { creditorId: creditor_id });
  }

  /** Nothing here waits for business time. */
  async nextDueAt(): Promise<Date | null> {
    return null;
  }

  async busy(): Promise<boolean> {
    return (await this.database.query(`select from bank_file where status in ('received', 'posting', 'matching', 'holding', 'undoing') limit 1`)).length > 0;
  }

  async run(): Promise<number> {
    const epochMs = this.wall.epochMs();
    const [file] = await this.database.query<StoredFile>(CLAIM, [epochMs, epochMs + LEASE_MS]);
    if (!file) return 0;
    try {
      await this.work({ ...file, unsaved: [] });
    } catch (error) {
      if (!(error instanceof Forbidden && error.reason === TAKEN_OVER)) throw error;
      this.logger.warn({ file_id: file.file_id }, 'A bank file was taken over by another worker.');
    } finally {
      // Whoever comes next need not wait for this lease; where the database is gone, it runs out.
      await this.database.query('update bank_file set lease_epoch_ms = 0 where file_id = $1', [file.file_id]).catch(() => undefined);
    }
    return 1;
  }

  private async work(file: StoredFile): Promise<void> {
    if (file.status === 'undoing') return this.takeBack(file);
    const read = readBankFile(await this.bytesOf(file.file_id));
    const rows = rowsOf(read);
    let now = file;
    if (file.status === 'received') now = await this.change(file.file_id, (known, at) => readAs(known, read, at));
    while (now.status === 'posting' || now.status === 'holding') {
      await this.take(now, rows.slice(now.rows_done, now.rows_done + BATCH_ROWS));
      now = await this.renewed(file.file_id);
    }
    if (now.status === 'matching') await this.match(now, read, rows);
  }

  /** Coverage never overtakes the payments it vouches for, nor what they may mean: it is written when both are done. */
  private async match(file: StoredFile, read: BankFile, rows: readonly KnownRow[]): Promise<void> {
    await this.placing.file(file, read, rows);
    const until = file.read!.covers_until;
    const covered = until === null ? [] : (await this.lookUp.partitions(file)).map((partition) => onFileCovered(this.coverages, { ...file, partition }, until));
    await this.runner.changeAll([step(this.files, file.file_id, (known, now) => matched(known, now)), ...covered]);
  }

  private async bytesOf(fileId: string): Promise<Buffer> {
    const [body] = await this.database.query<{ body_sealed: string }>('select body_sealed from bank_file_body where file_id = $1', [fileId]);
    return Buffer.from(this.seal.open(body!.body_sealed), ENCODING);
  }

  /** The file as it now is, and the lease for longer. */
  private async renewed(fileId: string): Promise<StoredFile> {
    const [file] = await this.database.query<StoredFile>(`update bank_file set lease_epoch_ms = $2 where file_id = $1 returning ${FILE_COLUMNS}`, [fileId, this.wall.epochMs() + LEASE_MS]);
    return { ...file!, unsaved: [] };
  }

  /** Takes rows in, in one transaction; where the ledger refuses one of them, the others go in without it. */
  private async take(file: StoredFile, rows: readonly KnownRow[]): Promise<void> {
    try {
      const { steps, progress } = batchOf(file, rows, await this.lookUp.found(file, rows), this.accounts, this.clock.now());
      await this.write(file, steps, progress);
      for (const [outcome, count] of Object.entries(progress.counts)) this.counted.inc({ outcome }, count);
    } catch (error) {
      if (failureOf(error) === 'outage' || (error instanceof Forbidden && error.reason === TAKEN_OVER)) throw error;
      if (rows.length > 1) {
        const half = rows.length >> 1;
        await this.take(file, rows.slice(0, half));
        return this.take(await this.renewed(file.file_id), rows.slice(half));
      }
      this.logger.error({ err: error, file_id: file.file_id, line: rows[0]?.line }, 'A row of a bank file was refused by the ledger.');
      await this.leave(file, rows);
    }
  }

  private leave(file: StoredFile, rows: readonly KnownRow[]): Promise<void> {
    const kept = rows.map(({ row_id, line, our_number }): KeptRow => ({
      row_id, file_id: file.file_id, line, our_number, state: 'left', payment_id: null, reference: null, amount_cents: null, paid_date: null, credit_date: null, reason: 'refused-by-ledger',
    }));
    return this.write(file, [], { from: file.rows_done, rows: rows.length, counts: { left: rows.length }, posted_cents: 0, kept });
  }

  private async write(file: StoredFile, steps: readonly Step[], progress: Parameters<typeof advance>[1]): Promise<void> {
    await this.runner.changeAll([step(this.files, file.file_id, (known) => advance(known, progress)), ...steps]);
  }

  private async takeBack(file: StoredFile): Promise<void> {
    for (;;) {
      const rows = await this.lookUp.placed(file.file_id, BATCH_ROWS);
      if (rows.length === 0) break;
      const now = this.clock.now();
      const steps = rows.flatMap(({ account_key, ...row }) => (account_key === null ? [] : [undoing(file, { row, account_key }, this.accounts, now)]));
      const kept = rows.map(({ account_key: _, ...row }): KeptRow => ({ ...row, state: 'undone' }));
      const lettingGo = await this.placing.lettingGo(file, rows.flatMap(({ payment_id }) => payment_id ?? []));
      await this.runner.changeAll([step(this.files, file.file_id, (known) => takeBack(known, kept)), ...steps, ...lettingGo]);
      await this.renewed(file.file_id);
    }
    await this.change(file.file_id, (known, now) => undone(known, now));
  }

  private async change(fileId: string, decide: Parameters<typeof step<StoredFile | null>>[2]): Promise<StoredFile> {
    await this.runner.change(step(this.files, fileId, decide));
    return this.renewed(fileId);
  }
}
