import { writeFileSync } from 'node:fs';
import { WallClock } from '@emdia/clock';
import { stopOnSignal } from '@emdia/runtime';
import { openStandalone, type Standalone } from '../standalone';
import { type Candidate, candidatesOf, RefusedCandidate } from '../backtest/candidate';
import { type Arguments, BadArguments, readArguments, USAGE } from './arguments';
import { inventedBook } from './book';
import { Client } from './client';
import { BadBook } from './columns';
import { replay } from './driver';
import type { Book } from './fact';
import { pathOf, receivablesIn } from './files';
import { Inputs, type Publish, publishByRest } from './inputs';
import { Progress } from './progress';
import { importedBook } from './receivables-csv';
import { inWords, Looks, readReport, type Report } from './report';
import { openPlatform } from './upstream-topic';

const EXIT_FAULT = 1;
const EXIT_USAGE = 2;
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const wall = new WallClock();

function bookOf(wanted: Arguments): Book {
  if (!wanted.receivables) return inventedBook(wanted);
  const { receivables, map, notes } = receivablesIn(wanted.receivables, wanted.columns);
  for (const note of notes) say(note);
  return importedBook(receivables, map);
}

/** Kafka as the person has it, or as it can be had here. */
async function kafka(): Promise<{ brokers: string; stop(): Promise<void> }> {
  const { findKafka } = await import('../../../../tools/kafka/kafka.mjs');
  const found = await findKafka({ ephemeral: true });
  if ('unavailable' in found) throw new BadArguments(`No Kafka: ${found.unavailable} ${found.how_to_enable}`);
  say(`Kafka from ${found.source}: ${found.brokers}`);
  return found;
}

/** Everything that runs during a demo, and how it ends. */
interface Stage {
  readonly standalone: Standalone;
  readonly client: Client;
  readonly inputs: Inputs;
  stop(): Promise<void>;
}

async function open(book: Book, broker: Arguments['broker']): Promise<Stage> {
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    // What is told wrongly on purpose raises alarms, hence the log level. Nothing else of the caller's environment comes
    // in: a demo must not write into a database that somebody named for work.
    const env: Record<string, string | undefined> = { PORT: '0', EMDIA_LOG_LEVEL: process.env.EMDIA_LOG_LEVEL ?? 'fatal', EMDIA_CLOCK: `driven:${book.starts.toISOString()}` };
    let publish: Publish | null = null;
    if (broker === 'kafka') {
      const { brokers, stop: stopKafka } = await kafka();
      closing.push(stopKafka);
      env.KAFKA_BROKERS = brokers;
      const platform = await openPlatform(brokers);
      closing.push(() => platform.stop());
      publish = platform.publish;
    }
    const standalone = await openStandalone({ env, broker });
    closing.push(() => standalone.stop());
    const client = new Client(standalone.house.url, standalone.adminKey!, book.creditor_id);
    const inputs = new Inputs(client, publish ?? publishByRest(client, book.seed === null), broker !== 'kafka');
    return { standalone, client, inputs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function play(book: Book, { standalone, client, inputs }: Stage, { broker, regua }: { broker: string; regua: Candidate | undefined }): Promise<Report> {
  const began = wall.monotonicMs();
  const seconds = () => (wall.monotonicMs() - began) / 1_000;
  await inputs.register(book);
  if (regua) await client.post('/v1/reguas', { document: regua.document });
  const progress = new Progress('Replaying', process.stdout);
  const whole = book.ends.getTime() - book.starts.getTime();
  const looks = new Looks(client);
  await replay(book, standalone.house, inputs, {
    progress: (at) => progress.at((at.getTime() - book.starts.getTime()) / whole, `${at.toISOString().slice(0, 10)}, ${standalone.mail?.count() ?? 0} e-mails, ${Math.round(seconds())} s`),
    monthEnded: () => looks.look(),
  });
  progress.end();
  return readReport(client, book, { broker, regua: regua?.label ?? null, seconds, looks });
}

function whereToLook({ standalone: { house, mail, adminKey } }: Stage): string {
  return [
    'It stays up; Ctrl-C ends it.',
    ...house.applications.map(({ service }) => `  ${service.name.padEnd(24)} ${house.url}/${service.name}/docs`),
    ...(mail ? [`  mailbox                  ${mail.url}`] : []),
    `  health                   ${house.url}/health/ready`,
    `  API key                  ${adminKey}`,
  ].join('\n');
}

async function demo(wanted: Arguments): Promise<void> {
  const [regua] = candidatesOf(wanted.regua ? [wanted.regua] : []);
  const book = bookOf(wanted);
  say(`${book.truth.invoices} invoices of ${book.customers} customers, ${book.starts.toISOString().slice(0, 10)} to ${book.ends.toISOString().slice(0, 10)}.`);
  const stage = await open(book, wanted.broker);
  stopOnSignal(() => stage.stop());
  try {
    const report = await play(book, stage, { broker: wanted.broker, regua });
    say(inWords(report));
    if (wanted.json) writeFileSync(pathOf(wanted.json), `${JSON.stringify(report.result, null, 2)}\n`);
    process.exitCode = report.faults.length ? EXIT_FAULT : 0;
    if (!wanted.exit) return void say(whereToLook(stage));
  } catch (error) {
    await stage.stop();
    throw error;
  }
  await stage.stop();
  process.exit();
}

async function main(): Promise<void> {
  try {
    const wanted = readArguments(process.argv.slice(2), process.stdout.isTTY === true);
    if (!wanted) return void say(USAGE);
    await demo(wanted);
  } catch (error) {
    const isUsage = error instanceof BadArguments || error instanceof BadBook || error instanceof RefusedCandidate;
    process.stderr.write(`${isUsage ? error.message : `The demo failed: ${(error as Error).stack}`}\n${error instanceof BadArguments ? `\n${USAGE}\n` : ''}`);
    process.exit(isUsage ? EXIT_USAGE : EXIT_FAULT);
  }
}

void main();
