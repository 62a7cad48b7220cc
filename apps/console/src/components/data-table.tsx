import type { ReactNode } from 'react';

interface DataTableProps {
  /** Of the region, which scrolls sideways where there is little room. */
  readonly label: string;
  readonly caption: string;
  readonly columns: readonly string[];
  /** Rows. */
  readonly children: ReactNode;
}

export function DataTable({ label, caption, columns, children }: DataTableProps) {
  return (
    <div className="scroll" role="region" aria-label={label} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
