import { Module, type DynamicModule } from '@nestjs/common';
import { AuditKeys, type AuditKeysOptions } from './head/audit-keys.js';

/** Provides {@link AuditKeys} everywhere. */
@Module({})
export class AuditModule {
  static forRoot(options: AuditKeysOptions): DynamicModule {
    const keys = { provide: AuditKeys, useFactory: () => AuditKeys.open(options) };
    return { module: AuditModule, global: true, providers: [keys], exports: [keys] };
  }
}
