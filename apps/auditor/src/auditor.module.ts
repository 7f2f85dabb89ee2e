import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller';
import { Audits } from './audits';

@Module({ controllers: [AuditController], providers: [Audits] })
export class AuditorModule {}
