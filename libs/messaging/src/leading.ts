import type { Client } from 'pg';
import type { WallClock } from '@emdia/clock';
import type { Row, Source } from './broker';
import { Holes } from './holes';

const BATCH_ROWS = 500;
const IN_FLIGHT_MAX = 200_000;
/** What holes do not explain (rows put in by hand, say) is found within this time. */
const HEAD_WAIT_MS = 1_000;
/** When a relay begins, transactions may be open with ids below the first it sees: about as many as one second makes. */
const OPEN_AT_START_IDS = 20_000;

/**
 * What a relay does while it leads. It reads after a keyset watermark (a scan from the head collapses while an old
 * snapshot is open), looks into the holes below it in the same statement, and deletes by ids what has been settled.
 * While one batch is on its way the next is read and the one before is deleted. After an error it is thrown away whole:
 * what still arrives for it then changes nothing.
 */
export class Leading {
  private watermark = 0;
  private headReadAt = -HEAD_WAIT_MS;
  private readonly holes = new Holes();
  private readonly inFlight = new Set<string>();
  private settled: string[] = [];
  private ahead: Promise<Row[]> | null = null;

  constructor(
    private readonly client: Client,
    private readonly source: Source,
    private readonly wall: WallClock,
    private readonly wake: () => void,
  ) {}

  /** Rows that were read and are not deleted yet. */
  get onTheWay(): number {
    return this.inFlight.size;
  }
  get owesDeletion(): boolean {
    return this.settled.length > 0;
  }

  /** Deletes what has been settled, and tells how many rows that were. */
  async forget(): Promise<number> {
    if (this.settled.length === 0) return 0;
    const ids = this.settled;
    this.settled = [];
    await this.client.query({ name: 'forget', text: 'delete from outbox where id = any($1::bigint[])', values: [ids] });
    for (const id of ids) this.inFlight.delete(id);
    return ids.length;
  }

  /** Hands the next batch over and tells how many rows it had; looks from the head first where that is asked for. */
  async forward(fromHead: boolean): Promise<number> {
    if (fromHead) this.headReadAt = -HEAD_WAIT_MS;
    const rows = await (this.ahead ?? this.read());
    this.ahead = null;
    if (rows.length === 0) return 0;
    const work: Promise<unknown>[] = [this.publish(rows)];
    // A full batch promises another. A small one is not worth a statement that finds nothing.
    if (rows.length === BATCH_ROWS) work.push(this.forget(), (this.ahead = this.read()));
    await Promise.all(work);
    return rows.length;
  }

  private async publish(rows: readonly Row[]): Promise<void> {
    await this.source.publish(rows, (ids) => {
      this.settled.push(...ids);
      this.wake();
    });
  }

  /** The next rows in order of id, which are on their way from here on. */
  private async read(): Promise<Row[]> {
    if (this.inFlight.size >= IN_FLIGHT_MAX) return [];
    const now = this.wall.monotonicMs();
    let rows: Row[] = [];
    if (now - this.headReadAt < HEAD_WAIT_MS) rows = await this.next(this.watermark);
    else {
      this.headReadAt = now;
      // With nothing on its way all that is left is new: one look from the head finds it.
      if (this.inFlight.size === 0) rows = await this.next(0);
      else {
        rows = await this.late();
        if (rows.length === 0) rows = await this.next(this.watermark);
        else this.headReadAt = -HEAD_WAIT_MS;
      }
    }
    for (const { id } of rows) this.inFlight.add(id);
    return rows;
  }

  private async next(after: number): Promise<Row[]> {
    const beganAt = this.wall.monotonicMs();
    const found = this.holes.isEmpty || after === 0
      ? await this.client.query<Row>({ name: 'next', text: NEXT, values: [after] })
      : await this.client.query<Row>({ name: 'next-and-holes', text: NEXT_AND_HOLES, values: [after, this.holes.firsts, this.holes.lasts] });
    const ids = found.rows.map(({ id }) => Number(id));
    if (ids.length === 0 && this.holes.isEmpty) return [];
    const floor = this.watermark === 0 && ids.length > 0 ? Math.max(0, ids[0]! - OPEN_AT_START_IDS) : this.watermark;
    this.holes.look(floor, ids, beganAt, ids.length < BATCH_ROWS);
    this.watermark = Math.max(floor, ids.at(-1) ?? 0);
    return found.rows;
  }

  /** Rows at or below the watermark that no read has found yet. */
  private async late(): Promise<Row[]> {
    const ids = (await this.client.query<{ id: string }>({ name: 'head', text: `select id from outbox where id <= $1 order by id limit ${IN_FLIGHT_MAX}`, values: [this.watermark] })).rows;
    const missed = ids.map(({ id }) => id).filter((id) => !this.inFlight.has(id)).slice(0, BATCH_ROWS);
    if (missed.length === 0) return [];
    const { rows } = await this.client.query<Row>({ name: 'missed', text: `${SELECT} where id = any($1::bigint[]) order by id`, values: [missed] });
    this.holes.look(this.watermark, rows.map(({ id }) => Number(id)), this.wall.monotonicMs(), false);
    return rows;
  }
}

export const SELECT = 'select id, topic, type, key, partition, body from outbox';
const NEXT = `${SELECT} where id > $1 order by id limit ${BATCH_ROWS}`;
/** One statement, hence one snapshot: what is visible here was committed after all that it depends on. */
const NEXT_AND_HOLES = `
  select * from (
    (select found.* from unnest($2::bigint[], $3::bigint[]) as hole (first, last)
     cross join lateral (${SELECT} where id between hole.first and hole.last order by id limit ${BATCH_ROWS}) as found)
    union all (${NEXT})
  ) as rows order by id limit ${BATCH_ROWS}`;
