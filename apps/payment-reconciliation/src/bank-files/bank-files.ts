import { Injectable } from '@nestjs/common';
import { fileNumber } from '@emdia/bank-files';
import { Clock, WallClock } from '@emdia/clock';
import { derivedId } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Forbidden, inHalves, Outdated, Runner, Seal, step } from '@emdia/messaging';
import { Config, Metrics, type Sweep, Sweeps } from '@emdia/runtime';
import { PinoLogger } from 'nestjs-pino';
import { Accounts } from '../accounts/accounts';
import { onFileCovered, onFileUncovered } from '../source-coverage/coverage';
import { Coverages } from '../source-coverage/coverages';
import { Placing } from '../waiting-money/placing';
import { type Batch, batchOf, type Placed, takenBack } from './batch';
import { LookUp } from './look-up';
import { type Body, deflated, gathered, pack, type PackedFile, SLICE_ROWS, unpack } from './packed-file';
import type { KnownRow } from './row';
import { centsOf, confirm, isDoubtful, matchAgain, matched, readAs, receive, type Status, stillMatching, stillStands, type StoredFile, takeBack, TAKEN_OVER, takenIn, undo, undone } from './stored-file';
import { Batches, batchKey, CoveredBeside, FILE_COLUMNS, StoredFiles } from './stored-files';

/** A day's return of a large biller has some tens of thousands of lines of 400 characters. */
export const FILE_BYTES_MAX = 64 * 2 ** 20;
/** While Postgres works for one batch, this process works for the next; what a third holds is copied by every collection of garbage, and costs more than it gains. */
const BATCHES_AT_ONCE = 2;
/** Rows taken back in one transaction. */
const UNDO_ROWS = 250;
/** A worker that has not been heard of for so long is taken for dead. */
const LEASE_MS = 30_000;
/** Written again so often: with every batch it would be two commits more for each. */
const RENEWAL_MS = 5_000;
/** How often what was decided is decided anew, where what it was decided on has changed meanwhile. */
const LOOKS_MAX = 5;
/** What fails is tried again after so long. */
const RETRY_DELAY_MS = 5_000;
const ENCODING = 'latin1';
const LEASE = 'update bank_file set lease_epoch_ms = $2 where file_id = $1';

const wasTakenOver = (error: unknown): boolean => error instanceof Forbidden && error.reason === TAKEN_OVER;

/** Decides anew on what is looked up anew, where that has changed meanwhile. */
async function afresh<T>(decide: () => Promise<T>): Promise<T> {
  for (let looks = 1; ; looks++) {
    try {
      return await decide();
    } catch (error) {
      if (!(error instanceof Outdated) || looks === LOOKS_MAX) throw error;
    }
  }
}

const CLAIM = `
  update bank_file set lease_epoch_ms = $2 where file_id = (
    select file_id from bank_file where status in ('received', 'posting', 'matching', 'holding', 'undoing') and lease_epoch_ms <= $1 order by received_at, file_id limit 1 for update skip locked
  ) returning ${FILE_COLUMNS}`;

/** What somebody hands over: a file of one source of a creditor. */
export interface Upload {
  readonly creditor_id: string;
  readonly source: string;
  readonly name: string;
  readonly body: Awaited<ReturnType<typeof gathered>>;
  readonly actor: string;
}

