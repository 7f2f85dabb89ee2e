import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const ROOT = join(__dirname, '..');
const OUTPUT_CHARS_MAX = 20_000;
const RESTART_MS_MAX = 1_000;
/** What a service says when it ends by itself and means to. */
const SAID = /^(Emdia ends|Emdia cannot start|The configuration cannot be used)/m;

/** An end that nobody caused from outside. */
export interface OwnEnd {
  readonly member: string;
  readonly code: number | null;
  readonly epoch_ms: number;
  /** Whether it said why; one that did not broke down. */
  readonly said: boolean;
  readonly output: string;
}

/** One replica of a service, started anew whenever it ends, as an orchestrator does. It never outlives this process. */
export class Member {
  readonly ownEnds: OwnEnd[] = [];
  /** Lines that say that an event was set aside or a letter cannot be written. */
  readonly alarms: string[] = [];
  offsetMs: number;
  private child: ChildProcess | null = null;
  private output = '';
  private over = false;
  private frozen = false;

  constructor(
    readonly name: string,
    readonly service: string,
    readonly port: number,
    private readonly env: Readonly<Record<string, string>>,
    readonly baseOffsetMs: number,
  ) {
    this.offsetMs = baseOffsetMs;
  }

  start(): void {
    const { PATH, HOME, TMPDIR } = process.env;
    const kept = Object.fromEntries(Object.entries({ PATH, HOME, TMPDIR }).filter(([, value]) => value !== undefined));
    const env = { ...kept, ...this.env, PORT: String(this.port), EMDIA_CLOCK: `shifted:${this.offsetMs}` };
    const args = ['-r', './chaos/failpoints.cjs', '-r', '@swc-node/register', `apps/${this.service}/src/main.ts`];
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const guard = spawn('/bin/sh', ['-c', 'read -r done || kill -KILL "$1"', 'sh', String(child.pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guard.stdin.on('error', () => undefined);
    this.child = child;
    this.output = '';
    for (const channel of [child.stdout!, child.stderr!]) channel.on('data', (chunk: Buffer) => this.hear(chunk.toString('utf8')));
    child.on('error', () => undefined).once('close', (code, signal) => {
      guard.stdin.end('done\n');
      this.child = null;
      this.frozen = false;
      if (signal === null && !this.over) this.ownEnds.push({ member: this.name, code, epoch_ms: Date.now(), said: SAID.test(this.output), output: this.output.slice(-2_000) });
      if (!this.over) setTimeout(() => this.over || this.child || this.start(), 100 + Math.random() * RESTART_MS_MAX);
    });
  }

  private hear(text: string): void {
    this.output = (this.output + text).slice(-OUTPUT_CHARS_MAX);
    for (const line of text.split('\n')) if (/was set aside|cannot be written|conflicting/i.test(line)) this.alarms.push(`${this.name}: ${line.slice(0, 400)}`);
  }

  get isRunning(): boolean {
    return this.child !== null && !this.frozen;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves when the process is ready to work; false when it is not within the time. */
  async ready(waitMsMax: number): Promise<boolean> {
    for (const end = Date.now() + waitMsMax; Date.now() < end; await pause(200)) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
      if (answer?.ok) return true;
    }
    return false;
  }

  /** Ends it without a chance to tidy up; false when it was not running. */
  kill(): boolean {
    if (!this.isRunning) return false;
    return this.child!.kill('SIGKILL');
  }

  /** Freezes it; resolves when it goes on. */
  async freeze(forMs: number): Promise<boolean> {
    const { child } = this;
    if (!this.isRunning || !child!.kill('SIGSTOP')) return false;
    await this.thawIn(child!, forMs);
    return true;
  }

  /** Lets it go on, should it have frozen itself when nobody was looking any more. */
  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  private async thawIn(child: ChildProcess, forMs: number): Promise<void> {
    this.frozen = true;
    await pause(forMs);
    child.kill('SIGCONT');
    if (this.child === child) this.frozen = false;
  }

  /** Tells it to end or freeze itself at a point; whether it did. It is told to forget it when it did not until then. */
  async failAt(point: string, signal: 'SIGKILL' | 'SIGSTOP', number: number, options: { until: () => boolean; forMs: number; reached: () => boolean }): Promise<boolean> {
    const { child } = this;
    if (!this.isRunning || !child!.connected) return false;
    child!.send({ point, signal, number }, () => undefined);
    while (!options.reached()) {
      if (this.child !== child) return options.reached();
      if (options.until()) {
        if (child!.connected) child!.send({ number }, () => undefined);
        await pause(200);
        break;
      }
      await pause(50);
    }
    if (!options.reached()) return false;
    if (signal === 'SIGSTOP') await this.thawIn(child!, options.forMs);
    return true;
  }

  /** Ends it for good. */
  async end(): Promise<void> {
    this.over = true;
    const { child } = this;
    if (!child) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await closed;
  }
}
