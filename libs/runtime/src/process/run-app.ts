import type { INestApplicationContext, LoggerService } from '@nestjs/common';
import { HealthRegistry } from '../health/health-registry.js';
import { createLogger } from '../logging/logger.js';
import type { RuntimeSettings, runtimeSettings } from '../runtime.settings.js';
import { SETTING_NAMES } from '../settings/setting-names.js';
import { loadSettings, type SettingDefinitions, type SettingsOf } from '../settings/settings.js';
import { exitOnUnexpectedError, orderlyShutdown } from '../shutdown/orderly-shutdown.js';

export interface App<D> {
  /** As people name it. */
  readonly name: string;
  /** All that it reads; the settings of other apps may stand in the same environment. */
  readonly settings: D;
  /** Resolves when it serves. Create it with `abortOnError: false`, so that Nest leaves errors to this. */
  start(settings: SettingsOf<D>, logger: LoggerService): Promise<INestApplicationContext>;
}

/**
 * Runs an app as this process: settings, log, start, orderly end. What stops a start is told in one
 * sentence on standard error, for the operator to mend, and ends the process with exit code 1.
 */
export function runApp<const D extends SettingDefinitions & typeof runtimeSettings>(app: App<D>): void {
  start(app).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${app.name} could not start. ${reason}\n`);
    process.exit(1);
  });
}

async function start<const D extends SettingDefinitions & typeof runtimeSettings>(
  app: App<D>,
): Promise<void> {
  const settings = loadSettings(app.settings, process.env, { alsoKnown: SETTING_NAMES });
  // What D has in any case, which the compiler cannot see while D is open.
  const own = settings as unknown as RuntimeSettings;
  const logger = createLogger(own);
  exitOnUnexpectedError(logger);
  const context = await app.start(settings, logger);
  orderlyShutdown(context, {
    timeoutMs: own.KEYWARD_SHUTDOWN_TIMEOUT,
    logger,
    health: context.get(HealthRegistry, { strict: false }),
  });
}
