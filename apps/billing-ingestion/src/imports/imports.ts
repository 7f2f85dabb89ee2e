import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Type, type Static } from '@sinclair/typebox';
import { derivedId, Uuid } from '@emdia/contracts';
import { Runner } from '@emdia/messaging';
import { orNull } from '@emdia/runtime';
import { CsvError, parse } from 'csv-parse';
import type { Receipt } from '../upstream/mapping';
import { changeInPieces } from '../upstream/pieces';
import { EVENT_BYTES_MAX, type Arrival } from '../upstream/reading';
import { Upstream } from '../upstream/upstream';
import { dataOfRow, headerOf, kinds, type Kind } from './columns';
import { delimiterOf, linesOf } from './lines';

const BATCH_ROWS = 500;
const PROBLEMS_SHOWN_MAX = 200;

export type Format = 'csv' | 'ndjson';

const RowProblem = Type.Object({
  row: Type.Integer({ description: 'The header is row 1 of a CSV file' }), reason: Type.String(), detail: Type.String(), quarantine_id: orNull(Uuid),
});
type RowProblem = Static<typeof RowProblem>;

/** What became of a file. */
export const Report = Type.Object({
  import_id: Uuid, rows: Type.Integer(), accepted: Type.Integer(), unchanged: Type.Integer(), rejected: Type.Integer(),
  problems: Type.Array(RowProblem, { maxItems: PROBLEMS_SHOWN_MAX }), unread_columns: Type.Array(Type.String()), report: Type.String({ description: 'The same in words' }),
});
export type Report = Static<typeof Report>;

/** A file that cannot be read as a whole; rows before the break were taken in. */
export class UnreadableFile extends Error {}

interface Row {
  readonly row: number;
  readonly body: unknown;
}

interface Source {
  readonly kind: Kind;
  readonly format: Format;
  /** The creditor of the key; null for an installation-wide key, whose rows name theirs. */
  readonly creditorId: string | null;
}

/** Files of invoices and payments, streamed through the one mapping in batches; what is refused goes to quarantine. */
@Injectable()
export class Imports {
  constructor(
    private readonly upstream: Upstream,
    private readonly runner: Runner,
  ) {}

  /** Throws UnreadableFile. Sending the same file again changes nothing: its rows are known by their content. */
  async take(stream: Readable, source: Source): Promise<Report> {
    const import_id = randomUUID();
    const unread: string[] = [];
    const counts = { accepted: 0, unchanged: 0, rejected: 0 };
    const problems: RowProblem[] = [];
    let rows = 0;
    let batch: Row[] = [];
    const flush = async () => {
      const receipts = await this.write(batch, source, import_id);
      receipts.forEach((receipt, index) => {
        counts[receipt.outcome]++;
        if (receipt.outcome === 'rejected' && problems.length < PROBLEMS_SHOWN_MAX)
          problems.push({ row: batch[index]!.row, reason: receipt.wrong.reason, detail: receipt.wrong.detail, quarantine_id: receipt.quarantine_id });
      });
      batch = [];
    };
    for await (const row of source.format === 'csv' ? csvRows(stream, source.kind, unread) : ndjsonRows(stream, source.kind)) {
      rows++;
      batch.push(row);
      if (batch.length === BATCH_ROWS) await flush();
    }
    await flush();
    return { import_id, rows, ...counts, problems, unread_columns: unread, report: inWords(rows, counts, problems, unread) };
  }

  private async write(batch: readonly Row[], { creditorId }: Source, import_id: string): Promise<Receipt[]> {
    if (batch.length === 0) return [];
    const arrivals = batch.map(({ row, body }): Arrival => ({
      origin: `file:${creditorId ?? ''}`, platform: null, creditor_id: creditorId, position: `import ${import_id} row ${row}`, body, identified: false, refused: 'quarantine',
    }));
    // Rows that name another's creditor are quarantined under nobody's name, which a creditor's own role may not write.
    return changeInPieces(this.runner, arrivals.map((arrival) => this.upstream.step(this.upstream.read(arrival))));
  }
}

const eventOf = (kind: Kind, data: unknown): unknown => {
  const id = derivedId('row', kind, createHash('sha256').update(JSON.stringify(data)).digest('hex'));
  return { specversion: '1.0', id, source: '/v1/imports', type: kinds[kind].type, data };
};

async function* csvRows(stream: Readable, kind: Kind, unread: string[]): AsyncGenerator<Row> {
  const { first, rest } = await delimiterOf(stream);
  const parser = parse({
    bom: true,
    delimiter: first,
    trim: true,
    skip_empty_lines: true,
    max_record_size: EVENT_BYTES_MAX,
    relax_column_count: true,
    info: true,
    columns: (names: string[]) => {
      const header = headerOf(kind, names);
      if (header.lacking.length > 0) throw new UnreadableFile(`The header row lacks ${header.lacking.join(', ')}; nothing was taken in.`);
      unread.push(...header.unread);
      return names;
    },
  });
  rest.on('error', (error) => parser.destroy(error));
  rest.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: Record<string, string>; info: { lines: number } }>)
      yield { row: info.lines, body: eventOf(kind, dataOfRow(kind, record)) };
  } catch (error) {
    if (error instanceof CsvError) throw new UnreadableFile(`The file breaks at line ${String((error as { lines?: unknown }).lines ?? '?')} (${error.code}); rows before it were taken in. Mend it and send the file again.`);
    throw error;
  }
}

async function* ndjsonRows(stream: Readable, kind: Kind): AsyncGenerator<Row> {
  let row = 0;
  for await (const line of linesOf(stream, EVENT_BYTES_MAX * 2)) {
    row++;
    if (line.trim() === '') continue;
    let data: unknown;
    try {
      data = JSON.parse(line);
    } catch {
      yield { row, body: line };
      continue;
    }
    yield { row, body: eventOf(kind, data) };
  }
}

function inWords(rows: number, counts: { accepted: number; unchanged: number; rejected: number }, problems: readonly RowProblem[], unread: readonly string[]): string {
  const parts = [`${rows} rows read: ${counts.accepted} taken in, ${counts.unchanged} known already, ${counts.rejected} refused.`];
  if (counts.rejected > 0) {
    parts.push(`The refused rows lie in quarantine (first: row ${problems[0]!.row}, ${problems[0]!.reason}); correct and replay them, or mend the file and send it again.`);
    if (counts.rejected > problems.length) parts.push(`Only the first ${problems.length} are listed here.`);
  }
  if (unread.length > 0) parts.push(`Columns that nobody reads: ${unread.join(', ')}.`);
  return parts.join(' ');
}
