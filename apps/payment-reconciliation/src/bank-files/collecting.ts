import { Injectable } from '@nestjs/common';
import { Clock, WallClock } from '@emdia/clock';
import { CreditorId } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Config, Metrics, type Sweep, Sweeps } from '@emdia/runtime';
import { PinoLogger } from 'nestjs-pino';
import { BankFiles, FILE_BYTES_MAX } from './bank-files';
import { Bucket, bucketOf } from './bucket';
import { gathered } from './packed-file';
import { Folder, type Lying, type Place } from './places';

/** Between two looks, for each part of the list. */
const LOOK_WAIT_MS = 10_000;
const REASONS_TOLD_MAX = 10;
const CREDITOR = new RegExp(CreditorId.pattern!);

/** Why a file can never be taken from where it lies: in words, for the log. */
function unfit({ path, size_bytes }: Lying): string | null {
  const [creditor = '', source = '', name = ''] = path.split('/');
  if (/[\u0000-\u001f]/.test(path)) return 'its path has control characters';
  if (!CREDITOR.test(creditor)) return 'the first folder must be named by a creditor id';
  if (source.length > 40) return 'the second folder must be named by a payment source, of at most 40 characters';
  if (name.length > 200) return 'the file has a name of more than 200 characters';
  if (size_bytes === 0) return 'the file is empty';
  return size_bytes > FILE_BYTES_MAX ? `the file has more than ${FILE_BYTES_MAX / 2 ** 20} MiB` : null;
}

/** Looks at the places where files of banks are put down, and takes each version of each file once. */
@Injectable()
export class Collecting {
  private readonly failures;
  /** Places whose last look failed, in whole or for a file, and what was told of it. */
  private readonly failing = new Map<string, string>();
  private readonly seenBefore = new Map<string, string>();

  constructor(
    private readonly files: BankFiles,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly logger: PinoLogger,
    config: Config,
    sweeps: Sweeps,
    metrics: Metrics,
  ) {
    const folder = config.env('EMDIA_BANK_FILES_FOLDER');
    const bucket = bucketOf(config);
    this.failures = metrics.counter('emdia_bank_file_place_failures_total', 'Looks at a place of bank files that failed, and files that could not be taken from it.', ['place']);
    metrics.gauge('emdia_bank_file_places_failing', 'Places of bank files that could not be read, in whole or in part, when last looked at.', () => this.failing.size);
    if (folder) sweeps.register(this.watch(new Folder(folder)));
    if (bucket) sweeps.register(this.watch(new Bucket(bucket)));
  }

  /** A place that does not answer keeps no other waiting. What lies there for ever is listed at each look, and costs one request in each wait, however much it is. */
  private watch(place: Place): Sweep {
    let nextAtMs = 0;
    this.failures.inc({ place: place.name }, 0);
    return {
      name: `bank-files-in-${place.name}`,
      nextDueAt: async () => null,
      run: async (_now, _limit, stopping = new AbortController().signal) => {
        if (this.wall.monotonicMs() < nextAtMs) return 0;
        const parts = await this.look(place, stopping);
        nextAtMs = this.wall.monotonicMs() + LOOK_WAIT_MS * parts;
        return 0;
      },
    };
  }

  /** Takes what is new, and says in how many parts the place was listed. */
  private async look(place: Place, stopping: AbortSignal): Promise<number> {
    const wrong: string[] = [];
    let parts = 0;
    try {
      for await (const lying of place.list(stopping)) {
        parts++;
        for (const file of await this.fresh(place, lying)) {
          const failure = await this.collect(place, file, stopping);
          if (failure !== null) wrong.push(`${file.path}: ${failure}`);
        }
      }
    } catch (error) {
      wrong.push((error as Error).message);
    }
    if (!stopping.aborted) this.tell(place, wrong);
    return Math.max(1, parts);
  }

  /** What a place holds back is not covered, so that nobody is asked for it; but somebody has to know. */
  private tell({ name }: Place, wrong: readonly string[]): void {
    if (wrong.length === 0) return void this.failing.delete(name);
    const [before, reasons] = [this.failing.get(name), wrong.join()];
    this.failing.set(name, reasons);
    this.failures.inc({ place: name }, wrong.length);
    if (reasons !== before) this.logger.error({ place: name, count: wrong.length, reasons: wrong.slice(0, REASONS_TOLD_MAX) }, 'A place of bank files cannot be read, or some files in it; it is looked at again.');
  }

  private async fresh(place: Place, lying: readonly Lying[]): Promise<Lying[]> {
    const rows = await this.database.query<{ path: string; version: string }>('select path, version from bank_file_collected where place = $1 and path = any($2::text[])', [place.name, lying.map(({ path }) => path)]);
    const collected = new Set(rows.map(({ path, version }) => `${path} ${version}`));
    return lying.filter((file) => !collected.has(`${file.path} ${file.version}`) && this.isWhole(place, file));
  }

  /** A file that somebody may still be writing has to look the same twice. */
  private isWhole(place: Place, { path, version, whole }: Lying): boolean {
    if (whole) return true;
    const key = `${place.name} ${path}`;
    const same = this.seenBefore.get(key) === version;
    if (same) this.seenBefore.delete(key);
    else this.seenBefore.set(key, version);
    return same;
  }

  /** Why a file could not be taken; null where it was, or where it will be when it is looked at next. A file that cannot be read keeps no other waiting. */
  private async collect(place: Place, file: Lying, stopping: AbortSignal): Promise<string | null> {
    const { path, version } = file;
    const wrong = unfit(file);
    if (wrong === null) {
      const bytes = await place.read(file, stopping).catch((error: Error) => error);
      if (bytes === null) return null;
      if (bytes instanceof Error) return bytes.message;
      const [creditor_id, source, name] = path.split('/') as [string, string, string];
      await this.files.receive({ creditor_id, source, name, body: await gathered([bytes]), actor: place.name });
    }
    // After it is kept: dying in between, we take it again, and the same bytes are the same file. What can never be taken is told of once.
    await this.database.query('insert into bank_file_collected (place, path, version, collected_at) values ($1, $2, $3, $4) on conflict do nothing', [place.name, path, version, this.clock.now()]);
    return wrong;
  }
}
