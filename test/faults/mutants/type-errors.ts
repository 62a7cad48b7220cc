import { join } from 'node:path';
import ts from 'typescript';

/** What was left over where something was taken out is no error: names that nobody uses now. */
const LENIENT = { noEmit: true, noUnusedLocals: false, noUnusedParameters: false, allowJs: true };

/** The first type error in the file, as one line; undefined when it compiles. */
export function firstTypeError(root: string, file: string): string | undefined {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const path = join(root, file);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [path] }, ts.sys, root);
  const program = ts.createProgram([path], { ...options, ...LENIENT });
  const [error] = ts.getPreEmitDiagnostics(program, program.getSourceFile(path));
  return error && ts.flattenDiagnosticMessageText(error.messageText, ' ');
}
