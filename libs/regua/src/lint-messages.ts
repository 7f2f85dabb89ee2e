import { CAPS } from './caps';
import { isContact, type Template } from './document';
import type { Path } from './findings';
import type { Complaint, Rule } from './lint';
import { badWordsIn, PLACEHOLDERS, placeholdersIn, templateOf } from './words';

/** Fine and interest stay below what the law and good practice allow. */
export const chargesWithinCaps: Rule = ({ charges }) => {
  if (!charges) return [];
  const { relation, decision } = charges;
  const { fine_percent_max, interest_monthly_percent_max, source, confidence } = CAPS[relation];
  const complaints: Complaint[] = [];
  if (Number(charges.fine_percent) > fine_percent_max)
    complaints.push({
      severity: decision ? 'warn' : 'refuse', rule: 'fine-above-cap', path: ['charges', 'fine_percent'],
      problem: `The fine of a ${relation} relation is at most ${fine_percent_max}% (${source}; confidence ${confidence}).${decision ? ` ${decision.by} answers for it since ${decision.on}: ${decision.reason}` : ''}`,
      remedy: `Give at most "${fine_percent_max}"${decision ? '' : ', or a `decision` by a named person, on a day, for a reason'}.`,
    });
  if (Number(charges.interest_monthly_percent) > interest_monthly_percent_max)
    complaints.push({
      severity: decision ? 'warn' : 'refuse', rule: 'interest-above-cap', path: ['charges', 'interest_monthly_percent'],
      problem: `The interest of a ${relation} relation is at most ${interest_monthly_percent_max}% a month (${source}; confidence ${confidence}).${decision ? ` ${decision.by} answers for it since ${decision.on}: ${decision.reason}` : ''}`,
      remedy: `Give at most "${interest_monthly_percent_max}"${decision ? '' : ', or a `decision` by a named person, on a day, for a reason'}.`,
    });
  return complaints;
};

const MUST_TELL = [
  ['amount', 'refuse', 'how much is owed'],
  ['options', 'refuse', 'what else the person can do than pay at once'],
  ['consequence', 'refuse', 'what follows if nothing changes'],
  ['way-to-pay', 'warn', 'how to pay'],
] as const;

/** Every message says the amount, the options and what follows, in words that inform and do not press. */
export const spokenWell: Rule = (regua, house) => {
  const uses: [name: string, path: Path, asks: boolean][] = [
    ...regua.steps.flatMap((step, index): [string, Path, boolean][] => (isContact(step) ? [[step.template, ['steps', index, 'template'], true]] : [])),
    [regua.thanks.template, ['thanks', 'template'], false],
  ];
  const seen = new Set<string>();
  return uses.flatMap(([name, path, asks]) => {
    const template = templateOf(regua, name, house);
    if (!template) {
      const known = [...new Set([...Object.keys(regua.templates ?? {}), ...Object.keys(house)])].sort().map((each) => `\`${each}\``);
      return [{ severity: 'refuse' as const, rule: 'unknown-template', path, problem: 'There are no words of this name.', remedy: `Write them under \`templates\`, or use one of ${known.join(', ')}.` }];
    }
    // Faults of words stand where the words do; those of the house are blamed on the step that uses them.
    const own = regua.templates && Object.hasOwn(regua.templates, name);
    const found = [...(asks ? untold(template, own ? ['templates', name, 'text'] : path) : []), ...wording(template, own ? ['templates', name] : null, path)];
    return seen.has(`${name} ${asks}`) ? [] : (seen.add(`${name} ${asks}`), found);
  });
};

function untold({ text }: Template, path: Path): Complaint[] {
  const told = placeholdersIn(text).flatMap((name) => PLACEHOLDERS[name]?.tells ?? []);
  return MUST_TELL.flatMap(([what, severity, words]): Complaint[] => {
    if (told.includes(what)) return [];
    const by = Object.entries(PLACEHOLDERS).filter(([, { tells }]) => tells?.includes(what)).map(([name]) => `{${name}}`);
    return [{ severity, rule: `message-without-${what}`, path, problem: `It does not say ${words}.`, remedy: `Put ${by.join(' or ')} into it.` }];
  });
}

function wording(template: Template, own: Path | null, path: Path): Complaint[] {
  return (['subject', 'text'] as const).flatMap((part): Complaint[] => {
    const where = own ? [...own, part] : path;
    const unknown = placeholdersIn(template[part]).filter((name) => !Object.hasOwn(PLACEHOLDERS, name));
    const telling = part === 'subject' ? placeholdersIn(template.subject).filter((name) => PLACEHOLDERS[name] && !PLACEHOLDERS[name].inSubject) : [];
    return [
      ...badWordsIn(template[part]).map(({ bad, found }): Complaint => ({ severity: bad.severity, rule: bad.rule, path: where, problem: `${bad.problem} Found: ${found.join(', ')}.`, remedy: 'Say what is owed, until when, and what the person can do, in everyday words.' })),
      ...(unknown.length > 0 ? [{ severity: 'refuse' as const, rule: 'unknown-placeholder', path: where, problem: `Nothing is filled in for ${unknown.map((name) => `{${name}}`).join(', ')}.`, remedy: `Use ${Object.keys(PLACEHOLDERS).map((name) => `{${name}}`).join(', ')}.` }] : []),
      ...(telling.length > 0 ? [{ severity: 'refuse' as const, rule: 'subject-tells-debt', path: where, problem: `A lock screen shows ${telling.map((name) => `{${name}}`).join(', ')} to whoever is near (CDC 42).`, remedy: 'Keep the subject to {credor} and a friendly word.' }] : []),
    ];
  });
}
