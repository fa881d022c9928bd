import { autocompletion, closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter, lintGutter } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Problem } from '#shared/protocol/index.ts';

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--ac)' },
  { tag: [tags.string, tags.content], color: 'var(--tx)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
  { tag: [tags.comment, tags.meta], color: 'var(--tx3)' },
  { tag: [tags.punctuation, tags.separator], color: 'var(--tx2)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '12px', backgroundColor: 'transparent', color: 'var(--tx)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--ac)' },
  '.cm-cursor': { borderLeftColor: 'var(--ac)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--tx3)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--bg3) 45%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--tx)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--ac-bg) !important' },
  '.cm-tooltip': { backgroundColor: 'var(--bg2)', border: '1px solid var(--line2)', borderRadius: '8px', color: 'var(--tx)' },
  '.cm-diagnostic': { fontFamily: 'var(--font)', padding: '6px 10px' },
  '.cm-panels': { backgroundColor: 'var(--bg2)', color: 'var(--tx)' },
});

/** Places problems in the text; one without a line stands on the first. Lines and columns count from 1. */
export function diagnosticsOf(state: EditorState, problems: readonly Problem[]): Diagnostic[] {
  return problems.map((problem) => {
    const line = state.doc.line(Math.min(Math.max(1, problem.line ?? 1), state.doc.lines));
    const from = Math.min(line.to, line.from + Math.max(0, (problem.column ?? 1) - 1));
    const where = problem.path ? `${problem.path}: ` : '';
    const hint = problem.hint ? ` ${problem.hint}` : '';
    return { from, to: Math.max(from, line.to), severity: problem.severity, message: `${where}${problem.message}${hint}` };
  });
}

/** Everything the manifest editor is made of. `check` is asked 300 ms after the last keystroke; `onSave` is Ctrl/Cmd+Enter. */
export function yamlExtensions(options: {
  label: string;
  check: (text: string) => Promise<readonly Problem[]>;
  onText: (text: string) => void;
  onSave: () => void;
}): Extension {
  return [
    lineNumbers(),
    foldGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    yaml(),
    syntaxHighlighting(colours),
    look,
    lintGutter(),
    linter(async (view) => diagnosticsOf(view.state, await options.check(view.state.doc.toString())), { delay: 300 }),
    EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.onText(update.state.doc.toString());
    }),
    keymap.of([
      {
        key: 'Mod-Enter',
        run: () => {
          options.onSave();
          return true;
        },
      },
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      indentWithTab,
    ]),
    EditorState.tabSize.of(2),
  ];
}