/** Files of banks: kept sealed, read, and taken into the ledger batch by batch; a crash goes on where the last commit was. */
@Injectable()
export class BankFiles implements Sweep {
  readonly name = 'bank-files';
  readonly limit = 1;
  private readonly seal: Seal;
  private readonly counted;
  /** The lease that was written last, and when. */
  private renewed = { file_id: '', epoch_ms: 0 };

  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly files: StoredFiles,
    private readonly batches: Batches,
    private readonly beside: CoveredBeside,
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
  async receive({ body, ...upload }: Upload): Promise<{ file_id: string; isNew: boolean }> {
    const { creditor_id, source, name, actor } = upload;
    const { size_bytes, sha256 } = body;
    const file_id = derivedId('bank-file', creditor_id, source, sha256);
    // The body first: a file that is there can be read.
    for (const [part, some] of body.deflated.entries()) {
      const sealed = this.seal.seal(Buffer.from(some).toString(ENCODING));
      await this.database.transactionOf(creditor_id, (tx) =>
        tx.query('insert into bank_file_body (file_id, creditor_id, part, deflated, body_sealed) values ($1, $2, $3, true, $4) on conflict do nothing', [file_id, creditor_id, part, sealed]));
    }
    const isNew = await this.runner.change(step(this.files, file_id, (known, now) => receive(known, { file_id, creditor_id, source, name, actor, size_bytes }, now)), { creditorId: creditor_id });
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
    await afresh(async () => {
      const before = covered_until === null ? null : await this.lookUp.coveredBeside(file);
      const uncovered = covered_until === null ? [] : (await this.lookUp.partitions(file)).map((partition) => onFileUncovered(this.coverages, { ...file, partition }, before));
      await this.runner.changeAll([
        step(this.files, file_id, (known) => undo(known, actor, covered_until)),
        ...uncovered,
        ...(uncovered.length === 0 ? [] : [this.beside.still(file, before)]),
      ], { creditorId: creditor_id });
    });
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
      await this.database.query(LEASE, [file.file_id, 0]);
    } catch (error) {
      if (!wasTakenOver(error)) {
        // The files behind it do not wait for what this one lacks; where the database is gone, the lease runs out.
        await this.database.query(LEASE, [file.file_id, this.wall.epochMs() + RETRY_DELAY_MS]).catch(() => undefined);
        throw error;
      }
      this.logger.warn({ file_id: file.file_id }, 'A bank file was taken over by another worker.');
    }
    return 1;
  }

  private async work(file: StoredFile): Promise<void> {
    if (file.status === 'undoing') return this.takeBack(file);
    const packed = await pack(await this.bodyOf(file));
    let now = file;
    if (file.status === 'received') {
      const corrected = await this.lookUp.corrected(file, fileNumber(packed.file), this.slicesOf(file, packed));
      now = await this.change(file.file_id, (known, at) => readAs(known, packed, at, corrected));
    }
    const settled = new Set<number>();
    if (now.status === 'posting' || now.status === 'holding') {
      await this.takeIn(now, packed, settled);
      now = await this.change(file.file_id, takenIn);
    }
    if (now.status === 'matching') await this.match(now, packed, settled);
  }

  /** Coverage never overtakes the payments it vouches for, nor what they may mean: it is written when both are done. */
  private async match(file: StoredFile, packed: PackedFile, settled: ReadonlySet<number>): Promise<void> {
    await this.placing.file(file, packed.file, this.slicesOf(file, packed, settled), step(this.files, file.file_id, stillMatching));
    const until = isDoubtful(file) ? null : file.read!.covers_until;
    const covered = until === null ? [] : (await this.lookUp.partitions(file)).map((partition) => onFileCovered(this.coverages, { ...file, partition }, until));
    await this.runner.changeAll([step(this.files, file.file_id, (known, now) => matched(known, now)), ...covered]);
  }

  private async *slicesOf({ file_id }: StoredFile, { slices }: PackedFile, without: ReadonlySet<number> = new Set()): AsyncGenerator<readonly KnownRow[]> {
    for (const [n, slice] of slices.entries()) {
      if (without.has(n)) continue;
      yield unpack(slice);
      await this.renew(file_id);
    }
  }

  private async bodyOf({ file_id, size_bytes }: StoredFile): Promise<Body> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const [body] = await this.database.query<{ body_sealed: string; deflated: boolean }>('select body_sealed, deflated from bank_file_body where file_id = $1 and part = $2', [file_id, parts.length]);
      if (!body) return { size_bytes, deflated: parts };
      const part = Buffer.from(this.seal.open(body.body_sealed), ENCODING);
      parts.push(body.deflated ? part : await deflated(part));
    }
  }

  private async renew(file_id: string): Promise<void> {
    const epoch_ms = this.wall.epochMs();
    if (file_id === this.renewed.file_id && epoch_ms < this.renewed.epoch_ms + RENEWAL_MS) return;
    this.renewed = { file_id, epoch_ms };
    await this.database.query(LEASE, [file_id, epoch_ms + LEASE_MS]);
  }

  /** Takes in what no worker has taken in yet. Where another was first with some of it, the rest is still to be done: did both leave it to the other, it would lie until the lease has run out. */
  private async takeIn(file: StoredFile, packed: PackedFile, settled: Set<number>): Promise<void> {
    let taken = await this.lookUp.taken(file);
    for (;;) {
      try {
        return await this.takeRest(file, packed, taken, settled);
      } catch (error) {
        const before = taken.size;
        if (!wasTakenOver(error) || (taken = await this.lookUp.taken(file)).size === before) throw error;
      }
    }
  }

  /** Several batches at once; resolves, or rejects, when none is under way any more. Adds to `settled` the slices of which nothing is left to match. */
  private async takeRest(file: StoredFile, { file: read, rows, slices }: PackedFile, taken: ReadonlyMap<number, number>, settled: Set<number>): Promise<void> {
    const underWay = new Set<Promise<void>>();
    // Who has paid is written while others are posted; one after the other, because each looks at what is there already. What fails here is done when all are posted.
    let settling: Promise<unknown> = Promise.resolve();
    const settle = (n: number, slice: readonly KnownRow[]) => {
      settling = settling.then(async () => void ((await this.placing.settled(file, read, slice)) && settled.add(n))).catch(() => undefined);
    };
    const atMost = async (batches: number) => {
      while (underWay.size > batches) await Promise.race(underWay);
    };
    try {
      // What was taken in together may have been more than a slice now is.
      let from = 0;
      let before: Promise<unknown> = settling;
      for (const [n, slice] of slices.entries()) {
        const [first, end] = [n * SLICE_ROWS, Math.min((n + 1) * SLICE_ROWS, rows)];
        from = Math.max(from, first);
        while (taken.has(from)) from += taken.get(from)!;
        if (from >= end) continue;
        // No more than the last of them waits to be settled: their rows are in memory.
        await before;
        before = settling;
        const left = unpack(slice).slice(from - first);
        // What takes a payment back has to see those before it, and must not see those after it.
        const isAlone = left.some(({ said }) => said.kind === 'reversed');
        await atMost(isAlone ? 0 : BATCHES_AT_ONCE - 1);
        const batch = this.take(file, from, left).then(() => {
          underWay.delete(batch);
          if (file.status === 'posting' && left.length === end - first) settle(n, left);
        });
        batch.catch(() => undefined);
        underWay.add(batch);
        if (isAlone) await atMost(0);
      }
      await atMost(0);
    } finally {
      // A batch that ends only now is still to be settled.
      await Promise.allSettled(underWay);
      await settling;
    }
  }

  /** Takes rows in, in one transaction; where the ledger refuses one of them, the others go in without it. */
  private async take(file: StoredFile, from: number, rows: readonly KnownRow[]): Promise<void> {
    const batch = async (some: readonly KnownRow[], refused: boolean) =>
      batchOf(file, from + rows.indexOf(some[0]!), some, await this.lookUp.found(file, some), this.accounts, this.clock.now(), refused);
    await inHalves(rows, (some) => afresh(async () => this.write(await batch(some, false))), async (row, error) => {
      this.refused(file, row, error);
      await afresh(async () => this.leave(await batch([row], true)));
    });
  }

  /** Says that the ledger refused a row; throws where it was not the ledger. */
  private refused({ file_id }: StoredFile, { line }: { readonly line: number }, error: unknown): void {
    if (wasTakenOver(error)) throw error;
    this.logger.error({ err: error, file_id, line }, 'A row of a bank file was refused by the ledger.');
  }

  /** Of a row that the ledger refused, whom it names is not asked; where the ledger will not have that either, it is told and no more. */
  private async leave(batch: Batch): Promise<void> {
    const { taken } = batch;
    const told: Batch = { steps: [], taken: { ...taken, kept: taken.kept.map((kept) => ({ ...kept, payment_id: null, reference: null })) } };
    await inHalves([batch], () => this.write(batch), () => this.write(told));
  }

  /** The lease first: what fails after the commit would be taken for the batch's own fault. */
  private async write({ steps, taken }: Batch): Promise<void> {
    await this.renew(taken.file.file_id);
    await this.runner.changeAll([...steps, step(this.batches, batchKey(taken), () => ({ next: taken }))]);
    for (const [outcome, count] of Object.entries(taken.counts)) this.counted.inc({ outcome }, count);
  }

  private async takeBack(file: StoredFile): Promise<void> {
    const next = async (last: Placed | undefined): Promise<readonly Placed[]> => {
      const rows = await this.lookUp.placed(file.file_id, UNDO_ROWS, last);
      await inHalves(rows, (some) => this.takeRowsBack(file, some), async ({ row }, error) => {
        this.refused(file, row, error);
        // It stays as it is, and the report says so.
        await this.change(file.file_id, (known) => takeBack(known, [{ ...row, reason: 'not-taken-back' }], 0));
      });
      return rows;
    };
    for (let rows = await afresh(() => next(undefined)); rows.length > 0; ) {
      const last = rows.at(-1);
      rows = await afresh(() => next(last));
    }
    await this.change(file.file_id, (known, now) => undone(known, now));
  }

  private async takeRowsBack(file: StoredFile, rows: readonly Placed[]): Promise<void> {
    await this.renew(file.file_id);
    const now = this.clock.now();
    const back = rows.map((placed) => ({ ...takenBack(file, placed, this.accounts, now), payment_id: placed.row.payment_id }));
    const heirs = new Map<string, { readonly status: Status; readonly cents: number }>();
    for (const { heir, kept } of back) if (heir) heirs.set(heir.file_id, { status: heir.status, cents: (heirs.get(heir.file_id)?.cents ?? 0) + centsOf(kept) });
    const lettingGo = await this.placing.lettingGo(file, back.flatMap(({ kept, payment_id }) => (kept.state === 'undone' || kept.payment_id !== payment_id ? (payment_id ?? []) : [])));
    await this.runner.changeAll([
      step(this.files, file.file_id, (known) => takeBack(known, back.map(({ kept }) => kept), rows.reduce((cents, { row }) => cents + centsOf(row), 0))),
      ...[...heirs].map(([file_id, { status, cents }]) => step(this.files, file_id, (known) => stillStands(known, status, cents))),
      ...back.flatMap(({ steps }) => steps),
      ...lettingGo,
    ]);
  }

  /** The file as it then is, and the lease for longer. */
  private async change(fileId: string, decide: Parameters<typeof step<StoredFile | null>>[2]): Promise<StoredFile> {
    await this.runner.change(step(this.files, fileId, decide));
    const [file] = await this.database.query<StoredFile>(`${LEASE} returning ${FILE_COLUMNS}`, [fileId, this.wall.epochMs() + LEASE_MS]);
    return { ...file!, unsaved: [] };
  }
}
