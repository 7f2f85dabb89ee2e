import { Module } from '@nestjs/common';
import { CausesController } from './causes/causes.controller';
import { Post } from './channels/post';
import { Addressees } from './contact/addressees';
import { CallAnswers } from './contact/call-answers';
import { HumanContacts } from './contact/human-contacts';
import { HumanContactsController } from './contact/human-contacts.controller';
import { OwnRulesController } from './contact/own-rules.controller';
import { Scope } from './contact/scope';
import { WrongContacts } from './contact/wrong-contacts';
import { WrongContactsController } from './contact/wrong-contacts.controller';
import { Deliveries } from './delivery/deliveries';
import { DeliveriesController } from './delivery/deliveries.controller';
import { Gate } from './delivery/gate';
import { Sending } from './delivery/sending';
import { NotificationsConsumer } from './notifications.consumer';
import { OptOuts } from './opt-out/opt-outs';
import { OptOutsController } from './opt-out/opt-outs.controller';
import { PublicLinks } from './public-links';

@Module({
  controllers: [NotificationsConsumer, DeliveriesController, OptOutsController, CausesController, HumanContactsController, WrongContactsController, OwnRulesController],
  providers: [Post, Addressees, Scope, HumanContacts, CallAnswers, WrongContacts, Deliveries, Gate, Sending, OptOuts, PublicLinks],
})
export class NotificationsModule {}
