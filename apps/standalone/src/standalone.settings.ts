import { accessSettings } from '@keyward/access';
import { auditSettings } from '@keyward/audit';
import { changeLogSettings } from '@keyward/change-log';
import { eventStoreSettings } from '@keyward/event-store';
import { readModelSettings } from '@keyward/read-model';
import { refusalsSettings } from '@keyward/refusals';
import {
  grpcSettings,
  mergeSettings,
  operationsSettings,
  runtimeSettings,
  type SettingsOf,
} from '@keyward/runtime';
import { sealingSettings } from '@keyward/sealing';
import { apiSettings } from '../../api/src/api.settings.js';
import { sessionSettings } from '../../api/src/http/session/session.settings.js';
import { broadcasterSettings } from '../../broadcaster/src/broadcaster.settings.js';
import { lookupSettings } from '../../lookup/src/lookup.settings.js';

/** Every setting of every part, as docs/configuration.md shows them. */
export const SETTING_GROUPS = {
  'Every process': runtimeSettings,
  'Event log, read model, change log': mergeSettings(
    eventStoreSettings,
    readModelSettings,
    changeLogSettings,
  ),
  'Key encryption keys': sealingSettings,
  Tokens: accessSettings,
  Refusals: refusalsSettings,
  'Audit logs': auditSettings,
  'HTTP API': apiSettings,
  'Console and sign-in': sessionSettings,
  'gRPC servers': grpcSettings,
  Lookup: lookupSettings,
  Watch: broadcasterSettings,
  'Health and metrics of an app alone': operationsSettings,
} as const;

/** Standalone is all parts, so it has all their settings. */
export const standaloneSettings = mergeSettings(
  runtimeSettings,
  eventStoreSettings,
  readModelSettings,
  changeLogSettings,
  sealingSettings,
  accessSettings,
  refusalsSettings,
  auditSettings,
  apiSettings,
  sessionSettings,
  grpcSettings,
  lookupSettings,
  broadcasterSettings,
);

export type StandaloneSettings = SettingsOf<typeof standaloneSettings>;
