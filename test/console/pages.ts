import type { Page } from 'playwright-core';

interface ConsolePage {
  readonly path: string;
  /** What is there once all has been read. */
  readonly shows: string;
}

const ACME = '/organizations/acme';

/** Every page for an owner of the organization, by the name of its picture. */
export const PAGES: Readonly<Record<string, ConsolePage>> = {
  'integrations-control': { path: `${ACME}/integrations`, shows: 'version 2' },
  projects: { path: `${ACME}/projects`, shows: 'Website' },
  'app-keys': { path: `${ACME}/projects/mobile/integrations`, shows: '••••' },
  explanation: { path: `${ACME}/projects/mobile/integrations/serpapi`, shows: 'is used' },
  history: { path: `${ACME}/history`, shows: 'Keys as of then' },
  'time-travel': { path: `${ACME}/time-travel`, shows: 'Key it used' },
};

interface ConsoleDialog {
  readonly path: string;
  readonly open: (page: Page) => Promise<void>;
}

const flip = (name: string) => (page: Page) =>
  page.getByRole('switch', { name: `${name} for all projects` }).press('Space');
const press = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).click();

export const DIALOGS: Readonly<Record<string, ConsoleDialog>> = {
  'set-a-key': { path: `${ACME}/integrations`, open: flip('Tavily') },
  'switch-off': { path: `${ACME}/integrations`, open: flip('SerpApi') },
  'use-again': { path: `${ACME}/integrations`, open: flip('OpenAI') },
  'who-uses-it': { path: `${ACME}/integrations`, open: press('Who uses it (SerpApi)') },
  'remove-override': {
    path: `${ACME}/projects/mobile/integrations`,
    open: press("Remove the project's key of SerpApi"),
  },
};
