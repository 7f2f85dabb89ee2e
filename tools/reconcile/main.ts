import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeFile, fileJson, readBankFile } from '@emdia/bank-files';

const HELP = `npm run reconcile -- FILE [--json OUT]
Reads a bank's file (CNAB 400 or 240 return, FEBRABAN 150, OFX, Pix) without a running system and says what is in it.
  --json OUT  also writes what was read as JSON; - for the standard output, and nothing else there
The exit code is 0 for every file that could be opened, also for one that is refused: that is an answer.`;

/** Takes the arguments apart; undefined where they are not of the form. */
function parsed(args: readonly string[]): { file: string; json?: string } | undefined {
  const at = args.indexOf('--json');
  const json = at < 0 ? undefined : args[at + 1];
  const [file, ...more] = at < 0 ? args : args.toSpliced(at, 2);
  return file === undefined || file.startsWith('--') || more.length > 0 || (at >= 0 && json === undefined) ? undefined : { file, json };
}

// npm runs scripts in the repository; a path is meant from where the person stands.
const path = (name: string) => resolve(process.env.INIT_CWD ?? process.cwd(), name);

function main(args: readonly string[]): number {
  const options = parsed(args);
  if (!options) {
    const asked = args.includes('--help');
    (asked ? console.log : console.error)(HELP);
    return asked ? 0 : 2;
  }
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path(options.file));
  } catch (error) {
    console.error(`${options.file} cannot be read: ${(error as Error).message}`);
    return 2;
  }
  const file = readBankFile(bytes);
  const json = `${JSON.stringify(fileJson(file), null, 2)}\n`;
  if (options.json === '-') process.stdout.write(json);
  else {
    if (options.json !== undefined) writeFileSync(path(options.json), json);
    console.log(describeFile(file));
  }
  return 0;
}

process.exitCode = main(process.argv.slice(2));
