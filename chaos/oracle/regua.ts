const message = (step: string, template: string, tone: string) => ({ step, action: 'message', template, tone });
const retry = (step: string) => ({ step, action: 'retry' });

/** The régua of the creditor: the house's gentlest, with a retry for every age, so that whoever is late has one due today. */
export const REGUA = {
  regua: 'cobra-de-novo', version: 1, name: 'Cobra de novo', describes: 'Lembra com gentileza e tenta a cobrança de novo entre as mensagens.',
  contact: { hour: '10:00', channels: ['email'] },
  steps: [
    message('D-3', 'lembrete', 'reminder'), message('D0', 'vence-hoje', 'reminder'), message('D+1', 'esquecimento', 'friendly'), retry('D+2'),
    message('D+3', 'duvida', 'friendly'), retry('D+5'),
    { step: 'D+7', action: 'offer', template: 'nova-data', tone: 'helpful', offer: ['new-date', 'instalments'] }, retry('D+12'),
    { step: 'D+15', action: 'offer', template: 'como-ajudar', tone: 'helpful', offer: ['new-date', 'instalments'] }, retry('D+25'),
    { step: 'D+30', action: 'offer', template: 'ouvir-voce', tone: 'helpful', offer: ['instalments', 'discount'] }, retry('D+45'),
  ],
  instalment_reminder_days: 3,
  thanks: { template: 'obrigado', days_max: 10 },
  end: { queue: 'cobranca', first_review_days: 7, later_review_days: 30, last_step_refusals_max: 10 },
};
