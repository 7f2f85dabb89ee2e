import { connect, createServer, type Server, type Socket } from 'node:net';

/** What can be done to a link: see each in `Link.fault`. */
export const LINK_FAULTS = ['delay', 'reset', 'half-open', 'cut', 'silence'] as const;
export type LinkFault = (typeof LINK_FAULTS)[number];

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** A TCP proxy between two parties, which does to their bytes what networks do. */
export class Link {
  private readonly pairs = new Set<Pair>();
  private delayMs = 0;
  private silent = false;
  private cutting = false;
  private turn = 0;
  private readonly held: (() => void)[] = [];

  private constructor(
    readonly name: string,
    private readonly server: Server,
    readonly port: number,
    private readonly targets: readonly number[],
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** Listens on a port of 127.0.0.1 and hands on to the targets' ports in turn, past those that refuse. */
  static async open(name: string, port: number, targets: readonly number[]): Promise<Link> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return new Link(name, server, port, targets);
  }

  private accept(client: Socket, tried = 0): void {
    const server = connect({ port: this.targets[this.turn++ % this.targets.length]!, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    client.setNoDelay(true);
    let connected = false;
    client.on('error', () => undefined);
    server.on('error', () => {
      if (connected) return;
      if (tried + 1 < this.targets.length) this.accept(client, tried + 1);
      else client.destroy();
    });
    server.once('connect', () => {
      connected = true;
      const pair = { client, server };
      this.pairs.add(pair);
      this.carry(client, server, pair);
      this.carry(server, client, pair);
    });
  }

  private carry(from: Socket, to: Socket, pair: Pair): void {
    let before: Promise<void> = Promise.resolve();
    let waiting = 0;
    const inTurn = (then: () => void): void => {
      waiting++;
      before = before.then(() => this.way()).then(() => {
        waiting--;
        then();
      });
    };
    from.on('data', (chunk: Buffer) => {
      if (this.cutting) this.cut(chunk, to, pair);
      else if (this.delayMs > 0 || this.silent || waiting > 0) inTurn(() => void to.write(chunk));
      else to.write(chunk);
    });
    from.on('end', () => inTurn(() => void to.end()));
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      this.pairs.delete(pair);
      if (!to.destroyed) inTurn(() => void to.end());
    });
  }

  /** Half of a packet still gets through. */
  private cut(chunk: Buffer, to: Socket, pair: Pair): void {
    if (to.destroyed) return;
    to.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => {
      pair.client.resetAndDestroy();
      pair.server.resetAndDestroy();
    });
  }

  private async way(): Promise<void> {
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    if (this.silent) await new Promise<void>((resolve) => this.held.push(resolve));
  }

  /** Begins a fault and returns what ends it. `amount` from 0 to 1 says how bad, or which side of a half-open connection is left. */
  fault(kind: LinkFault, amount: number): () => void {
    const pairs = [...this.pairs];
    switch (kind) {
      case 'delay':
        this.delayMs = 10 + Math.round(amount * 190);
        return () => void (this.delayMs = 0);
      case 'reset':
        for (const { client, server } of pairs) for (const each of [client, server]) each.resetAndDestroy();
        return () => undefined;
      case 'half-open': {
        // One end is gone and the other is not told.
        const [gone, left]: [keyof Pair, keyof Pair] = amount < 0.5 ? ['server', 'client'] : ['client', 'server'];
        for (const pair of pairs) {
          pair[gone].removeAllListeners('close').removeAllListeners('end').destroy();
          pair[left].removeAllListeners('data').resume();
        }
        return () => pairs.forEach((pair) => pair[left].destroy());
      }
      case 'cut':
        this.cutting = true;
        return () => void (this.cutting = false);
      case 'silence':
        // Nothing arrives and nobody is told; what was said comes late.
        this.silent = true;
        return () => {
          this.silent = false;
          for (const resolve of this.held.splice(0)) resolve();
        };
    }
  }

  close(): void {
    this.server.close();
    for (const { client, server } of this.pairs) for (const each of [client, server]) each.destroy();
  }
}
