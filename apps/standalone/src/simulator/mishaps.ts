import type { Database, Tx } from '@emdia/database';
import type { Application } from '@emdia/runtime';
import type { Faults } from './faults';
import type { SimulatedWall } from './simulated-time';

/** As Postgres and sockets fail: an outage, which heals by trying again. */
const outage = (what: string): Error => Object.assign(new Error(`simulated: ${what}`), { code: 'ECONNRESET' });

/** What may go wrong, and when: only within a step that the simulator chose, never in what runs beside (heartbeats). */
export interface Mishaps {
  readonly wall: SimulatedWall;
  faults(): Faults;
  armed(): boolean;
}

type Work<T> = (tx: Tx) => Promise<T>;

/** The connection of one service to its database, which fails as connections do; `isDead` once its process would be. */
export class MishapLine {
  isDead = false;

  constructor(
    readonly application: Application,
    private readonly around: Mishaps,
  ) {
    const { database } = application;
    const [transaction, transactionOf] = [database.transaction.bind(database), database.transactionOf.bind(database)];
    const [query, look] = [database.query.bind(database), database.look.bind(database)];
    // On the instance: the services get their Database by class, and everything goes through these four.
    Object.assign(database, {
      transaction: <T>(work: Work<T>) => this.through((inner: Work<T>) => transaction(inner), work),
      transactionOf: <T>(creditorId: string, work: Work<T>) => this.through((inner: Work<T>) => transactionOf(creditorId, inner), work),
      query: <R>(sql: string, values?: unknown[]) => (this.isDead ? Promise.reject(outage('the process is gone')) : query<R>(sql, values)),
      look: <R>(sql: string, values?: unknown[]) => (this.isDead ? Promise.reject(outage('the process is gone')) : look<R>(sql, values)),
    } satisfies Partial<Database>);
  }

  /** The process ends here: nothing of it reaches the database any more. */
  die(): Error {
    if (!this.isDead) this.around.faults().happened('crashed');
    this.isDead = true;
    return outage('the process is gone');
  }

  private async through<T>(begin: (work: Work<T>) => Promise<T>, work: Work<T>): Promise<T> {
    if (this.isDead) throw outage('the process is gone');
    if (!this.around.armed()) return begin(work);
    const faults = this.around.faults();
    if (faults.strikes('frozen')) this.around.wall.freeze(faults.random.between(1_200, 6_000));
    if (faults.draws('crashed')) return this.dying(begin, work);
    const isRolledBack = faults.draws('rolled-back');
    const result = await begin(async (tx) => {
      const made = await work(tx);
      if (isRolledBack) faults.happened('rolled-back');
      if (isRolledBack) throw outage('rolled back');
      return made;
    });
    if (faults.strikes('commit-unanswered')) throw outage('the answer to the commit was lost');
    return result;
  }

  /** Before the commit or right after it. */
  private async dying<T>(begin: (work: Work<T>) => Promise<T>, work: Work<T>): Promise<never> {
    const isCommitted = this.around.faults().random.chance(0.5);
    await begin(async (tx) => {
      const made = await work(tx);
      if (!isCommitted) throw this.die();
      return made;
    });
    throw this.die();
  }
}
