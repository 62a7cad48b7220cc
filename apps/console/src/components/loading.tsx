import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { Problem, sentenceOf } from '../api/problem.js';
import { Notice } from './notice.js';

interface LoadedProps<T> {
  readonly query: {
    readonly data: T | undefined;
    readonly error: unknown;
    readonly refetch: () => Promise<unknown>;
  };
  readonly children: (data: T) => ReactNode;
}

/** What was asked for, or why it is not there. What was read before stays while it cannot be read again. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const { data, error, refetch } = query;
  const isWrong = error !== null;
  return (
    <>
      {isWrong && (
        <Notice tone="bad" title={error instanceof Problem ? error.title : 'Something went wrong'}>
          <p>{sentenceOf(error)}</p>
          {data !== undefined && <p>What you see below is what was read before.</p>}
          <Button className="button" onPress={() => void refetch()}>
            Try again
          </Button>
        </Notice>
      )}
      {data === undefined ? !isWrong && <p className="loading">Reading …</p> : children(data)}
    </>
  );
}
