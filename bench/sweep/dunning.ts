import { DrivenClock, WallClock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { DeadLetters, Runner, Seal } from '@emdia/messaging';
import { Cases } from '../../apps/dunning-orchestration/src/cases/cases';
import { DUE_AT } from '../dunning-book';

/** What of dunning does due actions, on a database that holds a book, on the book's due day. */
export class Dunning {
  readonly clock = new DrivenClock(DUE_AT);
  readonly wall = new WallClock();
  readonly cases = new Cases();
  readonly database: Database;
  readonly runner: Runner;

  constructor(url: string, poolSize?: number) {
    this.database = new Database({ url, schema: 'dunning', ...(poolSize === undefined ? {} : { poolSize }) });
    const observer = { committed: () => undefined, handled: () => undefined, setAside: () => undefined };
    this.runner = new Runner({
      service: 'dunning-orchestration', database: this.database, clock: this.clock, wall: this.wall, deadLetters: new DeadLetters(this.database, new Seal('bench', 'dead-letters')), observer,
    });
  }
}
