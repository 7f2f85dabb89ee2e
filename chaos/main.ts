import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Faults } from './faults';
import { House } from './house';
import type { Order } from './oracle/main';
import type { Judgement } from './oracle/oracle';
import { report, verdict, type Run } from './report';
import { schedule, type ProviderFault, type ReceiverFault } from './schedule';

const HELP = `npm run chaos [-- --minutes N --seed S --json FILE]

  --minutes N   how long faults befall the house (default 10)
  --seed S      decides faults and load; printed, default by chance
  --json FILE   writes the result there
  --calm        no faults at all: shows that the witnesses are silent without them; the run is void

Ends with 0 where all held, with 1 where something did not, with 2 where too little happened to tell.
`;

/** The oracle in a process of its own, and how to speak to it. */
function startOracle() {
  const child = fork(join(__dirname, 'oracle/main.ts'), { execArgv: ['-r', '@swc-node/register'], serialization: 'advanced' });
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  child.on('message', ({ number, answer, error }: { number: number; answer?: never; error?: string }) => {
    if (error === undefined) waiting.get(number)!.resolve(answer!);
    else waiting.get(number)!.reject(new Error(error));
  });
  child.on('exit', () => waiting.forEach(({ reject }) => reject(new Error('The oracle ended.'))));
  let number = 0;
  type Asked = Order extends infer O ? (O extends Order ? Omit<O, 'number'> : never) : never;
  return {
    ask: <T>(order: Asked): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        number++;
        waiting.set(number, { resolve, reject });
        child.send({ ...order, number });
      }),
    end: () => child.kill(),
  };
}

const say = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);

async function befall(faults: Faults, seed: number, minutes: number): Promise<void> {
  const began = Date.now();
  const under_way: Promise<void>[] = [];
  for (const fault of schedule(seed, minutes)) {
    await pause(Math.max(0, began + fault.at_ms - Date.now()));
    under_way.push(faults.befall(fault).catch((error: Error) => say(`${fault.kind} ${fault.target} could not be made: ${error.message}`)));
  }
  await pause(Math.max(0, began + minutes * 60_000 - Date.now()));
  await Promise.all(under_way);
}

async function run(minutes: number, seed: number, calm: boolean): Promise<Run> {
  const began = Date.now();
  say(`Seed ${seed}. Kafka and PostgreSQL start.`);
  const house = await House.open(seed);
  const oracle = startOracle();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void house.close().finally(() => process.exit(1)));
  try {
    await oracle.ask({ what: 'open', house: house.whereabouts });
    say('The services start.');
    await house.start();
    await oracle.ask({ what: 'begin' });
    say(`${minutes} minutes of ${calm ? 'calm' : 'faults'} begin.`);
    const faults = new Faults(house, (fault, for_ms) => oracle.ask({ what: 'misbehave', fault: fault as ProviderFault | ReceiverFault, for_ms }), Date.now() + minutes * 60_000);
    if (calm) await pause(minutes * 60_000);
    else await befall(faults, seed, minutes);
    faults.end();
    say('No more faults. The house is left to itself.');
    const judgement = await oracle.ask<Judgement>({ what: 'judge' });
    const ends = house.members.flatMap(({ ownEnds }) => ownEnds);
    return { seed, minutes, began, machine: `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`, faults: faults.counts, reached: faults.reached(), ends, alarms: house.members.flatMap(({ alarms }) => alarms), judgement };
  } finally {
    oracle.end();
    await house.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' }, json: { type: 'string' }, calm: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return void process.stdout.write(HELP);
  const [minutes, seed] = [Number(values.minutes), Number(values.seed ?? Math.floor(Math.random() * 1_000_000))];
  if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error(`--minutes must be a number above 0 and --seed a whole number.\n\n${HELP}`);
  const done = await run(minutes, seed, values.calm);
  const judged = verdict(done);
  process.stdout.write(report(done, judged));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(judged.json, null, 2)}\n`);
  // A connection that a fault left half open would keep the process for minutes.
  process.exit(judged.isVoid ? 2 : judged.complaints.length > 0 ? 1 : 0);
}

main().catch((error: Error) => {
  console.error(error.stack ?? error.message);
  process.exit(1);
});
