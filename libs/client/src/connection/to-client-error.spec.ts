import { Metadata, status } from '@grpc/grpc-js';
import { STATUS_DETAILS_TRAILER, encodeErrorInfo } from '@keyward/contracts';
import { toClientError } from './to-client-error.js';

const failure = (code: number, details: string, metadata = new Metadata()) => ({ code, details, metadata });

describe("The client's error", () => {
  it('repeats what the server said, under its code', () => {
    const metadata = new Metadata();
    const bytes = encodeErrorInfo(status.UNAVAILABLE, 'x', 'STALE_READ_MODEL', {});
    metadata.set(STATUS_DETAILS_TRAILER, bytes);
    const error = toClientError(failure(status.UNAVAILABLE, 'Not as fresh yet. Try again.', metadata));
    expect(error).toMatchObject({ code: 'STALE_READ_MODEL', message: 'Not as fresh yet. Try again.' });
  });

  it.each([
    [
      'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:50051. Resolution note: ',
      'Keyward is out of reach (ECONNREFUSED 127.0.0.1:50051): check that it runs and that the address is right.',
    ],
    [
      'Name resolution failed for target dns:nowhere:1',
      'Keyward is out of reach: check that it runs and that the address is right.',
    ],
  ])('says what to do where no server was reached: %s', (details, sentence) => {
    const error = toClientError(failure(status.UNAVAILABLE, details));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: sentence });
  });

  it('says that a deadline passed without naming the inside of the library', () => {
    const error = toClientError(
      failure(status.DEADLINE_EXCEEDED, 'Deadline exceeded after 0.1s,LB pick: 0.001s'),
    );
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'Keyward did not answer in time.' });
  });
});
