import * as fc from 'fast-check';
import { wantedOf, WANTED, type Wanted } from './creditor-systems';
import { Faults, noFaults, type Counts, FAULTS } from './faults';
import { Laws, type LawCount } from './laws';
import { differences, pictureOf, type Picture } from './picture';
import { Play } from './play';
import { programs, type Program, type Size } from './program';
import { Stage } from './stage';
import { Trace } from './trace';
import { Unlawful } from './unlawful';

/** What a story came to that was found to break something. */
export interface Failure {
  readonly seed: number;
  readonly what: string;
  readonly examples: readonly string[];
  /** Of the seed as it is; the same again when it is replayed. */
  readonly trace_hash: string;
  /** The shortest story found that still breaks something. */
  readonly program: Program;
  readonly shrunk: number;
  /** The end of its trace. */
  readonly last: readonly string[];
}

/** What all seeds of a run add up to. */
export interface Totals {
  seeds: number;
  steps: number;
  days: number;
  case_days: number;
  audits: number;
  /** Settled steps whose picture was compared with that of the same story told in order. */
  compared: number;
  /** Steps not compared: by day, and after a crash amid a send had left open what the provider would have said. */
  not_compared: number;
  readonly faults: Counts;
  /** What the creditor's systems took. */
  acts: Wanted;
  readonly laws: Map<number, LawCount>;
  readonly hashes: Map<number, string>;
  readonly failures: Failure[];
}

interface Watching {
  readonly pictures: readonly Picture[];
  readonly laws: Laws;
  readonly trace: Trace;
  readonly faults: Faults;
}

/** Plays stories on a stage, each twice, and adds up what was seen. */
export class Simulation {
  readonly totals: Totals = { seeds: 0, steps: 0, days: 0, case_days: 0, audits: 0, compared: 0, not_compared: 0, faults: noFaults(), acts: wantedOf([]), laws: new Map(), hashes: new Map(), failures: [] };
  private stage: Stage | null = null;

  constructor(
    private readonly databaseUrl: string,
    private readonly size: Size,
    /** For how long a broken seed is told again with less, in milliseconds of the machine's time. */
    private readonly shrink_ms: number,
    private readonly listen?: (line: string) => void,
  ) {}

  /** Plays the story of one seed; where it breaks something, looks for the shortest that does. */
  async seed(seed: number): Promise<Failure | null> {
    let first: { error: Unlawful; trace: Trace } | null = null;
    let last: { error: Unlawful; trace: Trace } | null = null;
    let until_ms = Infinity;
    this.totals.seeds++;
    const told = await fc.check(
      fc.asyncProperty(programs(this.size), async (program) => {
        if (performance.now() > until_ms) return;
        const trace = new Trace(this.listen);
        try {
          await this.play(program, trace);
        } catch (error) {
          await this.leave();
          if (!(error instanceof Unlawful)) throw error;
          last = { error, trace };
          first ??= last;
          until_ms = Math.min(until_ms, performance.now() + this.shrink_ms);
          throw error;
        } finally {
          if (!this.totals.hashes.has(seed)) this.totals.hashes.set(seed, trace.hash);
        }
      }),
      { seed, numRuns: 1 },
    );
    if (!told.failed) return null;
    if (!first || !last) throw told.errorInstance;
    const failure = this.failureOf(seed, first, last, told as { counterexample: [Program] | null; numShrinks: number });
    this.totals.failures.push(failure);
    return failure;
  }

  private failureOf(seed: number, first: { trace: Trace }, last: { error: Unlawful; trace: Trace }, { counterexample, numShrinks }: { counterexample: [Program] | null; numShrinks: number }): Failure {
    const { what, examples } = last.error;
    return { seed, what, examples, trace_hash: first.trace.hash, program: counterexample![0], shrunk: numShrinks, last: last.trace.last };
  }

  /** The story in order and undisturbed, then with all that goes wrong: laws at every step and day, pictures at every step. */
  private async play(program: Program, trace: Trace): Promise<void> {
    this.stage ??= await Stage.open(this.databaseUrl);
    const { stage } = this;
    const pictures: Picture[] = [];
    if (program.by_night)
      await new Play(stage, program, new Faults(true), new Trace(), {
        dayEnded: async () => undefined,
        stepEnded: async () => void pictures.push(await pictureOf(stage)),
      }).run();
    const faults = new Faults(false);
    const laws = new Laws(stage);
    try {
      await new Play(stage, program, faults, trace, this.watching({ pictures, laws, trace, faults })).run();
    } finally {
      this.add(trace, faults, laws);
    }
  }

  private watching({ pictures, laws }: Watching) {
    const stage = this.stage!;
    let isComparable = pictures.length > 0;
    return {
      dayEnded: async () => {
        await laws.checkDay();
        const [row] = await stage.query<{ cases: number }>(`select count(*)::int as cases from dunning.case_file where status = 'open'`);
        this.totals.days++;
        this.totals.case_days += row!.cases;
      },
      stepEnded: async (index: number) => {
        await laws.check();
        isComparable &&= await this.isComparable();
        if (!isComparable) return void this.totals.not_compared++;
        const found = differences(pictures[index]!, await pictureOf(stage));
        this.totals.compared++;
        if (found.length > 0) throw new Unlawful('the order of delivery makes a difference', found);
      },
    };
  }

  /** A call that a crash cut off is taken for made; what the provider would have said to it, the other run knows and this one cannot. */
  private async isComparable(): Promise<boolean> {
    const stage = this.stage!;
    const [row] = await stage.query<{ cut: number }>(`select count(*)::int as cut from notifications.delivery where status = 'unknown' and reason = 'found sending after a crash'`);
    // An act that was posted again after a crash may have run out of time meanwhile.
    const late = await stage.query<{ act_id: string }>(`select act_id from dunning.outward_act where status = 'unanswered'`);
    return row!.cut === 0 && late.every(({ act_id }) => stage.systems.mute.has(act_id));
  }

  private add(trace: Trace, faults: Faults, laws: Laws): void {
    this.totals.steps += trace.steps;
    this.totals.audits += laws.audits;
    const acts = wantedOf(this.stage!.systems.taken.values());
    this.totals.acts = Object.fromEntries(WANTED.map((wanted) => [wanted, this.totals.acts[wanted] + acts[wanted]])) as Wanted;
    for (const fault of FAULTS) this.totals.faults[fault] += faults.counts[fault];
    for (const [number, { law, name, checked, violations }] of laws.counts) {
      const sum = this.totals.laws.get(number) ?? { law, name, checked: 0, violations: 0 };
      this.totals.laws.set(number, { ...sum, checked: sum.checked + checked, violations: sum.violations + violations });
    }
  }

  /** After a failure nothing in the house's memory is of use. */
  private async leave(): Promise<void> {
    const { stage } = this;
    this.stage = null;
    await stage?.close();
  }

  async close(): Promise<void> {
    await this.leave();
  }
}
