import './schemas.ts';
import './styles/index.css';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { setUpLanguage } from './i18n/index.ts';
import { followMenu } from './store/appActions.ts';
import { connect } from './store/connect.ts';
import { followFit } from './store/fit.ts';
import { collectMarks } from './store/marks.ts';
import { followKeys } from './store/shortcuts.ts';
import { useView } from './store/view.ts';

setUpLanguage(useView.getState().language);
collectMarks();
followMenu();
followKeys();
followFit();
connect();

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
