import * as crypto from 'node:crypto';
import { dirname, join } from 'node:path';
import { derivedId } from '@emdia/contracts';

type Uuid = `${string}-${string}-${string}-${string}-${string}`;
interface Random {
  default: () => Uint8Array;
}

/**
 * Ids that services would draw at random (requests, promises, holds), drawn from the name of what the simulator does
 * instead, so that a run repeats itself to the last id and two runs of one story can be compared.
 */
export class RepeatableIds {
  private scope = '';
  private drawn = { requests: 0, things: 0 };
  private readonly undo: () => void;

  constructor() {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the module's live object, whose functions services call
    const node = require('node:crypto') as { randomUUID: () => Uuid };
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- what uuid's v7 draws from; it keeps a pool of its own
    const uuid = require(join(dirname(require.resolve('uuid')), 'rng.js')) as Random;
    const before = [node.randomUUID, uuid.default] as const;
    node.randomUUID = () => this.next('requests') as Uuid;
    uuid.default = () => Uint8Array.from(Buffer.from(this.next('things').replaceAll('-', ''), 'hex'));
    this.undo = () => void ([node.randomUUID, uuid.default] = before);
  }

  /** From here on ids are those of one deed: the same name gives the same ids again. */
  of(scope: string): void {
    this.scope = scope;
    this.drawn = { requests: 0, things: 0 };
  }

  // Apart, because how many requests a deed takes depends on what is cached.
  private next(what: 'requests' | 'things'): string {
    return derivedId('simulated', what, this.scope, this.drawn[what]++);
  }

  close(): void {
    this.undo();
  }
}

/** The hash of a text, in hexadecimal. */
export const sha256 = (text: string): string => crypto.createHash('sha256').update(text).digest('hex');
