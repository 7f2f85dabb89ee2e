import fs from 'node:fs';
import path from 'node:path';
import { serviceNames } from './src';
import { eventMap, eventsOf, files } from './src/documents';

/** Writes what is generated from the contracts, or with --check says what differs from it: `generate.ts [--check] [--root DIR]`. */

const GENERATED = 'libs/contracts/generated';

/** The text with what stands between the markers replaced; throws when it has no markers. */
function between(file: string, whole: string, marker: string, body: string): string {
  const [begin, end] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const [from, to] = [whole.indexOf(begin), whole.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} lacks the markers ${begin} and ${end}.`);
  return `${whole.slice(0, from + begin.length)}\n\n${body}\n\n${whole.slice(to)}`;
}

/** Every file as it should be, by its path below the root; null for one that should not be there. */
function wanted(root: string): Map<string, string | null> {
  const wants = new Map<string, string | null>();
  const folder = path.join(root, GENERATED);
  if (fs.existsSync(folder)) {
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) wants.set(path.relative(root, path.join(entry.parentPath, entry.name)), null);
    }
  }
  for (const [name, text] of files()) wants.set(path.join(GENERATED, name), text);
  const readme = (file: string, title: string, marker: string, body: string) => {
    const whole = textOf(root, file) ?? `# ${title}\n\n<!-- ${marker} -->\n<!-- /${marker} -->\n`;
    wants.set(file, between(file, whole, marker, body));
  };
  readme('README.md', 'Emdia', 'event-map', eventMap());
  for (const service of serviceNames) readme(path.join('apps', service, 'README.md'), service, 'events', eventsOf(service));
  return wants;
}

function textOf(root: string, file: string): string | null {
  const full = path.join(root, file);
  return fs.existsSync(full) ? fs.readFileSync(full, 'utf8') : null;
}

function main(): void {
  const at = process.argv.indexOf('--root');
  const root = at > 0 ? path.resolve(process.argv[at + 1]!) : path.resolve(__dirname, '../..');
  const drifted = [...wanted(root)].filter(([file, text]) => textOf(root, file) !== text);
  if (process.argv.includes('--check')) {
    for (const [file, text] of drifted) process.stderr.write(`${file} ${text === null ? 'is left over' : 'differs from the contracts'}; run npm run contracts:generate.\n`);
    process.exitCode = drifted.length > 0 ? 1 : 0;
    return;
  }
  for (const [file, text] of drifted) {
    const full = path.join(root, file);
    fs.mkdirSync(path.dirname(full), { recursive: true });
    if (text === null) fs.rmSync(full);
    else fs.writeFileSync(full, text);
    process.stdout.write(`${file}\n`);
  }
}

try {
  main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
