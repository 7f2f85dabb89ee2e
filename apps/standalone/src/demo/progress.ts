const WIDTH = 32;

/** Tells how far something long is: a bar that redraws itself on a terminal, else a plain line every tenth. */
export class Progress {
  private shown = -1;

  constructor(
    private readonly what: string,
    private readonly out: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>,
  ) {}

  /** `fraction` 0 to 1; `detail` is shown beside it. */
  at(fraction: number, detail: string): void {
    const percent = Math.floor(Math.min(1, fraction) * 100);
    if (!this.out.isTTY) {
      const tenth = Math.floor(percent / 10);
      if (tenth === this.shown) return;
      this.shown = tenth;
      return void this.out.write(`${this.what} ${tenth * 10}% ${detail}\n`);
    }
    const full = Math.round(Math.min(1, fraction) * WIDTH);
    this.out.write(`\r${this.what} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${String(percent).padStart(3)}% ${detail}\x1b[K`);
  }

  end(): void {
    if (this.out.isTTY) this.out.write('\n');
  }
}
