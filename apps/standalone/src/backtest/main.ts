import { writeFileSync } from 'node:fs';
import { stopOnSignal } from '@emdia/runtime';
import { BadArguments } from '../demo/arguments';
import { BadBook } from '../demo/columns';
import { pathOf, receivablesIn } from '../demo/files';
import { Progress } from '../demo/progress';
import { type Arguments, readArguments, USAGE } from './arguments';
import { backtest } from './backtest';
import { candidatesOf, RefusedCandidate } from './candidate';
import { generatedGround, givenGround, type Ground } from './debts';
import { inWords, plot } from './report';

const EXIT_FAULT = 1;
const EXIT_USAGE = 2;
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

function groundsOf(wanted: Arguments): (creditor_id: string) => Ground {
  if (!wanted.book) return (creditor_id) => generatedGround(wanted, creditor_id);
  const { receivables, map, notes } = receivablesIn(wanted.book, wanted.columns);
  for (const note of notes) say(note);
  return (creditor_id) => givenGround(receivables, map, creditor_id, wanted);
}

async function main(): Promise<void> {
  try {
    const wanted = readArguments(process.argv.slice(2));
    if (!wanted) return void say(USAGE);
    const candidates = candidatesOf(wanted.reguas);
    const progress = new Progress('Living', process.stdout);
    const result = await backtest(candidates, groundsOf(wanted), { opened: stopOnSignal, progress: (fraction, at) => progress.at(fraction, at.toISOString().slice(0, 10)) });
    progress.end();
    say(inWords(result));
    if (wanted.json) writeFileSync(pathOf(wanted.json), `${JSON.stringify(result, null, 2)}\n`);
    writeFileSync(pathOf(wanted.svg), plot(result));
    say(`The curves: ${wanted.svg}`);
    process.exit(result.faults.length ? EXIT_FAULT : 0);
  } catch (error) {
    const isUsage = error instanceof BadArguments || error instanceof BadBook || error instanceof RefusedCandidate;
    process.stderr.write(`${isUsage ? error.message : `The backtest failed: ${(error as Error).stack}`}\n${error instanceof BadArguments ? `\n${USAGE}\n` : ''}`);
    process.exit(isUsage ? EXIT_USAGE : EXIT_FAULT);
  }
}

void main();
