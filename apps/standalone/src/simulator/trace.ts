import { createHash } from 'node:crypto';

const KEPT_MAX = 40;

/** Everything that a run chose and did, in order: its hash says whether two runs were the same, its end what came last. */
export class Trace {
  private readonly sum = createHash('sha256');
  readonly last: string[] = [];
  steps = 0;

  constructor(private readonly listen: (line: string) => void = () => undefined) {}

  note(line: string): void {
    this.sum.update(`${line}\n`);
    this.last.push(line);
    if (this.last.length > KEPT_MAX) this.last.shift();
    this.steps++;
    this.listen(line);
  }

  get hash(): string {
    return this.sum.copy().digest('hex').slice(0, 16);
  }
}
