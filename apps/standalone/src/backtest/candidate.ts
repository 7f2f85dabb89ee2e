import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { DEFAULT_REGUAS, defaultPolicy, isRefused, lint, readRegua, type Finding, type Regua, versionOf } from '@emdia/regua';
import { BadArguments } from '../demo/arguments';
import { fileText, pathOf } from '../demo/files';

/** A régua to be tried. */
export interface Candidate {
  readonly label: string;
  readonly from: string;
  readonly version: string;
  /** As it is published: for everybody, under the next version of its name. */
  readonly document: Regua;
}

const inWords = ({ severity, rule, path, line, value, problem, remedy }: Finding): string =>
  `  ${severity} ${rule}${line ? ` (line ${line})` : ''}: ${path || 'the document'}${value === null ? '' : ` ${JSON.stringify(value).slice(0, 80)}`}: ${problem} ${remedy}`;

/** A document that lint refuses, with everything that it found. */
export class RefusedCandidate extends Error {
  constructor(wanted: string, readonly findings: readonly Finding[]) {
    super([`${wanted} must not be followed:`, ...findings.map(inWords)].join('\n'));
  }
}

function documentOf(wanted: string): Regua {
  const house = DEFAULT_REGUAS.find((name) => name === wanted);
  if (house) return defaultPolicy(house).document;
  if (!existsSync(pathOf(wanted))) throw new BadArguments(`${wanted} is neither a régua of the house (${DEFAULT_REGUAS.join(', ')}) nor a file.`);
  const { regua, findings } = readRegua(fileText(wanted).toString('utf8'));
  const all = regua ? lint(regua) : findings;
  if (!regua || isRefused(all)) throw new RefusedCandidate(wanted, all);
  return regua;
}

/** Reads réguas by their names in the house or from files; throws RefusedCandidate, BadArguments or BadBook. */
export function candidatesOf(wanted: readonly string[]): Candidate[] {
  return wanted.map((name, index) => {
    const { for: _whom, ...document } = documentOf(name);
    const house = DEFAULT_REGUAS.find((each) => each === document.regua);
    const isHouse = DEFAULT_REGUAS.some((each) => each === name);
    const label = isHouse ? name : basename(name);
    return {
      label: wanted.indexOf(name) < index ? `${label} again` : label,
      from: isHouse ? 'house' : name,
      version: versionOf(document),
      document: { ...document, version: house ? defaultPolicy(house).document.version + 1 : 1 },
    };
  });
}
