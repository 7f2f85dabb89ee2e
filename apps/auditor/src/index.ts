import type { Service } from '@emdia/runtime';
import { AuditorModule } from './auditor.module';

/** Recomputes the five laws from what the services stored; owns nothing. */
export const auditor: Service = { name: 'auditor', module: AuditorModule, migrations: [], resources: ['v1/audit'] };
