import type { Command } from 'commander';
import type { Run } from '../command-context.js';
import { table } from '../output/table.js';

interface Catalogue {
  readonly items: readonly {
    readonly id: string;
    readonly name: string;
    readonly vendor: string;
    readonly credentialKinds: readonly string[];
    readonly shareableKinds: readonly string[];
  }[];
}

const HEAD = ['id', 'integration', 'vendor', 'kinds that can be set', 'other kinds'];

export function addIntegrationsCommand(program: Command, run: Run): void {
  const command = program.command('integrations').description('list the catalogue of integrations');
  run(command, async (context) => {
    const api = await context.api({});
    const answer = await api.request({ method: 'GET', path: ['v1', 'integrations'] });
    const { items } = answer as unknown as Catalogue;
    context.printer.answer(answer, (style) =>
      table(
        style,
        HEAD,
        items.map(({ id, name, vendor, credentialKinds, shareableKinds }) => [
          id,
          name,
          vendor,
          shareableKinds.join(', ') || null,
          credentialKinds.filter((kind) => !shareableKinds.includes(kind)).join(', ') || null,
        ]),
      ),
    );
  });
}
