import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
/** What Linux counts CPU time in, on every architecture Node runs on. */
const TICK_MS = 10;
/** As `deploy/Dockerfile` starts a service. */
const NODE_ENV = { MALLOC_ARENA_MAX: '2' };
const NODE_FLAGS = ['--max-semi-space-size=32', '-r', './libs/runtime/compiled.cjs'];
const KERNEL_THREADS = 2;

interface Seen {
  readonly parent: number;
  readonly ownMs: number;
  /** Of children that ended and were waited for. */
  readonly endedMs: number;
}

function look(pid: number): Seen | null {
  try {
    // The name stands in parentheses and may hold anything, parentheses too.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ms = (index: number): number => Number(fields[index]) * TICK_MS;
    return { parent: Number(fields[1]), ownMs: ms(11) + ms(12), endedMs: ms(13) + ms(14) };
  } catch {
    return null;
  }
}

function everyProcess(): Map<number, Seen> {
  const all = new Map<number, Seen>();
  for (const name of readdirSync('/proc')) {
    const seen = /^\d+$/.test(name) ? look(Number(name)) : null;
    if (seen) all.set(Number(name), seen);
  }
  return all;
}

/** CPU time of these processes and all below them, in milliseconds, with what already ended; steps of 10 ms. */
export function cpuMs(...roots: readonly number[]): number {
  const all = everyProcess();
  const counted = new Set(roots);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid, { parent }] of all) {
      if (!counted.has(pid) && counted.has(parent)) {
        counted.add(pid);
        grown = true;
      }
    }
  }
  return [...counted].reduce((sum, pid) => sum + (all.get(pid)?.ownMs ?? 0) + (all.get(pid)?.endedMs ?? 0), 0);
}

/** CPU time of one process alone, in milliseconds; throws when it is gone, as zero would look like speed. */
export function ownCpuMs(pid: number): number {
  const seen = look(pid);
  if (!seen) throw new Error(`Process ${pid} is gone.`);
  return seen.ownMs;
}

/** Resident memory at its highest and now, in megabytes; throws when the process is gone. */
export function memoryMb(pid: number): { readonly peak: number; readonly now: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)![1]) / 1024;
  return { peak: mb('VmHWM'), now: mb('VmRSS') };
}

/** CPU time that the machine spent on anybody but these roots and the kernel's own threads, in milliseconds. */
export function othersCpuMs(roots: readonly number[]): number {
  const [user, nice, system] = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/\s+/).slice(1).map((ticks) => Number(ticks) * TICK_MS);
  return user! + nice! + system! - cpuMs(process.pid, KERNEL_THREADS, ...roots);
}

/** A process of its own for one side of a comparison; it never outlives the benchmark. */
export class Child {
  /** The end of what it said, on both channels. */
  output = '';
  /** The exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  private hasEnded = false;
  private readonly child: ChildProcess;
  private readonly waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];

  /** Runs an entry of the repository with Node's flags for both sides alike, and these settings besides the machine's. */
  constructor(
    readonly entry: string,
    env: Readonly<Record<string, string>> = {},
    nodeFlags: readonly string[] = [],
  ) {
    const { PATH, HOME, TMPDIR, BENCH_NODE_FLAGS } = process.env;
    const kept = Object.fromEntries(Object.entries({ PATH, HOME, TMPDIR }).filter(([, value]) => value !== undefined));
    const flags = [...NODE_FLAGS, ...(BENCH_NODE_FLAGS?.split(' ').filter(Boolean) ?? []), ...nodeFlags];
    this.child = spawn(process.execPath, [...flags, entry], { cwd: ROOT, env: { ...NODE_ENV, ...kept, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const guard = spawn('/bin/sh', ['-c', 'read -r done || kill -KILL "$1"', 'sh', String(this.child.pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    for (const channel of [this.child.stdout!, this.child.stderr!]) channel.on('data', (chunk: Buffer) => (this.output = (this.output + chunk.toString('utf8')).slice(-20_000)));
    this.child.on('message', (answer) => this.waiting.shift()?.resolve(answer));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject).once('close', (code) => {
        this.hasEnded = true;
        guard.stdin!.end('done\n');
        for (const { reject: refuse } of this.waiting.splice(0)) refuse(this.gone());
        resolve(code);
      });
    });
    this.ended.catch(() => undefined);
  }

  get pid(): number {
    return this.child.pid!;
  }

  gone = (): Error => new Error(`${this.entry} ended before it was asked to:\n${this.output}`);

  /** Throws, with what it said, when the process has ended by itself. */
  alive(): void {
    if (this.hasEnded) throw this.gone();
  }

  /** Sends a message and resolves with the next that comes back; rejects when the process ends first. */
  ask<T>(message: unknown): Promise<T> {
    this.alive();
    const answer = new Promise<T>((resolve, reject) => this.waiting.push({ resolve: resolve as (answer: unknown) => void, reject }));
    this.child.send(message as object);
    return answer;
  }

  cpuMs(): number {
    this.alive();
    return ownCpuMs(this.pid);
  }

  memoryMb(): { readonly peak: number; readonly now: number } {
    this.alive();
    return memoryMb(this.pid);
  }

  /** Asks it to stop with SIGTERM; kills it after 15 s. */
  async stop(): Promise<void> {
    if (this.hasEnded) return;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    await this.ended;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    if (!this.hasEnded) this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** In a child: answers each message of the benchmark with what `answer` resolves with. */
export function serve<M, A>(answer: (message: M) => Promise<A>): void {
  process.on('message', (message) => {
    answer(message as M).then(
      (result) => process.send!(result ?? null),
      (error: Error) => {
        process.stderr.write(`${error.stack}\n`);
        process.exit(1);
      },
    );
  });
  process.on('disconnect', () => process.exit(0));
}

export const pause = (waitMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, waitMs));

/** Looks until the answer is there (not null); rejects after the time given. */
export async function until<T>(what: string, waitMsMax: number, look: () => Promise<T | null> | T | null, everyMs = 50): Promise<T> {
  const end = performance.now() + waitMsMax;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`Not within ${waitMsMax} ms: ${what}.`);
    await pause(everyMs);
  }
}
