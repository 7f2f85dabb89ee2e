import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../../..');
const pause = (waitMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, waitMs));

/** Waits until the condition holds; rejects after the time given, with what the last look threw. */
export async function until(what: string, waitMsMax: number, condition: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + waitMsMax;
  for (let last: unknown = ''; ; await pause(100)) {
    try {
      if (await condition()) return;
      last = '';
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`Not within ${waitMsMax} ms: ${what}. ${String(last)}`, { cause: last });
  }
}

/**
 * Ports that nobody listens on, below those that systems give to outgoing connections: such a one could take the port
 * of a service while it is down.
 */
export async function fixedPorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)));
    if (free) await new Promise((resolve) => probe.close(resolve));
    if (free) ports.add(port);
  }
  return [...ports];
}

/** An entry of the repository in a process of its own, with these settings and no others. It never outlives the tests. */
export class OwnProcess {
  /** What it said, on both channels. */
  output = '';
  /** The exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  private hasEnded = false;
  private readonly child: ChildProcess;

  constructor(
    readonly entry: string,
    env: Readonly<Record<string, string>>,
  ) {
    const { PATH, HOME, TMPDIR } = process.env;
    const kept = Object.fromEntries(Object.entries({ PATH, HOME, TMPDIR }).filter(([, value]) => value !== undefined));
    this.child = spawn(process.execPath, ['-r', '@swc-node/register', entry], { cwd: ROOT, env: { ...kept, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const guard = spawn('/bin/sh', ['-c', 'read -r done || kill -KILL "$1"', 'sh', String(this.child.pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    for (const channel of [this.child.stdout!, this.child.stderr!]) channel.on('data', (chunk: Buffer) => (this.output += chunk.toString('utf8')));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject).once('close', (code) => {
        this.hasEnded = true;
        guard.stdin!.end('done\n');
        resolve(code);
      });
    });
  }

  /** Resolves when the address answers 200; rejects with what the process said when it ends before, or after the time given. */
  async ready(url: string, waitMsMax = 30_000): Promise<void> {
    let told = '';
    await until(`${this.entry} is ready`, waitMsMax, async () => {
      if (this.hasEnded) return true;
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      told = await response.text();
      return response.ok;
    }).catch((error: Error) => Promise.reject(new Error(`${error.message} ${told}\n${this.output}`)));
    if (this.hasEnded) throw new Error(`${this.entry} ended (${await this.ended}) before it was ready:\n${this.output}`);
  }

  /** Ends it without a chance to tidy up; resolves when it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to stop, as an orchestrator does, and tells how it went. */
  async stop(): Promise<{ code: number | null; ms: number }> {
    const began = performance.now();
    this.child.kill('SIGTERM');
    const code = await this.ended;
    return { code, ms: performance.now() - began };
  }
}
