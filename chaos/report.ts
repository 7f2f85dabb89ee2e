import type { Reached } from './faults';
import type { OwnEnd } from './member';
import type { Judgement } from './oracle/oracle';
import { isToProcess, required } from './schedule';

/** A run as it went, before anybody has judged it. */
export interface Run {
  readonly seed: number;
  readonly minutes: number;
  readonly began: number;
  readonly machine: string;
  readonly faults: Readonly<Record<string, number>>;
  readonly reached: readonly Reached[];
  readonly ends: readonly OwnEnd[];
  readonly alarms: readonly string[];
  readonly judgement: Judgement;
}

/** What the run comes to: the result as JSON, and what is wrong with it in words; nothing is wrong with a good run. */
export interface Verdict {
  readonly json: {
    readonly seconds: number;
    readonly events: number;
    readonly faults: Readonly<Record<string, number>>;
    readonly witnesses: Readonly<Record<string, number>>;
    readonly invariants: readonly { name: string; checked: number; violations: number }[];
  };
  readonly complaints: readonly string[];
  /** Nothing is wrong with the house, but too little happened to show that. */
  readonly isVoid: boolean;
}

/** Witnesses that the processes themselves wrote down in their last moment. */
const OF_POINTS: Readonly<Record<string, readonly string[]>> = {
  'committed but not acknowledged': ['SIGKILL after-commit', 'SIGKILL before-offset-commit'],
  'published but not deleted': ['SIGKILL after-publish'],
  'accepted by the provider but not recorded': ['SIGKILL provider-accepted'],
  'taken by the receiver but not recorded': ['SIGKILL post-answered'],
  'killed within a post': ['SIGKILL within-post'],
  'frozen within a send': ['SIGSTOP before-call', 'SIGSTOP within-send', 'SIGSTOP provider-accepted'],
};

const sum = (counts: Readonly<Record<string, number>>, of: (kind: string) => boolean = () => true): number =>
  Object.entries(counts).reduce((total, [kind, count]) => total + (of(kind) ? count : 0), 0);

/** Judges a run. */
export function verdict({ seed, minutes, began, faults, reached, ends, alarms, judgement }: Run): Verdict {
  const points = reached.map(({ signal, point }) => `${signal} ${point}`);
  const witnesses = {
    ...Object.fromEntries(Object.entries(OF_POINTS).map(([name, of]) => [name, points.filter((each) => of.includes(each)).length])),
    ...judgement.witnesses,
  };
  const breakdowns = ends.filter(({ said }) => !said);
  const unasked = alarms.filter((line) => !/"unreadable"|conflicting/i.test(line));
  const invariants = [
    ...judgement.invariants,
    { name: 'no service broke down or gave up by itself', checked: sum(faults, isToProcess) + ends.length, violations: [...breakdowns, ...unasked].map((rows) => ({ at: '', rows })) },
  ];
  const need = required(minutes);
  const [all, toProcesses] = [sum(faults), sum(faults, isToProcess)];
  const broken = invariants.filter(({ violations }) => violations.length > 0).map(({ name, violations }) => `${violations.length} violations of "${name}" (seed ${seed}):\n${violations.slice(0, 5).map((each) => JSON.stringify(each)).join('\n')}`);
  const missing = [
    ...Object.entries(witnesses).filter(([, count]) => count === 0).map(([name]) => `The run is void: "${name}" was never seen.`),
    ...invariants.filter(({ checked }) => checked === 0).map(({ name }) => `The run is void: nothing was checked for "${name}".`),
    ...(all < need.faults ? [`The run is void: ${all} faults of ${need.faults}.`] : []),
    ...(toProcesses < need.to_processes ? [`The run is void: ${toProcesses} faults to processes of ${need.to_processes}.`] : []),
  ];
  const json = {
    seconds: Math.round((Date.now() - began) / 1000), events: judgement.events, faults, witnesses,
    invariants: invariants.map(({ name, checked, violations }) => ({ name, checked, violations: violations.length })),
  };
  return { json, complaints: [...broken, ...missing], isVoid: broken.length === 0 && missing.length > 0 };
}

const line = (name: string, ...cells: (string | number)[]): string => `  ${name.padEnd(58)}${cells.map((cell) => String(cell).padStart(11)).join('')}\n`;

/** The run as people read it. */
export function report({ seed, machine, ends, judgement, faults }: Run, { json, complaints }: Verdict): string {
  const kills = sum(faults, (kind) => kind.startsWith('kill'));
  const violated = sum(Object.fromEntries(json.invariants.map(({ name, violations }) => [name, violations])));
  const said = ends.filter((end) => end.said);
  const why = new Set(said.map(({ member, output }) => `  ${member}: ${/^Emdia.*/m.exec(output)?.[0].slice(0, 160)}\n`));
  return [
    `\nChaos, seed ${seed}, ${json.seconds} s in all, ${json.events} events told, on ${machine}\n`,
    `\n${line('fault', 'times')}`, ...Object.entries(json.faults).sort().map(([kind, times]) => line(kind, times)), line('in all', sum(faults)), line('of these to processes', sum(faults, isToProcess)),
    `\n${line('witness', 'times')}`, ...Object.entries(json.witnesses).map(([name, times]) => line(name, times)), line('ended by itself, said why, was started anew', said.length), ...why,
    `\n${line('invariant', 'checked', 'violations')}`, ...json.invariants.map(({ name, checked, violations }) => line(name, checked, violations)),
    `\nAt rest ${judgement.rested_ms === null ? 'not within 60 s' : `${(judgement.rested_ms / 1000).toFixed(1)} s`} after the last fault.\n`,
    violated === 0 && sum(faults) > 0 ? `0 violations in ${kills} kills bounds the rate below ${(3 / Math.max(1, kills)).toFixed(3)} a kill, in ${sum(faults)} faults below ${(3 / sum(faults)).toFixed(4)} a fault (95 %).\n` : '',
    complaints.length === 0 ? '\nGood.\n' : `\n${complaints.join('\n')}\n`,
  ].join('');
}
