import { DEFAULT_REGUAS, defaultPolicy, type Policy, type Step } from '@emdia/regua';
import type { CaseFile } from '../cases/case-file';

const inUse = (): Policy => defaultPolicy(DEFAULT_REGUAS[0]);

let byVersion: ReadonlyMap<string, Policy> | undefined;

/** The régua that a case follows: the version it opened with; where that is not known any more, the one in use. */
export function policyOf({ regua_version, trial }: Pick<CaseFile, 'regua_version' | 'trial'>): Policy {
  if (trial) return trial;
  if (regua_version === null) return inUse();
  byVersion ??= new Map(DEFAULT_REGUAS.map(defaultPolicy).map((policy) => [policy.version, policy]));
  return byVersion.get(regua_version) ?? inUse();
}

/** The version that a case follows which opens now. */
export const versionInUse = (): string => inUse().version;

/** What a person is asked to do for a step that sends no message, at most 80 characters. What the house cannot do itself, a person does. */
export function taskOf(step: Step): string {
  const what = step.action === 'task' ? step.reason : step.action === 'service' ? `service ${step.change}` : step.action;
  return `${step.step}: ${what}`;
}
