import type { ReactNode } from 'react';

interface NoticeProps {
  readonly tone: 'info' | 'good' | 'bad' | 'warn';
  readonly title?: string;
  readonly children: ReactNode;
}

/** A sentence that has to be seen. Bad news is read out at once. */
export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div className={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {title !== undefined && <strong>{title}</strong>}
      <div>{children}</div>
    </div>
  );
}
