import { reportTo } from './report.js';
import type { WorkerEvent } from './worker-event.js';

const CALLED: WorkerEvent = {
  event: 'called',
  project: 'website',
  integration: 'openai',
  mask: '••••••••7f2c',
  source: 'organization',
  version: 3,
  vendorSaw: { mask: '••••••••7f2c', fingerprint: '0123456789ab' },
  nextInMs: 2_000,
};

function printed(format: 'auto' | 'json' | 'text', event: WorkerEvent, isTTY = false): string {
  const lines: string[] = [];
  reportTo({ write: (line) => lines.push(line), isTTY }, format)(event);
  return lines.join('');
}

describe('reportTo', () => {
  it.each(['auto', 'json'] as const)('prints a JSON line for programs (%s)', (format) => {
    const line = printed(format, CALLED);
    expect(line).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(line)).toEqual({ time: expect.stringMatching(/^\d{4}-.*Z$/), ...CALLED });
  });

  it('prints a sentence for people', () => {
    expect(printed('text', CALLED)).toMatch(
      /^[\d:.]{12} website\/openai called the vendor with the organization's key ••••••••7f2c, version 3; the vendor saw ••••••••7f2c\n$/,
    );
  });

  it('knows a terminal, and paints there', () => {
    expect(printed('auto', CALLED, true)).toContain('the vendor saw \x1b[1m••••••••7f2c');
  });

  it('lets nothing of somebody else steer the terminal or leak a token', () => {
    const detail = 'Bad \x1b[2J Bearer sk-0123456789-0123456789';
    const line = printed('text', {
      event: 'refused',
      project: 'website',
      integration: 'openai',
      code: 'UNAUTHENTICATED',
      detail,
      nextInMs: 1,
    });
    expect(line).toContain('Bad �[2J Bearer [token] (UNAUTHENTICATED)');
  });
});
