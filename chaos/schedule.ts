import { LINK_FAULTS } from './link';
import { Random } from './random';

export const SERVICES = ['billing-ingestion', 'payment-reconciliation', 'dunning-orchestration', 'negotiation', 'notifications'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Every link that a fault can befall; HTTP calls go from the first to the second. */
export const LINKS = [
  ...SERVICES.flatMap((service) => [`${service}|postgres`, `${service}|kafka`]),
  'notifications|smtp', 'dunning-orchestration|receiver', 'dunning-orchestration|payment-reconciliation', 'notifications|billing-ingestion', 'notifications|payment-reconciliation', 'negotiation|payment-reconciliation',
] as const;

/** Where a process can be made to end or freeze; see failpoints.cjs. */
export const POINTS = ['after-inbox', 'before-commit', 'after-commit', 'before-offset-commit', 'after-offset-commit', 'before-publish', 'after-publish'] as const;
const INFRASTRUCTURE = ['backends-terminated', 'rebalances-forced', 'broker-paused', 'connections-exhausted', 'long-snapshot', 'backend-killed', 'broker-killed', 'postgres-killed'] as const;
export const PROVIDER_FAULTS = ['provider-timeout-after-acceptance', 'provider-try-later', 'provider-refuses', 'provider-slow', 'provider-resets'] as const;
export type ProviderFault = (typeof PROVIDER_FAULTS)[number];
export const RECEIVER_FAULTS = ['receiver-resets', 'receiver-fails', 'receiver-slow'] as const;
export type ReceiverFault = (typeof RECEIVER_FAULTS)[number];

/** A fault to come: what, when (ms from the beginning of the run), whom it befalls, how long and how bad. */
export interface Fault {
  readonly at_ms: number;
  readonly kind: string;
  readonly target: string;
  readonly for_ms: number;
  readonly amount: number;
}

/** How many faults a run of so many minutes has to have had, and how many of them to processes. */
export const required = (minutes: number): { faults: number; to_processes: number } => ({ faults: Math.floor(30 * minutes), to_processes: Math.floor(4 * minutes) });

export const isToProcess = (kind: string): boolean => /^(kill|stop|clock-jump)\b/.test(kind);

/** Freezes in the act of sending last longer than a claim may age (30 s), and than a verdict may (1 s). */
const FIRST: readonly [kind: string, target: string, for_ms: number][] = [
  ['stop before-call', 'notifications', 5_000],
  ['kill after-commit', 'payment-reconciliation', 0],
  ['kill provider-accepted', 'notifications', 0],
  ['kill after-publish', 'billing-ingestion', 0],
  ['stop within-send', 'notifications', 8_000],
  ['kill before-offset-commit', 'dunning-orchestration', 0],
  ['stop provider-accepted', 'notifications', 40_000],
  ['kill after-publish', 'payment-reconciliation', 0],
  ['kill within-post', 'dunning-orchestration', 0],
  ['kill post-answered', 'dunning-orchestration', 0],
];

const PROCESS_WAIT_MS = 5_500;
const INFRASTRUCTURE_WAIT_MS = 11_000;
const LINK_WAIT_MS = 3_300;
const PROVIDER_WAIT_MS = 8_000;
const RECEIVER_WAIT_MS = 12_000;

/** The faults of a run, by its seed: those that every run needs first, then all the others in an order of the seed's. */
export function schedule(seed: number, minutes: number): Fault[] {
  const random = new Random(seed);
  const length_ms = minutes * 60_000;
  const faults: Fault[] = [];
  const add = (at_ms: number, kind: string, target: string, for_ms: number): void => {
    // What lasts ends with the run.
    if (at_ms < length_ms) faults.push({ at_ms, kind, target, for_ms: Math.min(for_ms, length_ms - at_ms), amount: random.next() });
  };
  const every = (wait_ms: number, then: (at_ms: number, turn: number) => void): void => {
    for (let turn = 0; turn * wait_ms < length_ms; turn++) then(Math.round((turn + random.next() * 0.6) * wait_ms), turn);
  };
  const later = endless(random, processFaults(random));
  every(PROCESS_WAIT_MS, (at_ms, turn) => {
    const [kind, target, for_ms] = FIRST[turn] ?? later();
    add(at_ms, kind, target, for_ms);
  });
  const infrastructure = endless(random, INFRASTRUCTURE);
  every(INFRASTRUCTURE_WAIT_MS, (at_ms) => {
    const kind = infrastructure();
    add(at_ms, kind, kind === 'backends-terminated' ? random.pick(SERVICES) : '', durationOf(kind, random));
  });
  const links = endless(random, LINKS.flatMap((link) => LINK_FAULTS.map((fault) => [link, fault] as const)));
  every(LINK_WAIT_MS, (at_ms) => {
    const [link, fault] = links();
    add(at_ms, `link-${fault}`, link, random.whole(500, fault === 'half-open' || fault === 'silence' ? 9_000 : 4_000));
  });
  const provider = endless(random, PROVIDER_FAULTS);
  every(PROVIDER_WAIT_MS, (at_ms) => add(at_ms, provider(), '', random.whole(3_000, 8_000)));
  const receiver = endless(random, RECEIVER_FAULTS);
  every(RECEIVER_WAIT_MS, (at_ms) => add(at_ms, receiver(), '', random.whole(3_000, 8_000)));
  return faults.sort((a, b) => a.at_ms - b.at_ms);
}

/**
 * Whose clocks may jump: one only records what silences, the other only sends. The others write down when somebody may be asked
 * again, dunning also when it acted: by a clock that jumped, either way, that would look like a breach where there is none.
 */
const JUMPING: ReadonlySet<ServiceName> = new Set(['billing-ingestion', 'notifications']);

/** Every named point of every service, as many kills at random, freezes of 5 to 60 s, and jumps of one process's clock. */
function processFaults(random: Random): [kind: string, target: string, for_ms: number][] {
  return SERVICES.flatMap((service): [string, string, number][] => [
    ...POINTS.map((point): [string, string, number] => [`kill ${point}`, service, 0]),
    ['kill', service, 0],
    ['kill', service, 0],
    ['kill', service, 0],
    ['stop', service, random.whole(5_000, 15_000)],
    ['stop', service, random.whole(15_000, 60_000)],
    ...(JUMPING.has(service) ? [['clock-jump', service, 0] as [string, string, number]] : []),
  ]).concat([
    ['kill provider-accepted', 'notifications', 0],
    ['kill before-post', 'dunning-orchestration', 0],
    ['kill within-post', 'dunning-orchestration', 0],
    ['kill post-answered', 'dunning-orchestration', 0],
    ['stop before-call', 'notifications', random.whole(5_000, 10_000)],
    ['stop within-send', 'notifications', random.whole(5_000, 40_000)],
  ]);
}

/** Each of a list once in an order of chance, then all of them again. */
function endless<T>(random: Random, list: readonly T[]): () => T {
  let rest: T[] = [];
  return () => {
    if (rest.length === 0) rest = random.shuffled(list);
    return rest.pop()!;
  };
}

function durationOf(kind: (typeof INFRASTRUCTURE)[number], random: Random): number {
  switch (kind) {
    case 'rebalances-forced':
      return random.whole(8_000, 14_000);
    case 'broker-paused':
      return random.whole(2_000, 9_000);
    case 'connections-exhausted':
      return random.whole(2_000, 5_000);
    case 'long-snapshot':
      return random.whole(15_000, 40_000);
    default:
      return 0;
  }
}
