import { KeywardError } from '@keyward/contracts';
import { refusedByServer } from './cli-error.js';
import { toCliError } from './to-cli-error.js';

const calm = new AbortController().signal;

describe("A refusal of Keyward's", () => {
  it('keeps its code, sentence, violations and context, and gets an exit code', () => {
    const refusal = {
      code: 'UNKNOWN_PROJECT',
      detail: 'There is no such project.',
      violations: [{ field: 'project', rule: 'must exist' }],
      context: { project: 'website' },
    };
    const { detail, ...kept } = refusal;
    expect(refusedByServer(refusal)).toMatchObject({ ...kept, message: detail, exitCode: 5 });
  });

  it('says how to give the kind that can be shared, where there is one', () => {
    const remedy = (shareableKinds: string) =>
      refusedByServer({
        code: 'CREDENTIAL_KIND_NOT_SHAREABLE',
        detail: 'It cannot be shared.',
        context: { shareableKinds },
      }).remedy;
    expect(remedy('api_key,service_account')).toBe(
      'Give the kind with --kind api_key or --kind service_account.',
    );
    expect(remedy('')).toBeUndefined();
  });

  it('says how long to wait', () => {
    const { remedy } = refusedByServer({ code: 'RATE_LIMITED', detail: 'Too many.', retryAfterSeconds: 3 });
    expect(remedy).toBe('Wait 3 s and repeat.');
  });
});

describe('What is thrown', () => {
  it('is shown with its own words when it is ours', () => {
    const thrown = new KeywardError('INVALID_REQUEST', 'The token cannot be made.');
    expect(toCliError(thrown, calm)).toMatchObject({ message: 'The token cannot be made.', exitCode: 2 });
  });

  it('shows only its kind when nobody foresaw it, as its text may hold anything', () => {
    const { message, remedy, exitCode } = toCliError(new RangeError('sk-canary'), calm);
    expect(exitCode).toBe(1);
    expect(message).toContain('RangeError');
    expect(`${message} ${remedy}`).not.toContain('canary');
  });

  it('is the interruption when there was one', () => {
    expect(toCliError(new Error('aborted'), AbortSignal.abort())).toMatchObject({ exitCode: 130 });
  });
});
