import type { Service } from '@emdia/runtime';
import { CreateDeliveries1700000000001 } from './migrations/1-deliveries';
import { CreateContacts1700000000002 } from './migrations/2-contacts';
import { NoticeWords1700000001003 } from './migrations/3-words';
import { CauseAnswers1700000001044 } from './migrations/4-causes';
import { Telephones1700000001304 } from './migrations/5-telephones';
import { OwnRules1700000001305 } from './migrations/6-own-rules';
import { OwnHours1700000001306 } from './migrations/7-own-hours';
import { Calls1700000009306 } from './migrations/8-calls';
import { CallAnswers1700000009307 } from './migrations/9-call-answers';
import { AnsweredCalls1700000009707 } from './migrations/10-answered-calls';
import { NotificationsModule } from './notifications.module';

/** Messages to debtors: budget, hours, gate, letters, deliveries. */
export const notifications: Service = {
  name: 'notifications',
  module: NotificationsModule,
  migrations: [CreateDeliveries1700000000001, CreateContacts1700000000002, NoticeWords1700000001003, CauseAnswers1700000001044, Telephones1700000001304, OwnRules1700000001305, OwnHours1700000001306, Calls1700000009306, CallAnswers1700000009307, AnsweredCalls1700000009707],
  resources: ['v1/deliveries', 'v1/opt-outs', 'v1/human-contacts', 'v1/wrong-contacts', 'v1/contact-rules'],
  raw: ['v1/causes'],
};
